"""Case sage-intacct 6: a kind that the ledger refuses is blocked, the others are posted."""

import pytest
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.connectors.intacct.posting.refused_kinds import RefusedKinds
from ledgerlink.domain.model.plan import ItemState, Write

from tests.unit.connectors.intacct.open_company import OpenCompany, create
from tests.unit.connectors.intacct.resolved_records import expenses, time

COMPOSER = IntacctComposer()
DENIED = (
    "PL04000005",
    "You do not have permission for API operation CREATE on objects of type apbill",
)
UNSUBSCRIBED = ("X", "The Create operation cannot be performed on objects of type apbill")


def bill(seq: int) -> Write:
    key = f"expense:e{seq}"
    return create(seq, COMPOSER.expenses(expenses(key=key, reference=key, number=f"N{seq}")))


@pytest.mark.parametrize(
    ("fault", "code", "where"),
    [(DENIED, "no_permission", "users"), (UNSUBSCRIBED, "not_subscribed", "Subscriptions")],
)
async def test_bills_are_blocked_and_time_is_posted(
    fault: tuple[str, str], code: str, where: str
) -> None:
    company = OpenCompany()
    company.gateway.refusals = {"<APBILL>": [fault]}
    await company.write(bill(0), bill(1), create(2, COMPOSER.time(time("t1"))))
    assert company.reasons() == {0: code, 1: code, 2: None}
    assert company.outcomes[0].state is ItemState.BLOCKED
    assert company.outcomes[0].reason is not None
    assert where in company.outcomes[0].reason.remedy


async def test_a_refused_kind_is_tried_with_one_record_and_posted_once_it_is_allowed() -> None:
    company = OpenCompany()
    company.gateway.refusals = {"<APBILL>": [DENIED]}
    await company.write(bill(0), bill(1), bill(2))
    sent = company.gateway.requests("create")
    await company.write(bill(3), bill(4), bill(5), name="r2")
    assert company.gateway.requests("create") == sent + 1
    assert set(company.reasons().values()) == {"no_permission"}
    limits = (await company.ledger.company()).features.limits
    assert [limit.code for limit in limits if limit.code == "no_permission"] == ["no_permission"]
    company.gateway.refusals = {}
    await company.write(bill(6), bill(7), bill(8), name="r3")
    assert {company.outcomes[seq].state for seq in (6, 7, 8)} == {ItemState.POSTED}
    assert "refused_kinds" not in company.ledger.connector_state()


def test_the_next_worker_knows_the_refused_kinds() -> None:
    kinds = RefusedKinds({"refused_kinds": {"APBILL": ["no_permission", "It may not.", "Ask."]}})
    assert "APBILL" in kinds
    assert RefusedKinds(kinds.state()).reasons == kinds.reasons
