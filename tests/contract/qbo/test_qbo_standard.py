"""QuickBooks Online does what every ledger has to do."""

from tests.contract.standard import Standard


class TestQuickBooksOnline(Standard):
    """Against its sandbox."""
