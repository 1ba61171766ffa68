"""Expenses on their way into documents: grouped, dated, priced, each pointing into the ledger."""

import hashlib
import json
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ledgerlink.domain.mapping.defects import UNPLANNABLE
from ledgerlink.domain.mapping.document_terms import (
    Annotations,
    Deal,
    approved,
    exchange,
    offered,
    open_day,
    sent_number,
)
from ledgerlink.domain.mapping.resolver import Resolver
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.money_settings import (
    ExpenseSettings,
    GroupBy,
    MissingPayee,
    PostingDate,
)
from ledgerlink.domain.model.partial_records import PartialRecord
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.reasons import Blocked, Reason, Skipped, reason
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.model.resolved_expenses import (
    ExpenseLine,
    Payee,
    ResolvedExpenses,
    Settlement,
)
from ledgerlink.domain.model.rules import RuleKind
from ledgerlink.domain.model.source_records import ExpenseEntry, RecordKind
from ledgerlink.domain.model.targets import Purpose
from ledgerlink.domain.money import rounded
from ledgerlink.domain.planning.attachments import receipt_key
from ledgerlink.domain.planning.grouping import RecordGroup
from ledgerlink.domain.planning.hindering import few
from ledgerlink.domain.planning.inputs import PlanInput

CARD = "company_card"
MOST_LINES = 750
"""Entries that become one document; as many as a ledger takes of lines with tax."""


EXPENSE_REPORT = "expense-report"
EXPENSE_PERIOD = "expense-period"
"""Begin the posting keys of documents of several expenses."""


def is_grouped(entry: ExpenseEntry, how: ExpenseSettings) -> bool:
    """Whether other expenses can be in the entry's document. A card's charge is a document of its
    own, as on the bank's statement."""
    if entry.paid_with == CARD or how.group_by is GroupBy.ENTRY:
        return False
    return how.group_by is GroupBy.PERSON_AND_PERIOD or entry.report_key is not None


def document_key(entry: ExpenseEntry, how: ExpenseSettings) -> str:
    """The posting key of the document that the entry becomes part of."""
    if not is_grouped(entry, how):
        return posting_key("expense", entry.key)
    if how.group_by is GroupBy.REPORT:
        return posting_key(EXPENSE_REPORT, entry.report_key or "")
    parts = [entry.staff_key, how.period.last_day(entry.spent_on).isoformat()]
    name = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
    return posting_key(EXPENSE_PERIOD, name)


def linked_expense_keys(entries: Iterable[ExpenseEntry], how: ExpenseSettings) -> set[str]:
    """The posting keys of the documents and receipts of these entries."""
    keys = set()
    for entry in entries:
        keys.add(document_key(entry, how))
        keys.update(receipt_key(entry, each) for each in entry.receipts)
    return keys


@dataclass(frozen=True, slots=True)
class Spent:
    """One entry with its place in the ledger."""

    entry: ExpenseEntry
    line: ExpenseLine


class Expenses:
    """The expenses of one plan. `stuck` are the reasons of those that cannot be posted, `left_out`
    of those that are not to be, by key; `groups` are the others."""

    def __init__(self, given: PlanInput, resolver: Resolver) -> None:
        self._given = given
        self._how = given.expensing
        self._resolver = resolver
        self.blocked: dict[str, Reason] = {}
        self.left_out: dict[str, Reason] = {}
        self._groups: dict[str, list[Spent]] = {}
        self._counts = Counter(entry.key for entry in given.expenses)
        self._counts.update(given.rejected_keys(RecordKind.EXPENSE))
        self._gone = set(given.deleted_keys[RecordKind.EXPENSE])
        hinders: dict[str, str] = {}
        for entry in given.expenses:
            self._sort(entry)
            if entry.key in self.blocked:
                hinders.setdefault(document_key(entry, self._how), entry.key)
        for key, member in self._hindered_by_rejected():
            hinders.setdefault(key, member)
        for key, member in hinders.items():
            self._hold_back(key, member)
        self.groups: Sequence[RecordGroup] = [self._group_of(key) for key in self._groups]

    def _sort(self, entry: ExpenseEntry) -> None:
        try:
            line = self._line(entry)
        except UNPLANNABLE as failure:
            key = posting_key(RecordKind.EXPENSE, entry.key)
            self.blocked[entry.key] = self._given.why_unplannable(key, failure)
        except Skipped as skipped:
            self.left_out[entry.key] = skipped.reason
        else:
            key = document_key(entry, self._how)
            self._groups.setdefault(key, []).append(Spent(entry, line))

    def _hold_back(self, key: str, member: str) -> None:
        """A document is whole: without one of its records none of the others is posted."""
        others = [spent.entry.key for spent in self._groups.pop(key, [])]
        self.blocked |= dict.fromkeys(others, reason("member_blocked", key=member))

    def _hindered_by_rejected(self) -> Iterator[tuple[str, str]]:
        """Keys of the documents that a rejected record may belong to, each with its key."""
        partial: dict[Hashable, tuple[PartialRecord, str]] = {}
        for one in self._given.rejected:
            if (read := one.readable_as.get(RecordKind.EXPENSE)) is not None:
                partial.setdefault(tuple(read.values.items()), (read, one.key))
        by_person: dict[str, list[str]] = {}
        for key, spent in self._groups.items():
            for person in {each.entry.staff_key for each in spent}:
                by_person.setdefault(person, []).append(key)
        for read, rejected_key in few([*partial.values()]):
            yield from self._documents_of(read, rejected_key, by_person)

    def _documents_of(
        self, read: PartialRecord, rejected_key: str, by_person: Mapping[str, Sequence[str]]
    ) -> Iterator[tuple[str, str]]:
        """Keys of the documents that this partly read record may belong to. A report that it names
        is one of them whoever it is of, because a report of two people is not posted."""
        if not read.may_have("paid_with", "own"):
            return
        near = [*self._groups]
        if read.is_clear("staff_key"):
            near = [*by_person.get(read.values["staff_key"], ())]
        if self._how.group_by is GroupBy.REPORT and read.values.get("report_key") is not None:
            near = [posting_key(EXPENSE_REPORT, read.values["report_key"])]
        for key in near:
            if any(self._may_share(read, each.entry) for each in self._groups.get(key, ())):
                yield key, rejected_key

    def _may_share(self, read: PartialRecord, entry: ExpenseEntry) -> bool:
        """Whether the record may be in one document with this entry of the same person."""
        how = self._how
        if not is_grouped(entry, how):
            return False
        if how.group_by is GroupBy.REPORT:
            return read.may_have("report_key", entry.report_key)
        spent_on = read.values.get("spent_on")
        return spent_on is None or how.period.last_day(spent_on) == how.period.last_day(
            entry.spent_on
        )

    def _group_of(self, key: str) -> RecordGroup:
        spent = self._groups[key]
        members = tuple(one.entry.key for one in spent)
        return RecordGroup(key, members, lambda link: self._document(key, spent, link))

    def _line(self, entry: ExpenseEntry) -> ExpenseLine:
        """Where the entry goes, and what it comes to. Raises Blocked or Skipped."""
        self._check(entry)
        resolver = self._resolver
        code = resolver.spent_on(entry.expense_code_key)
        customer = resolver.customer(entry.project_key, entry.client_key, Purpose.SPENT_FOR)
        if entry.billable and customer is None:
            raise Blocked(reason("missing_customer", field="project_key"))
        net, tax = _net_and_tax(entry, entry.currency or self._given.features.home_currency)
        dimensions = resolver.dimensions(entry, customer, resolver.person(entry.staff_key))
        return ExpenseLine(
            key=entry.key,
            net=net,
            tax=tax,
            account_id=code.ledger_id if code.target == "account" else None,
            item_id=code.ledger_id if code.target == "item" else None,
            customer=customer,
            class_id=dimensions.class_id,
            department_id=dimensions.department_id,
            location_id=dimensions.location_id,
            billable=entry.billable,
            markup_percent=entry.markup_percent if entry.billable else None,
            tax_code_id=resolver.named(RuleKind.TAX_CODES, entry.tax_code_key),
            parts=(("notes", entry.notes),) if entry.notes else (),
        )

    def _check(self, entry: ExpenseEntry) -> None:
        count = self._counts[entry.key] + (entry.key in self._gone)
        if count > 1:
            raise Blocked(reason("duplicate_key", field="key", key=entry.key, count=count))
        approved(entry.approval, self._given.posting)
        features = self._given.features
        offered(features.billable_expenses, "billable", entry.billable, "billable expenses")
        if entry.refund and entry.paid_with != CARD:
            raise Blocked(reason("refund_of_own", field="refund"))

    def _document(self, key: str, spent: Sequence[Spent], link: Link | None) -> Document:
        """The document of these entries. Raises Blocked or Skipped."""
        if len(spent) > MOST_LINES:
            raise Blocked(reason("too_many_lines", count=len(spent), limit=MOST_LINES))
        entries = [one.entry for one in spent]
        first, annotations = entries[0], Annotations()
        people = sorted({entry.staff_key for entry in entries})
        if len(people) > 1:
            raise Blocked(reason("mixed_people", field="staff_key", people=", ".join(people)))
        settlement, payee = self._payee(first, annotations)
        day = self._day(entries, link, annotations)
        deal = self._deal(entries, payee, day)
        given = self._given
        money = exchange(deal, given.features, given.composer, given.rates, link, annotations)
        number = _one([e.report_number for e in entries]) if _is_report(key) else None
        annotations.note[:0] = [("report_name", title) for title in _titles(entries)]
        resolved = ResolvedExpenses(
            key=key,
            reference=key,
            lines=tuple(one.line for one in spent),
            settlement=settlement,
            day=day,
            features=given.features,
            payee=payee,
            account_id=self._account(settlement, first, money.currency, annotations),
            credit=first.refund,
            number=sent_number(number, self._how.number, "report_number", annotations),
            currency=money.currency,
            rate=money.rate,
            tax_inclusive=all(entry.tax_inclusive for entry in entries),
            note=tuple(annotations.note),
            shorten=given.posting.shorten,
        )
        document = given.composer.expenses(resolved)
        return replace(document, warnings=(*document.warnings, *annotations.warnings))

    def _payee(
        self, entry: ExpenseEntry, annotations: Annotations
    ) -> tuple[Settlement, Payee | None]:
        """Who gets the money and how. Raises Blocked or Skipped."""
        if entry.paid_with == CARD:
            return Settlement.CARD, self._merchant(entry, annotations)
        try:
            target, person = self._resolver.staff(entry.staff_key)
        except Blocked as blocked:
            return Settlement.PAYABLE, self._catch_all(
                blocked, "user", entry.staff_key, annotations
            )
        settlement = Settlement.PAYABLE if person == "vendor" else Settlement.CHECK
        return settlement, Payee(target=target, list=person)

    def _merchant(self, entry: ExpenseEntry, annotations: Annotations) -> Payee | None:
        try:
            vendor_id = self._resolver.named(RuleKind.VENDORS, entry.vendor_key)
        except Blocked as blocked:
            return self._catch_all(blocked, "vendor", entry.vendor_key or "", annotations)
        return Payee(target=ExistingRecord(vendor_id), list="vendor") if vendor_id else None

    def _catch_all(self, blocked: Blocked, kind: str, key: str, annotations: Annotations) -> Payee:
        """The vendor who stands in for one without a rule. Raises what is given where the settings
        name none."""
        vendor_id = self._how.catch_all_vendor_id
        refused = self._how.missing_payee is MissingPayee.REFUSE or vendor_id is None
        if refused or blocked.reason.code != "no_rule":
            raise blocked
        annotations.warnings.append(reason("catch_all_used", kind=kind, key=key))
        vendor = self._chosen(Purpose.VENDOR, vendor_id or "", "catch_all_vendor_id")
        return Payee(target=vendor, list="vendor")

    def _chosen(self, purpose: Purpose, ledger_id: str, setting: str) -> ExistingRecord:
        """The record that the settings name. Raises Blocked for one that cannot be used."""
        return self._resolver.existing(purpose, ledger_id, f"expenses.{setting}")

    def _day(
        self, entries: Sequence[ExpenseEntry], link: Link | None, annotations: Annotations
    ) -> date:
        how, policy = self._how, self._how.date
        day = max(entry.spent_on for entry in entries)
        if policy is PostingDate.APPROVED:
            days = [entry.approved_on for entry in entries]
            day = max(self._approved_on(one) for one in days)
        elif policy is PostingDate.PERIOD_END:
            day = how.period.last_day(day)
        elif policy is PostingDate.TODAY:
            day = (link.day if link else None) or self._given.today or day
        if policy is not PostingDate.SPENT:
            annotations.warnings.append(reason("dated", field="spent_on", day=day, policy=policy))
        given = self._given
        return open_day(day, "spent_on", given.posting, given.features, link, annotations)

    def _approved_on(self, day: date | None) -> date:
        if day is None:
            words = {"policy": PostingDate.APPROVED, "field": "approved_on"}
            raise Blocked(reason("missing_date", **words))
        return day

    def _deal(self, entries: Sequence[ExpenseEntry], payee: Payee | None, day: date) -> Deal:
        """Raises Blocked where the entries are of several currencies."""
        home = self._given.features.home_currency
        currencies = {entry.currency or home for entry in entries}
        if len(currencies) > 1:
            words = ", ".join(sorted(str(code) for code in currencies))
            raise Blocked(reason("mixed_currencies", field="currency", currencies=words))
        rates = {entry.exchange_rate for entry in entries if entry.exchange_rate is not None}
        if len(rates) > 1:
            words = ", ".join(sorted(map(str, rates)))
            raise Blocked(reason("mixed_rates", field="exchange_rate", rates=words))
        vendor = payee.target if payee and payee.list == "vendor" else None
        vendor_id = vendor.ledger_id if isinstance(vendor, ExistingRecord) else ""
        currency = entries[0].currency
        kept = self._given.vendor_currencies.get(vendor_id) if payee else currency
        return Deal(
            currency=currency,
            rate=next(iter(rates), None),
            partner=f"{payee.list} {vendor_id}".strip() if payee else "",
            kept=kept,
            day=day,
        )

    def _account(
        self,
        settlement: Settlement,
        entry: ExpenseEntry,
        currency: str | None,
        annotations: Annotations,
    ) -> str | None:
        how = self._how
        if settlement is Settlement.PAYABLE:
            return self._payables(currency, annotations)
        if settlement is Settlement.CHECK:
            return self._account_of_settings(Purpose.PAYS_EMPLOYEES, "check_account_id")
        try:
            card = self._resolver.named(RuleKind.CARDS, entry.card_key)
        except Blocked as blocked:
            if how.card_account_id is None or blocked.reason.code != "no_rule":
                raise
            annotations.warnings.append(reason("default_card", key=entry.card_key))
            card = None
        card = card or self._account_of_settings(Purpose.CARD, "card_account_id")
        return card or _no_account("card_account_id", "is charged")

    def _account_of_settings(self, purpose: Purpose, setting: str) -> str | None:
        """The account that the settings name, if they do. Raises Blocked for one that cannot be
        used."""
        chosen: str | None = getattr(self._how, setting)
        return chosen and self._chosen(purpose, chosen, setting).ledger_id

    def _payables(self, currency: str | None, annotations: Annotations) -> str | None:
        """Where it is owed; a ledger of several currencies keeps each in an account of its own."""
        chosen = self._how.payable_account_id
        kept = self._given.payables
        if currency is None or currency not in kept or chosen in kept[currency]:
            return self._account_of_settings(Purpose.PAYABLE, "payable_account_id")
        account_id = kept[currency][0]
        account = self._given.targets.called(Purpose.PAYABLE, account_id).removeprefix("the ")
        warning = reason("payables_of_currency", currency=currency, account=account)
        annotations.warnings.append(warning)
        return account_id


def _net_and_tax(entry: ExpenseEntry, currency: str | None) -> tuple[Decimal, Decimal | None]:
    """The amount without tax and the tax, where the record says it. Raises Blocked."""
    amount = rounded(entry.amount, currency)
    if not amount:
        raise Blocked(reason("nothing_left", field="amount", amount=entry.amount))
    tax = None if entry.tax_amount is None else rounded(entry.tax_amount, currency)
    if not entry.tax_inclusive:
        return amount, tax
    if tax is None and entry.tax_code_key is not None:
        raise Blocked(reason("missing_tax_amount", field="tax_amount"))
    if tax is not None and tax >= amount:
        raise Blocked(reason("tax_too_high", field="tax_amount", tax=tax, amount=amount))
    return amount - (tax or Decimal(0)), tax


def _no_account(setting: str, use: str) -> str:
    name = f"expenses.{setting}"
    raise Blocked(reason("missing_account", field=name, use=use, setting=name))


def _is_report(key: str) -> bool:
    return key.startswith(f"{EXPENSE_REPORT}:")


def _one(values: Iterable[str | None]) -> str | None:
    """The value that all of them have, or that some have and no other."""
    some = {value for value in values if value is not None}
    return some.pop() if len(some) == 1 else None


def _titles(entries: Iterable[ExpenseEntry]) -> list[str]:
    return list(dict.fromkeys(entry.report_name for entry in entries if entry.report_name))
