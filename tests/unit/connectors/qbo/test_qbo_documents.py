"""Time entries and list records as QuickBooks documents."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.qbo.documents.composer import QuickBooksComposer
from ledgerlink.connectors.qbo.documents.content import possible_fingerprints
from ledgerlink.connectors.qbo.protocol.json_body import encode
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.new_records import NewCustomer, NewItem, NewListRecord, NewPerson
from ledgerlink.domain.model.reasons import Blocked
from ledgerlink.domain.model.references import ExistingRecord, Pending, needs
from ledgerlink.domain.model.resolved_time import ResolvedTime
from ledgerlink.domain.model.source_records import TimeEntry
from ledgerlink.domain.ports import Composer

COMPOSER: Composer = QuickBooksComposer()


def resolved(**changes: Any) -> ResolvedTime:
    of_time = {"staff", "person", "customer", "item", "rate"}
    entry = TimeEntry(
        **{
            "key": "e1",
            "staff_key": "s1",
            "work_date": date(2026, 2, 2),
            "minutes": 210,
            **{name: value for name, value in changes.items() if name not in of_time},
        }
    )
    given: dict[str, Any] = {
        "staff": ExistingRecord("55"),
        "person": "employee",
        **{name: value for name, value in changes.items() if name in of_time},
    }
    return ResolvedTime(
        key="time:e1",
        entries=(entry,),
        day=entry.work_date,
        minutes=entry.minutes,
        billable=entry.billable,
        parts=(("task", entry.task or ""), ("notes", entry.notes or "")),
        **given,
    )


def test_time_has_a_class_and_a_location_and_bookkeepers_may_add_either() -> None:
    plain = resolved()
    both = replace(plain, class_id="5", location_id="2")
    assert COMPOSER.time(both).body["ClassRef"] == {"value": "5"}
    assert COMPOSER.time(both).body["DepartmentRef"] == {"value": "2"}
    for time in (plain, replace(plain, class_id="5"), replace(plain, location_id="2"), both):
        stored = {**COMPOSER.time(both).body, "ItemRef": {"value": "8"}}
        assert fingerprint(COMPOSER.time(time).body) in possible_fingerprints(
            "TimeActivity", stored
        )
    moved = {**COMPOSER.time(both).body, "ClassRef": {"value": "6"}}
    assert fingerprint(COMPOSER.time(both).body) not in possible_fingerprints("TimeActivity", moved)


def test_time_becomes_an_activity_with_a_date_and_hours_and_no_clock_times() -> None:
    document = COMPOSER.time(
        resolved(
            customer=ExistingRecord("21"),
            item=ExistingRecord("8"),
            rate=Decimal("15.2500"),
            billable=True,
            task="Garden",
            notes=" Lighting\r\nback yard ",
        )
    )
    assert document.kind == "TimeActivity"
    assert (document.key, document.day, document.minutes) == ("time:e1", date(2026, 2, 2), 210)
    assert json.loads(encode(document.body)) == {
        "NameOf": "Employee",
        "EmployeeRef": {"value": "55"},
        "TxnDate": "2026-02-02",
        "Hours": 3,
        "Minutes": 30,
        "CustomerRef": {"value": "21"},
        "ItemRef": {"value": "8"},
        "BillableStatus": "Billable",
        "HourlyRate": 15.25,
        "Taxable": False,
        "Description": "Garden - Lighting\nback yard",
    }


def test_a_vendor_stands_in_its_own_field() -> None:
    body = COMPOSER.time(resolved(person="vendor", staff=ExistingRecord("30"))).body
    assert (body["NameOf"], body["VendorRef"]) == ("Vendor", {"value": "30"})
    assert "EmployeeRef" not in body


def test_references_to_records_still_to_come_are_kept_open() -> None:
    document = COMPOSER.time(resolved(staff=Pending("users:1"), customer=Pending("projects:2")))
    assert set(needs(document.body)) == {"users:1", "projects:2"}


@pytest.mark.parametrize(
    ("task", "notes", "description"),
    [
        ("Garden", None, "Garden"),
        (None, "Lighting", "Lighting"),
        ("Garden", "  ", "Garden"),
        ("Garden", "Lighting", "Garden - Lighting"),
        (None, None, None),
    ],
)
def test_task_and_notes_become_one_description(
    task: str | None, notes: str | None, description: str | None
) -> None:
    assert COMPOSER.time(resolved(task=task, notes=notes)).body.get("Description") == description


def test_time_that_is_not_billable_carries_no_rate() -> None:
    body = COMPOSER.time(resolved(rate=Decimal(15))).body
    assert body["BillableStatus"] == "NotBillable"
    assert "HourlyRate" not in body


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"billable": True, "rate": Decimal(1)}, "missing_customer", None),
        ({"billable": True, "customer": ExistingRecord("1")}, "missing_rate", None),
        ({"notes": "x" * 4001}, "text_too_long", "notes"),
        ({"task": "t" * 10, "notes": "x" * 3988}, "text_too_long", "notes"),
        ({"task": "x" * 4001}, "text_too_long", "task"),
        ({"notes": "a\x07b"}, "control_characters", "notes"),
        ({"task": "a\x00"}, "control_characters", "task"),
        ({"notes": "\ud83d alone"}, "control_characters", "notes"),
    ],
)
def test_unsupported_values_are_blocked_with_their_field(
    changes: dict[str, Any], code: str, field: str | None
) -> None:
    with pytest.raises(Blocked) as blocked:
        COMPOSER.time(resolved(**changes))
    assert (blocked.value.reason.code, blocked.value.reason.field) == (code, field)


def test_the_longest_text_that_fits_is_taken() -> None:
    assert len(COMPOSER.time(resolved(notes="x" * 4000)).body["Description"]) == 4000


def test_a_control_character_is_named_by_its_position() -> None:
    with pytest.raises(Blocked) as blocked:
        COMPOSER.time(resolved(notes="ab\tc\nd\x07e"))
    assert "character number 7" in blocked.value.reason.message


@pytest.mark.parametrize(
    ("record", "kind", "body"),
    [
        (NewCustomer(key="c", name=" Cool Cars "), "Customer", {"DisplayName": "Cool Cars"}),
        (
            NewCustomer(key="p", name="Phase 1", parent=ExistingRecord("58")),
            "Customer",
            {"DisplayName": "Phase 1", "Job": True, "ParentRef": {"value": "58"}},
        ),
        (
            NewPerson(key="u", name="Emily Ann Platt", person="employee", email="e@platt.example"),
            "Employee",
            {
                "DisplayName": "Emily Ann Platt",
                "GivenName": "Emily Ann",
                "FamilyName": "Platt",
                "PrimaryEmailAddr": {"Address": "e@platt.example"},
            },
        ),
        (
            NewPerson(key="u", name="Cher", person="vendor"),
            "Vendor",
            {"DisplayName": "Cher", "GivenName": "Cher"},
        ),
        (
            NewPerson(key="u", name="Platt, E.", person="employee", family_name="Platt"),
            "Employee",
            {"DisplayName": "Platt, E.", "FamilyName": "Platt"},
        ),
        (
            NewItem(key="i", name="Design", income_account_id="79", rate=Decimal("75.50")),
            "Item",
            {
                "Name": "Design",
                "Type": "Service",
                "IncomeAccountRef": {"value": "79"},
                "UnitPrice": 75.5,
            },
        ),
    ],
)
def test_list_records_become_the_ledgers_own(
    record: NewListRecord, kind: str, body: dict[str, Any]
) -> None:
    document = COMPOSER.list_record(record)
    assert (document.kind, document.key, document.day) == (kind, record.key, None)
    assert json.loads(encode(document.body)) == body


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Parent:Child", "invalid_record"),
        ("   ", "invalid_record"),
        ("Cool\tCars", "control_characters"),
        ("Cool\nCars", "control_characters"),
        ("x" * 501, "text_too_long"),
    ],
)
def test_names_that_the_ledger_would_refuse_are_blocked(name: str, code: str) -> None:
    with pytest.raises(Blocked) as blocked:
        COMPOSER.list_record(NewCustomer(key="c", name=name))
    assert (blocked.value.reason.code, blocked.value.reason.field) == (code, "name")


def test_an_address_without_a_domain_is_blocked() -> None:
    with pytest.raises(Blocked) as blocked:
        COMPOSER.list_record(NewPerson(key="u", name="A B", person="vendor", email="a@b"))
    assert blocked.value.reason.field == "email"
