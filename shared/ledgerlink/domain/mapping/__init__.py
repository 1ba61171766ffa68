"""Mapping: the ledger records that source records refer to."""
