"""A firm's settings for time, and their effect on an entry."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from string import Formatter

from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.source_records import TimeEntry


class Description(StrEnum):
    """What becomes the text that the ledger shows."""

    TASK_AND_NOTES = "task_and_notes"
    TASK = "task"
    NOTES = "notes"
    NEITHER = "neither"


class ClosedPeriod(StrEnum):
    """What becomes of time in a closed period: STOP blocks it, MOVE posts it on the first open
    day, with the true date in the text."""

    STOP = "stop"
    MOVE = "move"


class LedgerEdits(StrEnum):
    """The side that wins for a document that a user edited or deleted in the ledger: ASK blocks
    it."""

    ASK = "ask"
    THEIRS = "theirs"
    OURS = "ours"


class SameNames(StrEnum):
    """What becomes of a new project whose name another record has, where a ledger takes a name only
    once: REFUSE blocks it, ADD_CLIENT creates it as `Website (Beta Ltd)`."""

    REFUSE = "refuse"
    ADD_CLIENT = "add_client"


class Billable(StrEnum):
    """Who says whether time is billable; a labor code that says nothing leaves it to the entry."""

    ENTRY = "entry"
    LABOR_CODE = "labor_code"


class Rounding(StrEnum):
    """Which way minutes are rounded; NEAREST rounds the half up."""

    NEAREST = "nearest"
    UP = "up"
    DOWN = "down"


TEXTS: Mapping[Description, Sequence[str]] = {
    Description.TASK_AND_NOTES: ("task", "notes"),
    Description.TASK: ("task",),
    Description.NOTES: ("notes",),
    Description.NEITHER: (),
}
"""The fields of an entry whose texts are shown."""

WRONG = "wrong_posting"
"""The code of settings that cannot be."""
STEPS = (1, 5, 6, 10, 15, 30, 60)
"""Minutes that posted time may be a multiple of; a day is a multiple of each."""

COMMON = frozenset({"staff_key", "client_key", "project_key", "labor_code_key", "work_date"})
"""Places of a memo that entries have in common when they agree in all that is posted."""
PLACES = COMMON | {"key", "task", "task_key", "notes", "leave_type_key"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSettings:
    """`memo` is a template of the description, with fields of the entry in braces (`{notes}`); it
    takes the place of what `description` says. `round_to` is in minutes."""

    description: Description = Description.TASK_AND_NOTES
    memo: str | None = None
    round_to: int = 1
    rounding: Rounding = Rounding.NEAREST
    approved_only: bool = True
    closed_period: ClosedPeriod = ClosedPeriod.STOP
    ledger_edits: LedgerEdits = LedgerEdits.ASK
    billable: Billable = Billable.ENTRY
    shorten: bool = False
    same_names: SameNames = SameNames.REFUSE

    def __post_init__(self) -> None:
        if self.round_to not in STEPS:
            known = ", ".join(map(str, STEPS))
            raise Invalid.at(
                "/posting/round_to",
                f"{self.round_to} is no step to round to.",
                f"Use {known}.",
                code=WRONG,
            )
        unknown = sorted(set(_places(self.memo)) - PLACES)
        if unknown:
            words = f"An entry has no {unknown[0] or 'place without a name'}."
            raise Invalid.at(
                "/posting/memo", words, f"Use: {', '.join(sorted(PLACES))}.", code=WRONG
            )

    def merges(self) -> bool:
        """Whether entries that agree in everything posted become one activity."""
        if self.memo is not None:
            return COMMON.issuperset(_places(self.memo))
        return self.description is Description.NEITHER

    def minutes(self, given: int) -> int:
        """The minutes that are posted of these."""
        step = self.round_to
        whole, rest = divmod(given, step)
        match self.rounding:
            case Rounding.NEAREST:
                up = rest * 2 >= step
            case Rounding.UP:
                up = True
            case Rounding.DOWN:
                up = False
        return (whole + (up and rest > 0)) * step

    def parts(self, entry: TimeEntry, day: date) -> tuple[tuple[str, str], ...]:
        """The parts of the description of an entry that is posted on that day."""
        parts = [*self._text(entry)]
        if day != entry.work_date:
            parts.append(("work_date", f"Worked on {entry.work_date.isoformat()}"))
        return tuple((field, text) for field, text in parts if text)

    def _text(self, entry: TimeEntry) -> Sequence[tuple[str, str]]:
        if self.memo is not None:
            words = {name: "" if v is None else str(v) for name, v in asdict(entry).items()}
            return [("memo", self.memo.format_map(words))]
        return [(field, getattr(entry, field) or "") for field in TEXTS[self.description]]

    def day(self, entry: TimeEntry, closed_through: date | None, posted_on: date | None) -> date:
        """The accounting date of an entry; `posted_on` is where it is in the ledger already."""
        if closed_through is None or entry.work_date > closed_through:
            return entry.work_date
        if self.closed_period is ClosedPeriod.STOP:
            return entry.work_date
        return posted_on or closed_through + timedelta(days=1)


def _places(memo: str | None) -> list[str]:
    """The names in braces. Raises Invalid for a template that is none."""
    try:
        found = list(Formatter().parse(memo or ""))
    except ValueError as error:
        raise Invalid.at(
            "/posting/memo",
            f"The memo is no template: {error}.",
            "Write {{ for a brace.",
            code=WRONG,
        ) from None
    if any(spec or conversion for _, name, spec, conversion in found if name is not None):
        raise Invalid.at(
            "/posting/memo",
            "A place of the memo has a format.",
            "Use the name alone: {notes}.",
            code=WRONG,
        )
    return [name for _, name, _, _ in found if name is not None]
