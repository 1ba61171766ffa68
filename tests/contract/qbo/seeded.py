"""Companies of a seed, copied: a seed takes as long to sow as a test takes to run."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local.sandboxes.qbo.books.company import Company
from local.sandboxes.qbo.books.rows import Record, Table, clone
from local.sandboxes.qbo.sandbox import Sandbox

_sown: dict[str, tuple[float, Company]] = {}
"""Companies to copy from and when each was sown, in epoch seconds."""


def add_company(sandbox: Sandbox, name: str, seed: str, **more: Any) -> Company:
    """What `sandbox.add_company` does; the seed is sown once for all sandboxes that have the same
    settings and the same day. The rows of a copy are as old as the first company, and never from
    a time yet to come."""
    key = repr((sandbox.settings, sandbox.clock.today(), seed, sorted(more.items())))
    now = sandbox.clock.wall()
    then, company = _sown.get(key, (now + 1, None))
    if company is None or then > now:
        sown = sandbox.add_company(name, seed, **more)
        _sown[key] = now, _copy(sown, sown.realm, name)
        return sown
    realm = str(max(map(int, sandbox.companies), default=int(company.realm) - 1) + 1)
    copied = _copy(company, realm, name)
    copied.tables["CompanyInfo"].records["1"].row["CompanyName"] = name
    sandbox.adopt(copied)
    return copied


def _copy(company: Company, realm: str, name: str) -> Company:
    return replace(
        company,
        realm=realm,
        name=name,
        settings=dict(company.settings),
        tables={entity: _copied(table) for entity, table in company.tables.items()},
        sequences={kind: replace(ids) for kind, ids in company.sequences.items()},
        names=dict(company.names),
        numbers={number: dict(holders) for number, holders in company.numbers.items()},
        marks=dict(company.marks),
        files=dict(company.files),
        last_found=None,
    )


def _copied(table: Table) -> Table:
    return Table(_rows(table.records), _rows(table.deleted))


def _rows(records: Mapping[str, Record]) -> dict[str, Record]:
    return {
        number: Record(clone(record.row), record.created, record.updated)
        for number, record in records.items()
    }
