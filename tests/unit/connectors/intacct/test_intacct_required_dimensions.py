"""Dimensions of lines: defaults, what accounts require, and what rejections teach."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.connectors.intacct.config import Choices, InvoiceModule
from ledgerlink.connectors.intacct.documents import encoding
from ledgerlink.connectors.intacct.documents.composer import IntacctComposer
from ledgerlink.connectors.intacct.documents.required_dimensions import (
    PRODUCT_FIELDS,
    demanded_dimension,
)
from ledgerlink.connectors.intacct.documents.time_entry import possible_time_bodies
from ledgerlink.connectors.intacct.protocol.faults import Fault
from ledgerlink.connectors.intacct.reads.learned_requirements import (
    MAX_ACCOUNTS,
    LearnedRequirements,
)
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.reasons import Blocked, Reason
from ledgerlink.domain.model.references import ExistingRecord, Pending
from ledgerlink.domain.model.resolved_expenses import Settlement
from ledgerlink.domain.ports import never

from tests.unit.connectors.intacct.gateway_client import LOGIN
from tests.unit.connectors.intacct.open_company import OpenCompany, create
from tests.unit.connectors.intacct.resolved_records import USD, expenses, invoice, line, sold, time

COMPOSER = IntacctComposer()
PLACED: Mapping[str, Any] = {
    "department_id": "department/10",
    "location_id": "location/US",
    "class_id": "class/CL1",
}
SAID = {"DEPARTMENTID": "10", "LOCATIONID": "US", "CLASSID": "CL1"}
DEPARTMENT = {"department": "6000"}


def asking(**required: Mapping[str, str]) -> Features:
    """A company whose accounts ask for these; `__` stands for a slash, `_` for a blank."""
    names = {name.replace("__", "/").replace("_", " "): some for name, some in required.items()}
    return replace(USD, required=names)


def refused(features: Features, **of_line: Any) -> Reason:
    """Why a bill of one line cannot be posted."""
    with pytest.raises(Blocked) as blocked:
        COMPOSER.expenses(expenses(lines=(line(**of_line),), features=features))
    return blocked.value.reason


def lines_of(document: Document) -> list[Mapping[str, Any]]:
    """The lines as they are sent."""
    sent = encoding.generic if document.kind == "APBILL" else encoding.legacy
    whole: Any = sent(document.body)
    names = ("APBILLITEMS", "expenses", "ccpayitems", "sotransitems", "invoiceitems")
    (group,) = (whole[name] for name in names if name in whole)
    (some,) = group.values()
    return list(some)


# Where they go.

RECEIVABLES = IntacctComposer(
    choices=Choices(sales=InvoiceModule.RECEIVABLES, revenue_account_id="glaccount/4000")
)
DOCUMENTS = {
    "bill": COMPOSER.expenses(expenses(lines=(line(**PLACED),))),
    "report": COMPOSER.expenses(expenses(Settlement.CHECK, lines=(line(**PLACED),))),
    "charge": COMPOSER.expenses(expenses(Settlement.CARD, lines=(line(**PLACED),))),
    "order": COMPOSER.invoice(invoice(**PLACED)),
    "receivable": RECEIVABLES.invoice(invoice(**PLACED)),
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_each_line_has_department_location_and_class(document: Document) -> None:
    (sent,) = lines_of(document)
    upper = {name.upper(): value for name, value in sent.items()}
    assert {name: upper.get(name) for name in SAID} == SAID


def test_dimensions_of_a_line_come_before_those_of_the_invoice() -> None:
    own = sold(department_id="department/20", class_id="class/CL2")
    first, second = lines_of(COMPOSER.invoice(invoice(lines=(own, sold()), **PLACED)))
    assert (first["departmentid"], first["classid"], first["locationid"]) == ("20", "CL2", "US")
    assert (second["departmentid"], second["classid"]) == ("10", "CL1")


def test_an_entity_counts_as_a_location() -> None:
    (sent,) = lines_of(COMPOSER.expenses(expenses(lines=(line(location_id="locationentity/UK"),))))
    assert sent["LOCATIONID"] == "UK"


@pytest.mark.parametrize(("name", "other"), [
    ("department", "location/US"), ("location", "department/10"), ("class", "location/US"),
])  # fmt: skip
def test_an_id_of_another_object_is_refused(name: str, other: str) -> None:
    why = refused(USD, **{f"{name}_id": other})
    assert (why.code, why.field) == ("target_missing", f"{name}_key")
    assert other in why.message


def test_the_default_comes_last_and_warns_once() -> None:
    chosen = Choices(department_id="department/20", class_id="class/CL2")
    whole = expenses(lines=(line(), line(department_id="department/10"), line()))
    document = IntacctComposer(choices=chosen).expenses(whole)
    assert [each["DEPARTMENTID"] for each in lines_of(document)] == ["20", "10", "20"]
    warnings = [(why.code, why.field) for why in document.warnings]
    assert warnings == [("default_dimension", "department_key"), ("default_dimension", "class_key")]


@pytest.mark.parametrize("count", range(4))
def test_possible_bodies_include_one_without_fields_filled_by_the_ledger(count: int) -> None:
    sent = dict(list(PLACED.items())[:count])
    document = COMPOSER.time(time(**sent))
    entry = {name: value for name, value in encoding.generic(document.body).items() if value}
    sheet = {"EMPLOYEEID": "E1", "BEGINDATE": str(entry.pop("BEGINDATE"))}
    stored: Any = {**entry, **SAID, "TIMETYPE": "Regular"}
    assert fingerprint(document.body) in {
        fingerprint(each) for each in possible_time_bodies(sheet, stored)
    }


# What an account asks for.


@pytest.mark.parametrize(("name", "more"), [
    ("department", {"department_id": "department/10"}),
    ("location", {"location_id": "location/US"}),
    ("class", {"class_id": "class/CL1"}),
    ("project", {"customer": ExistingRecord("project/P-7")}),
    ("project", {"customer": ExistingRecord("task/3")}),
    ("project", {"customer": Pending("project:p1")}),
    ("task", {"customer": ExistingRecord("task/3")}),
    ("customer", {"customer": ExistingRecord("customer/C1")}),
    ("customer", {"customer": ExistingRecord("project/P-7")}),
    ("item", {"item_id": "item/EXP-1"}),
])  # fmt: skip
def test_a_line_without_a_required_dimension_is_blocked(name: str, more: Mapping[str, Any]) -> None:
    features = asking(glaccount__6000={name: "6000"})
    why = refused(features, account_id="glaccount/6000")
    assert why.code == "missing_dimension"
    assert f"account 6000 requires a {name}, and e1 has none" in why.message
    assert why.field == PRODUCT_FIELDS[name]
    assert f" {name} for the record" in why.remedy
    COMPOSER.expenses(expenses(lines=(line(**more),), features=features))


@pytest.mark.parametrize("name", ["vendor", "employee", "contract", "warehouse"])
def test_dimensions_of_the_head_are_left_to_the_ledger(name: str) -> None:
    asked = expenses(features=asking(glaccount__6000={name: "6000"}))
    assert COMPOSER.expenses(asked) == COMPOSER.expenses(expenses())


def test_an_account_of_another_line_requires_nothing_of_this_one() -> None:
    asked = expenses(features=asking(glaccount__7000=DEPARTMENT))
    assert COMPOSER.expenses(asked) == COMPOSER.expenses(expenses())


def test_a_dimension_that_the_ledger_fills_in_is_not_required() -> None:
    features = asking(glaccount__6000={"location": "6000"})
    asked = expenses(features=replace(features, fills=("location",)))
    assert COMPOSER.expenses(asked) == COMPOSER.expenses(expenses())


def test_requirements_of_time_follow_its_item() -> None:
    features = asking(TIMESHEETENTRY_timetype__Overtime={"department": "5000"})
    composer = IntacctComposer(features=features)
    composer.time(time(item=ExistingRecord("timetype/Regular")))
    with pytest.raises(Blocked, match="account 5000 requires a department"):
        composer.time(time(item=ExistingRecord("timetype/Overtime")))
    composer.time(time(item=ExistingRecord("timetype/Overtime"), department_id="department/10"))


# What refusals say and teach.


@pytest.mark.parametrize(("words", "wanted"), [
    ("This transaction is missing the Department dimension for the Account 6000",
     ("department", "6000")),
    ("This transaction is missing the Job dimension for the Account 6000-10",
     ("project", "6000-10")),
    ("The account number '6000' requires a Location.", ("location", "6000")),
    ("The account number '6000' requires an Item.", ("item", "6000")),
    ("This transaction is missing the Location dimension", ("location", "")),
    ("Required field Date Due is missing", ("", "")),
    ("The field requires a number", ("", "")),
    ("", ("", "")),
])  # fmt: skip
def test_a_fault_names_the_dimension_and_the_account(words: str, wanted: tuple[str, str]) -> None:
    assert demanded_dimension(Fault("BL03000018", words)) == wanted


REFUSAL = Fault("X", "This transaction is missing the Department dimension for the Account 6000")


def learned(document: Document, fault: Fault = REFUSAL) -> Mapping[str, Any]:
    memory = LearnedRequirements({})
    memory.learn_from(create(0, document), fault)
    return memory.state()


@pytest.mark.parametrize(("document", "name"), [
    (COMPOSER.expenses(expenses()), "glaccount/6000"),
    (COMPOSER.expenses(expenses(Settlement.CHECK, lines=(line(account_id="eeaccountlabel/A"),))),
     "eeaccountlabel/A"),
    (COMPOSER.invoice(invoice()), "SODOCUMENT item/LAB-1"),
    (COMPOSER.time(time()), "TIMESHEETENTRY "),
    (
        COMPOSER.time(time(item=ExistingRecord("timetype/Regular"))),
        "TIMESHEETENTRY timetype/Regular",
    ),
])  # fmt: skip
def test_the_account_of_an_item_is_learned(document: Document, name: str) -> None:
    assert learned(document) == {"accounts": {name: ["6000"]}}


@pytest.mark.parametrize("document", [
    COMPOSER.invoice(invoice(lines=(sold(), sold(item=ExistingRecord("item/LAB-2"))))),
    COMPOSER.invoice(invoice(department_id="department/10")),
])  # fmt: skip
def test_an_ambiguous_fault_teaches_nothing(
    document: Document,
) -> None:
    assert learned(document) == {}


def test_of_several_lines_the_one_with_the_account_counts() -> None:
    two = expenses(lines=(line(), line(account_id="glaccount/6100")))
    assert learned(COMPOSER.expenses(two)) == {"accounts": {"glaccount/6000": ["6000"]}}


def test_a_fault_without_an_account_teaches_only_a_required_location() -> None:
    document, words = COMPOSER.expenses(expenses()), "This transaction is missing the {} dimension"
    assert learned(document, Fault("X", words.format("Class"))) == {}
    assert learned(document, Fault("X", words.format("Location"))) == {"accounts": {"APBILL": [""]}}


def test_the_number_of_learned_accounts_is_limited() -> None:
    memory = LearnedRequirements({})
    for number in range(MAX_ACCOUNTS + 5):
        item = COMPOSER.time(time(item=ExistingRecord(f"item/I{number}")))
        memory.learn_from(create(0, item), REFUSAL)
    kept = memory.state()["accounts"]
    assert len(kept) == MAX_ACCOUNTS
    assert "TIMESHEETENTRY item/I0" not in kept


ACCOUNTS = {"accounts": {"SODOCUMENT item/LAB-1": ["6000"], "glaccount/7000": ["7000"]}}


async def test_a_learned_requirement_lasts_as_long_as_the_accounts_flag() -> None:
    company = OpenCompany(state=ACCOUNTS)
    company.gateway.add("GLACCOUNT", ACCOUNTNO="6000", REQUIREDEPT="true")
    number = company.gateway.add("GLACCOUNT", ACCOUNTNO="7000", REQUIREDEPT="false")
    assert (await company.ledger.company(never)).features.required == {
        "SODOCUMENT item/LAB-1": {"department": "6000"}
    }
    kept = company.ledger.connector_state()
    assert kept == {"accounts": {"SODOCUMENT item/LAB-1": ["6000"]}}
    assert company.gateway.requests("query") == 1
    del company.gateway.tables["GLACCOUNT"][number]
    company.gateway.rows("GLACCOUNT")[0]["REQUIREDEPT"] = "false"
    assert (await company.ledger.company(never)).features.required == {}
    assert company.ledger.connector_state() == {}


async def test_accounts_that_cannot_be_queried_are_kept_and_require_nothing() -> None:
    company = OpenCompany(state=ACCOUNTS)
    company.gateway.refusals = {"GLACCOUNT": [("XL03000009", "Object definition not found")]}
    assert (await company.ledger.company(never)).features.required == {}
    assert company.ledger.connector_state() == ACCOUNTS


async def test_a_rejected_document_names_the_field_and_is_learned_from() -> None:
    company = OpenCompany()
    company.gateway.refusals = {"<APBILL>": [("BL03000018", REFUSAL.words)]}
    await company.write(create(0, COMPOSER.expenses(expenses())))
    why = company.outcomes[0].reason
    assert why is not None
    assert (why.code, why.field) == ("missing_dimension", "department_key")
    assert "Enter a department for the record" in why.remedy
    assert company.ledger.connector_state() == {"accounts": {"glaccount/6000": ["6000"]}}


async def test_time_needs_a_location_at_the_top_level_of_several_entities() -> None:
    company = OpenCompany()
    company.gateway.add("LOCATIONENTITY", LOCATIONID="US", NAME="States", CURRENCY="USD")
    features = (await company.ledger.company(never)).features
    assert features.required == {"TIMESHEETENTRY": {"location": ""}}
    with pytest.raises(Blocked, match="a company of several entities requires a location"):
        IntacctComposer(features=features).time(time())
    company.vault.save(replace(LOGIN, entity="US"))
    within = (await company.open().company(never)).features
    assert (within.required, within.fills) == ({}, ("location",))
