"""Records put into the books by hand, under the rules of the screens."""

from __future__ import annotations

from local.sandboxes.intacct.books.rows import Record, Values
from local.sandboxes.intacct.engine import operations
from local.sandboxes.intacct.engine.change import Sent
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.schema.registry import BY_NAME


def plant(
    context: Context,
    name: str,
    values: Values,
    lines: list[Values] | None = None,
    contact: Values | None = None,
) -> Record:
    """One record, with its display contact if it has one."""
    contacts = {"DISPLAYCONTACT": contact} if contact else {}
    return operations.create(context, BY_NAME[name], Sent(values, lines, contacts))


def rows(context: Context, name: str, columns: str, table: str) -> None:
    """Records of a table: a line each, values parted by `|`; what is blank is left out."""
    names = columns.split()
    for line in table.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        plant(context, name, {k: v for k, v in zip(names, cells, strict=True) if v})
