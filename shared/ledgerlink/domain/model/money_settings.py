"""A firm's settings for expenses and invoices."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ledgerlink.domain.model.source_records import Key


class GroupBy(StrEnum):
    """Which of a person's own expenses become one document."""

    REPORT = "report"
    ENTRY = "entry"
    PERSON_AND_PERIOD = "person_and_period"


class Period(StrEnum):
    """How long a period is; a week begins on Monday."""

    WEEK = "week"
    MONTH = "month"

    def last_day(self, day: date) -> date:
        """The last day of the period that holds this day."""
        if self is Period.WEEK:
            return day + timedelta(days=6 - day.weekday())
        return day.replace(day=monthrange(day.year, day.month)[1])


class PostingDate(StrEnum):
    """Which day a document of expenses is dated; of several, the last one counts."""

    SPENT = "spent"
    APPROVED = "approved"
    PERIOD_END = "period_end"
    TODAY = "today"


class Number(StrEnum):
    """Who numbers documents: OURS sends the product's numbers, THEIRS leaves it to the ledger."""

    OURS = "ours"
    THEIRS = "theirs"


class MissingPayee(StrEnum):
    """What becomes of an expense whose payee has no rule."""

    REFUSE = "refuse"
    CATCH_ALL = "catch_all"


class InvoiceLines(StrEnum):
    """ENTRIES posts lines as they are given, SUMMARY one for each kind of service."""

    ENTRIES = "entries"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpenseSettings:
    """How expenses go out. Accounts and the vendor are the ledger's ids.

    `payable_account_id` is where what is owed to vendors is kept, `check_account_id` is what
    employees are paid from, `card_account_id` stands in for cards without a rule.
    """

    group_by: GroupBy = GroupBy.REPORT
    period: Period = Period.MONTH
    date: PostingDate = PostingDate.SPENT
    number: Number = Number.OURS
    payable_account_id: Key | None = None
    check_account_id: Key | None = None
    card_account_id: Key | None = None
    missing_payee: MissingPayee = MissingPayee.REFUSE
    catch_all_vendor_id: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceSettings:
    """How invoices go out. `item_id` is the ledger's item for lines without one; `link_time` has
    the ledger mark the time that is billed; `send` has it e-mail invoices that have an address."""

    lines: InvoiceLines = InvoiceLines.ENTRIES
    number: Number = Number.OURS
    item_id: Key | None = None
    link_time: bool = True
    send: bool = False
