"""Links: which ledger record a source record became."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.money import Total


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What posted time stands for in the product, as far as all its entries agree."""

    staff_key: str
    work_date: date
    client_key: str | None = None
    project_key: str | None = None
    labor_code_key: str | None = None
    leave_type_key: str | None = None
    billable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A posting key tied to a record of the ledger: what we last wrote, when, in which run.

    Of time it says more: `members` are the entries, `day` is the accounting date, `targets` are
    the ledger's ids of person, customer and item, `rate` is what an hour is billed at. `imported`
    is whether an import may delete it. `rank` sorts runs by when they were let loose.

    `record` is the kind of its members. `content` is a fingerprint of what the ledger answered
    that it holds, where its answer is compared by that. `total` is what a document of money comes
    to, `ledger_total` what the ledger says of it. `restored` is the run whose writing it is again,
    since what came after that was taken back. A `listed` one is looked for by the ledger's id, too,
    because a list brings its record in.
    """

    key: str
    kind: str
    ledger_id: str
    version: str | None
    fingerprint: str
    run_id: str
    written_at: datetime
    rank: str = ""
    imported: bool = False
    members: tuple[str, ...] = ()
    day: date | None = None
    minutes: int = 0
    rate: Decimal | None = None
    source: Source | None = None
    targets: tuple[str | None, ...] = ()
    record: RecordKind = RecordKind.TIME
    content: str = ""
    total: Total | None = None
    ledger_total: Decimal | None = None
    restored: str = ""
    group: str = ""
    listed: bool = True

    def is_of(self, run_id: str) -> bool:
        """Whether it stands as that run left it."""
        return run_id in (self.run_id, self.restored)

    @property
    def carries(self) -> bool:
        """Whether it is found by its members, because none of them gives it its name."""
        if self.source is None and self.record is not RecordKind.EXPENSE:
            return False
        return self.key not in {f"{self.record}:{member}" for member in self.members}

    @property
    def stands_for(self) -> str:
        """The fingerprint that a look at the record has to show while nobody has changed it."""
        return self.content or self.fingerprint
