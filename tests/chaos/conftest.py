import pytest

from tests.machine_fixture import machine as machine
from tests.support.ledger_memory import MEMORIES
from tests.support.sampling import chosen_for


@pytest.fixture
def memory(request: pytest.FixtureRequest) -> str:
    """What the ledger makes of a repeated request id: another thing in each test, by the seed."""
    return chosen_for(request.node.nodeid, MEMORIES)


@pytest.fixture(autouse=True)
def ledger_memory(request: pytest.FixtureRequest, memory: str) -> None:
    """The company of each test's lane has it; where a test names none, it is chosen by the seed."""
    if "lane" in request.fixturenames:
        request.getfixturevalue("lane").remember(memory)
