"""Ledger ids as the rest of Ledgerlink knows them: the object in lower case, a slash, and the id.

One field can refer to several objects (time is for a project, a task or a customer) whose ids may
be the same, so the id alone would be ambiguous.
"""

from typing import NamedTuple

SEPARATOR = "/"


class Ref(NamedTuple):
    """A record of an object, such as `project` and `P-7`."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}{SEPARATOR}{self.id}"


def ref(kind: str, record_id: str | None) -> str | None:
    """The ledger id of a record of this object; None without an id."""
    return str(Ref(kind, record_id)) if record_id else None


def parse_ref(text: str, default: str = "") -> Ref:
    """The record with this ledger id; without an object it is of the default one."""
    kind, separator, record_id = text.partition(SEPARATOR)
    return Ref(kind, record_id) if separator and kind in REFERABLE else Ref(default, text)


REFERABLE = frozenset(
    {
        "customer", "project", "task", "employee", "vendor", "contact", "item", "timetype",
        "glaccount", "checkingaccount", "creditcard", "class", "department", "location",
        "locationentity", "arterm", "apterm", "projecttype", "eeaccountlabel", "apaccountlabel",
        "araccountlabel",
    }
)  # fmt: skip
"""Objects that a ledger id can name."""
