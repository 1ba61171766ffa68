"""What a timesheet means for the books: names, rates, rules and the entries to be posted."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from local.demo.timesheet import Row, Timesheet

LONGEST_NAME = 100
FIRST_RATE = Decimal("80.00")
RATE_STEP = Decimal("5.00")
NO_PROJECT = "(no project)"
DEFAULT_ITEMS = frozenset({"hours", "services"})
"""Items that every company has from its first day; their names are taken."""

Json = str | int | bool | None | Mapping[str, "Json"] | list["Json"]
Rules = Mapping[str, Mapping[str, Mapping[str, Json]]]
"""Mappings by source key, by kind of rule, as the API takes them."""


@dataclass(frozen=True, slots=True)
class Books:
    """The names that everything gets in the ledger, by source key, and a rate per labor code.

    `projects` names the client's key of each project, empty for none. Rates are money per hour.
    """

    people: Mapping[str, str]
    clients: Mapping[str, str]
    projects: Mapping[str, str]
    client_of: Mapping[str, str]
    labor_codes: Mapping[str, str]
    rates: Mapping[str, Decimal]

    @classmethod
    def of(cls, timesheet: Timesheet) -> "Books":
        """Every name is used once: people, clients and projects share one list in the ledger."""
        rows, taken = timesheet.rows, set[str]()
        people = _names(((r.staff_key, r.staff) for r in rows), taken)
        clients = _names(((r.client_key, r.client) for r in rows), taken)
        projects = _names(((project_key(r), _project_name(r)) for r in rows), taken)
        codes = _names(((r.labor_code, r.labor_code) for r in rows), set(DEFAULT_ITEMS))
        rates = {code: FIRST_RATE + RATE_STEP * n for n, code in enumerate(sorted(codes))}
        client_of = {project_key(r): r.client_key for r in reversed(rows)}
        return cls(people, clients, projects, client_of, codes, rates)

    def rules(self, income_account_id: str) -> Rules:
        """Rules that create everything the timesheet names."""
        people: dict[str, Mapping[str, Json]] = {
            key: {"action": "create", "name": name} for key, name in self.people.items()
        }
        return {
            "users": people,
            "projects": {key: self._project(key) for key in self.projects},
            "labor-codes": {
                code: {
                    "action": "create",
                    "name": name,
                    "income_account_id": income_account_id,
                    "rate": str(self.rates[code]),
                }
                for code, name in self.labor_codes.items()
            },
        }

    def _project(self, key: str) -> Mapping[str, Json]:
        client = self.client_of[key]
        mapping: dict[str, Json] = {"action": "create", "name": self.projects[key]}
        if client:
            mapping["client"] = {"key": client, "name": self.clients[client]}
        return mapping

    def full_name(self, row: Row) -> str:
        """How the ledger shows the row's project: `Client:Project`."""
        key = project_key(row)
        if not key:
            return NO_PROJECT
        client = self.client_of[key]
        return f"{self.clients[client]}:{self.projects[key]}" if client else self.projects[key]

    def rate(self, row: Row) -> Decimal:
        """Money per hour that the row is worth; nothing when it is not billable."""
        return self.rates.get(row.labor_code, Decimal(0)) if row.billable else Decimal(0)


def project_key(row: Row) -> str:
    """The row's project; a client's time without one goes to a project of the client's key."""
    return row.project_key or row.client_key


def _project_name(row: Row) -> str:
    return row.project if row.project_key else f"{row.client or row.client_key} in general"


def _names(pairs: Iterable[tuple[str, str]], taken: set[str]) -> dict[str, str]:
    """A name for every key, none of them `taken`; the first name that a key has is the one."""
    names: dict[str, str] = {}
    for key, name in pairs:
        if key and key not in names:
            names[key] = _free(_storable(name or key), _storable(key), taken)
            taken.add(names[key].casefold())
    return names


def _storable(name: str) -> str:
    """A ledger's name holds no colon, tab or line break, and is of limited length."""
    return " ".join(name.replace(":", " -").split())[:LONGEST_NAME]


def _free(name: str, key: str, taken: set[str]) -> str:
    if name.casefold() not in taken:
        return name
    tail = f" ({key[: LONGEST_NAME // 2]})"
    return name[: LONGEST_NAME - len(tail)] + tail


def entries(timesheet: Timesheet) -> Iterator[Mapping[str, Json]]:
    """The time entries in the API's neutral model; what the file leaves empty is left out."""
    for row in timesheet.rows:
        entry: dict[str, Json] = {
            "key": row.entry_key,
            "staff_key": row.staff_key,
            "work_date": row.work_date.isoformat(),
            "client_key": row.client_key,
            "project_key": project_key(row),
            "labor_code_key": row.labor_code,
            "task": row.task,
            "notes": row.notes,
        }
        filled = {name: value for name, value in entry.items() if value != ""}
        yield filled | {"billable": row.billable, "minutes": row.minutes}


def json_lines(timesheet: Timesheet) -> bytes:
    """The time entries, one JSON object per line."""
    return b"\n".join(json.dumps(e, ensure_ascii=False).encode() for e in entries(timesheet))
