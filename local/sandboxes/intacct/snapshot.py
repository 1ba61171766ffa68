"""The state file: the whole sandbox as JSON, written when it stops, read at start."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from local.sandboxes.common import state
from local.sandboxes.intacct.auth.sessions import Session
from local.sandboxes.intacct.books.company import Company, User
from local.sandboxes.intacct.books.rows import Record, Table
from local.sandboxes.intacct.sandbox import Sandbox
from local.sandboxes.intacct.schema.fields import Field
from local.sandboxes.intacct.traffic.control_ids import ControlIds


def save(sandbox: Sandbox, path: Path) -> None:
    kept = {
        "senders": sandbox.senders,
        "companies": [_company(c) for c in sandbox.companies.values()],
        "sessions": [asdict(session) for session in sandbox.sessions.live.values()],
        "controlids": [[*key, at] for key, at in sandbox.controlids.done.items()],
    }
    state.write(path, kept)


def _company(company: Company) -> dict[str, Any]:
    return {
        "id": company.id,
        "title": company.title,
        "settings": company.settings,
        "users": [[u.id, u.password, sorted(u.denied)] for u in company.users.values()],
        "senders": sorted(company.senders),
        "flags": {name: getattr(company, name) for name in FLAGS},
        "applications": sorted(company.applications),
        "absent": sorted(company.absent),
        "closed": {module: day.isoformat() for module, day in company.closed.items()},
        "preferences": company.preferences,
        "custom": {name: [asdict(f) for f in fields] for name, fields in company.custom.items()},
        "numbers": company.numbers,
        "tables": {name: _table(table) for name, table in company.tables.items()},
    }


FLAGS = ("multi_entity", "multi_currency", "web_services", "expired", "currency")


def _table(table: Table) -> dict[str, Any]:
    return {"last": table.last, "records": [_record(record) for record in table.rows()]}


def _record(record: Record) -> list[Any]:
    return [
        record.recordno,
        record.values,
        record.entity,
        record.parent,
        record.created,
        record.modified,
        record.createdby,
        record.modifiedby,
    ]


def load(sandbox: Sandbox, path: Path) -> None:
    """Replaces what the sandbox holds; raises UnreadableState."""
    with state.reading(path) as kept:
        sandbox.senders.update(kept["senders"])
        for stored in kept["companies"]:
            sandbox.companies[stored["id"]] = _restored(stored)
        sandbox.sessions.live = {s["id"]: Session(**s) for s in kept["sessions"]}
        done = {(sender, company, key): at for sender, company, key, at in kept["controlids"]}
        sandbox.controlids = ControlIds(done)


def _restored(stored: dict[str, Any]) -> Company:
    company = Company(stored["id"], stored["title"])
    company.users = {u: User(u, p, frozenset(denied)) for u, p, denied in stored["users"]}
    company.settings = stored.get("settings", {})
    company.senders = set(stored["senders"])
    for name, value in stored["flags"].items():
        setattr(company, name, value)
    company.applications = frozenset(stored["applications"])
    company.absent = frozenset(stored.get("absent", ()))
    company.closed = {m: date.fromisoformat(day) for m, day in stored["closed"].items()}
    company.preferences = stored["preferences"]
    company.custom = {
        name: tuple(_field(f) for f in fields) for name, fields in stored["custom"].items()
    }
    company.numbers = stored["numbers"]
    for name, table in stored["tables"].items():
        for record in table["records"]:
            company.put(name, Record(*record))
        company.tables[name].last = table["last"]
    return company


def _field(stored: dict[str, Any]) -> Field:
    choices, codes = tuple(stored["choices"]), tuple(tuple(pair) for pair in stored["codes"])
    return Field(**{**stored, "choices": choices, "codes": codes})
