"""One company's books: tables, users, closed periods, and the way back from a failed change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from local.sandboxes.intacct.books.rows import Record, Table, counting
from local.sandboxes.intacct.schema.fields import Field, Object
from local.sandboxes.intacct.schema.registry import BY_NAME, OBJECTS

APPLICATIONS: Final = frozenset({"PROJACCT", "EE", "AR", "AP", "CM", "SO"})


@dataclass(slots=True)
class User:
    """`denied` names operations that are refused: `CREATE CUSTOMER`, `READ AUDITHISTORY`."""

    id: str
    password: str
    denied: frozenset[str] = frozenset()


@dataclass(slots=True)
class Company:
    """The store of one company. `closed` has the last closed day by module; `preferences` what an
    administrator would set; `absent` names fields that it does not have (`TIMESHEET.STATE`);
    `fresh` the last found rows of a query; `settings` are those that differ from the sandbox's."""

    id: str
    title: str
    settings: dict[str, Any] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    senders: set[str] = field(default_factory=set)
    multi_entity: bool = False
    multi_currency: bool = False
    web_services: bool = True
    expired: bool = False
    currency: str = "USD"
    applications: frozenset[str] = APPLICATIONS
    closed: dict[str, date] = field(default_factory=dict)
    preferences: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, tuple[Field, ...]] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    tables: dict[str, Table] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    fresh: dict[object, tuple[int, list[Record]]] = field(default_factory=dict)
    version: int = 0
    _undo: list[tuple[str, int, Record | None]] = field(default_factory=list)
    _depth: int = 0

    def __post_init__(self) -> None:
        for entry in OBJECTS:
            self.tables.setdefault(entry.name, Table())

    def fields(self, entry: Object) -> dict[str, Field]:
        """Standard and custom fields by name."""
        more = self.custom.get(entry.name)
        known = entry.by_name if not more else {**entry.by_name, **{f.name: f for f in more}}
        if not self.absent:
            return known
        return {n: f for n, f in known.items() if f"{entry.name}.{n}" not in self.absent}

    def preferred(self, name: str) -> Any:
        return self.preferences.get(name, PREFERENCES[name])

    def record(self, name: str, recordno: int) -> Record | None:
        return self.tables[name].records.get(recordno)

    def find(self, name: str, key: str) -> Record | None:
        """The record with this id."""
        field_name = BY_NAME[name].key
        if field_name == "RECORDNO":
            return self.record(name, counting(key))
        recordno = self.tables[name].unique.get((field_name, key))
        return None if recordno is None else self.record(name, recordno)

    def named(self, name: str, fields: tuple[str, ...], values: tuple[str, ...]) -> Record | None:
        """The record that has these values in a group of unique fields."""
        recordno = self.tables[name].unique.get((*fields, *values))
        return None if recordno is None else self.record(name, recordno)

    def lines(self, name: str, parent: int) -> list[Record]:
        """The lines of a document in the order of their numbers."""
        table = self.tables[name]
        found = [table.records[number] for number in table.children.get(parent, ())]
        return sorted(found, key=lambda line: (line_number(line), line.recordno))

    def next_number(self, sequence: str) -> int:
        self.numbers[sequence] = self.numbers.get(sequence, 0) + 1
        return self.numbers[sequence]

    def put(self, name: str, record: Record) -> Record:
        """Stores a record, new or changed; returns it."""
        before = self.tables[name].records.get(record.recordno)
        if self._depth:
            self._undo.append((name, record.recordno, before))
        self._place(name, record.recordno, record)
        return record

    def drop(self, name: str, recordno: int) -> None:
        if self._depth:
            self._undo.append((name, recordno, self.tables[name].records[recordno]))
        self._place(name, recordno, None)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """What is done inside is undone if it raises. Attempts nest."""
        mark = len(self._undo)
        self._depth += 1
        try:
            yield
        except BaseException:
            while len(self._undo) > mark:
                name, recordno, before = self._undo.pop()
                self._place(name, recordno, before)
            raise
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._undo.clear()

    def _place(self, name: str, recordno: int, record: Record | None) -> None:
        entry, table = BY_NAME[name], self.tables[name]
        self.version += 1
        table.version += 1
        before = table.records.get(recordno)
        if before is not None:
            self._forget(entry, table, before)
        if record is None:
            table.records.pop(recordno, None)
            return
        table.records[recordno] = record
        table.last = max(table.last, recordno)
        for key in keys((*groups(entry), *entry.indexed), record):
            table.unique.setdefault(key, recordno)
        if record.parent:
            table.children.setdefault(record.parent, {})[recordno] = None

    @staticmethod
    def _forget(entry: Object, table: Table, record: Record) -> None:
        for key in keys((*groups(entry), *entry.indexed), record):
            if table.unique.get(key) == record.recordno:
                del table.unique[key]
        if record.parent:
            kin = table.children[record.parent]
            kin.pop(record.recordno, None)
            if not kin:
                del table.children[record.parent]


def line_number(line: Record) -> int:
    return int(line.values.get("LINE_NO") or line.values.get("LINENO") or 0)


def groups(entry: Object) -> tuple[tuple[str, ...], ...]:
    """The groups of fields that no two records share: the id among them."""
    return entry.unique if entry.key == "RECORDNO" else ((entry.key,), *entry.unique)


def keys(of: tuple[tuple[str, ...], ...], record: Record) -> Iterator[tuple[str, ...]]:
    """The keys under which a record is found; none for a group with an empty value."""
    for group in of:
        values = tuple(record.values.get(name, "") for name in group)
        if all(values):
            yield (*group, *values)


# What an administrator may set, and how a new company has it.
PREFERENCES: Final[dict[str, Any]] = {
    "week_start": 0,  # the first day of a timesheet: 0 is Monday
    "timesheet_days": 7,
    "projects_for_resources_only": False,
    "project_needs_its_customer": True,
    "ar_labels": False,
    "ap_labels": False,
    "number_customers": False,
    "number_vendors": False,
    "number_employees": False,
    "number_projects": False,
    "number_invoices": True,
    "revenue_account": "4000",
    "report_approval": True,
    "exchange_rates": {},  # what one unit of each currency is worth in the company's own
    "tax_solutions": [],
}
