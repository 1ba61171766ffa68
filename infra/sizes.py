"""Memory of the functions in MB. Lambda gives CPU in proportion: one vCPU for 1,769 MB."""

SMALL = 512
"""For what waits for others: a ledger, the table, a caller."""
LARGE = 1769
"""For what computes: plans, and the chunks of ledgers that are faster than a small function."""
