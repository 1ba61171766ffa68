"""A firm's settings for a connection."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from ledgerlink.domain.errors import Conflict
from ledgerlink.domain.model.ledger_choices import Chosen
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.money_settings import ExpenseSettings, InvoiceSettings
from ledgerlink.domain.model.time_settings import TimeSettings


class Direction(StrEnum):
    """Which way records travel: IN brings lists, OUT carries posts."""

    BOTH = "both"
    IN = "in"
    OUT = "out"


class ScheduleMode(StrEnum):
    """When lists come in by themselves."""

    OFF = "off"
    NIGHTLY = "nightly"
    POLL = "poll"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`hour` (0 to 23) counts in `time_zone`, an IANA name, and matters to NIGHTLY only."""

    mode: ScheduleMode = ScheduleMode.POLL
    hour: int = 2
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a firm chooses for a connection."""

    lists: tuple[ListType, ...] | None = None
    """The lists that come in; None for every list that the ledger offers."""
    direction: Direction = Direction.BOTH
    """Which way records travel."""
    time_zone: str | None = None
    """Where the firm's days begin and end, an IANA name; None for the zone of the schedule. No
    ledger tells the time zone of a company."""
    schedule: Schedule = field(default_factory=Schedule)
    """When lists come in by themselves."""
    blocked: frozenset[str] = frozenset()
    """Single records, as `type:id`, that the firm does not want to use."""
    posting: TimeSettings = field(default_factory=TimeSettings)
    """How time is posted; its rules for edits, approval and closed periods hold for every
    record."""
    expenses: ExpenseSettings = field(default_factory=ExpenseSettings)
    """How expenses are posted."""
    invoices: InvoiceSettings = field(default_factory=InvoiceSettings)
    """How invoices are posted."""
    ledger: Chosen = field(default_factory=dict)
    """What it chose of what the ledger lets it choose."""
    version: int = field(default=0, compare=False)
    """How often these settings were stored."""

    def day_of(self, moment: datetime) -> date:
        """The firm's day at this moment."""
        return moment.astimezone(ZoneInfo(self.time_zone or self.schedule.time_zone)).date()

    def require_posting(self) -> None:
        """Raises Conflict when nothing is to go out."""
        if self.direction is Direction.IN:
            raise _off("posting_off", "only brings lists in")

    def require_syncing(self) -> None:
        """Raises Conflict when nothing is to come in."""
        if self.direction is Direction.OUT:
            raise _off("syncing_off", "only posts")


def _off(code: str, does: str) -> Conflict:
    remedy = "Set its direction to both, then ask again."
    return Conflict(code, f"By its settings, this connection {does}.", remedy)
