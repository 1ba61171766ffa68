"""The reasons of rejected money documents: inactive references, accounts, missing features."""

from dataclasses import replace

import pytest
from ledgerlink.connectors.qbo.posting.uploads import MAX_BYTES
from ledgerlink.domain.errors import Invalid, NotFound
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Request, Write
from ledgerlink.domain.model.references import ExistingRecord

from tests.support.qbo.scripted_company import fault, fault_body, open_ledger, reply, write_all
from tests.support.qbo.virtual_time import run
from tests.support.qbo.writes import OutcomeCollector, activity, change
from tests.support.qbo.writes import create as timed
from tests.unit.connectors.qbo.document_samples import CARD, CHECK, expenses, invoice, line, receipt
from tests.unit.connectors.qbo.fake_query_server import FakeQueryServer, Row, company
from tests.unit.connectors.qbo.stored_documents import (
    BILL,
    SALE,
    MoneyRecord,
    create,
    outcome,
    reason_of,
    stored,
    update,
)

INACTIVE = fault("610", "Object Not Found : Something you're trying to use has been made inactive.")
UNKNOWN = fault("2500", "Invalid Reference Id : Accounts element id 13 not found")
FULL = line(customer=ExistingRecord("21"), class_id="7", billable=True, tax_code_id="TAX")
REPORT = expenses(FULL, location_id="3", account_id="33")


def row(ledger_id: str, name: str, *, active: bool = True, **more: object) -> Row:
    suffix = "" if active else " (deleted)"
    return {"Id": ledger_id, "Active": active, "Name": f"{name}{suffix}", **more}


BOOKS: dict[str, list[Row]] = {
    "Account": [row("13", "Meals"), row("33", "Payable")],
    "Vendor": [{"Id": "46", "Active": True, "DisplayName": "Norton Lumber"}],
    "Customer": [{"Id": "21", "Active": True, "DisplayName": "Rondonuwu"}],
    "Class": [row("7", "East")],
    "Department": [row("3", "Main Street")],
}


def refused(write: Write, *script: object, **books: list[Row]) -> Outcome:
    return outcome(company(*script, **{**BOOKS, **books}), write)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entity", "there", "words"),
    [
        ("Account", row("13", "Meals", active=False), "account Meals (13) is inactive"),
        (
            "Vendor",
            {"Id": "46", "Active": False, "DisplayName": "Norton Lumber (deleted)"},
            "vendor Norton Lumber (46) is inactive",
        ),
        (
            "Customer",
            {"Id": "21", "Active": False, "DisplayName": "Rondonuwu (deleted)"},
            "customer Rondonuwu (21) is inactive",
        ),
        ("Class", row("7", "East", active=False), "class East (7) is inactive"),
        ("Department", row("3", "Main", active=False), "location Main (3) is inactive"),
    ],
)
def test_inactive_references_are_named(entity: str, there: Row, words: str) -> None:
    others = [each for each in BOOKS[entity] if each["Id"] != there["Id"]]
    found = refused(create(REPORT), INACTIVE, **{entity: [there, *others]})
    assert (found.state, reason_of(found).code) == (ItemState.FAILED, "target_missing")
    assert f"in the accounting system: {words}; Object Not Found" in reason_of(found).message


def test_missing_references_are_named() -> None:
    found = refused(create(REPORT), UNKNOWN, Account=[row("33", "Payable")])
    assert (
        "in the accounting system: account 13 is not there; Invalid Reference"
        in reason_of(found).message
    )


def test_without_missing_references_the_ledgers_text_stays() -> None:
    found = refused(create(REPORT), UNKNOWN)
    assert "in the accounting system: Invalid Reference Id : Accounts" in reason_of(found).message


def test_an_item_and_a_payee_are_named() -> None:
    sample = expenses(line(item_id="8", account_id=None), **CHECK)
    books = {"Item": [row("8", "Hours", active=False)], "Employee": [], "Account": [row("35", "B")]}
    found = refused(create(sample), INACTIVE, **books)
    assert "employee 55 is not there; item Hours (8) is inactive" in reason_of(found).message


def test_invalid_references_of_time_are_named_too() -> None:
    there = company(INACTIVE, Item=[row("8", "Hours", active=False)])
    found = outcome(there, timed(0, activity(0)))
    assert "item Hours (8) is inactive" in reason_of(found).message


def test_a_customer_above_is_named() -> None:
    body = {"DisplayName": "Aviary", "Job": True, "ParentRef": {"value": "21"}}
    found = refused(timed(0, body, "Customer"), INACTIVE, Customer=[])
    assert "customer 21 is not there" in reason_of(found).message


def test_a_document_that_a_file_is_to_be_attached_to_is_named() -> None:
    write = replace(create(receipt()), file=lambda: b"abc")
    found = outcome(company(fault("2500", "Invalid Reference Id")), write)
    assert "purchase 145 is not there" in reason_of(found).message


def test_an_update_of_an_existing_record_names_its_missing_reference() -> None:
    books = {"Bill": [stored(REPORT)], "Account": [row("33", "Payable")]}
    found = refused(update(REPORT, stored(BILL)), INACTIVE, **books)
    assert reason_of(found).code == "already_written"
    books["Bill"] = [stored(BILL)]
    found = refused(update(REPORT, stored(BILL)), INACTIVE, **books)
    assert (reason_of(found).code, "account 13" in reason_of(found).message) == (
        "target_missing",
        True,
    )


def test_each_list_is_read_once_and_records_are_remembered() -> None:
    items = [{"bId": str(n), **fault_body("610")} for n in range(2)]
    refusal = reply({"BatchItemResponse": items})
    there = company(lambda request: refusal, **BOOKS)
    writes = (create(REPORT, 0), create(expenses(FULL, key="k2", reference="k2"), 1))

    async def main() -> None:
        ledger = open_ledger(there)
        await ledger.write([Request("r", writes)], OutcomeCollector(), lambda: False)
        there.script = [INACTIVE]
        await ledger.write([Request("s", writes[:1])], OutcomeCollector(), lambda: False)

    run(main())
    assert isinstance(there.rows, FakeQueryServer)
    asked = {entity: len(there.rows.asked(entity)) for entity in BOOKS}
    assert asked == dict.fromkeys(BOOKS, 1)
    assert "Active IN (true,false) AND Id IN ('13', '33') " in there.rows.asked("Account")[0]


@pytest.mark.parametrize(
    ("sample", "accounts", "words"),
    [
        (
            expenses(account_id="33"),
            [row("33", "Loan", AccountType="Long Term Liability")],
            "The account Loan (33), which is of the type Long Term Liability, is not an accounts "
            "payable account",
        ),
        (
            expenses(**CHECK),
            [row("35", "Visa", AccountType="Credit Card")],
            "The account Visa (35), which is of the type Credit Card, is not a bank account",
        ),
        (
            expenses(**CARD),
            [row("42", "Checking", AccountType="Bank")],
            "The account Checking (42), which is of the type Bank, is not a credit card account",
        ),
        (
            expenses(account_id="33"),
            [
                row("33", "Payable", AccountType="Accounts Payable"),
                row("13", "Receivable", AccountType="Accounts Receivable"),
            ],
            "The account Receivable (13), which is of the type Accounts Receivable, is not an "
            "account that expenses can be posted to",
        ),
    ],
)
def test_an_account_of_the_wrong_type_is_named(
    sample: MoneyRecord, accounts: list[Row], words: str
) -> None:
    found = refused(create(sample), fault("6430", "Invalid account type"), Account=accounts)
    assert (reason_of(found).code, words in reason_of(found).message) == ("wrong_account", True)


def test_an_account_of_unknown_type_leaves_the_ledgers_text() -> None:
    found = refused(create(BILL), fault("6430", "Invalid account type"), Account=[])
    assert reason_of(found).code == "account_not_usable"
    assert "an account is of the wrong type: Invalid account type" in reason_of(found).message


@pytest.mark.parametrize(
    ("code", "expected", "field", "words"),
    [
        ("2290", "amount_refused", "amount", "an amount is negative"),
        (
            "3000",
            "custom_field_unknown",
            "custom_fields",
            "the company does not have one of the custom fields",
        ),
        ("6070", "amount_refused", "quantity", "an amount is not quantity times price"),
        ("6100", "tax_refused", "tax_code_key", "the company cannot use this tax code"),
        ("6220", "has_balance", "key", "the record still has a balance"),
        ("6310", "refused", "project_key", "something billable has no customer"),
        (
            "620",
            "not_linkable",
            "time_keys",
            "it cannot be linked to the time or document that it names",
        ),
    ],
)
def test_codes_with_little_text_have_our_words_and_the_field(
    code: str, expected: str, field: str, words: str
) -> None:
    found = refused(create(SALE), fault(code, "Il y a une erreur"))
    assert (found.state, reason_of(found).code, reason_of(found).field) == (
        ItemState.FAILED,
        expected,
        field,
    )
    assert f"{words}" in reason_of(found).message
    assert f"Il y a une erreur (QuickBooks error {code})" in reason_of(found).message


def test_a_business_rule_has_its_text() -> None:
    detail = "Make sure all your transactions have a GST/HST rate before you save."
    found = refused(create(BILL), fault("6000", detail))
    assert (reason_of(found).code, detail in reason_of(found).message) == ("tax_refused", True)


def test_a_closed_period_has_its_day() -> None:
    there = company(fault("6210"), **BOOKS)
    there.reads = {
        "preferences": {"Preferences": {"AccountingInfoPrefs": {"BookCloseDate": "2026-02-28"}}}
    }
    found = outcome(there, create(BILL))
    assert reason_of(found).code == "closed_period"
    assert "2026-02-02" in reason_of(found).message
    assert "2026-02-28" in reason_of(found).message


def test_a_number_that_is_too_long_names_our_field() -> None:
    found = refused(create(BILL), fault("2050", "Max:21", element="DocNumber"))
    assert (reason_of(found).code, reason_of(found).field) == ("text_too_long", "number")


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        (REPORT, "billable expenses, classes, locations: no"),
        (
            invoice(custom_fields={"1": "a"}, currency="EUR"),
            "custom fields, several currencies: no",
        ),
        (BILL, "not available in the accounting system: no"),
        (
            expenses(line(customer=ExistingRecord("21"))),
            "not available in the accounting system: no",
        ),
    ],
)
def test_a_feature_that_a_document_asks_for_stops_that_document_alone(
    sample: MoneyRecord, words: str
) -> None:
    there = company(fault("5030", "no"))
    outcomes = run(
        write_all(there, [Request("r", (create(sample, 0),)), Request("s", (create(BILL, 1),))])
    ).outcomes
    assert (outcomes[0].state, reason_of(outcomes[0]).code) == (ItemState.FAILED, "feature_off")
    assert words in reason_of(outcomes[0]).message
    assert outcomes[1].state is ItemState.POSTED


@pytest.mark.parametrize("size", [1, 2])
def test_a_plan_without_time_tracking_stops_time_alone(size: int) -> None:
    """Issue 17, item 8: one kind from all kinds."""

    def lacking(request: object) -> object:
        if size == 1:
            return reply(fault_body("5030", "no"), 400)
        items = [{"bId": str(n), **fault_body("5030", "no")} for n in range(size)]
        return reply({"BatchItemResponse": items})

    there = company(lacking)  # type: ignore[arg-type]
    writes = tuple(timed(n, activity(n)) for n in range(size))

    async def main() -> OutcomeCollector:
        report = OutcomeCollector()
        await open_ledger(there).write([Request("r", writes)], report, lambda: False)
        return report

    outcomes = run(main()).outcomes
    assert [reason_of(outcomes[n]).code for n in range(size)] == ["feature_off"] * size


def test_a_deleted_purchase_whose_charge_was_invoiced_is_billed() -> None:
    gone = replace(change(0, Action.DELETE, "145"), kind="Purchase")
    found = refused(gone, fault("6400", "no"), Purchase=[stored(expenses(**CARD))])
    assert reason_of(found).code == "billed"


def attached(seq: int, file: object) -> Write:
    return replace(create(receipt(), seq), file=file)  # type: ignore[arg-type]


def test_a_file_that_cannot_go_along_fails_alone() -> None:
    def missing() -> bytes:
        raise NotFound("no_upload", "It is kept no more.")

    def beyond() -> bytes:
        raise Invalid("too_large", "It is too large.")

    there = company()
    files = [missing, beyond, lambda: b"x" * (MAX_BYTES + 1), lambda: b"abc"]
    requests = [Request(f"r{n}", (attached(n, file),)) for n, file in enumerate(files)]

    def stored_file(request: object) -> object:
        return reply({"AttachableResponse": [{"Attachable": stored(receipt(), "9")}]})

    there.script = [stored_file]  # type: ignore[list-item]
    report = run(write_all(there, requests))
    assert sorted(report.requests) == ["r0", "r1", "r2", "r3"]
    codes = [report.outcomes[n].reason and reason_of(report.outcomes[n]).code for n in range(4)]
    assert codes == ["receipt_missing", "receipt_too_large", "receipt_too_large", None]
    assert report.outcomes[3].content
    assert len(there.log) == 1


def test_a_rejected_file_is_reported() -> None:
    item = {"AttachableResponse": [fault_body("6050", "not that type")]}
    found = outcome(company(lambda request: reply(item)), attached(0, lambda: b"abc"))
    assert (found.state, reason_of(found).code) == (ItemState.FAILED, "refused")
    assert "not that type" in reason_of(found).message
