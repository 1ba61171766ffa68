"""Invoices on their way into the ledger: what each line sells, comes to, and bills of time."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ledgerlink.domain.mapping.document_terms import (
    Annotations,
    Deal,
    Exchange,
    approved,
    exchange,
    open_day,
    refuse_dimensions,
    sent_number,
)
from ledgerlink.domain.mapping.resolver import Resolver
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.money_settings import InvoiceLines
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.reasons import Blocked, Reason, named, reason
from ledgerlink.domain.model.references import ExistingRecord, Pending, Target
from ledgerlink.domain.model.resolved_invoices import ResolvedInvoice, ResolvedInvoiceLine
from ledgerlink.domain.model.rules import RuleKind
from ledgerlink.domain.model.source_records import Invoice, InvoiceLine, RecordKind
from ledgerlink.domain.model.targets import Purpose
from ledgerlink.domain.money import Total, rounded
from ledgerlink.domain.planning.attachments import receipt_key
from ledgerlink.domain.planning.grouping import RecordGroup
from ledgerlink.domain.planning.inputs import PlanInput
from ledgerlink.domain.planning.invoice_lines import Activity, priced, split, summary

MOST_LINES = 750
"""Lines that an invoice may have. Source: Intuit's API reference (taxable lines)."""

ActivityOf = Callable[[str], Activity | None]
"""The activity that carries the time entry with this key; None while there is none."""


def invoice_key(source_key: str) -> str:
    """The posting key of an invoice."""
    return posting_key(RecordKind.INVOICE, source_key)


def linked_invoice_keys(invoices: Iterable[Invoice]) -> set[str]:
    """The posting keys of these invoices, their e-mails and their receipts."""
    keys = set()
    for invoice in invoices:
        keys.add(invoice_key(invoice.key))
        keys.add(posting_key(RecordKind.EMAIL, f"{RecordKind.INVOICE}/{invoice.key}"))
        keys.update(receipt_key(invoice, each) for each in invoice.receipts)
    return keys


class Invoices:
    """The invoices of one plan; `stuck` are the reasons of those that cannot be posted, by key."""

    def __init__(self, given: PlanInput, resolver: Resolver, activity_of: ActivityOf) -> None:
        self._given = given
        self._resolver = resolver
        self._activity_of = activity_of
        self._billed: set[str] = set()
        counts = Counter([invoice.key for invoice in given.invoices])
        counts.update(given.deleted_keys[RecordKind.INVOICE])
        rejected = Counter(given.rejected_keys(RecordKind.INVOICE))
        self.blocked: dict[str, Reason] = {
            key: reason("duplicate_key", field="key", key=key, count=count + rejected[key])
            for key, count in counts.items()
            if count + rejected[key] > 1
        }
        self.groups: Sequence[RecordGroup] = [
            self._group_of(invoice) for invoice in given.invoices if invoice.key not in self.blocked
        ]

    def _group_of(self, invoice: Invoice) -> RecordGroup:
        key = invoice_key(invoice.key)
        return RecordGroup(key, (invoice.key,), lambda link: self._document(key, invoice, link))

    def _document(self, key: str, invoice: Invoice, link: Link | None) -> Document:
        """The document of an invoice. Raises Blocked or Skipped."""
        given, how, resolver = self._given, self._given.invoicing, self._resolver
        approved(invoice.approval, given.posting)
        annotations = Annotations()
        customer = self._customer(invoice)
        dimensions = resolver.dimensions(invoice, customer)
        day = open_day(
            invoice.issued_on, "issued_on", given.posting, given.features, link, annotations
        )
        money = self._money(invoice, customer, day, link, annotations)
        lines = self._lines(invoice, link, annotations)
        total = self._total(invoice, lines, money, annotations)
        if invoice.private_note:
            annotations.note.insert(0, ("private_note", invoice.private_note))
        send = how.send if invoice.send is None else invoice.send
        if send and invoice.email is None:
            annotations.warnings.append(reason("no_address", field="email"))
        elif send and not given.composer.emails_invoices:
            annotations.warnings.append(reason("email_unsupported", field="send"))
        resolved = ResolvedInvoice(
            key=key,
            reference=key,
            customer=customer,
            lines=tuple(lines),
            day=day,
            features=given.features,
            due=invoice.due_on,
            number=sent_number(invoice.number, how.number, "number", annotations),
            terms_id=resolver.named(RuleKind.TERMS, invoice.terms_key),
            class_id=dimensions.class_id,
            department_id=dimensions.department_id,
            location_id=dimensions.location_id,
            currency=money.currency,
            rate=money.rate,
            tax=total.tax,
            tax_code_id=resolver.named(RuleKind.TAX_CODES, invoice.tax_code_key),
            tax_inclusive=invoice.tax_inclusive,
            memo=invoice.memo or "",
            note=tuple(annotations.note),
            email=invoice.email,
            custom_fields=invoice.custom_fields,
            shorten=given.posting.shorten,
            kind=link.kind if link else None,
        )
        document = given.composer.invoice(resolved)
        warnings = (*document.warnings, *annotations.warnings)
        return replace(document, total=total, warnings=warnings)

    def _currency(self, invoice: Invoice) -> str | None:
        return invoice.currency or self._given.features.home_currency

    def _customer(self, invoice: Invoice) -> Target:
        resolver = self._resolver
        customer = resolver.customer(invoice.project_key, invoice.client_key, Purpose.INVOICED)
        if customer is None:
            raise Blocked(reason("missing_client", field="client_key"))
        return customer

    def _money(
        self,
        invoice: Invoice,
        customer: Target,
        day: date,
        link: Link | None,
        annotations: Annotations,
    ) -> Exchange:
        given = self._given
        customer_id = customer.ledger_id if isinstance(customer, ExistingRecord) else ""
        deal = Deal(
            currency=invoice.currency,
            rate=invoice.exchange_rate,
            partner=f"customer {customer_id}".strip(),
            kept=given.currencies.get(customer_id),
            day=day,
        )
        return exchange(deal, given.features, given.composer, given.rates, link, annotations)

    def _lines(
        self, invoice: Invoice, link: Link | None, annotations: Annotations
    ) -> Sequence[ResolvedInvoiceLine]:
        lines = [self._line(invoice, line, annotations) for line in invoice.lines]
        keys_by_line = [line.time_keys for line in invoice.lines]
        if self._given.invoicing.lines is InvoiceLines.SUMMARY:
            short = summary(lines)
            if len(short) < len(lines):
                warning = reason("summarised", count=len(lines), lines=len(short))
                annotations.warnings.append(warning)
            self._leave_unlinked(
                (k for keys in keys_by_line for k in keys), "lines are summed up", annotations
            )
            return short
        if not self._given.invoicing.link_time:
            return lines
        if not self._given.composer.links_time:
            return lines
        return self._linked(lines, keys_by_line, link, annotations)

    def _line(
        self, invoice: Invoice, line: InvoiceLine, annotations: Annotations
    ) -> ResolvedInvoiceLine:
        currency = self._currency(invoice)
        gross, quantity, price = priced(line, currency, annotations)
        stated = line.tax_amount
        # What takes money away takes its tax away, too.
        tax = None if stated is None else rounded(stated, currency).copy_sign(gross)
        if invoice.tax_inclusive and line.tax_code_key is not None and tax is None:
            raise Blocked(reason("missing_tax_amount", field="tax_amount"))
        inside = tax if invoice.tax_inclusive and tax is not None else Decimal(0)
        if inside and abs(inside) >= abs(gross):
            raise Blocked(reason("tax_too_high", field="tax_amount", tax=tax, amount=gross))
        if inside and quantity is not None:
            annotations.warnings.append(reason("quantity_left_out", field="quantity", amount=gross))
        resolver = self._resolver
        refuse_dimensions(line, self._given.features)
        return ResolvedInvoiceLine(
            amount=gross - inside,
            item=self._item(line),
            tax=tax,
            quantity=None if inside else quantity,
            unit_price=None if inside else price,
            description=line.description or "",
            service_date=line.service_date,
            class_id=resolver.named(RuleKind.CLASSES, line.class_key),
            department_id=resolver.named(RuleKind.DEPARTMENTS, line.department_key),
            tax_code_id=resolver.named(RuleKind.TAX_CODES, line.tax_code_key),
        )

    def _item(self, line: InvoiceLine) -> Target:
        """The item that the line sells. Raises Blocked or Skipped."""
        if line.labor_code_key is not None:
            return self._resolver.item(line.labor_code_key)
        if line.expense_code_key is not None:
            code = self._resolver.expense_code(line.expense_code_key)
            if code.target == "item":
                return self._resolver.existing(Purpose.SOLD, code.ledger_id)
        chosen = self._given.invoicing.item_id
        if chosen is None:
            raise Blocked(reason("missing_item", field="labor_code_key"))
        return self._resolver.existing(Purpose.SOLD, chosen, "invoices.item_id")

    def _linked(
        self,
        lines: Sequence[ResolvedInvoiceLine],
        keys_by_line: Sequence[Sequence[str]],
        link: Link | None,
        annotations: Annotations,
    ) -> list[ResolvedInvoiceLine]:
        """The lines with the time that they bill: each activity on one line of one invoice, whole.
        A line that bills several becomes one for each, because a line of the ledger bills one. A
        new invoice waits for what changes, since time that is billed can change no more."""
        linked: list[ResolvedInvoiceLine] = []
        left: list[str] = []
        count = len(lines)
        for number, (line, keys) in enumerate(zip(lines, keys_by_line, strict=True), 1):
            activities = self._whole_activities(keys)
            more = max(len(activities) - 1, 0)
            billed = any(activity.key in self._billed for activity in activities)
            if not activities or billed or count + more > MOST_LINES:
                left += keys
                linked.append(line)
                continue
            count += more
            self._billed.update(activity.key for activity in activities)
            if more:
                words = {"number": number, "count": len(activities)}
                annotations.warnings.append(reason("line_split", field="time_keys", **words))
            for part, activity in zip(split(line, activities), activities, strict=True):
                waits = activity.changes and link is None
                time = Pending(activity.key) if waits else activity.target
                linked.append(replace(part, time=time))
        why = "each has to be one activity of the ledger, on one line of one invoice"
        self._leave_unlinked(left, why, annotations)
        return linked

    def _whole_activities(self, keys: Sequence[str]) -> list[Activity]:
        """The activities that carry just these entries, in the order of their first entries; none
        if an entry is in no activity, or in one with others."""
        found = [self._activity_of(key) for key in keys]
        activities = list({one.key: one for one in found if one is not None}.values())
        carried = frozenset[str]().union(*(one.members for one in activities))
        return activities if None not in found and carried == frozenset(keys) else []

    def _leave_unlinked(self, keys: Iterable[str], why: str, annotations: Annotations) -> None:
        some = list(dict.fromkeys(keys))
        if some and self._given.invoicing.link_time and self._given.composer.links_time:
            words = {"keys": named(some), "detail": why}
            warning = reason("time_not_linked", field="time_keys", **words)
            annotations.warnings.append(warning)

    def _total(
        self,
        invoice: Invoice,
        lines: Sequence[ResolvedInvoiceLine],
        money: Exchange,
        annotations: Annotations,
    ) -> Total:
        """The total that the product states. Raises Blocked when its parts do not add up, or come
        to less than zero."""
        currency = self._currency(invoice)
        tax = _tax(invoice, lines, currency)
        amount = sum((line.amount for line in lines), Decimal(0)) + (tax or Decimal(0))
        if invoice.total is not None and (tax is not None or not _taxed(invoice)):
            stated = rounded(invoice.total, currency)
            if stated != amount:
                raise Blocked(reason("unbalanced", field="total", sum=amount, total=stated))
        if amount < 0:
            raise Blocked(reason("total_below_zero", field="lines", total=amount))
        if tax and self._given.features.automated_tax:
            annotations.warnings.append(reason("tax_by_ledger", field="tax_amount", tax=tax))
        return Total(amount=amount, currency=money.currency, tax=tax, rate=money.rate)


def _tax(
    invoice: Invoice, lines: Sequence[ResolvedInvoiceLine], currency: str | None
) -> Decimal | None:
    """All tax, as far as the product says it. Raises Blocked where it says two things, or does not
    say which lines include it."""
    stated = invoice.tax_amount
    whole = None if stated is None else rounded(stated, currency)
    parts = [line.tax for line in lines if line.tax is not None]
    if not parts and invoice.tax_inclusive and (whole or (whole is None and _taxed(invoice))):
        raise Blocked(reason("missing_tax_amount", field="tax_amount"))
    if not parts:
        return whole
    tax = sum(parts, Decimal(0))
    if whole not in (None, tax):
        raise Blocked(reason("unbalanced", field="tax_amount", sum=tax, total=whole))
    return tax


def _taxed(invoice: Invoice) -> bool:
    """Whether the ledger may add tax to it."""
    codes = [invoice.tax_code_key, *(line.tax_code_key for line in invoice.lines)]
    return any(code is not None for code in codes)
