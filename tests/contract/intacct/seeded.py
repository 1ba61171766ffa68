"""Companies of a seed, copied: a seed takes as long to sow as a test takes to run."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

from local.sandboxes.intacct.books.company import Company
from local.sandboxes.intacct.books.rows import Record, Table
from local.sandboxes.intacct.sandbox import Sandbox

_sown: dict[str, tuple[int, Company]] = {}
"""Companies to copy from and when each was sown, in epoch seconds."""


def add_company(sandbox: Sandbox, name: str, seed: str, **more: Any) -> None:
    """What `sandbox.add_company` does; the seed is sown once for all sandboxes that have the same
    settings and the same day."""
    now = int(sandbox.clock.wall())
    key = repr((sandbox.settings, sandbox.clock.today(), seed, sorted(more.items())))
    if key not in _sown:
        company = sandbox.add_company(name, seed, **more)
        _sown[key] = now, _copy(company, 0)
        return
    then, company = _sown[key]
    copied = _copy(company, now - then)
    copied.id, copied.title = name, str(more.get("title") or name)
    sandbox.companies[name] = copied


def _copy(company: Company, later: int) -> Company:
    """The same company, sown so many seconds later."""
    rest = deepcopy(replace(company, tables={}))
    rest.tables = {name: _copied(table, later) for name, table in company.tables.items()}
    return rest


def _copied(table: Table, later: int) -> Table:
    records = {number: _moved(record, later) for number, record in table.records.items()}
    children = {parent: dict(lines) for parent, lines in table.children.items()}
    return replace(table, records=records, unique=dict(table.unique), children=children)


def _moved(record: Record, later: int) -> Record:
    """A record is never written to, so its values need no copy."""
    if not later:
        return record
    return Record(
        record.recordno,
        record.values,
        record.entity,
        record.parent,
        record.created + later,
        record.modified + later,
        record.createdby,
        record.modifiedby,
    )
