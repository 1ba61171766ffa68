"""A company in a ledger: who it is and what it offers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ledgerlink.domain.model.reasons import Reason

Required = Mapping[str, Mapping[str, str]]
"""Dimensions that a line must name. The outer key is what asks for them: the ledger's id of a
record on the line, or the ledger's name of a kind of documents, for all their lines. The inner key
is the dimension, its value the number of the account that asks for it."""


@dataclass(frozen=True, slots=True)
class Features:
    """What a ledger company offers; None where the ledger does not say."""

    edition: str | None = None
    """The product that the company has subscribed to, in the ledger's words."""
    home_currency: str | None = None
    """ISO 4217 code of the currency that its books are kept in."""
    time_tracking: bool | None = None
    """Whether it keeps time."""
    time_refused: Reason | None = None
    """Why it takes no time, where that is known before any is sent."""
    payroll: bool | None = None
    """Whether its payroll is on, so that employees are created there."""
    classes: bool | None = None
    """Whether a record may have a class."""
    departments: bool | None = None
    """Whether a record may have a department."""
    locations: bool | None = None
    """Whether a record may have a location, even if the ledger calls it a department."""
    projects: bool | None = None
    """Whether it keeps projects."""
    multi_currency: bool | None = None
    """Whether a document may be in another currency than the books."""
    books_closed_through: date | None = None
    """The last day of the closed books."""
    country: str | None = None
    """ISO 3166 code."""
    automated_tax: bool | None = None
    """Whether the ledger works tax out by itself."""
    billable_expenses: bool | None = None
    """Whether an expense can be marked as billable."""
    timesheet_period: str | None = None
    """How long timesheets are (`week:monday`, `semimonthly`, `month`); None without timesheets."""
    required: Required = field(default_factory=dict)
    """Dimensions that lines must name."""
    fills: tuple[str, ...] = ()
    """Dimensions that the ledger gives by itself to a line that has none."""
    authorization_ends_at: datetime | None = None
    """When a user has to authorise us anew, however often the authorisation is renewed."""
    limits: tuple[Reason, ...] = ()
    """What the company has not subscribed to, or its user may not see, and what follows."""


@dataclass(frozen=True, slots=True)
class Company:
    """A ledger company as read back."""

    company_id: str
    """The ledger's id of the company."""
    name: str
    """Its name in the ledger."""
    country: str | None = None
    """ISO 3166 code."""
    features: Features = field(default_factory=Features)
    """What it offers."""
