"""What a firm chooses for a connection."""

from dataclasses import dataclass, field
from enum import StrEnum

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
    """`hour` (0 to 23) counts in `time_zone`, an IANA name; both matter to NIGHTLY only."""

    mode: ScheduleMode = ScheduleMode.POLL
    hour: int = 2
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`lists` None means every list that the ledger offers. `blocked` names single records, as
    `type:id`, that the firm does not want to use. `posting` is how time goes out, and as far as it
    says nothing of time everything else, too. `ledger` is what it chose of what the ledger lets it
    choose."""

    lists: tuple[ListType, ...] | None = None
    direction: Direction = Direction.BOTH
    schedule: Schedule = field(default_factory=Schedule)
    blocked: frozenset[str] = frozenset()
    posting: TimeSettings = field(default_factory=TimeSettings)
    expenses: ExpenseSettings = field(default_factory=ExpenseSettings)
    invoices: InvoiceSettings = field(default_factory=InvoiceSettings)
    ledger: Chosen = field(default_factory=dict)

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
