"""What people set by hand in a record of ours is there after every update, against the sandbox.

Case quickbooks-online 1: for every kind of record that is updated, random writable fields that are
not ours are set in the head and in the lines before each of several updates.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import LinkTo, RuleKind
from ledgerlink.domain.model.source_records import Record
from ledgerlink.domain.model.time_settings import LedgerEdits, TimeSettings

from tests.contract.papers import DAY, FILE, charged, gone, invoice, receipt, sold, spent, worked
from tests.contract.qbo.books import Row
from tests.contract.qbo.list_samples import CLIENT, EMPLOYEE, PROJECT, VENDOR
from tests.contract.qbo.poster import Poster, code
from tests.support.sampling import SEED, amount

Fields = Mapping[str, Sequence[Any]]
"""Values that people may give to fields."""


def ref(*ids: str) -> list[Row]:
    return [{"value": each} for each in ids]


PROJECTS = ref("39298045")
"""The project that the sample company has."""

ADDRESS = [{"Line1": "1 Main St", "City": "Bayshore"}, {"Line1": "2 High St", "City": "Leeds"}]
CLASSES = ref("5000000000000085681", "5000000000000085682")
TEXTS = ["Call first", "à faire", "4711"]
PHONES = [{"FreeFormNumber": "(650) 555-0100"}, {"FreeFormNumber": "+44 20 7946 0000"}]
LINE: Fields = {"ProjectRef": PROJECTS}
COST_DETAIL: Fields = {"TaxInclusiveAmt": [3.5, 99]}
SALES_DETAIL: Fields = {"TaxInclusiveAmt": [3.5, 99], "DiscountRate": [5, 7.5]}
TRANSACTION: Fields = {
    "ProjectRef": PROJECTS,
    "PrintStatus": ["NeedToPrint", "PrintComplete"],
}
PERSON: Fields = {
    "Title": ["Dr", "Ms"],
    "MiddleName": TEXTS,
    "Suffix": ["Jr"],
    "PrintOnCheckName": TEXTS,
    "PrimaryPhone": PHONES,
    "Mobile": PHONES,
}
COMPANY: Fields = {**PERSON, "CompanyName": TEXTS, "Notes": TEXTS, "BillAddr": ADDRESS}


@dataclass(frozen=True)
class Kind:
    """A kind of record: how the product's record changes from one post to the next, and what people
    may set in it that is not ours, in its head, in its lines, and in the details of these."""

    key: str
    records: Callable[[int], Sequence[Record]]
    head: Fields
    line: Fields = field(default_factory=dict)
    detail: Fields = field(default_factory=dict)


def cost(number: int) -> str:
    return str(Decimal(20) + number)


def report(number: int, **given: Any) -> list[Record]:
    """A report of one to three expenses; the others were deleted."""
    count = 1 + number % 3
    expenses = [spent(f"x{i}", cost(number + i), **given) for i in range(count)]
    return [*expenses, *(gone(f"x{i}") for i in range(count, 3))]


KINDS: Mapping[str, Kind] = {
    "time": Kind(
        "time:t1",
        lambda n: [worked(minutes=60 + n, labor_code_key="design" if n % 2 else "lighting")],
        {
            "CostRate": [31, 12.75],
            "PayrollItemRef": ref("900", "901"),
            "ProjectRef": PROJECTS,
            "ClassRef": CLASSES,
            "DepartmentRef": ref("1", "2"),
            "Taxable": [True, False],
            "TransactionLocationType": ["WithinFrance", "FranceOverseas"],
        },
    ),
    "bill": Kind(
        "expense-report:R1",
        report,
        {
            "ProjectRef": PROJECTS,
            "SalesTermRef": ref("2", "4"),
            "DueDate": ["2026-06-01", "2026-07-01"],
            "VendorAddr": ADDRESS,
            "IncludeInAnnualTPAR": [True, False],
        },
        LINE,
        COST_DETAIL,
    ),
    "check": Kind(
        "expense-report:R1",
        lambda n: report(n, staff_key="emily"),
        {**TRANSACTION, "PaymentMethodRef": ref("1", "3"), "DocNumber": ["1207", "1208"]},
        LINE,
        COST_DETAIL,
    ),
    "charge": Kind(
        "expense:x1",
        lambda n: [charged("x1", cost(n))],
        {**TRANSACTION, "PaymentMethodRef": ref("1", "3"), "PaymentRefNum": TEXTS},
        LINE,
        COST_DETAIL,
    ),
    "invoice": Kind(
        "invoice:i1",
        lambda n: [invoice(*(sold(cost(n + i), description=f"L{i}") for i in range(1 + n % 3)))],
        {
            **TRANSACTION,
            "SalesTermRef": ref("2", "4"),
            "DueDate": ["2026-06-01", "2026-07-01"],
            "BillEmail": [{"Address": "amy@birds.example"}, {"Address": "bo@birds.example"}],
            "BillEmailCc": [{"Address": "cc@birds.example"}],
            "EmailStatus": ["EmailSent", "NotSet"],
            "ShipDate": ["2026-06-01"],
            "TrackingNum": TEXTS,
            "BillAddr": ADDRESS,
            "ShipAddr": ADDRESS,
            "AllowOnlineCreditCardPayment": [True, False],
            "CustomField": [
                [{"DefinitionId": "1", "Type": "StringType", "StringValue": each}] for each in TEXTS
            ],
        },
        LINE,
        SALES_DETAIL,
    ),
    "client": Kind(
        "project:oak",
        lambda n: [replace(CLIENT, name=f"Oak {n}")],
        {
            **COMPANY,
            "PrimaryEmailAddr": [{"Address": "oak@oak.example"}],
            "SalesTermRef": ref("2", "4"),
            "BillWithParent": [False],
            "ResaleNum": TEXTS,
        },
    ),
    "project": Kind(
        "project:roof",
        lambda n: [CLIENT, replace(PROJECT, name=f"Roof {n}")],
        {**COMPANY, "BillWithParent": [True, False]},
    ),
    "employee": Kind(
        "user:grace",
        lambda n: [replace(EMPLOYEE, name=f"Grace Pariente {n}")],
        {**PERSON, "EmployeeNumber": TEXTS, "PrimaryAddr": ADDRESS, "HiredDate": ["2026-01-05"]},
    ),
    "vendor": Kind(
        "user:gus",
        lambda n: [replace(VENDOR, name=f"Gus Pariente {n}")],
        {**COMPANY, "AcctNum": TEXTS, "TermRef": ref("2", "4"), "Vendor1099": [True, False]},
    ),
    "receipt": Kind(
        "receipt:expense/x1/r1",
        lambda n: [spent(receipts=(receipt(note=f"Lunch {n}"),))],
        {
            "Category": ["Image", "Document"],
            "Lat": ["25.1"],
            "Long": ["-80.2"],
            "PlaceName": TEXTS,
            "Tag": TEXTS,
        },
    ),
}
UPDATES = amount(6, 2)


def chosen(dice: random.Random, fields: Fields) -> Row:
    """Some of the fields with a value each, one at least."""
    names = dice.sample(sorted(fields), dice.randint(1, len(fields))) if fields else []
    return {name: dice.choice(fields[name]) for name in names}


def changed_lines(dice: random.Random, kind: Kind, row: Row) -> Row:
    """The lines with some of their fields set; those that the ledger totals are left out."""
    lines = [line for line in row.get("Line", ()) if line["DetailType"] != "SubTotalLineDetail"]
    for line in lines:
        line.update(chosen(dice, kind.line))
        line[line["DetailType"]].update(chosen(dice, kind.detail))
    return {"Line": lines} if lines else {}


def shown(row: Row, names: Mapping[str, Any]) -> Row:
    """These fields of a row; a reference without the name that the ledger shows with it."""
    found = {name: row.get(name) for name in names}
    plain = {n: v for n, v in found.items() if isinstance(v, dict) and "value" in v}
    return {**found, **{name: {"value": value["value"]} for name, value in plain.items()}}


def of_others(row: Row, kind: Kind, head: Mapping[str, Any]) -> tuple[Row, Mapping[str, Row]]:
    """What people set in the head, and in each line by its id."""
    lines = [line for line in row.get("Line", ()) if line["DetailType"] != "SubTotalLineDetail"]
    details = {line["Id"]: shown(line[line["DetailType"]], kind.detail) for line in lines}
    heads = {line["Id"]: shown(line, kind.line) for line in lines}
    return shown(row, head), {i: {**heads[i], **details[i]} for i in heads}


@pytest.fixture
def poster(poster: Poster) -> Poster:
    """Somebody who has uploaded a file, in a company with classes and locations."""
    poster.upload("u1", FILE)
    return poster


@pytest.mark.parametrize("name", KINDS)
def test_what_people_set_by_hand_is_there_after_every_update(poster: Poster, name: str) -> None:
    kind, dice = KINDS[name], random.Random(f"{SEED}/{name}")
    poster.post(*kind.records(0))
    for number in range(1, 1 + UPDATES):
        head = chosen(dice, kind.head)
        poster.edit(kind.key, **head, **changed_lines(dice, kind, poster.row(kind.key)))
        row = poster.row(kind.key)
        before, lines_before = of_others(row, kind, head)
        outcome = poster.post(*kind.records(number))[kind.key]
        assert outcome.state is ItemState.POSTED, (head, outcome.reason)
        after, lines_after = of_others(poster.row(kind.key), kind, head)
        assert after == before
        assert int(poster.row(kind.key)["SyncToken"]) == int(row["SyncToken"]) + 1
        for line_id in lines_before.keys() & lines_after.keys():
            assert lines_after[line_id] == lines_before[line_id]
        assert len(lines_after) == 0 or lines_before.keys() & lines_after.keys()


OF_OURS: Mapping[str, Row] = {
    "time": {"CostRate": 31},
    "invoice": {"DueDate": "2026-06-01", "BillEmail": {"Address": "bo@birds.example"}},
    "bill": {"TxnDate": "2026-03-20"},
}
"""What people change in fields of ours."""


def stated(name: str, number: int) -> Sequence[Record]:
    """Records that state these fields."""
    if name == "time":
        return [worked(minutes=60 + number, cost_rate=Decimal("41.25"))]
    if name == "invoice":
        given: Any = {"due_on": DAY, "email": "amy@birds.example"}
        return [invoice(sold(cost(number)), **given)]
    return [spent(amount=cost(number))]


@pytest.mark.parametrize("name", OF_OURS)
def test_a_field_of_ours_that_people_change_is_an_edit(poster: Poster, name: str) -> None:
    key = KINDS[name].key
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.ASK)
    poster.post(*stated(name, 0))
    poster.edit(key, **OF_OURS[name])
    before = poster.row(key)
    outcome = poster.post(*stated(name, 1))[key]
    assert code(outcome) == "changed_in_ledger"
    assert poster.row(key) == before
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.OURS)
    outcome = poster.post(*stated(name, 1))[key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert OF_OURS[name].items() != {n: poster.row(key)[n] for n in OF_OURS[name]}.items()


@pytest.mark.parametrize("name", ["bill", "check", "charge", "invoice"])
def test_a_line_that_people_added_stays_when_ours_win(poster: Poster, name: str) -> None:
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.OURS)
    kind = KINDS[name]
    poster.post(*kind.records(0))
    lines = [n for n in poster.row(kind.key)["Line"] if n["DetailType"] != "SubTotalLineDetail"]
    added = {**{n: v for n, v in lines[0].items() if n != "Id"}, "Description": "Theirs"}
    poster.edit(kind.key, Line=[*lines, added])
    for number in (1, 2):
        outcome = poster.post(*kind.records(number))[kind.key]
        assert (outcome.state, code(outcome)) == (ItemState.POSTED, "lines_kept")
        texts = [line.get("Description") for line in poster.row(kind.key)["Line"]]
        assert texts.count("Theirs") == 1


def test_reading_before_an_update_costs_one_call_for_many_records(poster: Poster) -> None:
    entries = [worked(f"t{n}", work_date=DAY, notes=f"Work {n}") for n in range(40)]
    poster.post(*entries)
    poster.post(*(replace(entry, minutes=90) for entry in entries))
    assert (poster.calls["batch"], poster.calls["query"]) == (2, 1)


PROJECT_CUSTOMER = "28"
"""The customer of the project in the sample company."""


def test_a_project_of_quickbooks_is_posted_to_by_its_customer(poster: Poster) -> None:
    """Case quickbooks-online 16: without the right to the Projects API its own id is unknown. One
    that somebody enters stays."""
    poster.rule(RuleKind.PROJECTS, "garden", LinkTo(ledger_id=PROJECT_CUSTOMER))
    where = {"project_key": "garden"}
    poster.post(worked(**where), spent(**where), invoice(**where))
    (cost,) = poster.row("expense-report:R1")["Line"]
    customers = [poster.row("time:t1"), poster.row("invoice:i1"), cost[cost["DetailType"]]]
    assert {row["CustomerRef"]["value"] for row in customers} == {PROJECT_CUSTOMER}
    for key in ("time:t1", "invoice:i1"):
        poster.edit(key, ProjectRef=PROJECTS[0])
    poster.post(worked(minutes=30, **where), invoice(sold("7"), **where))
    for key in ("time:t1", "invoice:i1"):
        assert poster.row(key)["ProjectRef"]["value"] == PROJECTS[0]["value"]


def test_a_project_goes_with_the_customer_that_it_is_of(poster: Poster) -> None:
    """Case 17.1: the project that somebody entered is of the former customer. In time, in an
    invoice, and in the line of a cost."""
    poster.post(worked(), spent(project_key="birds"), invoice())
    for key in ("time:t1", "invoice:i1"):
        poster.edit(key, ProjectRef=PROJECTS[0])
    (line,) = poster.row("expense-report:R1")["Line"]
    poster.edit("expense-report:R1", Line=[{**line, "ProjectRef": PROJECTS[0]}])
    where: Any = {"project_key": "cars"}
    outcomes = poster.post(worked(**where), spent(**where), invoice(**where))
    assert {outcome.state for outcome in outcomes.values()} == {ItemState.POSTED}
    (line,) = poster.row("expense-report:R1")["Line"]
    for part in (poster.row("time:t1"), poster.row("invoice:i1"), line):
        assert not part.get("ProjectRef")


def test_a_line_of_another_type_keeps_what_others_entered_in_it(poster: Poster) -> None:
    """Case 17.1: QuickBooks does not change the type of a line, so it is made anew."""
    poster.post(spent(expense_code_key="meals"))
    (line,) = poster.row("expense-report:R1")["Line"]
    by_hand = {"ClassRef": CLASSES[0], "CustomerRef": {"value": "3"}}
    detail = {**line["AccountBasedExpenseLineDetail"], **by_hand}
    poster.edit("expense-report:R1", Line=[{**line, "AccountBasedExpenseLineDetail": detail}])
    outcome = poster.post(spent(expense_code_key="pumps"))["expense-report:R1"]
    assert outcome.state is ItemState.POSTED, outcome.reason
    (line,) = poster.row("expense-report:R1")["Line"]
    assert line["DetailType"] == "ItemBasedExpenseLineDetail"
    kept = line["ItemBasedExpenseLineDetail"]
    assert {name: kept[name]["value"] for name in by_hand} == {
        "ClassRef": CLASSES[0]["value"],
        "CustomerRef": "3",
    }
