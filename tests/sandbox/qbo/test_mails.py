"""Forms sent by e-mail: `POST /invoice/{id}/send`."""

from __future__ import annotations

from typing import Any

from tests.sandbox.qbo.conftest import Books, invoice


def mails(books: Books) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = books.admin(f"/companies/{books.realm}/mails", method="GET")[
        "mails"
    ]
    return found


def made(books: Books, **more: Any) -> dict[str, Any]:
    return books.create("Invoice", invoice(**more))


def test_setting_the_status_mails_nothing(books: Books) -> None:
    """Case quickbooks-online 6."""
    made(books, EmailStatus="NeedToSend", BillEmail={"Address": "a@example.com"})
    assert mails(books) == []


def test_sending_mails_to_everybody_on_the_form(books: Books) -> None:
    row = made(
        books,
        BillEmail={"Address": "a@example.com, b@example.com"},
        BillEmailCc={"Address": "c@example.com"},
        BillEmailBcc={"Address": "d@example.com"},
    )
    sent = books.http.post(f"invoice/{row['Id']}/send").json()["Invoice"]
    assert sent["EmailStatus"] == "EmailSent"
    assert sent["DeliveryInfo"]["DeliveryType"] == "Email"
    assert int(sent["SyncToken"]) == int(row["SyncToken"]) + 1
    (mail,) = mails(books)
    assert mail["to"] == ["a@example.com", "b@example.com"]
    assert (mail["cc"], mail["bcc"]) == (["c@example.com"], ["d@example.com"])
    assert (mail["entity"], mail["id"]) == ("Invoice", row["Id"])


def test_an_address_in_the_call_replaces_the_forms(books: Books) -> None:
    row = made(books)
    sent = books.http.post(f"invoice/{row['Id']}/send", params={"sendTo": "x@example.com"})
    assert sent.json()["Invoice"]["BillEmail"] == {"Address": "x@example.com"}
    assert mails(books)[0]["to"] == ["x@example.com"]


def test_without_an_address_nothing_is_sent(books: Books) -> None:
    """A customer's address is not taken: quickbooks-online-mcp-server#91."""
    customer = books.read("Customer", "1")
    books.update("Customer", customer, PrimaryEmailAddr={"Address": "amy@example.com"})
    row = made(books)
    assert "BillEmail" not in row
    assert books.fault(books.http.post(f"invoice/{row['Id']}/send"))[0] == "6420"
    wrong = books.http.post(f"invoice/{row['Id']}/send", params={"sendTo": "nowhere"})
    assert books.fault(wrong)[0] == "2210"
    assert mails(books) == []


def test_every_call_mails_again_unless_its_requestid_is_honoured(books: Books) -> None:
    row = made(books, BillEmail={"Address": "a@example.com"})
    path = f"invoice/{row['Id']}/send"
    for _ in range(2):
        books.http.post(path)
        books.http.post(path, params={"requestid": "once"})
    assert len(mails(books)) == 3
    books.admin(f"/companies/{books.realm}/settings", {"requestid": "ignored"})
    books.http.post(path, params={"requestid": "once"})
    assert len(mails(books)) == 4


def test_a_sent_form_is_in_the_journal_and_can_fail(books: Books) -> None:
    row = made(books, BillEmail={"Address": "a@example.com"})
    books.admin("/faults", {"action": "html502", "when": "after", "match": {"kind": "send"}})
    assert books.http.post(f"invoice/{row['Id']}/send").status_code == 502
    entries = books.admin("/journal", method="GET")["entries"]
    assert [e["entity"] for e in entries if e["kind"] == "send"] == ["Invoice"]
    assert len(mails(books)) == 1
