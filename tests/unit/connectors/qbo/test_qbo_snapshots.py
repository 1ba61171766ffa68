"""Snapshots of time entries that we wrote."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.errors import Interrupted, LedgerUnavailable
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.snapshots import Snapshot

from tests.support.qbo.scripted_company import ScriptedCompany, fault, open_ledger
from tests.support.qbo.virtual_time import run
from tests.support.qbo.writes import activity
from tests.unit.connectors.qbo.fake_query_server import FakeQueryServer, Row, company, invoice

DAYS = (date(2026, 2, 1), date(2026, 2, 28))
MANY = [str(number) for number in range(1, 1202)]


def held(ledger_id: str = "7", **changes: Any) -> Row:
    body = {**activity(1), "HourlyRate": 15.25, "CostRate": 0, "Seconds": 0}
    return {**body, "Id": ledger_id, "SyncToken": "3", **changes}


def snapshots(
    there: ScriptedCompany,
    ids: Sequence[str] = ("7",),
    days: tuple[date, date] | None = DAYS,
    kind: str = "TimeActivity",
) -> Mapping[str, Snapshot]:
    async def main() -> Mapping[str, Snapshot]:
        return await open_ledger(there).snapshots(kind, ids, days)

    return run(main())


def asked(there: ScriptedCompany, entity: str) -> Sequence[str]:
    assert isinstance(there.rows, FakeQueryServer)
    return there.rows.asked(entity)


def test_a_few_records_are_read_by_id_even_with_days() -> None:
    there = company(TimeActivity=[held("7"), held("8", TxnDate="2025-01-01"), held("9")])
    assert list(snapshots(there, ["8", "7"])) == ["8", "7"]
    (statement,) = asked(there, "TimeActivity")
    assert statement.startswith("SELECT * FROM TimeActivity WHERE Id IN ('7', '8') ")


def test_a_missing_record_has_no_snapshot() -> None:
    assert set(snapshots(company(TimeActivity=[held("7")]), ["7", "8"])) == {"7"}


def test_nothing_is_read_for_no_ids() -> None:
    there = company()
    assert snapshots(there, []) == {}
    assert there.log == []


def test_many_are_read_by_their_days_and_the_rest_by_id() -> None:
    rows = [held(each) for each in MANY] + [held("5000")]
    rows[10] = held("11", TxnDate="2026-05-01")
    there = company(TimeActivity=rows)
    assert list(snapshots(there, MANY)) == MANY
    first, second, rest = asked(there, "TimeActivity")
    for page in (first, second):
        assert "WHERE TxnDate >= '2026-02-01' AND TxnDate <= '2026-02-28' " in page
    assert "STARTPOSITION 1001 " in second
    assert "WHERE Id IN ('11') " in rest


def test_many_records_without_days_are_read_by_id() -> None:
    there = company(TimeActivity=[held(each) for each in MANY])
    assert set(snapshots(there, MANY, None)) == set(MANY)
    statements = asked(there, "TimeActivity")
    assert len(statements) == 7
    assert all("Id IN (" in statement for statement in statements)


def test_records_that_move_between_pages_are_read_by_id() -> None:
    rows = [held(each) for each in MANY]
    there = company(TimeActivity=rows)
    assert isinstance(there.rows, FakeQueryServer)
    there.rows.events = {1: lambda: rows.__delitem__(0)}
    assert set(snapshots(there, MANY)) == set(MANY)
    assert "WHERE Id IN ('1001') " in asked(there, "TimeActivity")[-1]


def test_a_snapshot_has_the_bodies_that_may_have_been_sent() -> None:
    (copy,) = snapshots(company(TimeActivity=[held()])).values()
    bare = {name: value for name, value in activity(1).items() if name != "ItemRef"}
    free = [{**body, "CostRate": "0"} for body in (activity(1), bare)]
    assert copy == Snapshot(
        ledger_id="7",
        version="3",
        body=activity(1),
        forms=tuple(fingerprint(body) for body in (activity(1), bare, *free)),
        minutes=210,
        rate=Decimal("15.25"),
        optional=("ItemRef", "ClassRef", "DepartmentRef", "CostRate"),
    )


@pytest.mark.parametrize(
    "edit",
    [
        {"Description": "touched"},
        {"Hours": 9},
        {"TxnDate": "2026-02-03"},
        {"CustomerRef": {"value": "22"}},
        {"ItemRef": {"value": "9"}},
        {"EmployeeRef": {"value": "56"}},
        {"HourlyRate": 20},
        {"BillableStatus": "NotBillable"},
    ],
)
def test_an_edited_copy_is_of_no_form_that_was_sent(edit: dict[str, Any]) -> None:
    (copy,) = snapshots(company(TimeActivity=[held(**edit)])).values()
    assert fingerprint(activity(1)) not in copy.forms
    assert fingerprint(copy.body) in copy.forms


def test_time_that_is_not_billable_has_no_rate() -> None:
    (copy,) = snapshots(company(TimeActivity=[held(BillableStatus="NotBillable")])).values()
    assert (copy.rate, copy.locked) == (None, None)
    assert "HourlyRate" not in copy.body


@pytest.mark.parametrize("head", [True, False])
def test_billed_time_names_its_invoice_and_is_no_edit(head: bool) -> None:
    billed = {"BillableStatus": "HasBeenBilled"}
    there = company(
        TimeActivity=[
            held("7", **billed),
            held("8", **billed, CustomerRef={"value": "22"}),
            held("9", **billed, TimeChargeId=54),
            held("10"),
        ],
        Invoice=[
            invoice("1041", "7", head=head),
            invoice("1042", "54", head=head),
            invoice("1043", "8", customer="23", head=head),
        ],
    )
    found = snapshots(there, ["7", "8", "9", "10"])
    assert {i: copy.locked for i, copy in found.items()} == {
        "7": reason("billed", detail=" by invoice 1041"),
        "8": reason("billed", detail=""),
        "9": reason("billed", detail=" by invoice 1042"),
        "10": None,
    }
    assert fingerprint(activity(1)) in found["7"].forms
    assert found["7"].rate == Decimal("15.25")
    (statement,) = asked(there, "Invoice")
    assert "WHERE CustomerRef IN ('21', '22') " in statement


def test_an_invoice_is_found_on_a_later_page() -> None:
    others = [invoice(str(1000 + n), "1") for n in range(1000)]
    there = company(
        TimeActivity=[held(BillableStatus="HasBeenBilled")],
        Invoice=[*others, invoice("2000", "7")],
    )
    assert snapshots(there)["7"].locked == reason("billed", detail=" by invoice 2000")
    assert len(asked(there, "Invoice")) == 2


def test_invoices_are_not_read_where_nothing_is_billed() -> None:
    there = company(TimeActivity=[held()])
    snapshots(there)
    assert asked(there, "Invoice") == []


def test_snapshots_of_list_records_have_only_our_fields() -> None:
    row = {"Id": "7", "SyncToken": "4", "DisplayName": "Amy", "PrimaryPhone": {"FreeFormNumber": 1}}
    assert snapshots(company(Customer=[row]), ["7", "8"], None, "Customer") == {
        "7": Snapshot(
            ledger_id="7",
            version="4",
            body={"DisplayName": "Amy"},
            forms=(fingerprint({"DisplayName": "Amy"}),),
        )
    }


def test_snapshots_of_a_kind_that_we_do_not_write_have_only_a_version() -> None:
    there = company(Term=[{"Id": "7", "SyncToken": "4", "Name": "Net 30"}])
    assert snapshots(there, ["7"], None, "Term") == {
        "7": Snapshot(ledger_id="7", version="4", body={}, forms=())
    }


def test_a_failed_read_is_not_taken_for_deleted() -> None:
    with pytest.raises(LedgerUnavailable):
        snapshots(company(*[fault("", status=503)] * 6, TimeActivity=[held()]))


def test_a_read_ends_with_the_worker() -> None:
    async def main() -> None:
        with pytest.raises(Interrupted):
            await open_ledger(company()).snapshots("TimeActivity", ["7"], DAYS, lambda: True)

    run(main())
