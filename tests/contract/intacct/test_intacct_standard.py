"""Sage Intacct does what every ledger has to do."""

from tests.contract.standard import Standard


class TestSageIntacct(Standard):
    """Against its sandbox."""
