"""Time whose references point into the ledger, ready to be composed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledgerlink.domain.model.references import Target
from ledgerlink.domain.model.rules import PersonType
from ledgerlink.domain.model.source_records import TimeEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedTime:
    """One or more time entries as one activity whose references point into the ledger."""

    key: str
    """The posting key."""
    entries: tuple[TimeEntry, ...]
    """The entries, which agree in all that is posted but their length."""
    staff: Target
    """Whose time it is."""
    person: PersonType
    """The list that this person is in."""
    day: date
    """The accounting date."""
    minutes: int
    """What is posted of their length, rounded as the firm chose."""
    billable: bool
    """Whether a customer can be billed for it."""
    parts: tuple[tuple[str, str], ...] = ()
    """The parts of the description, in order, each with the field that it is from."""
    shorten: bool = False
    """Whether the description may be cut to what the ledger accepts."""
    customer: Target | None = None
    """The customer or project."""
    item: Target | None = None
    """The service."""
    rate: Decimal | None = None
    """What an hour is billed at."""
    cost_rate: Decimal | None = None
    """What an hour costs; None leaves it to the ledger."""
    class_id: str | None = None
    """The ledger's id of its class."""
    department_id: str | None = None
    """The ledger's id of its department."""
    location_id: str | None = None
    """The ledger's id of its location."""

    @property
    def entry(self) -> TimeEntry:
        """The first of the entries, whose values all of them share where they must agree."""
        return self.entries[0]
