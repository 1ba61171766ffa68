"""The worker of the lane, for every ledger."""
