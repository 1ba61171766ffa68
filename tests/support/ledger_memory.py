"""What a ledger makes of a request that it is sent a second time: tests of lost answers and of
dying workers pass whichever it is.

A conftest.py says `from tests.support.ledger_memory import memory as memory`.
"""

from typing import Final

import pytest

from tests.support.sampling import FULL, chosen_for

MEMORIES: Final = ("honoured", "ignored", "fault")
"""It recognises the id, does not look at it, or answers a fault."""
BY_TURNS: Final = "by turns"


@pytest.fixture(params=MEMORIES if FULL else (BY_TURNS,))
def memory(request: pytest.FixtureRequest) -> str:
    """Each of them with FULL=1, else one for each test, another with another seed."""
    if request.param != BY_TURNS:
        return str(request.param)
    return chosen_for(request.node.nodeid, MEMORIES)
