"""The worker of the QuickBooks Online lane."""
