"""Invoices that QuickBooks mails: a step of its own after the invoice, once, against the sandbox.

Case quickbooks-online 6.
"""

from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.source_records import Invoice, RecordKind
from ledgerlink.domain.model.time_settings import LedgerEdits, TimeSettings

from tests.contract.papers import gone, invoice, sold
from tests.contract.qbo.poster import INVOICING, Poster, code
from tests.support.ledger_memory import MEMORIES

KEY, MAIL = "invoice:i1", "email:invoice/i1"


def mailed(*lines: Any, **given: Any) -> Invoice:
    return invoice(*lines, **{"email": "amy@birds.example", "send": True, **given})


def mails(poster: Poster) -> int:
    """How often QuickBooks was asked to mail an invoice."""
    journal = poster.books.http.get("/_sandbox/journal").json()
    return sum("/send" in str(entry) for entry in journal["entries"])


def test_an_invoice_is_mailed_once_it_is_there_in_a_step_of_its_own(poster: Poster) -> None:
    outcomes = poster.post(mailed(), invoice(key="i2", email="amy@birds.example"))
    assert set(outcomes) == {KEY, MAIL, "invoice:i2"}
    assert {(each.state, each.reason) for each in outcomes.values()} == {(ItemState.POSTED, None)}
    assert outcomes[MAIL].ledger_id == outcomes[KEY].ledger_id
    assert poster.row(KEY)["EmailStatus"] == "EmailSent"
    assert poster.row("invoice:i2").get("EmailStatus", "NotSet") == "NotSet"
    assert mails(poster) == 1


def test_the_setting_has_all_invoices_mailed(poster: Poster) -> None:
    poster.invoicing = replace(INVOICING, send=True)
    assert poster.post(mailed(send=None))[MAIL].state is ItemState.POSTED


def test_it_is_mailed_to_several_addresses(poster: Poster) -> None:
    """Case general 08."""
    poster.post(mailed(email="a@x.example;b@y.example"))
    row = poster.row(KEY)
    assert (row["BillEmail"]["Address"], row["EmailStatus"]) == (
        "a@x.example, b@y.example",
        "EmailSent",
    )


def test_it_is_not_mailed_again_however_often_it_is_posted_or_changed(poster: Poster) -> None:
    poster.post(mailed())
    assert poster.post(mailed())[MAIL].state is ItemState.UNCHANGED
    changed = poster.post(mailed(sold("80")))
    assert [changed[key].state for key in (KEY, MAIL)] == [ItemState.POSTED, ItemState.UNCHANGED]
    assert mails(poster) == 1
    assert poster.row(KEY)["EmailStatus"] == "EmailSent"


def test_one_that_somebody_has_mailed_is_not_mailed_again(poster: Poster) -> None:
    poster.post(mailed(send=False))
    poster.edit(KEY, EmailStatus="EmailSent")
    outcome = poster.post(mailed())[MAIL]
    assert (outcome.state, code(outcome)) == (ItemState.POSTED, "already_written")
    assert mails(poster) == 0


def test_one_that_was_posted_before_is_mailed_when_that_is_asked_for(poster: Poster) -> None:
    poster.post(mailed(send=False))
    outcomes = poster.post(mailed())
    assert [outcomes[key].state for key in (KEY, MAIL)] == [ItemState.UNCHANGED, ItemState.POSTED]


def test_a_new_invoice_under_the_key_of_a_deleted_one_is_mailed(poster: Poster) -> None:
    poster.post(mailed())
    poster.post(gone("i1", RecordKind.INVOICE))
    assert poster.post(mailed())[MAIL].state is ItemState.POSTED
    assert mails(poster) == 2


def test_a_refusal_to_mail_is_told_by_itself_and_can_be_tried_again(poster: Poster) -> None:
    fault = {"action": "item_fault", "code": "6000", "detail": "Daily limit reached"}
    poster.books.admin("faults", {**fault, "times": 1, "match": {"kind": "send"}})
    outcomes = poster.post(mailed())
    assert outcomes[KEY].state is ItemState.POSTED
    assert (outcomes[MAIL].state, code(outcomes[MAIL])) == (ItemState.FAILED, "not_emailed")
    assert poster.post(mailed())[MAIL].state is ItemState.POSTED


@pytest.mark.parametrize("memory", MEMORIES)
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_order_without_an_answer_is_looked_up_before_it_is_given_again(
    poster: Poster, memory: str, when: str
) -> None:
    poster.books.admin("settings", {"requestid": memory})
    fault = {"action": "cut", "when": when, "times": 1}
    poster.books.admin("faults", {**fault, "match": {"kind": "send"}})
    outcome = poster.post_through(mailed())[MAIL]
    assert outcome.state is ItemState.POSTED
    assert poster.row(KEY)["EmailStatus"] == "EmailSent"
    assert mails(poster) == (1 if when == "after" else 2)


def test_an_invoice_whose_update_fails_is_not_mailed_as_it_was(poster: Poster) -> None:
    poster.post(mailed(send=False))
    operations = poster.planned(mailed(sold("80")))
    poster.edit(KEY, TxnDate="2026-03-20")
    outcomes = poster.send(operations)
    assert code(outcomes[KEY]) == "changed_in_ledger"
    assert (outcomes[MAIL].state, code(outcomes[MAIL])) == (
        ItemState.BLOCKED,
        "dependency_failed",
    )
    assert mails(poster) == 0


def test_an_invoice_that_people_edited_is_not_mailed(poster: Poster) -> None:
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.ASK)
    poster.post(mailed(send=False))
    poster.edit(KEY, TxnDate="2026-03-20")
    assert MAIL not in poster.post(mailed(sold("80")))
    assert mails(poster) == 0


def test_an_email_cannot_be_deleted(poster: Poster) -> None:
    poster.post(mailed())
    outcome = poster.post(gone("invoice/i1", RecordKind.EMAIL))[MAIL]
    assert (outcome.state, code(outcome)) == (ItemState.SKIPPED, "undeletable")
