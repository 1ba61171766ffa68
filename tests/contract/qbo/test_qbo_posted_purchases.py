"""Expenses of staff linked to an employee, and charges of company cards, which the ledger keeps as
purchases, against the sandbox."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.money_settings import GroupBy, MissingPayee
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.rules import RuleKind, Skip
from ledgerlink.domain.model.source_records import ExpenseEntry

from tests.contract.papers import DAY, charged, gone, spent
from tests.contract.qbo.books import Row
from tests.contract.qbo.poster import Poster, code

REPORT = "expense-report:R1"
CHARGE = "expense:x1"


def paid(key: str = "x1", amount: str = "31.50", **more: Any) -> ExpenseEntry:
    """What employee Emily paid for."""
    return replace(spent(key, amount, staff_key="emily"), **more)


def amounts(purchase: Row) -> list[object]:
    return [line["Amount"] for line in purchase["Line"]]


def test_an_employees_expenses_are_a_check_from_the_chosen_account(
    poster: Poster,
) -> None:
    said = {"report_number": "ER-8", "report_name": "Trip"}
    outcome = poster.post(paid("x1", **said), paid("x2", "12.25", **said))[REPORT]
    check = poster.row(REPORT)
    assert (outcome.state, outcome.reason, outcome.version) == (ItemState.POSTED, None, "0")
    assert outcome.total == Decimal("43.75") == Decimal(str(check["TotalAmt"]))
    assert (check["PaymentType"], check["AccountRef"]["value"]) == ("Check", "35")
    assert (check["EntityRef"]["value"], check["EntityRef"]["type"]) == ("55", "Employee")
    assert (check["TxnDate"], check["DocNumber"]) == (DAY.isoformat(), "ER-8")
    assert check["PrivateNote"].splitlines() == ["Trip", f"[{REPORT}]"]
    assert amounts(check) == [31.5, 12.25]
    assert not check.get("Credit")


def test_each_entry_and_each_period_of_an_employee_can_be_a_check_of_its_own(
    poster: Poster,
) -> None:
    april = date(2026, 4, 1)
    poster.expensing = replace(poster.expensing, group_by=GroupBy.ENTRY)
    poster.post(paid("x1"), paid("x2"))
    assert [amounts(check) for check in poster.ours("Purchase")] == [[31.5], [31.5]]
    poster.expensing = replace(poster.expensing, group_by=GroupBy.PERSON_AND_PERIOD)
    poster.post(paid("x3"), paid("x4"), paid("x5", spent_on=april))
    found = sorted(len(check["Line"]) for check in poster.ours("Purchase"))
    assert found == [1, 1, 1, 2]


def test_a_charge_is_a_purchase_on_its_cards_account_for_any_user(poster: Poster) -> None:
    outcomes = poster.post(
        charged("x1"), charged("x2", card_key="mastercard", staff_key="emily", report_key="R1")
    )
    assert [outcome.state for outcome in outcomes.values()] == [ItemState.POSTED] * 2
    visa, mastercard = poster.row(CHARGE), poster.row("expense:x2")
    assert {p["PaymentType"] for p in (visa, mastercard)} == {"CreditCard"}
    assert [p["AccountRef"]["value"] for p in (visa, mastercard)] == ["42", "41"]
    assert not visa.get("Credit")
    assert "EntityRef" not in visa


def test_a_charge_names_the_vendor_who_was_paid(poster: Poster) -> None:
    poster.post(charged(vendor_key="bessie"))
    payee = poster.row(CHARGE)["EntityRef"]
    assert (payee["value"], payee["type"]) == ("30", "Vendor")


def test_a_vendor_without_a_rule_can_be_the_catch_all(poster: Poster) -> None:
    poster.expensing = replace(
        poster.expensing, missing_payee=MissingPayee.CATCH_ALL, catch_all_vendor_id="41"
    )
    (operation,) = poster.planned(charged(vendor_key="stranger"))
    assert operation.warnings == (reason("catch_all_used", kind="vendor", key="stranger"),)
    poster.send([operation])
    assert poster.row(CHARGE)["EntityRef"]["value"] == "41"


def test_a_card_without_a_rule_can_have_a_default_account(poster: Poster) -> None:
    poster.expensing = replace(poster.expensing, card_account_id="41")
    poster.post(charged(card_key="lost"))
    assert poster.row(CHARGE)["AccountRef"]["value"] == "41"


def test_a_refund_is_a_credit_of_its_card_with_positive_amounts(poster: Poster) -> None:
    outcome = poster.post(charged(refund=True))[CHARGE]
    credit = poster.row(CHARGE)
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert (credit["PaymentType"], credit["Credit"]) == ("CreditCard", True)
    assert (amounts(credit), credit["TotalAmt"]) == ([31.5], 31.5)
    assert outcome.total == Decimal("31.5")


def test_a_charge_that_turns_out_a_refund_becomes_a_credit_and_back(poster: Poster) -> None:
    poster.post(charged())
    assert poster.post(charged(refund=True))[CHARGE].state is ItemState.POSTED
    assert poster.row(CHARGE)["Credit"] is True
    assert poster.post(charged())[CHARGE].state is ItemState.POSTED
    assert not poster.row(CHARGE).get("Credit")


@pytest.mark.parametrize("make", [paid, charged])
def test_a_changed_expense_changes_its_purchase(poster: Poster, make: type) -> None:
    (key,) = poster.post(make("x1"))
    before = poster.row(key)
    outcome = poster.post(make("x1", "40", spent_on=date(2026, 3, 5)))[key]
    after = poster.row(key)
    assert (outcome.state, outcome.reason, outcome.version) == (ItemState.POSTED, None, "1")
    assert (after["Id"], after["SyncToken"]) == (before["Id"], "1")
    assert (amounts(after), after["TxnDate"]) == ([40], "2026-03-05")
    assert after["PaymentType"] == before["PaymentType"]


@pytest.mark.parametrize("make", [paid, charged])
def test_a_deleted_expense_takes_its_purchase_along(poster: Poster, make: type) -> None:
    (key,) = poster.post(make("x1"))
    assert poster.post(gone("x1"))[key].state is ItemState.POSTED
    assert poster.ours("Purchase") == []
    assert poster.links == {}


def test_a_charge_that_was_paid_by_the_employee_after_all_becomes_a_check(poster: Poster) -> None:
    poster.post(charged())
    outcomes = poster.post(paid())
    assert outcomes[REPORT].state is ItemState.POSTED
    (check,) = poster.ours("Purchase")
    assert check["PaymentType"] == "Check"


def test_an_entry_paid_by_card_instead_of_its_employee_is_one_purchase(poster: Poster) -> None:
    poster.post(paid(report_key=None))
    outcome = poster.post(charged())[CHARGE]
    (purchase,) = poster.ours("Purchase")
    assert (outcome.state, purchase["PaymentType"]) == (ItemState.POSTED, "CreditCard")


def test_a_removed_payee_and_location_are_cleared(poster: Poster) -> None:
    poster.post(charged(vendor_key="bessie", location_key="north"))
    poster.post(charged())
    assert not {"EntityRef", "DepartmentRef"} & poster.row(CHARGE).keys()


def test_a_payee_that_the_rules_leave_out_is_not_sent(poster: Poster) -> None:
    poster.rule(RuleKind.VENDORS, "bessie", Skip())
    assert code(poster.post(charged(vendor_key="bessie"))[CHARGE]) == ""
    assert "EntityRef" not in poster.row(CHARGE)


def test_a_bookkeepers_additions_to_a_purchase_stay(poster: Poster) -> None:
    poster.post(charged())
    added = {"PaymentMethodRef": {"value": "3"}, "PaymentRefNum": "4711"}
    poster.edit(CHARGE, **added)
    assert poster.post(charged("x1", "40"))[CHARGE].state is ItemState.POSTED
    row = poster.row(CHARGE)
    assert (row["PaymentMethodRef"]["value"], row["PaymentRefNum"]) == ("3", "4711")
    assert amounts(row) == [40]
