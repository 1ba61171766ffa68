"""Webhook events: notifications that records changed, in both of Intuit's formats.

Source: Intuit's guide to webhooks. The signature covers the raw body, so it is checked before the
body is parsed.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ledgerlink.connectors.qbo.reads.catalog import LISTS
from ledgerlink.domain.errors import FieldError, Forbidden, Invalid
from ledgerlink.domain.model.list_records import ListType, WebhookEvent

SIGNATURE_HEADER = "intuit-signature"
VERIFIER_TOKEN = "webhook_verifier_token"  # noqa: S105 - the name of a credential

MAX_ENTRIES = 10_000
"""Entries in one notification; far more than Intuit has been seen to send."""

OPERATIONS = {
    "created": "create",
    "updated": "update",
    "deleted": "delete",
    "merged": "merge",
    "voided": "void",
    "emailed": "email",
}
"""Our names for the operations; the older format uses some of them itself."""

IGNORED = WebhookEvent(
    company_id="", type=None, id="", operation="", at=datetime.min.replace(tzinfo=UTC)
)
"""Stands for an event that cannot be read, such as one of an unknown type or without an id. It is
counted and acknowledged with the others, because Intuit repeats a delivery that is refused and
holds back the next ones until then."""

EVENT_TYPE = re.compile(r"qbo\.([a-z0-9]+)\.([a-z]+)\.v\d+", re.IGNORECASE)

LIST_OF_ENTITY = {name.lower(): kind for kind, traits in LISTS.items() for name in traits.entities}

OTHER_LISTS: Mapping[str, tuple[ListType, ...]] = {
    "preferences": (ListType.COMPANY, ListType.CUSTOM_FIELD),
    "payment": (ListType.INVOICE,),
}
"""Entities that have no list of their own, and the lists that they affect."""


def webhook_events(
    headers: Mapping[str, str], body: bytes, credentials: Mapping[str, str]
) -> Sequence[WebhookEvent]:
    """The events in a notification, as the port describes. An event without an id affects the whole
    list; one that cannot be read is IGNORED. Raises Forbidden, and Invalid for a body that is not a
    notification at all."""
    _check(headers.get(SIGNATURE_HEADER, ""), body, credentials.get(VERIFIER_TOKEN, ""))
    return [event for entry in _entries(body) for event in entry]


def _check(signature: str, body: bytes, token: str) -> None:
    if not token:
        raise Forbidden(
            "webhook_not_set_up",
            "Webhooks from QuickBooks are not set up here.",
            f"Add {VERIFIER_TOKEN} to the application's credentials.",
        )
    digest = hmac.new(token.encode(), body, hashlib.sha256).digest()
    given = signature.encode(errors="replace")
    if not hmac.compare_digest(base64.b64encode(digest), given):
        raise Forbidden(
            "wrong_signature",
            f"The signature in the header {SIGNATURE_HEADER} is wrong.",
            f"Copy the verifier token that Intuit shows to {VERIFIER_TOKEN}.",
        )


def _entries(body: bytes) -> Iterable[Sequence[WebhookEvent]]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _unreadable("", "The body is not JSON.") from error
    return _events(payload) if isinstance(payload, list) else _by_company(payload)


def _events(payload: Sequence[Any]) -> Iterator[Sequence[WebhookEvent]]:
    """The newer format: an array with one event for each record."""
    _bounded(len(payload))
    for number, event in enumerate(payload):
        try:
            yield _event(JsonObject(event, f"/{number}"))
        except Invalid:
            yield [IGNORED]


def _event(item: "JsonObject") -> Sequence[WebhookEvent]:
    kind = EVENT_TYPE.fullmatch(item.text("type"))
    if kind is None:
        raise _unreadable(f"{item.pointer}/type", "It names no entity and operation.")
    return _affecting(
        kind[1],
        company_id=item.text("intuitaccountid"),
        id=item.text("intuitentityid"),
        operation=_operation(kind[2]),
        at=item.moment("time"),
        merged_id=item.child_or_empty("data").optional("deletedid"),
    )


def _by_company(payload: object) -> Iterator[Sequence[WebhookEvent]]:
    """The older format: the records of each company."""
    companies = JsonObject(payload, "").children("eventNotifications")
    count = len(companies)
    _bounded(count)
    for number, company in enumerate(companies):
        try:
            one = JsonObject(company, f"/eventNotifications/{number}")
            entities = one.child("dataChangeEvent").children("entities")
        except Invalid:
            yield [IGNORED]
            continue
        count += len(entities)
        _bounded(count)
        for entity in entities:
            try:
                yield _entity(one.text("realmId"), JsonObject(entity, one.pointer))
            except Invalid:
                yield [IGNORED]


def _entity(realm: str, item: "JsonObject") -> Sequence[WebhookEvent]:
    return _affecting(
        item.text("name"),
        company_id=realm,
        id=item.text("id"),
        operation=_operation(item.text("operation")),
        at=item.moment("lastUpdated"),
        merged_id=item.optional("deletedId"),
    )


def _affecting(entity: str, **facts: Any) -> Sequence[WebhookEvent]:
    name = entity.lower()
    if name not in OTHER_LISTS:
        return [WebhookEvent(type=LIST_OF_ENTITY.get(name), **facts)]
    # The id is that of the other entity; only the company shares its id with its preferences.
    return [
        WebhookEvent(type=kind, **{**facts, "id": facts["id"] if kind is ListType.COMPANY else ""})
        for kind in OTHER_LISTS[name]
    ]


def _operation(word: str) -> str:
    return OPERATIONS.get(word.lower(), word.lower())


def _bounded(count: int) -> None:
    if count > MAX_ENTRIES:
        raise _unreadable("", f"It has more than {MAX_ENTRIES} entries.")


def _unreadable(pointer: str, message: str) -> Invalid:
    problem = FieldError(pointer, message)
    where = f" at {pointer}" if pointer else ""
    return Invalid(
        "unreadable_notification",
        f"The notification cannot be read{where}: {message}",
        "Send the notification as Intuit sends it.",
        [problem],
    )


class JsonObject:
    """An object in the body, with its JSON pointer for the Invalid of values of the wrong type."""

    def __init__(self, value: object, pointer: str) -> None:
        if not isinstance(value, Mapping):
            raise _unreadable(pointer, "It is not an object.")
        self.pointer = pointer
        self._value = value

    def text(self, name: str) -> str:
        """A text or whole number as text; not empty."""
        if found := self.optional(name):
            return found
        raise _unreadable(f"{self.pointer}/{name}", "It is missing.")

    def optional(self, name: str) -> str | None:
        """As `text`; None if it is missing."""
        value = self._value.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise _unreadable(f"{self.pointer}/{name}", "It is not a text.")
        return str(value)

    def moment(self, name: str) -> datetime:
        """A moment in UTC, cut to microseconds."""
        try:
            read = datetime.fromisoformat(self.text(name))
            return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise _unreadable(f"{self.pointer}/{name}", "It is not a moment.") from error

    def child(self, name: str) -> "JsonObject":
        """The object in this field."""
        return JsonObject(self._value.get(name), f"{self.pointer}/{name}")

    def child_or_empty(self, name: str) -> "JsonObject":
        """As `child`; an empty object if the field is missing."""
        return JsonObject(self._value.get(name) or {}, f"{self.pointer}/{name}")

    def children(self, name: str) -> Sequence[object]:
        """The values in this field, which is a list."""
        found, pointer = self._value.get(name), f"{self.pointer}/{name}"
        if not isinstance(found, list):
            raise _unreadable(pointer, "It is not a list.")
        return found
