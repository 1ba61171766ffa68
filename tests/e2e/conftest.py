from collections.abc import Callable

import pytest

from local.machine import Machine
from tests.e2e.intacct_ledger import IntacctLedger
from tests.e2e.ledger import Ledger
from tests.e2e.quickbooks_ledger import QuickBooksLedger
from tests.machine_fixture import machine as machine

LEDGERS: dict[str, Callable[[Machine], Ledger]] = {
    "qbo": QuickBooksLedger.new,
    "intacct": IntacctLedger.new,
}


@pytest.fixture(scope="module", params=list(LEDGERS.values()), ids=list(LEDGERS))
def ledger(request: pytest.FixtureRequest, machine: Machine) -> Ledger:
    """A company of each ledger, of the module's own."""
    new: Callable[[Machine], Ledger] = request.param
    return new(machine)
