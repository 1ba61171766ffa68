"""Deletes and deactivations that were rejected: adopted, repeated or reported."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from ledgerlink.connectors.qbo.posting.batching import call_for
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Request, Write

from tests.support.qbo.scripted_company import (
    Responder,
    ScriptedCompany,
    fault,
    fault_body,
    open_ledger,
    reply,
    write_all,
)
from tests.support.qbo.virtual_time import START, run
from tests.support.qbo.writes import OutcomeCollector, activity, change
from tests.unit.connectors.qbo.fake_query_server import FakeQueryServer, Row, company, invoice

OURS = activity(1)
"""What we last wrote."""

STALE = fault("5010", "Stale Object Error")
MISSING = fault("610", "Object Not Found")
REFUSED = fault("6000", "Business Validation Error: no")
BILLED = {"BillableStatus": "HasBeenBilled"}
LISTS = ["Customer", "Vendor", "Employee", "Item"]


def removal(seq: int = 0, kind: str = "TimeActivity", ledger_id: str = "7") -> Write:
    """The delete of a record, based on what we last wrote at version 2."""
    plain = change(seq, Action.DELETE, ledger_id)
    return replace(plain, kind=kind, base_fingerprint=fingerprint(OURS))


def held(version: str = "5", **changes: Any) -> Row:
    """The activity as the ledger answers with it."""
    read = {**OURS, "HourlyRate": 15.25, "CostRate": 0, "Id": "7", "SyncToken": version}
    return {**read, **changes}


def listed(kind: str = "Customer", version: str = "5", **changes: Any) -> Row:
    name = "Name" if kind == "Item" else "DisplayName"
    return {"Id": "7", "SyncToken": version, name: "Amy", "Active": True, **changes}


def sent(there: ScriptedCompany) -> list[httpx.Request]:
    return there.calls("timeactivity", *map(str.lower, LISTS))


def bodies(there: ScriptedCompany) -> list[dict[str, Any]]:
    return [json.loads(request.content) for request in sent(there)]


def outcome(there: ScriptedCompany, write: Write) -> Outcome:
    return run(write_all(there, [Request("r", (write,))])).outcomes[write.seq]


def reason_of(found: Outcome) -> tuple[str, str]:
    assert found.reason is not None
    return found.reason.code, found.reason.message


def is_done(found: Outcome) -> bool:
    """It has the last id, no version, and nothing to be seen."""
    return found == Outcome(seq=0, state=ItemState.POSTED, ledger_id="7", trace_id=found.trace_id)


@pytest.mark.parametrize("trouble", [STALE, MISSING])
def test_time_that_is_gone_already_is_deleted(trouble: Responder) -> None:
    there = company(trouble)
    assert is_done(outcome(there, removal()))
    assert len(sent(there)) == 1


@pytest.mark.parametrize("trouble", [STALE, MISSING, REFUSED])
@pytest.mark.parametrize("head", [True, False])
def test_time_that_was_billed_meanwhile_stays_and_its_invoice_is_named(
    trouble: Responder, head: bool
) -> None:
    invoices = [invoice("1041", "8"), invoice("1042", "6", "7", head=head)]
    there = company(trouble, TimeActivity=[held(**BILLED)], Invoice=invoices)
    found = outcome(there, removal())
    assert found.state is ItemState.FAILED
    assert reason_of(found)[0] == "billed"
    assert "by invoice 1042" in reason_of(found)[1]
    assert len(sent(there)) == 1


def test_an_invoice_without_a_number_is_named_by_its_id() -> None:
    nameless = {**invoice("1042", "7"), "DocNumber": None}
    there = company(STALE, TimeActivity=[held(**BILLED)], Invoice=[nameless])
    assert "by invoice 91042" in reason_of(outcome(there, removal()))[1]


def test_an_invoice_that_is_linked_to_the_charge_of_the_time_is_found() -> None:
    row = held(**BILLED, TimeChargeId=54)
    there = company(STALE, TimeActivity=[row], Invoice=[invoice("1042", "54")])
    assert "by invoice 1042" in reason_of(outcome(there, removal()))[1]


def test_time_whose_invoice_is_not_found_is_billed_all_the_same() -> None:
    there = company(STALE, TimeActivity=[held(**BILLED)], Invoice=[invoice("1042", "8")])
    found = outcome(there, removal())
    assert reason_of(found)[0] == "billed"
    assert "invoice" not in reason_of(found)[1]


@pytest.mark.parametrize("trouble", [STALE, REFUSED])
def test_time_is_billed_though_its_invoices_cannot_be_read(trouble: Responder) -> None:
    there = company(trouble, None, fault("4001", "not queryable"), TimeActivity=[held(**BILLED)])
    assert reason_of(outcome(there, removal()))[0] == "billed"


def test_time_as_we_last_wrote_it_is_deleted_at_the_version_that_it_has_now() -> None:
    there = company(STALE, TimeActivity=[held()])
    assert is_done(outcome(there, removal()))
    first, second = sent(there)
    assert bodies(there) == [{"Id": "7", "SyncToken": "2"}, {"Id": "7", "SyncToken": "5"}]
    assert {request.url.params["operation"] for request in (first, second)} == {"delete"}
    assert first.url.params["requestid"] != second.url.params["requestid"]


def test_time_that_a_user_edited_is_not_deleted() -> None:
    there = company(STALE, TimeActivity=[held(Hours=9)])
    found = outcome(there, removal())
    assert (found.state, reason_of(found)[0]) == (ItemState.FAILED, "changed_in_ledger")
    assert len(sent(there)) == 1


def test_time_without_a_known_fingerprint_is_not_deleted() -> None:
    there = company(STALE, TimeActivity=[held()])
    found = outcome(there, replace(removal(), base_fingerprint=None))
    assert reason_of(found)[0] == "changed_in_ledger"


def test_a_delete_with_a_missing_reference_names_it() -> None:
    there = company(MISSING, TimeActivity=[held()])
    assert reason_of(outcome(there, removal()))[0] == "target_missing"
    assert len(sent(there)) == 1


def test_a_delete_is_repeated_once() -> None:
    there = company(STALE, None, STALE, TimeActivity=[held()])
    assert reason_of(outcome(there, removal()))[0] == "changed_in_ledger"
    assert len(sent(there)) == 2


def meanwhile(there: ScriptedCompany, rows: list[Row], *left: Row) -> ScriptedCompany:
    """After the first read these are left."""
    assert isinstance(there.rows, FakeQueryServer)

    def happens() -> None:
        rows[:] = left

    there.rows.events = {1: happens}
    return there


def test_time_that_goes_before_the_repeat_is_deleted() -> None:
    rows = [held()]
    there = meanwhile(company(STALE, None, MISSING, TimeActivity=rows), rows)
    assert is_done(outcome(there, removal()))


def test_time_that_is_billed_before_the_repeat_stays() -> None:
    rows = [held()]
    there = company(STALE, None, STALE, TimeActivity=rows, Invoice=[invoice("1042", "7")])
    found = outcome(meanwhile(there, rows, held("6", **BILLED)), removal())
    assert "by invoice 1042" in reason_of(found)[1]
    assert len(sent(there)) == 2


def test_a_failed_read_leaves_the_delete_unknown() -> None:
    there = company(STALE, *[fault("", status=503)] * 6, TimeActivity=[held()])

    async def main() -> OutcomeCollector:
        report = OutcomeCollector()
        with pytest.raises(LedgerUnavailable):
            await open_ledger(there).write([Request("r", (removal(),))], report, lambda: False)
        return report

    assert run(main()).outcomes == {}


def update() -> Write:
    plain = replace(change(0, Action.UPDATE), body=activity(1, Hours=2))
    return replace(plain, base_fingerprint=fingerprint(OURS))


@pytest.mark.parametrize("trouble", [STALE, REFUSED])
def test_time_that_was_billed_meanwhile_is_not_updated(trouble: Responder) -> None:
    there = company(trouble, TimeActivity=[held(**BILLED)], Invoice=[invoice("1042", "7")])
    found = outcome(there, update())
    assert (found.state, reason_of(found)[0]) == (ItemState.FAILED, "billed")
    assert "by invoice 1042" in reason_of(found)[1]
    assert len(sent(there)) == 1


def test_billed_time_that_equals_the_update_is_adopted() -> None:
    there = company(STALE, TimeActivity=[held(**BILLED, Hours=2)])
    found = outcome(there, update())
    assert (found.state, found.version, reason_of(found)[0]) == (
        ItemState.POSTED,
        "5",
        "already_written",
    )


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_record_is_made_inactive_and_nothing_else_of_it_is_touched(kind: str) -> None:
    there = company(**{kind: [listed(kind)]})
    assert is_done(outcome(there, removal(kind=kind)))
    (request,) = sent(there)
    assert request.url.path.endswith(f"/{kind.lower()}")
    assert "operation" not in request.url.params
    assert bodies(there) == [{"Id": "7", "SyncToken": "2", "sparse": True, "Active": False}]


def test_in_a_batch_list_records_are_updated_and_time_is_deleted() -> None:
    call = call_for(Request("r", (removal(), removal(1, "Customer", "58"))))
    time, customer = json.loads(call.body())["BatchItemRequest"]
    assert (time["operation"], customer["operation"]) == ("delete", "update")
    assert customer["Customer"]["Active"] is False


def test_a_list_record_that_stays_active_has_a_warning() -> None:
    def stays(request: httpx.Request) -> httpx.Response:
        return reply({"Customer": listed(version="3"), "time": "…"})

    found = outcome(company(stays), removal(kind="Customer"))
    assert found.state is ItemState.POSTED
    assert reason_of(found) == (
        "answer_differs",
        "It was posted, but the accounting system stored other values: active no became yes.",
    )


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_record_is_made_inactive_at_the_version_that_it_has_now(kind: str) -> None:
    there = company(STALE, **{kind: [listed(kind, PrimaryPhone={"FreeFormNumber": "1"})]})
    assert is_done(outcome(there, removal(kind=kind)))
    assert [body["SyncToken"] for body in bodies(there)] == ["2", "5"]


@pytest.mark.parametrize("rows", [[listed(Active=False, DisplayName="Amy (deleted)")], []])
@pytest.mark.parametrize("trouble", [STALE, MISSING])
@pytest.mark.parametrize("hidden", [True, False])
def test_a_list_record_that_is_inactive_or_gone_needs_no_more(
    rows: list[Row], trouble: Responder, hidden: bool
) -> None:
    there = company(trouble, Customer=rows)
    if not hidden:
        there.rows = lambda statement: {"Customer": rows} if rows else {}
    assert is_done(outcome(there, removal(kind="Customer")))
    assert len(sent(there)) == 1


def test_making_inactive_is_repeated_once() -> None:
    there = company(STALE, None, STALE, Customer=[listed()])
    found = outcome(there, removal(kind="Customer"))
    assert (found.state, reason_of(found)[0]) == (ItemState.FAILED, "changed_in_ledger")
    assert len(sent(there)) == 2


def test_a_rejected_deactivation_has_the_ledgers_text() -> None:
    found = outcome(company(fault("6280", "It has unbilled charges.")), removal(kind="Customer"))
    assert reason_of(found)[0] == "has_balance"
    assert "unbilled charges" in reason_of(found)[1]


def test_records_of_two_kinds_with_one_id_are_distinguished() -> None:
    items = [{"bId": str(n), **fault_body("5010")} for n in range(2)]
    there = company(
        lambda request: reply({"BatchItemResponse": items}),
        TimeActivity=[held(Hours=9)],
        Customer=[listed(Active=False)],
    )
    writes = (removal(), removal(1, "Customer"))
    outcomes = run(write_all(there, [Request("r", writes)])).outcomes
    assert reason_of(outcomes[0])[0] == "changed_in_ledger"
    assert outcomes[1].state is ItemState.POSTED
    assert sent(there) == []


def found(there: ScriptedCompany, *writes: Write) -> Mapping[int, Outcome]:
    async def main() -> Mapping[int, Outcome]:
        return await open_ledger(there).find_lost_writes(writes, START, set())

    return run(main())


def test_deleted_records_are_found_and_others_will_be_deleted_again() -> None:
    there = company(
        TimeActivity=[held(Id="1")],
        Customer=[listed(Id="3"), listed(Id="4", Active=False)],
        Item=[listed("Item", Id="6", Active=False)],
    )
    writes = [
        removal(1, "TimeActivity", "1"),
        removal(2, "TimeActivity", "2"),
        removal(3, "Customer", "3"),
        removal(4, "Customer", "4"),
        removal(5, "Customer", "5"),
        removal(6, "Item", "6"),
    ]
    outcomes = found(there, *writes)
    assert set(outcomes) == {2, 4, 5, 6}
    for seq, each in outcomes.items():
        assert each == Outcome(seq=seq, state=ItemState.POSTED, ledger_id=str(seq))
