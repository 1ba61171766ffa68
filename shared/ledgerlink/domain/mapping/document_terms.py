"""Terms that expenses and invoices share: approval, date, document number, exchange rate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.money_settings import Number
from ledgerlink.domain.model.reasons import Blocked, Reason, reason
from ledgerlink.domain.model.source_records import ExpenseEntry, Invoice, InvoiceLine, TimeEntry
from ledgerlink.domain.model.time_settings import ClosedPeriod, TimeSettings
from ledgerlink.domain.ports import Composer

Parts = tuple[tuple[str, str], ...]
"""Parts of a text, each with the field that it is from."""


@dataclass(slots=True)
class Annotations:
    """Warnings about a document, and the parts of its note."""

    warnings: list[Reason] = field(default_factory=list)
    note: list[tuple[str, str]] = field(default_factory=list)


def approved(approval: str | None, posting: TimeSettings) -> None:
    """Raise Blocked for a record that is not approved, if the settings require approval."""
    if approval in (None, "approved"):
        return
    if approval == "rejected" or posting.approved_only:
        raise Blocked(reason("not_approved", field="approval", state=approval))


def offered(feature: bool | None, field_name: str, used: bool, what: str) -> None:
    """Raise Blocked for the use of a feature that the ledger says is off."""
    if used and feature is False:
        raise Blocked(reason("feature_off", field=field_name, detail=f"{what} are off"))


def refuse_dimensions(
    record: TimeEntry | ExpenseEntry | Invoice | InvoiceLine, features: Features
) -> None:
    """Raise Blocked for a class, department or location of a ledger that says it has none."""
    offered(features.classes, "class_key", record.class_key is not None, "classes")
    department = record.department_key is not None
    offered(features.departments, "department_key", department, "departments")
    if not isinstance(record, InvoiceLine):
        offered(features.locations, "location_key", record.location_key is not None, "locations")


def open_day(
    day: date,
    field_name: str,
    posting: TimeSettings,
    features: Features,
    link: Link | None,
    annotations: Annotations,
) -> date:
    """The accounting date: in closed books the first open day, where the settings allow it, with
    the true date in the note; or where the document is in the ledger already."""
    closed = features.books_closed_through
    if closed is None or day > closed or posting.closed_period is ClosedPeriod.STOP:
        return day
    moved = link.day if link and link.day else closed + timedelta(days=1)
    if moved == day:
        return day
    annotations.note.append((field_name, f"Dated {day.isoformat()}"))
    annotations.warnings.append(reason("moved_date", field=field_name, day=day, posted=moved))
    return moved


def sent_number(
    number: str | None, how: Number, field_name: str, annotations: Annotations
) -> str | None:
    """The number that is sent. If the ledger numbers documents, ours is kept in the note."""
    if number is None or how is Number.OURS:
        return number
    annotations.note.append((field_name, f"No. {number}"))
    annotations.warnings.append(reason("number_left", field=field_name, number=number))
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """In which currency a document is to be, and with whom. `partner` names the customer or vendor
    whose currency is `kept` (None is the company's own)."""

    currency: str | None
    rate: Decimal | None
    partner: str
    kept: str | None
    day: date


@dataclass(frozen=True, slots=True)
class Exchange:
    """The currency that a document names, and home units for one of it; None where there is one
    currency alone, or the rate is the ledger's own."""

    currency: str | None = None
    rate: Decimal | None = None


def exchange(
    deal: Deal,
    features: Features,
    composer: Composer,
    known: Mapping[tuple[str, date], Decimal],
    link: Link | None,
    annotations: Annotations,
) -> Exchange:
    """The currency and the rate, which comes from the record or from the ledger and is never
    assumed. Raises Blocked."""
    home = features.home_currency
    currency = deal.currency or home
    foreign = currency is not None and currency != home
    if foreign:
        _refuse_foreign(str(currency), features)
    if not features.multi_currency:
        return Exchange()
    kept = deal.kept or home
    if composer.one_currency_each and currency != kept:
        words = {"currency": currency, "name": deal.partner, "other": kept}
        raise Blocked(reason("currency_differs", field="currency", **words))
    return Exchange(currency, _rate(deal, composer, known, link, annotations) if foreign else None)


def _refuse_foreign(currency: str, features: Features) -> None:
    """Raise Blocked for another currency than the ledger's own, unless it is known to have both."""
    home, several = features.home_currency, features.multi_currency
    if several is False:
        words = {"currency": currency, "home": home or "its own currency"}
        raise Blocked(reason("no_multi_currency", field="currency", **words))
    if several is None or home is None:
        what = "which currency its books are in" if home is None else "that it keeps several"
        raise Blocked(reason("currencies_unknown", field="currency", currency=currency, what=what))


def _rate(
    deal: Deal,
    composer: Composer,
    known: Mapping[tuple[str, date], Decimal],
    link: Link | None,
    annotations: Annotations,
) -> Decimal | None:
    """The record's rate; else the rate that the document was posted with, if its day is the same;
    else the ledger's. None leaves it to the ledger."""
    assert deal.currency is not None
    if deal.rate is not None:
        return deal.rate
    before = link.total if link and link.day == deal.day else None
    rate = before.rate if before and before.currency == deal.currency else None
    rate = rate or known.get((deal.currency, deal.day))
    words = {"currency": deal.currency, "day": deal.day}
    if rate is None and composer.applies_rates:
        annotations.warnings.append(reason("rate_by_ledger", field="exchange_rate", **words))
        return None
    if rate is None:
        raise Blocked(reason("no_exchange_rate", field="exchange_rate", **words))
    annotations.warnings.append(
        reason("rate_from_ledger", field="exchange_rate", rate=rate, **words)
    )
    return rate
