"""Ids of the ledger as the rest of the house knows them: the object in lower case and its id there.

Many objects can stand in one place (time of a project, a task or a customer), and their ids may be
alike; with the object's name each says what it is.
"""

from typing import NamedTuple

SEPARATOR = "/"


class Ref(NamedTuple):
    """A record of an object: `project`, `P-7`."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}{SEPARATOR}{self.id}"


def ref(kind: str, record_id: str | None) -> str | None:
    """The id of a record of that object; None without one."""
    return str(Ref(kind, record_id)) if record_id else None


def parse_ref(text: str, default: str = "") -> Ref:
    """The record that an id names; one without an object is of the default one."""
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
"""The objects whose records can be named."""
