"""Webhooks: hints that a record changed, in both formats, and who signed them.

Source: Intuit's guide to webhooks. The signature is over the raw body, which is therefore read
only after it was checked.
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
from ledgerlink.domain.errors import Forbidden, Invalid, Problem
from ledgerlink.domain.model.list_records import ListType, WebhookEvent

HEADER = "intuit-signature"
TOKEN = "webhook_verifier_token"  # noqa: S105 - the name of a credential

MAX_ENTRIES = 10_000
"""Entries in one notification; far more than the ledger was ever seen to send."""

OPERATIONS = {
    "created": "create",
    "updated": "update",
    "deleted": "delete",
    "merged": "merge",
    "voided": "void",
    "emailed": "email",
}
"""The operations in our words; the older format has some of them already."""

EVENT_TYPE = re.compile(r"qbo\.([a-z0-9]+)\.([a-z]+)\.v\d+", re.IGNORECASE)

LIST_OF_ENTITY = {name.lower(): kind for kind, traits in LISTS.items() for name in traits.entities}

OTHER_LISTS: Mapping[str, tuple[ListType, ...]] = {
    "preferences": (ListType.COMPANY, ListType.CUSTOM_FIELD),
    "payment": (ListType.INVOICE,),
}
"""Entities that concern other lists than one of their own."""


def webhook_events(
    headers: Mapping[str, str], body: bytes, credentials: Mapping[str, str]
) -> Sequence[WebhookEvent]:
    """What a notification says, as the port describes. A notice without an id speaks of the whole
    list. Raises Forbidden and Invalid."""
    _check(headers.get(HEADER, ""), body, credentials.get(TOKEN, ""))
    return [notice for entry in _entries(body) for notice in entry]


def _check(signature: str, body: bytes, token: str) -> None:
    if not token:
        raise Forbidden(
            "webhook_not_set_up",
            "Nobody has told us how QuickBooks signs its notifications.",
            f"The operator adds {TOKEN} to the application's credentials.",
        )
    digest = hmac.new(token.encode(), body, hashlib.sha256).digest()
    given = signature.encode(errors="replace")
    if not hmac.compare_digest(base64.b64encode(digest), given):
        raise Forbidden(
            "wrong_signature",
            f"The header {HEADER} does not sign this body.",
            f"Compare {TOKEN} with the verifier token that QuickBooks shows.",
        )


def _entries(body: bytes) -> Iterable[Sequence[WebhookEvent]]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _unreadable("", "The body is not JSON.") from error
    return _events(payload) if isinstance(payload, list) else _classic(payload)


def _events(payload: Sequence[Any]) -> Iterator[Sequence[WebhookEvent]]:
    """The newer format: one event for each record, in an array."""
    _bounded(len(payload))
    for number, event in enumerate(payload):
        place = JsonObject(event, f"/{number}")
        kind = EVENT_TYPE.fullmatch(place.text("type"))
        if kind is None:
            raise _unreadable(f"{place.pointer}/type", "It names no entity and operation.")
        data = JsonObject(event.get("data") or {}, f"{place.pointer}/data")
        yield _notices(
            kind[1],
            company_id=place.text("intuitaccountid"),
            id=place.text("intuitentityid"),
            operation=_operation(kind[2]),
            at=place.moment("time"),
            merged_id=data.optional("deletedid"),
        )


def _classic(payload: object) -> Iterator[Sequence[WebhookEvent]]:
    """The older format: records by company."""
    count = 0
    for company in JsonObject(payload, "").places("eventNotifications"):
        realm = company.text("realmId")
        entities = company.place("dataChangeEvent").places("entities")
        count += len(entities)
        _bounded(count)
        for place in entities:
            yield _notices(
                place.text("name"),
                company_id=realm,
                id=place.text("id"),
                operation=_operation(place.text("operation")),
                at=place.moment("lastUpdated"),
                merged_id=place.optional("deletedId"),
            )


def _notices(entity: str, **said: Any) -> Sequence[WebhookEvent]:
    name = entity.lower()
    if name not in OTHER_LISTS:
        return [WebhookEvent(type=LIST_OF_ENTITY.get(name), **said)]
    # The id is that of another entity; only the company bears the one of its preferences.
    return [
        WebhookEvent(type=kind, **{**said, "id": said["id"] if kind is ListType.COMPANY else ""})
        for kind in OTHER_LISTS[name]
    ]


def _operation(word: str) -> str:
    return OPERATIONS.get(word.lower(), word.lower())


def _bounded(count: int) -> None:
    if count > MAX_ENTRIES:
        raise _unreadable("", f"It has more than {MAX_ENTRIES} entries.")


def _unreadable(pointer: str, message: str) -> Invalid:
    problem = Problem(pointer, message)
    where = f" at {pointer}" if pointer else ""
    return Invalid(
        "unreadable_notification",
        f"The notification cannot be read{where}: {message}",
        "Send what QuickBooks sends.",
        [problem],
    )


class JsonObject:
    """An object of the body and where it is. Raises Invalid, naming the place, for what is not
    as it should be."""

    def __init__(self, value: object, pointer: str) -> None:
        if not isinstance(value, Mapping):
            raise _unreadable(pointer, "It is not an object.")
        self.pointer = pointer
        self._value = value

    def text(self, name: str) -> str:
        """A text, or a whole number as text; not empty."""
        if found := self.optional(name):
            return found
        raise _unreadable(f"{self.pointer}/{name}", "It is missing.")

    def optional(self, name: str) -> str | None:
        """As `text`; None when it is missing."""
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

    def place(self, name: str) -> "JsonObject":
        """An object within."""
        return JsonObject(self._value.get(name), f"{self.pointer}/{name}")

    def places(self, name: str) -> Sequence["JsonObject"]:
        """The objects of a list within."""
        found, pointer = self._value.get(name), f"{self.pointer}/{name}"
        if not isinstance(found, list):
            raise _unreadable(pointer, "It is not a list.")
        _bounded(len(found))
        return [JsonObject(each, f"{pointer}/{number}") for number, each in enumerate(found)]
