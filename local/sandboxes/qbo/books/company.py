"""One company's books: tables, id sequences, name and document-number indexes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from local.sandboxes.qbo.books.rows import Record, Row, Sequence, Table
from local.sandboxes.qbo.protocol.timestamps import stamp
from local.sandboxes.qbo.schema import currencies
from local.sandboxes.qbo.schema.entity import Entity
from local.sandboxes.qbo.schema.registry import BY_NAME, ENTITIES
from local.sandboxes.qbo.settings import Settings

_LONG_START = 5_000_000_000_000_085_680
_STARTS = {"long": _LONG_START, "transactions": 0}
PROJECTS = "Project"


@dataclass(slots=True)
class Company:
    """The store of one realm.

    `names` maps a key to the Id that holds it, `numbers` to the Ids that hold it, oldest first.
    `marks` says what happened to a transaction in the screens that closes it to the API.
    `version` grows with every change. `settings` are those that differ from the sandbox's.
    """

    realm: str
    name: str
    settings: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    sequences: dict[str, Sequence] = field(default_factory=dict)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    numbers: dict[tuple[str, str, str], dict[str, None]] = field(default_factory=dict)
    marks: dict[tuple[str, str], str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    version: int = 0
    last_found: tuple[object, list[Record]] | None = None
    default_time_item: str = ""
    default_sales_item: str = ""

    def __post_init__(self) -> None:
        for entity in ENTITIES:
            self.tables.setdefault(entity.name, Table())
            start = _STARTS.get(entity.sequence, 0)
            self.sequences.setdefault(entity.sequence, Sequence(start))
        self.tables.setdefault(PROJECTS, Table())

    def table(self, name: str) -> Table:
        return self.tables[name]

    def row(self, entity: str, row_id: str) -> Row | None:
        table = self.tables.get(entity)
        return table.row(row_id) if table else None

    def rows(self, entity: str) -> Iterator[Row]:
        return self.tables[entity].rows()

    def preference(self, block: str, name: str) -> object:
        """A company preference, None where it is not set."""
        row = self.row("Preferences", "1") or {}
        return row.get(block, {}).get(name)

    def other_preference(self, name: str) -> str | None:
        """One of OtherPrefs by the last part of its dotted name; None where it is not set."""
        row = self.row("Preferences", "1") or {}
        for pair in row.get("OtherPrefs", {}).get("NameValue", ()):
            if str(pair.get("Name", "")).endswith(name):
                return str(pair.get("Value", ""))
        return None

    @property
    def home(self) -> dict[str, str]:
        """The home currency as a reference."""
        held = self.preference("CurrencyPrefs", "HomeCurrency")
        return currencies.named(held["value"] if isinstance(held, dict) else "USD")

    @property
    def multi_currency(self) -> bool:
        return bool(self.preference("CurrencyPrefs", "MultiCurrencyEnabled"))

    @property
    def american(self) -> bool:
        """Whether taxes go by the words TAX and NON; elsewhere they go by tax codes."""
        return (self.row("CompanyInfo", "1") or {}).get("Country", "US") in ("US", "USA")

    def preferred(self, names: tuple[str, ...]) -> bool:
        """Whether any of these accounting preferences is on."""
        return any(self.preference("AccountingInfoPrefs", name) for name in names)

    def insert(self, entity: Entity, record: Record, settings: Settings) -> None:
        row_id = record.row["Id"]
        self.tables[entity.name].records[row_id] = record
        self.index(entity, record.row, settings)

    def remove(self, entity: Entity, row_id: str, when: int, settings: Settings) -> None:
        record = self.tables[entity.name].records.pop(row_id)
        self.unindex(entity, record.row, settings)
        record.updated = when
        times = {**record.row["MetaData"], "LastUpdatedTime": stamp(when)}
        record.row = {**record.row, "status": "Deleted", "MetaData": times}
        self.tables[entity.name].deleted[row_id] = record

    def forget(self, entity: Entity, row_id: str, settings: Settings) -> None:
        """Remove a row without a trace."""
        record = self.tables[entity.name].records.pop(row_id)
        self.unindex(entity, record.row, settings)

    def index(self, entity: Entity, row: Row, settings: Settings) -> None:
        self.version += 1
        if entity.name_space:
            self.names[name_key(entity, row, settings)] = row["Id"]
        if row.get("DocNumber"):
            self.numbers.setdefault(number_key(entity, row, settings), {})[row["Id"]] = None

    def unindex(self, entity: Entity, row: Row, settings: Settings) -> None:
        self.version += 1
        name = name_key(entity, row, settings)
        if self.names.get(name) == row["Id"]:
            del self.names[name]
        number = number_key(entity, row, settings)
        holders = self.numbers.get(number, {})
        holders.pop(row["Id"], None)
        if number in self.numbers and not holders:
            del self.numbers[number]

    def reindex(self, settings: Settings) -> None:
        self.names.clear()
        self.numbers.clear()
        for name, table in self.tables.items():
            for row in table.rows() if name in BY_NAME else ():
                self.index(BY_NAME[name], row, settings)


def name_key(entity: Entity, row: Row, settings: Settings) -> tuple[str, str]:
    """What must be unique: the display name of people, the full name of the other lists."""
    if not entity.names:
        return entity.name_space, ""
    whole = entity.names[-1] if settings.names_unique_per_parent else entity.names[0]
    source = "DisplayName" if entity.name_space == "people" else whole
    value = str(row.get(source) or row.get(entity.names[0]) or "")
    if not settings.names_case_sensitive:
        value = value.casefold()
    return entity.name_space, value


def number_key(entity: Entity, row: Row, settings: Settings) -> tuple[str, str, str]:
    """Within what a document number must be unique: the entity, for bills perhaps the vendor."""
    apart = entity.name == "Bill" and settings.duplicate_bills_per_vendor
    vendor = (row.get("VendorRef") or {}).get("value", "") if apart else ""
    return entity.name, str(row.get("DocNumber", "")), vendor
