"""Links: which ledger record a source record became."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


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
