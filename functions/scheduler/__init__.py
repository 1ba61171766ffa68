"""The scheduler: one tick a minute queues the connections that are due."""
