"""Documents of money that the ledger does not take, in words for the person who must act, against
the sandbox."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.plan import ItemState, Outcome
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.rules import LinkExpenseCode, LinkTo, RuleKind
from ledgerlink.domain.model.source_records import Record
from ledgerlink.domain.model.time_settings import ClosedPeriod, LedgerEdits, TimeSettings

from tests.contract.papers import (
    DAY,
    PAPERS,
    Paper,
    charged,
    gone,
    invoice,
    papers,
    sold,
    spent,
)
from tests.contract.qbo.books import Make
from tests.contract.qbo.poster import Poster, abroad, code, words
from tests.support.sampling import sampled

EVERY = sampled("paper", papers(), one_in=3, ids=PAPERS)


def refused(outcome: Outcome, because: str) -> str:
    """The words of a refusal by the ledger, of this code."""
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, because)
    return words(outcome)


# Closed books.


def close(poster: Poster, through: str = "2026-03-31") -> None:
    block = {"AccountingInfoPrefs": {"BookCloseDate": through}}
    poster.books.admin(f"companies/{poster.books.realm}/preferences", block)


CLOSED = {"day": "2026-03-02", "closed": "2026-03-31"}


@EVERY
def test_a_document_in_closed_books_is_not_sent(poster: Poster, paper: Paper) -> None:
    close(poster)
    outcome = poster.post(paper.record())[paper.key]
    field = "issued_on" if paper.kind == "Invoice" else "spent_on"
    assert outcome.state is ItemState.BLOCKED
    assert outcome.reason == reason("closed_period", field=field, **CLOSED)


@pytest.mark.parametrize("fault", ["6200", "6210"])
@EVERY
def test_books_closed_meanwhile_refuse_creates_updates_and_deletes(
    poster: Poster, paper: Paper, fault: str
) -> None:
    poster.books.admin("settings", {"closed_books_code": fault})
    comes = poster.planned(paper.record())
    poster.send(comes)
    changes, goes = poster.planned(paper.record("40")), poster.planned(paper.gone)
    close(poster)
    sends = (poster.send, poster.send, poster.send_under_other_ids)
    for operations, send in zip((changes, goes, comes), sends, strict=True):
        outcome = send(operations)[paper.key]
        assert (outcome.state, outcome.reason) == (
            ItemState.FAILED,
            reason("closed_period", **CLOSED),
        )
    assert len(poster.ours(paper.kind)) == 1
    assert poster.row(paper.key)["TotalAmt"] == 31.5


@EVERY
def test_a_document_in_closed_books_is_dated_after_them_if_chosen(
    poster: Poster, paper: Paper
) -> None:
    poster.posting = TimeSettings(closed_period=ClosedPeriod.MOVE)
    close(poster)
    assert code(poster.post(paper.record())[paper.key]) == ""
    row = poster.row(paper.key)
    assert row["TxnDate"] == "2026-04-01"
    assert f"Dated {DAY}" in row["PrivateNote"]


# What is inactive.

BILLED = {"project_key": "birds"}


@dataclass(frozen=True)
class Gap:
    """A record of a list that a document points at, and how the words name it."""

    paper: str
    entity: str
    row_id: str
    name: str
    given: Mapping[str, Any] = field(default_factory=dict)


GAPS = [
    Gap("bill", "Vendor", "46", "vendor Norton Lumber and Building Materials (46)"),
    Gap("check", "Employee", "55", "employee Emily Platt (55)"),
    Gap("charge", "Vendor", "30", "vendor Books by Bessie (30)", {"vendor_key": "bessie"}),
    Gap("bill", "Account", "22", "account Travel (22)", {"expense_code_key": "travel"}),
    Gap("charge", "Account", "42", "account Visa (42)"),
    Gap("check", "Account", "35", "account Checking (35)"),
    Gap("bill", "Customer", "1", "customer Amy's Bird Sanctuary (1)", BILLED),
    Gap("charge", "Item", "11", "item Pump (11)", {"expense_code_key": "pumps"}),
    Gap("invoice", "Customer", "1", "customer Amy's Bird Sanctuary (1)"),
    Gap("invoice", "Item", "4", "item Design (4)"),
    Gap("invoice", "Term", "2", "term Net 15 (2)", {"terms_key": "net15"}),
    Gap("bill", "Class", "Residential", "class Residential", {"class_key": "residential"}),
    Gap("invoice", "Class", "Residential", "class Residential", {"class_key": "residential"}),
    Gap("charge", "Department", "North", "location North", {"location_key": "north"}),
]


def told(gap: Gap) -> str:
    return f"{gap.paper}-{gap.entity}"


def deactivate(poster: Poster, gap: Gap) -> None:
    """Somebody makes the record inactive."""
    by_name = {row.get("Name"): row["Id"] for row in poster.books.rows(gap.entity)}
    poster.books.change(gap.entity, by_name.get(gap.row_id, gap.row_id), Active=False)


@sampled("gap", GAPS, one_in=4, ids=told)
def test_an_inactive_reference_of_a_document_is_named(poster: Poster, gap: Gap) -> None:
    deactivate(poster, gap)
    paper = PAPERS[gap.paper]
    outcome = poster.post(paper.record(**gap.given))[paper.key]
    said = refused(outcome, "target_missing")
    assert gap.name in said
    assert said.count("is inactive") == 1
    assert poster.ours(paper.kind) == []


@pytest.mark.parametrize("fault", ["610", "2500"])
@sampled("gap", [gap for gap in GAPS if gap.given], one_in=4, ids=told)
def test_an_invalid_reference_of_an_update_is_named_and_the_document_stays(
    poster: Poster, gap: Gap, fault: str
) -> None:
    poster.books.admin("settings", {"inactive_reference_code": fault})
    paper = PAPERS[gap.paper]
    poster.post(paper.record())
    deactivate(poster, gap)
    outcome = poster.post(paper.record("40", **gap.given))[paper.key]
    assert gap.name in refused(outcome, "target_missing")
    assert poster.row(paper.key)["TotalAmt"] == 31.5
    assert paper.key in poster.links


@pytest.mark.parametrize("gap", GAPS[:3], ids=told)
def test_inactive_references_are_named_for_invalid_reference_faults(
    poster: Poster, gap: Gap
) -> None:
    poster.books.admin("settings", {"inactive_reference_code": "2500"})
    deactivate(poster, gap)
    paper = PAPERS[gap.paper]
    outcome = poster.post(paper.record(**gap.given))[paper.key]
    assert gap.name in refused(outcome, "target_missing")


def test_a_missing_reference_is_named_by_its_id(poster: Poster) -> None:
    poster.rule(RuleKind.EXPENSE_CODES, "meals", LinkExpenseCode(ledger_id="999"))
    outcome = poster.post(spent())["expense-report:R1"]
    assert "account 999 is not there" in refused(outcome, "target_missing")


# Accounts of the wrong type.

WRONG = {
    "bill": ("payable_account_id", "35", "Checking (35)", "Settings > Expenses > Payable account"),
    "check": ("check_account_id", "42", "Visa (42)", "Settings > Expenses > Check account"),
    "charge": (None, "35", "Checking (35)", "Mapping > Company cards"),
}


@pytest.mark.parametrize("fault", ["6430", "6000"])
@pytest.mark.parametrize("name", WRONG)
def test_an_account_of_the_wrong_sort_is_named_with_the_setting_that_chose_it(
    poster: Poster, name: str, fault: str
) -> None:
    poster.books.admin("settings", {"wrong_account_code": fault})
    setting, account_id, account, where = WRONG[name]
    if setting is None:
        poster.rule(RuleKind.CARDS, "visa", LinkTo(ledger_id=account_id))
    else:
        chosen: dict[str, Any] = {setting: account_id}
        poster.expensing = replace(poster.expensing, **chosen)
    paper = PAPERS[name]
    outcome = poster.post(paper.record())[paper.key]
    assert account in refused(outcome, "wrong_account")
    assert outcome.reason is not None
    assert where in outcome.reason.remedy


def test_an_expense_code_that_leads_to_receivables_is_reported(poster: Poster) -> None:
    poster.books.admin("settings", {"account_on_line": "checked"})
    poster.rule(RuleKind.EXPENSE_CODES, "meals", LinkExpenseCode(ledger_id="84"))
    said = refused(poster.post(charged())["expense:x1"], "wrong_account")
    assert "Accounts Receivable (A/R) (84)" in said


# Numbers.

NUMBERED: Mapping[str, Callable[..., Record]] = {
    "bill": lambda number, *a: PAPERS["bill"].record(*a, report_number=number),
    "check": lambda number, *a: PAPERS["check"].record(*a, report_number=number),
    "invoice": lambda number, *a: PAPERS["invoice"].record(*a, number=number),
}
HOLDERS: Mapping[str, Mapping[str, Any]] = {
    "bill": {"VendorRef": {"value": "46"}},
    "check": {"PaymentType": "Check", "AccountRef": {"value": "35"}},
    "invoice": {"CustomerRef": {"value": "3"}},
}
BY_ACCOUNT = {
    "Amount": 5,
    "DetailType": "AccountBasedExpenseLineDetail",
    "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "7"}},
}
BY_ITEM = {"Amount": 5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {}}


@pytest.mark.parametrize("kinds", [False, True], ids=["entity", "kind"])
@sampled("name", NUMBERED, one_in=3)
def test_a_number_of_another_document_is_refused_and_that_document_named(
    poster: Poster, name: str, kinds: bool
) -> None:
    poster.books.admin("settings", {"duplicate_names_kind": kinds})
    paper = PAPERS[name]
    line = BY_ITEM if name == "invoice" else BY_ACCOUNT
    theirs = {**HOLDERS[name], "DocNumber": "N-7", "TxnDate": "2026-01-05", "Line": [line]}
    holder = poster.books.create(paper.kind, **theirs)
    outcome = poster.post(NUMBERED[name]("N-7"))[paper.key]
    word = {"bill": "bill", "check": "expense", "invoice": "invoice"}[name]
    assert outcome.state is ItemState.FAILED
    assert outcome.reason == reason(
        "number_taken", field="number", detail=f"N-7 by {word} {holder} of 2026-01-05"
    )
    assert poster.ours(paper.kind) == []


@pytest.mark.parametrize("kinds", [False, True], ids=["entity", "kind"])
@sampled("name", NUMBERED, one_in=3)
def test_a_number_that_our_own_earlier_attempt_has_is_adopted(
    poster: Poster, name: str, kinds: bool
) -> None:
    poster.books.admin("settings", {"duplicate_names_kind": kinds})
    paper = PAPERS[name]
    operations = poster.planned(NUMBERED[name]("N-7"))
    first = poster.send(operations)[paper.key]
    again = poster.send_under_other_ids(operations)[paper.key]
    assert (again.state, again.ledger_id) == (ItemState.POSTED, first.ledger_id)
    assert again.reason == reason("already_written")
    assert (again.content, again.total) == (first.content, first.total)
    assert len(poster.ours(paper.kind)) == 1


@sampled("name", NUMBERED, one_in=3)
def test_our_document_with_other_amounts_is_adopted_with_a_difference(
    poster: Poster, name: str
) -> None:
    paper = PAPERS[name]
    poster.post(NUMBERED[name]("N-7"))
    poster.links.clear()
    other = NUMBERED[name]("N-7", "40")
    assert code(poster.post(other)[paper.key]) == "total_differs"
    outcome = poster.post(other)[paper.key]
    assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "changed_in_ledger")
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.OURS)
    assert poster.post(other)[paper.key].state is ItemState.POSTED
    assert [row["TotalAmt"] for row in poster.ours(paper.kind)] == [40]


def test_a_changed_number_that_is_taken_is_refused_and_the_document_stays(poster: Poster) -> None:
    poster.post(invoice(number="N-7"), invoice(key="i2", number="N-8"))
    outcome = poster.post(invoice(key="i2", number="N-7"))["invoice:i2"]
    refused(outcome, "number_taken")
    assert poster.row("invoice:i2")["DocNumber"] == "N-8"


def test_where_the_ledger_takes_a_number_twice_so_do_we(poster: Poster) -> None:
    poster.books.admin("settings", {"duplicate_doc_numbers": "allow"})
    outcomes = poster.post(invoice(number="N-7"), invoice(key="i2", number="N-7"))
    assert [code(outcome) for outcome in outcomes.values()] == ["", ""]


# What is switched off.


def switch_off(poster: Poster, **blocks: Any) -> None:
    poster.books.admin(f"companies/{poster.books.realm}/preferences", blocks)


NO_CLASSES = {
    "AccountingInfoPrefs": {"ClassTrackingPerTxn": False, "ClassTrackingPerTxnLine": False}
}
OFF: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any], str, str]] = {
    "classes": (NO_CLASSES, {"class_key": "residential"}, "class_key", "classes"),
    "locations": (
        {"AccountingInfoPrefs": {"TrackDepartments": False}},
        {"location_key": "north"},
        "location_key",
        "locations",
    ),
    "billing": (
        {"VendorAndPurchasesPrefs": {"BillableExpenseTracking": False}},
        {"project_key": "birds", "billable": True},
        "billable",
        "billable expenses",
    ),
}


@sampled("name", OFF, one_in=2)
def test_a_feature_that_is_off_is_reported_before_anything_is_sent(
    poster: Poster, name: str
) -> None:
    blocks, given, field, what = OFF[name]
    switch_off(poster, **blocks)
    outcomes = poster.post(spent(**given))
    (outcome,) = outcomes.values()
    assert outcome.state is ItemState.BLOCKED
    assert outcome.reason == reason("feature_off", field=field, detail=f"{what} are off")


@sampled("name", OFF, one_in=2)
@pytest.mark.parametrize("paper", papers("bill", "check", "charge"), ids=lambda p: p.kind)
def test_a_feature_that_was_switched_off_meanwhile_is_named(
    poster: Poster, paper: Paper, name: str
) -> None:
    blocks, given, _, what = OFF[name]
    operations = poster.planned(paper.record(**given))
    switch_off(poster, **blocks)
    assert what in refused(poster.send(operations)[paper.key], "feature_off")
    assert poster.ours(paper.kind) == []


def test_a_feature_that_one_document_needs_stops_no_other(poster: Poster) -> None:
    operations = poster.planned(spent("x1", class_key="residential"), charged("x2"))
    switch_off(poster, **NO_CLASSES)
    outcomes = poster.send(operations)
    refused(outcomes["expense-report:R1"], "feature_off")
    assert outcomes["expense:x2"].state is ItemState.POSTED


# What a document says.


def test_an_address_that_is_none_is_reported_before_anything_is_sent(poster: Poster) -> None:
    outcome = poster.post(invoice(email="amy@birds"))["invoice:i1"]
    assert outcome.state is ItemState.BLOCKED
    assert outcome.reason is not None
    assert outcome.reason.field == "email"
    assert poster.requests == []


def test_a_custom_field_that_the_company_does_not_have_is_reported(poster: Poster) -> None:
    outcome = poster.post(invoice(custom_fields={"3": "x"}))["invoice:i1"]
    assert "the company does not have one of the custom fields" in refused(
        outcome, "custom_field_unknown"
    )
    assert outcome.reason is not None
    assert outcome.reason.field == "custom_fields"


@EVERY
def test_a_text_that_is_too_long_is_blocked_or_cut_by_the_settings(
    poster: Poster, paper: Paper
) -> None:
    long = "x" * 4001
    given = {"private_note": long} if paper.kind == "Invoice" else {"report_name": long}
    (outcome,) = poster.post(paper.record(**given)).values()
    assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "text_too_long")
    poster.posting = TimeSettings(shorten=True)
    assert poster.post(paper.record(**given))[paper.key].state is ItemState.POSTED
    note = poster.row(paper.key)["PrivateNote"]
    assert len(note) <= 4000
    assert note.splitlines()[-1] == f"[{paper.key}]"


def test_a_negative_line_is_reported_where_the_ledger_takes_none(poster: Poster) -> None:
    lines = (sold("100"), sold("-10"))
    outcome = poster.post(invoice(*lines))["invoice:i1"]
    assert "an amount is negative" in refused(outcome, "amount_refused")
    poster.books.admin("settings", {"negative_lines": "total"})
    assert code(poster.post(invoice(*lines))["invoice:i1"]) == ""
    assert poster.row("invoice:i1")["TotalAmt"] == 90


def test_an_invoice_that_does_not_add_up_is_not_sent(poster: Poster) -> None:
    outcome = poster.post(invoice(sold("100"), total=Decimal(99)))["invoice:i1"]
    assert (outcome.state, code(outcome)) == (ItemState.BLOCKED, "unbalanced")


@pytest.mark.parametrize("name", ["bill", "invoice"])
def test_tax_that_the_ledger_finds_unbalanced_is_reported_in_its_words(
    company: Make, name: str
) -> None:
    poster, paper = abroad(company("canada")), PAPERS[name]
    given = {"tax_code_key": "two", "tax_amount": Decimal(9)}
    outcome = poster.post(paper.record("100", **given))[paper.key]
    assert "does not agree with its lines and tax codes" in refused(outcome, "tax_refused")


def test_a_tax_code_of_another_side_is_reported(company: Make) -> None:
    poster = abroad(company("canada"))
    poster.rule(RuleKind.TAX_CODES, "two", LinkTo(ledger_id="6"))
    outcome = poster.post(spent(tax_code_key="two"))["expense-report:R1"]
    assert "GST/HST rate" in refused(outcome, "tax_refused")


# Good ones beside a bad one.


@EVERY
def test_a_bad_document_among_good_ones_fails_alone(poster: Poster, paper: Paper) -> None:
    poster.books.change("Customer", "3", Active=False)
    good, other = spent("g1", report_key="R8"), charged("g2")
    bad = paper.record(project_key="cars")
    outcomes = poster.post(good, bad, other)
    assert outcomes["expense-report:R8"].state is ItemState.POSTED
    assert outcomes["expense:g2"].state is ItemState.POSTED
    refused(outcomes[paper.key], "target_missing")
    assert poster.calls["batch"] == 1
    assert [len(poster.ours(kind)) for kind in ("Bill", "Purchase", "Invoice")] == [1, 1, 0]


def test_documents_of_every_kind_share_a_batch_and_are_answered_each_by_itself(
    poster: Poster,
) -> None:
    outcomes = poster.post(
        spent("x1"),
        spent("x2", staff_key="emily", report_key="R2", spent_on=date(2026, 3, 3)),
        charged("x3"),
        charged("x4", refund=True),
        invoice(),
    )
    assert [(o.state, o.reason) for o in outcomes.values()] == [(ItemState.POSTED, None)] * 5
    assert poster.calls["batch"] == 1
    assert len(poster.ours("Purchase")) == 3


def test_a_batch_can_bring_change_and_take_away(poster: Poster) -> None:
    poster.post(spent("x1"), charged("x2"))
    outcomes = poster.post(spent("x1", "40"), gone("x2"), charged("x3"))
    assert {outcome.state for outcome in outcomes.values()} == {ItemState.POSTED}
    assert set(poster.links) == {"expense-report:R1", "expense:x3"}
