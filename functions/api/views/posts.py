"""Posts, their previews, and uploads."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from ledgerlink.domain.errors import Invalid, Problem
from ledgerlink.domain.model.plan import Operation
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.services.posting.staged_records import right_to
from ledgerlink.services.runs.history import Item, planned
from pydantic import Field, WithJsonSchema

from functions.api.views.common import Given, View
from functions.api.views.runs import ItemView


class UploadView(View):
    """PUT records there, one JSON object per line (gzip allowed), then post the `upload_id`."""

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
    """Records in the call, of one or several kinds, or the id of an upload whose lines say their
    `kind` (time where they say none).

    A record that is not valid blocks itself alone: its item says which field and why. A record
    that the product has no more is sent as `{"key": …, "deleted": true}`; a receipt's key is then
    `expense/` or `invoice/`, its record's, a slash and its own. A record that says its `kind` is of
    that kind in any list.
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
        """The kinds that one has to be allowed to post for the records in the call."""
        given = self._given().items()
        said = {_right_to(kind, record) for kind, some in given for record in some}
        return [kind for kind in RecordKind if kind.value in said]

    def records(self) -> Sequence[Any] | str:
        """The records, each with its kind, or the id of the upload. Raises Invalid for neither or
        both."""
        given = self._given()
        if (not given) == (self.upload_id is None):
            problem = Problem("", f"Give either upload_id or some of {', '.join(KINDS)}.")
            raise Invalid("invalid_request", problem.message, "Give one of the two.", [problem])
        if self.upload_id is not None:
            return self.upload_id
        return [_with_kind(kind, record) for kind, some in given.items() for record in some]


def _right_to(kind: RecordKind, record: Any) -> str:
    """By the kind that the record says, else by its list's."""
    said = record if isinstance(record, dict) else {}
    return right_to(str(said.get("kind", kind)), said.get("key"))


def _with_kind(kind: RecordKind, record: Any) -> Any:
    """Time, which came first, goes without: the same post as ever has the same content."""
    if kind is RecordKind.TIME:
        return record
    return {"kind": kind, **record} if isinstance(record, dict) else {"kind": kind}


class PlanView(View):
    """What posting would do. `counts` are its items by what each would be: create, update or
    delete, or how it ends without anything being sent (unchanged, skipped, blocked)."""

    counts: dict[str, int]
    items: Annotated[list[ItemView], Field(description="In the order in which they would go.")]

    @classmethod
    def of(cls, operations: Sequence[Operation]) -> "PlanView":
        items = [planned(operation) for operation in operations]
        return cls(
            counts=dict(Counter(_what(item) for item in items)),
            items=[ItemView.of(item) for item in items],
        )


def _what(item: Item) -> str:
    pending = item.state == "pending"
    return item.operation.action.value if pending else item.state.value
