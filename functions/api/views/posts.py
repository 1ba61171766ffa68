"""Posts, their previews, and uploads."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from ledgerlink.domain.errors import FieldError, Invalid
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.services.posting.staged_records import required_kind
from ledgerlink.services.runs.history import Item
from ledgerlink.services.runs.shown_bodies import ShownBodies
from pydantic import Field, WithJsonSchema

from functions.api.views.common import Given, View
from functions.api.views.runs import ItemView, item_views


class UploadView(View):
    """PUT the records to `url`, one JSON object per line (gzip allowed), then post the
    `upload_id`."""

    upload_id: str
    url: str
    expires_in_seconds: int


KINDS: Mapping[str, RecordKind] = {
    "time_entries": RecordKind.TIME,
    "expenses": RecordKind.EXPENSE,
    "invoices": RecordKind.INVOICE,
    "clients": RecordKind.CLIENT,
    "projects": RecordKind.PROJECT,
    "staff": RecordKind.STAFF,
    "receipts": RecordKind.RECEIPT,
}
"""The kind of the records in each list of a post."""


def _of(*names: str) -> WithJsonSchema:
    forms = [{"$ref": f"#/components/schemas/{name}"} for name in (*names, "Deleted")]
    return WithJsonSchema({"type": "array", "items": {"anyOf": forms}})


class Post(Given):
    """Records in the call, of one or several kinds, or the id of an upload. Each line of an upload
    has a `kind`; without one it is time.

    An invalid record blocks only itself: its item names the field and the reason. To remove a
    record, send `{"key": …, "deleted": true}`. For a receipt the key is
    `expense/<record key>/<receipt key>` or `invoice/<record key>/<receipt key>`. A record's own
    `kind` overrides the list it is in.
    """

    time_entries: Annotated[list[Any] | None, _of("TimeEntry")] = None
    expenses: Annotated[list[Any] | None, _of("ExpenseEntry")] = None
    invoices: Annotated[list[Any] | None, _of("Invoice")] = None
    clients: Annotated[list[Any] | None, _of("ClientRecord")] = None
    projects: Annotated[list[Any] | None, _of("ProjectRecord")] = None
    staff: Annotated[list[Any] | None, _of("StaffRecord")] = None
    receipts: Annotated[list[Any] | None, _of()] = None
    upload_id: str | None = None

    def _given(self) -> dict[RecordKind, list[Any]]:
        lists = ((kind, getattr(self, name)) for name, kind in KINDS.items())
        return {kind: some for kind, some in lists if some is not None}

    def kinds(self) -> list[RecordKind]:
        """The kinds of the records in the call, all of which the caller must be allowed to post."""
        given = self._given().items()
        said = {_required_kind(kind, record) for kind, some in given for record in some}
        return [kind for kind in RecordKind if kind.value in said]

    def records(self) -> Sequence[Any] | str:
        """The records, each with its kind, or the id of the upload. Raises Invalid for neither or
        both."""
        given = self._given()
        if (not given) == (self.upload_id is None):
            problem = FieldError("", f"Send either upload_id or some of {', '.join(KINDS)}.")
            raise Invalid("invalid_request", problem.message, "Send one of the two.", [problem])
        if self.upload_id is not None:
            return self.upload_id
        return [_with_kind(kind, record) for kind, some in given.items() for record in some]


def _required_kind(kind: RecordKind, record: Any) -> str:
    """The record's own kind, or that of its list."""
    said = record if isinstance(record, dict) else {}
    return required_kind(str(said.get("kind", kind)), said.get("key"))


def _with_kind(kind: RecordKind, record: Any) -> Any:
    """The record with its kind. Time has none, so that a post of time has the content it always
    had, and its Idempotency-Key still matches."""
    if kind is RecordKind.TIME:
        return record
    return {"kind": kind, **record} if isinstance(record, dict) else {"kind": kind}


class PlanView(View):
    """What posting would do. `counts` are its items by action (create, update, delete), or, where
    nothing would be sent, by state (unchanged, skipped, blocked)."""

    counts: dict[str, int]
    items: Annotated[list[ItemView], Field(description="In the order of sending.")]

    @classmethod
    def of(cls, items: Sequence[Item], ledger: str, bodies: Sequence[ShownBodies]) -> "PlanView":
        return cls(
            counts=dict(Counter(_what(item) for item in items)),
            items=item_views(items, ledger, bodies),
        )


def _what(item: Item) -> str:
    pending = item.state == "pending"
    return item.operation.action.value if pending else item.state.value
