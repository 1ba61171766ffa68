"""A sandbox as one JSON file: written whole or not at all, read at start."""

from __future__ import annotations

import base64
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from local.sandboxes.common import state
from local.sandboxes.qbo.auth.tokens import Grant, Tokens
from local.sandboxes.qbo.books.company import Company
from local.sandboxes.qbo.books.rows import Record, Sequence, Table
from local.sandboxes.qbo.sandbox import Sandbox
from local.sandboxes.qbo.traffic.request_ids import Answered, RequestIds


def save(sandbox: Sandbox, path: Path) -> None:
    kept = {
        "companies": [_company(c) for c in sandbox.companies.values()],
        "requestids": {r: _requestids(ids) for r, ids in sandbox.requestids.items()},
        "tokens": {
            kind: {value: asdict(g) for value, g in getattr(sandbox.tokens, kind).items()}
            for kind in ("codes", "access", "refresh")
        },
    }
    state.write(path, kept, _plain)


def _plain(value: Any) -> float:
    """Amounts have at most 15 digits, which a double writes as they were; read as Decimals."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} cannot be stored")


def _company(company: Company) -> dict[str, Any]:
    tables = {
        name: {
            "records": [[r.row, r.created, r.updated] for r in table.records.values()],
            "deleted": [[r.row, r.created, r.updated] for r in table.deleted.values()],
        }
        for name, table in company.tables.items()
    }
    return {
        "realm": company.realm,
        "name": company.name,
        "settings": company.settings,
        "tables": tables,
        "sequences": {name: sequence.last for name, sequence in company.sequences.items()},
        "marks": [[*place, mark] for place, mark in company.marks.items()],
        "files": {i: base64.b64encode(data).decode() for i, data in company.files.items()},
        "default_time_item": company.default_time_item,
        "default_sales_item": company.default_sales_item,
    }


def _requestids(ids: RequestIds) -> dict[str, list[Any]]:
    return {
        value: [a.digest, a.at, a.status, a.body.decode()]
        for value, a in ids.known.items()
        if a.done.is_set()
    }


def load(sandbox: Sandbox, path: Path) -> None:
    """Replaces what the sandbox holds; raises UnreadableState."""
    with state.reading(path, Decimal) as kept:
        for stored in kept["companies"]:
            sandbox.adopt(_restored(stored))
        for realm, known in kept["requestids"].items():
            sandbox.requestids[realm].known.update({k: _answered(*v) for k, v in known.items()})
        sandbox.tokens = _tokens(kept["tokens"])
    sandbox.reindex()


def _restored(stored: dict[str, Any]) -> Company:
    tables = {
        name: Table(_records(table["records"]), _records(table["deleted"]))
        for name, table in stored["tables"].items()
    }
    sequences = {name: Sequence(last) for name, last in stored["sequences"].items()}
    files = {i: base64.b64decode(data) for i, data in stored["files"].items()}
    return Company(
        stored["realm"],
        stored["name"],
        stored.get("settings", {}),
        tables,
        sequences,
        marks={(entity, row_id): mark for entity, row_id, mark in stored.get("marks", ())},
        files=files,
        default_time_item=stored["default_time_item"],
        default_sales_item=stored["default_sales_item"],
    )


def _records(stored: list[list[Any]]) -> dict[str, Record]:
    return {row["Id"]: Record(row, created, updated) for row, created, updated in stored}


def _answered(digest: str, at: Decimal, status: int, body: str) -> Answered:
    answered = Answered(digest, float(at), status, body.encode())
    answered.done.set()
    return answered


def _tokens(stored: dict[str, dict[str, Any]]) -> Tokens:
    codes, access, refresh = (_grants(stored[k]) for k in ("codes", "access", "refresh"))
    return Tokens(codes=codes, access=access, refresh=refresh)


def _grants(stored: dict[str, dict[str, Any]]) -> dict[str, Grant]:
    return {value: Grant(**_timed(grant)) for value, grant in stored.items()}


def _timed(grant: dict[str, Any]) -> dict[str, Any]:
    """Times come back from JSON as Decimal; tokens count in float seconds."""
    return {k: float(v) if isinstance(v, Decimal) else v for k, v in grant.items()}
