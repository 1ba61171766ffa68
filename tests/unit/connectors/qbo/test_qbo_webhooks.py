"""Webhook events: the signature, and both formats."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgerlink.connectors.qbo import PRODUCTION, QuickBooksOnline
from ledgerlink.connectors.qbo.reads.webhooks import IGNORED
from ledgerlink.domain.errors import Forbidden, Invalid
from ledgerlink.domain.model.list_records import ListType, WebhookEvent

from tests.support.qbo.virtual_time import VirtualClock

TOKEN = "0fa3-verifier"
CREDENTIALS = {"webhook_verifier_token": TOKEN}
OPERATIONS = [
    ("created", "Create", "create"),
    ("updated", "Update", "update"),
    ("deleted", "Delete", "delete"),
    ("merged", "Merge", "merge"),
    ("voided", "Void", "void"),
    ("emailed", "Emailed", "email"),
]
"""In the newer format, in the older one, and in our words."""
AT = datetime(2025, 9, 10, 21, 31, 25, 179851, tzinfo=UTC)


def signed(body: bytes, token: str = TOKEN) -> dict[str, str]:
    digest = hmac.new(token.encode(), body, hashlib.sha256).digest()
    return {"intuit-signature": base64.b64encode(digest).decode()}


def heard(
    body: bytes,
    headers: Mapping[str, str] | None = None,
    credentials: Mapping[str, str] = CREDENTIALS,
) -> Sequence[WebhookEvent]:
    connector = QuickBooksOnline(PRODUCTION, VirtualClock())
    return connector.webhook_events(
        signed(body) if headers is None else headers, body, lambda: credentials
    )


def said(payload: object) -> Sequence[WebhookEvent]:
    return heard(json.dumps(payload).encode())


def event(kind: str = "qbo.customer.created.v1", **more: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "88cd52aa",
        "source": "intuit.hash=",
        "type": kind,
        "datacontenttype": "application/json",
        "time": "2025-09-10T21:31:25.179851517Z",
        "intuitentityid": "1234",
        "intuitaccountid": "310687",
        "data": {},
        **more,
    }


def entity(name: str = "Customer", operation: str = "Create", **more: Any) -> dict[str, Any]:
    stamp = "2025-09-10T21:31:25.179Z"
    return {"id": "1234", "operation": operation, "name": name, "lastUpdated": stamp, **more}


def classic(*entities: object, realm: object = "310687") -> dict[str, Any]:
    company = {"realmId": realm, "dataChangeEvent": {"entities": list(entities)}}
    return {"eventNotifications": [company]}


def test_an_event_has_its_time_to_the_microsecond() -> None:
    assert said([event()]) == [
        WebhookEvent(
            company_id="310687", type=ListType.CUSTOMER, id="1234", operation="create", at=AT
        )
    ]


def test_a_notification_in_the_older_format_has_the_same_events() -> None:
    at = AT.replace(microsecond=179000)
    assert said(classic(entity())) == [
        WebhookEvent(
            company_id="310687", type=ListType.CUSTOMER, id="1234", operation="create", at=at
        )
    ]


@pytest.mark.parametrize(("new", "old", "word"), OPERATIONS)
def test_operations_have_one_name_in_both_formats(new: str, old: str, word: str) -> None:
    payloads = ([event(f"qbo.invoice.{new}.v1")], classic(entity("Invoice", old)))
    assert [said(payload)[0].operation for payload in payloads] == [word, word]


def test_a_merge_names_the_survivor_and_the_one_that_went() -> None:
    for payload in (
        [event("qbo.vendor.merged.v1", data={"deletedid": "99"})],
        classic(entity("Vendor", "Merge", deletedId="99")),
    ):
        (notice,) = said(payload)
        assert (notice.type, notice.id, notice.merged_id) == (ListType.VENDOR, "1234", "99")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("TimeActivity", ListType.TIME),
        ("Customer", ListType.CUSTOMER),
        ("Vendor", ListType.VENDOR),
        ("Employee", ListType.EMPLOYEE),
        ("Account", ListType.ACCOUNT),
        ("Item", ListType.ITEM),
        ("Class", ListType.CLASS),
        ("Department", ListType.LOCATION),
        ("Term", ListType.TERM),
        ("Invoice", ListType.INVOICE),
        ("PaymentMethod", None),
        ("Estimate", None),
        ("Novelty", None),
    ],
)
def test_entities_belong_to_lists_in_both_formats(name: str, kind: ListType | None) -> None:
    for payload in ([event(f"qbo.{name.lower()}.updated.v1")], classic(entity(name, "Update"))):
        (notice,) = said(payload)
        assert (notice.type, notice.id) == (kind, "1234")


@pytest.mark.parametrize(("new", "old", "word"), OPERATIONS)
def test_any_event_of_a_payment_affects_the_whole_list_of_invoices(
    new: str, old: str, word: str
) -> None:
    for payload in ([event(f"qbo.payment.{new}.v1")], classic(entity("Payment", old))):
        (notice,) = said(payload)
        assert (notice.type, notice.id, notice.operation) == (ListType.INVOICE, "", word)


def test_preferences_concern_the_company_and_the_list_of_custom_fields() -> None:
    webhook_events = said(classic(entity("Preferences", "Update", id="1")))
    assert [(notice.type, notice.id) for notice in webhook_events] == [
        (ListType.COMPANY, "1"),
        (ListType.CUSTOM_FIELD, ""),
    ]


def test_companies_and_their_records_keep_their_order() -> None:
    payload = classic(entity(), entity(id="2"))
    payload["eventNotifications"] += classic(entity(id="3"), realm="9")["eventNotifications"]
    assert [(notice.company_id, notice.id) for notice in said(payload)] == [
        ("310687", "1234"),
        ("310687", "2"),
        ("9", "3"),
    ]


def test_an_empty_notification_has_no_events() -> None:
    assert list(said([])) == []
    assert list(said({"eventNotifications": []})) == []


@pytest.mark.parametrize("token", ["other", TOKEN.upper()])
def test_a_signature_with_another_token_is_refused(token: str) -> None:
    body = json.dumps([event()]).encode()
    with pytest.raises(Forbidden):
        heard(body, signed(body, token))


@pytest.mark.parametrize("signature", ["", "x", "é", "\udc80", "A" * 44, "=" * 10_000])
def test_a_missing_or_made_up_signature_is_refused(signature: str) -> None:
    with pytest.raises(Forbidden):
        heard(b"[]", {"intuit-signature": signature})
    with pytest.raises(Forbidden):
        heard(b"[]", {})


def test_the_signature_is_over_the_raw_body() -> None:
    body = json.dumps([event()]).encode()
    with pytest.raises(Forbidden):
        heard(body + b" ", signed(body))
    assert len(heard(body + b" ", signed(body + b" "))) == 1


@pytest.mark.parametrize("credentials", [{}, {"webhook_verifier_token": ""}])
def test_without_a_verifier_token_every_notification_is_forbidden(
    credentials: Mapping[str, str],
) -> None:
    with pytest.raises(Forbidden) as refused:
        heard(b"[]", signed(b"[]", ""), credentials)
    assert "webhook_verifier_token" in refused.value.remedy


def test_a_refusal_keeps_the_secret() -> None:
    body = b"[]"
    good = signed(body)["intuit-signature"]
    with pytest.raises(Forbidden) as refused:
        heard(body, {"intuit-signature": "wrong"})
    words = refused.value.message + refused.value.remedy
    assert TOKEN not in words
    assert good not in words


@pytest.mark.parametrize(
    ("payload", "pointer"),
    [
        (7, ""),
        ({}, "/eventNotifications"),
        ({"eventNotifications": {}}, "/eventNotifications"),
    ],
)
def test_what_is_no_notification_is_refused_and_its_place_named(
    payload: object, pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        said(payload)
    assert [problem.pointer for problem in refused.value.problems] == [pointer]


@pytest.mark.parametrize(
    "payload",
    [
        {"eventNotifications": [7]},
        classic(entity(), realm=None),
        classic(7),
        classic(entity(id=None)),
        classic(entity(id=True)),
        classic({**entity(), "name": None}),
        classic({**entity(), "operation": ""}),
        classic(entity(lastUpdated="soon")),
        [7],
        [None],
        [event("customer.created")],
        [event("payroll.employee.updated.v1")],
        [event(type=None)],
        [event(time="9999-99-99")],
        [event(time="0001-01-01T00:00:00+14:00")],
        [event(time=None)],
        [event(intuitentityid=None)],
        [event(intuitentityid=True)],
        [event(intuitaccountid={})],
        [event(data=[1])],
    ],
)
def test_an_event_that_cannot_be_read_is_ignored_and_the_others_count(payload: Any) -> None:
    """Case quickbooks-online 7."""
    assert said(payload) == [IGNORED]
    if isinstance(payload, list):
        both = said([event(), *payload, event(intuitentityid="2")])
    else:
        good = (
            classic(entity())["eventNotifications"],
            classic(entity(id="2"))["eventNotifications"],
        )
        both = said({"eventNotifications": [*good[0], *payload["eventNotifications"], *good[1]]})
    assert [one.id for one in both] == ["1234", "", "2"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"9" * 5000])
def test_a_body_that_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        heard(body)


def test_more_entries_than_anybody_sends_are_refused() -> None:
    assert len(said([event()] * 10_000)) == 10_000
    for payload in ([event()] * 10_001, classic(*[entity()] * 10_001)):
        with pytest.raises(Invalid, match="10000"):
            said(payload)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON, st.sampled_from(["type", "time", "intuitentityid", "intuitaccountid", "data"]))
def test_any_event_is_parsed_or_ignored(value: object, name: str) -> None:
    assert 1 <= len(said([{**event(), name: value}])) <= 2
