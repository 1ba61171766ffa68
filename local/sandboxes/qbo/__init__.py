"""A QuickBooks Online company that runs on this machine."""
