"""Whatever rules and records say, every record ends with an outcome, in both ledgers."""

import random
from collections import Counter

import pytest
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.runs import RunState
from ledgerlink.services.posting import accept

from tests.support import fuzzed_posts
from tests.support.fuzzed_posts import came_in, random_records, random_rules
from tests.support.sampling import SEED, amount

ROUNDS = amount(100, 1)
RECORDS = amount(50, 25)
"""Records of each round; with 2 ledgers and 2 kinds of lists, 10,000 records and as many links with
FULL=1: a round has 48 rules."""


@pytest.mark.parametrize("lists", ["came in", "unknown"])
@pytest.mark.parametrize("ledger", ["qbo", "intacct"])
def test_no_rule_and_no_record_crashes_a_worker(ledger: str, lists: str) -> None:
    """Cases sage-intacct 1, product 4: random links to records of every list, inactive, gone,
    unknown and of wrong kinds, and odd ids; random records of every kind."""
    for number in range(ROUNDS):
        chance = random.Random(f"{SEED}/{ledger}/{lists}/{number}")
        company = getattr(fuzzed_posts, ledger)()
        if lists == "came in":
            came_in(company, chance)
        random_rules(company, chance)
        run = accept.post(
            company.deps, company.connection.key, "ada", "key", random_records(chance, RECORDS)
        )
        company.work()
        done = company.app.run(run)
        items = company.app.items(run)
        why = done.reason.message if done.reason else ""
        assert done.state in (RunState.COMPLETED, RunState.COMPLETED_WITH_PROBLEMS), (number, why)
        assert ItemState.PENDING not in {item.state for item in items}
        reasons = Counter(item.outcome.reason.code for item in items if item.outcome.reason)
        assert not reasons.keys() & {"our_defect", "our_defect_after_sending"}, (number, reasons)
        assert company.app.counts["Defects"] == 0
