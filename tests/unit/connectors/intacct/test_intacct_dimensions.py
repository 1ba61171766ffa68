"""What lines have to say: composing, checking, and learning from what the ledger refuses."""

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
from ledgerlink.domain.model.documents import Document, Known, Pending, Settlement, fingerprint
from ledgerlink.domain.model.reasons import Blocked, Reason
from ledgerlink.domain.ports import never

from tests.unit.connectors.intacct.books import Books, create
from tests.unit.connectors.intacct.desk import USD, expenses, invoice, line, sold, time
from tests.unit.connectors.intacct.stage import LOGIN

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
def test_each_line_says_department_location_and_class(document: Document) -> None:
    (sent,) = lines_of(document)
    upper = {name.upper(): value for name, value in sent.items()}
    assert {name: upper.get(name) for name in SAID} == SAID


def test_a_line_of_an_invoice_comes_before_the_invoice() -> None:
    own = sold(department_id="department/20", class_id="class/CL2")
    first, second = lines_of(COMPOSER.invoice(invoice(lines=(own, sold()), **PLACED)))
    assert (first["departmentid"], first["classid"], first["locationid"]) == ("20", "CL2", "US")
    assert (second["departmentid"], second["classid"]) == ("10", "CL1")


def test_an_entity_is_a_location_too() -> None:
    (sent,) = lines_of(COMPOSER.expenses(expenses(lines=(line(location_id="locationentity/UK"),))))
    assert sent["LOCATIONID"] == "UK"


@pytest.mark.parametrize(("name", "other"), [
    ("department", "location/US"), ("location", "department/10"), ("class", "location/US"),
])  # fmt: skip
def test_an_id_of_another_object_is_refused(name: str, other: str) -> None:
    why = refused(USD, **{f"{name}_id": other})
    assert (why.code, why.field) == ("target_missing", f"{name}_key")
    assert other in why.message


def test_the_companys_choice_comes_last_and_is_told_once() -> None:
    chosen = Choices(department_id="department/20", class_id="class/CL2")
    whole = expenses(lines=(line(), line(department_id="department/10"), line()))
    document = IntacctComposer(choices=chosen).expenses(whole)
    assert [each["DEPARTMENTID"] for each in lines_of(document)] == ["20", "10", "20"]
    told = [(why.code, why.field) for why in document.warnings]
    assert told == [("default_dimension", "department_key"), ("default_dimension", "class_key")]


@pytest.mark.parametrize("count", range(4))
def test_what_the_ledger_may_have_filled_in_is_among_what_an_entry_came_from(count: int) -> None:
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
    ("project", {"customer": Known("project/P-7")}),
    ("project", {"customer": Known("task/3")}),
    ("project", {"customer": Pending("project:p1")}),
    ("task", {"customer": Known("task/3")}),
    ("customer", {"customer": Known("customer/C1")}),
    ("customer", {"customer": Known("project/P-7")}),
    ("item", {"item_id": "item/EXP-1"}),
])  # fmt: skip
def test_a_line_that_does_not_say_it_is_refused_and_one_that_does_is_not(
    name: str, more: Mapping[str, Any]
) -> None:
    features = asking(glaccount__6000={name: "6000"})
    why = refused(features, account_id="glaccount/6000")
    assert why.code == "missing_dimension"
    assert f"account 6000 requires a {name}, and e1 has none" in why.message
    assert why.field == PRODUCT_FIELDS[name]
    assert f" {name} for the record" in why.remedy
    COMPOSER.expenses(expenses(lines=(line(**more),), features=features))


@pytest.mark.parametrize("name", ["vendor", "employee", "contract", "warehouse"])
def test_what_comes_with_the_head_or_is_not_ours_is_left_to_the_ledger(name: str) -> None:
    asked = expenses(features=asking(glaccount__6000={name: "6000"}))
    assert COMPOSER.expenses(asked) == COMPOSER.expenses(expenses())


def test_an_account_of_another_line_asks_nothing_of_this_one() -> None:
    asked = expenses(features=asking(glaccount__7000=DEPARTMENT))
    assert COMPOSER.expenses(asked) == COMPOSER.expenses(expenses())


def test_what_the_ledger_fills_in_is_not_asked_for() -> None:
    features = asking(glaccount__6000={"location": "6000"})
    asked = expenses(features=replace(features, fills=("location",)))
    assert COMPOSER.expenses(asked) == COMPOSER.expenses(expenses())


def test_time_is_asked_by_what_it_is_of() -> None:
    features = asking(TIMESHEETENTRY_timetype__Overtime={"department": "5000"})
    composer = IntacctComposer(features=features)
    composer.time(time(item=Known("timetype/Regular")))
    with pytest.raises(Blocked, match="account 5000 requires a department"):
        composer.time(time(item=Known("timetype/Overtime")))
    composer.time(time(item=Known("timetype/Overtime"), department_id="department/10"))


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
def test_a_refusal_says_which_dimension_and_which_account(
    words: str, wanted: tuple[str, str]
) -> None:
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
    (COMPOSER.time(time(item=Known("timetype/Regular"))), "TIMESHEETENTRY timetype/Regular"),
])  # fmt: skip
def test_what_is_booked_on_the_account_is_learned(document: Document, name: str) -> None:
    assert learned(document) == {"accounts": {name: ["6000"]}}


@pytest.mark.parametrize("document", [
    COMPOSER.invoice(invoice(lines=(sold(), sold(item=Known("item/LAB-2"))))),
    COMPOSER.invoice(invoice(department_id="department/10")),
])  # fmt: skip
def test_of_lines_of_which_several_or_none_may_be_meant_nothing_is_learned(
    document: Document,
) -> None:
    assert learned(document) == {}


def test_of_several_lines_the_one_that_names_the_account_is_meant() -> None:
    two = expenses(lines=(line(), line(account_id="glaccount/6100")))
    assert learned(COMPOSER.expenses(two)) == {"accounts": {"glaccount/6000": ["6000"]}}


def test_a_refusal_that_names_no_account_teaches_nothing_but_that_lines_need_a_location() -> None:
    document, words = COMPOSER.expenses(expenses()), "This transaction is missing the {} dimension"
    assert learned(document, Fault("X", words.format("Class"))) == {}
    assert learned(document, Fault("X", words.format("Location"))) == {"accounts": {"APBILL": [""]}}


def test_what_is_kept_has_an_end() -> None:
    memory = LearnedRequirements({})
    for number in range(MAX_ACCOUNTS + 5):
        item = COMPOSER.time(time(item=Known(f"item/I{number}")))
        memory.learn_from(create(0, item), REFUSAL)
    kept = memory.state()["accounts"]
    assert len(kept) == MAX_ACCOUNTS
    assert "TIMESHEETENTRY item/I0" not in kept


ACCOUNTS = {"accounts": {"SODOCUMENT item/LAB-1": ["6000"], "glaccount/7000": ["7000"]}}


async def test_what_was_learned_is_asked_for_as_long_as_the_account_asks() -> None:
    books = Books(state=ACCOUNTS)
    books.gateway.add("GLACCOUNT", ACCOUNTNO="6000", REQUIREDEPT="true")
    number = books.gateway.add("GLACCOUNT", ACCOUNTNO="7000", REQUIREDEPT="false")
    company = await books.ledger.company(never)
    assert company.features.required == {"SODOCUMENT item/LAB-1": {"department": "6000"}}
    kept = books.ledger.connector_state()
    assert kept == {"accounts": {"SODOCUMENT item/LAB-1": ["6000"]}}
    assert books.gateway.requests("query") == 1
    del books.gateway.tables["GLACCOUNT"][number]
    books.gateway.rows("GLACCOUNT")[0]["REQUIREDEPT"] = "false"
    assert (await books.ledger.company(never)).features.required == {}
    assert books.ledger.connector_state() == {}


async def test_what_cannot_be_asked_is_kept_and_holds_nobody_back() -> None:
    books = Books(state=ACCOUNTS)
    books.gateway.refusals = {"GLACCOUNT": [("XL03000009", "Object definition not found")]}
    assert (await books.ledger.company(never)).features.required == {}
    assert books.ledger.connector_state() == ACCOUNTS


async def test_a_refused_document_is_told_with_the_field_and_remembered() -> None:
    books = Books()
    books.gateway.refusals = {"<APBILL>": [("BL03000018", REFUSAL.words)]}
    await books.write(create(0, COMPOSER.expenses(expenses())))
    why = books.told[0].reason
    assert why is not None
    assert (why.code, why.field) == ("missing_dimension", "department_key")
    assert "Enter a department for the record" in why.remedy
    assert books.ledger.connector_state() == {"accounts": {"glaccount/6000": ["6000"]}}


async def test_a_company_of_entities_asks_time_for_a_location_unless_one_is_signed_in_to() -> None:
    books = Books()
    books.gateway.add("LOCATIONENTITY", LOCATIONID="US", NAME="States", CURRENCY="USD")
    features = (await books.ledger.company(never)).features
    assert features.required == {"TIMESHEETENTRY": {"location": ""}}
    with pytest.raises(Blocked, match="a company of several entities requires a location"):
        IntacctComposer(features=features).time(time())
    books.vault.save(replace(LOGIN, entity="US"))
    within = (await books.open().company(never)).features
    assert (within.required, within.fills) == ({}, ("location",))
