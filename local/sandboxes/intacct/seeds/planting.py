"""Records put into the books by hand, under the rules of the screens."""

from __future__ import annotations

from local.sandboxes.intacct.books.rows import Record, Values
from local.sandboxes.intacct.engine import operations
from local.sandboxes.intacct.engine.change import Sent
from local.sandboxes.intacct.engine.work import Work
from local.sandboxes.intacct.schema.registry import BY_NAME


def plant(
    work: Work,
    name: str,
    values: Values,
    lines: list[Values] | None = None,
    contact: Values | None = None,
) -> Record:
    """One record, with its display contact if it has one."""
    contacts = {"DISPLAYCONTACT": contact} if contact else {}
    return operations.create(work, BY_NAME[name], Sent(values, lines, contacts))


def rows(work: Work, name: str, columns: str, table: str) -> None:
    """Records of a table: a line each, values parted by `|`; what is blank is left out."""
    names = columns.split()
    for line in table.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        plant(work, name, {k: v for k, v in zip(names, cells, strict=True) if v})
