"""References that point at a record that cannot be used: unknown, gone, inactive, on hold or of
the wrong kind. Each is judged once, however many records use it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.reasons import Blocked, Reason, reason
from ledgerlink.domain.model.references import ExistingRecord
from ledgerlink.domain.model.rules import (
    CreateLaborCode,
    CreateProject,
    LinkExpenseCode,
    LinkTo,
    RuleKind,
)
from ledgerlink.domain.model.rules import Mapping as RuleMapping
from ledgerlink.domain.model.targets import Fitting, Purpose, Targets

MAPPING = "Mapping"
"""Where a rule is set, as people say it."""
PAGES = {
    RuleKind.EXPENSE_CODES: "Mapping > Expense codes",
    RuleKind.CARDS: "Mapping > Company cards",
}
"""Where the rules are set that choose accounts."""

FOR_CUSTOMERS = (Purpose.WORKED_FOR, Purpose.SPENT_FOR, Purpose.INVOICED)
PURPOSES: Mapping[RuleKind, tuple[Purpose, ...]] = {
    RuleKind.PROJECTS: FOR_CUSTOMERS,
    RuleKind.LABOR_CODES: (Purpose.SERVICE, Purpose.SOLD),
    RuleKind.LEAVE_TYPES: (Purpose.SERVICE,),
    RuleKind.CARDS: (Purpose.CARD,),
    RuleKind.VENDORS: (Purpose.VENDOR,),
    RuleKind.CLASSES: (Purpose.CLASS,),
    RuleKind.DEPARTMENTS: (Purpose.DEPARTMENT,),
    RuleKind.LOCATIONS: (Purpose.LOCATION,),
    RuleKind.TERMS: (Purpose.TERMS,),
    RuleKind.TAX_CODES: (Purpose.TAX_CODE,),
}
"""Purposes that the record of a rule may serve; it has to fit one of these."""


class Reference(NamedTuple):
    """A reference of a rule into the ledger."""

    field: str
    """The field of the rule."""
    ledger_id: str
    purposes: tuple[Purpose, ...]
    """The purposes that it may serve."""


def references_of(kind: RuleKind, mapping: RuleMapping) -> Iterator[Reference]:
    """The references of a rule of this kind."""
    match mapping:
        case LinkTo() if kind is RuleKind.USERS:
            yield Reference("ledger_id", mapping.ledger_id, (Purpose(mapping.person),))
        case LinkTo():
            yield Reference("ledger_id", mapping.ledger_id, PURPOSES[kind])
        case LinkExpenseCode(target="account"):
            yield Reference("ledger_id", mapping.ledger_id, (Purpose.SPENT_ON,))
        case LinkExpenseCode():
            yield Reference("ledger_id", mapping.ledger_id, (Purpose.BOUGHT, Purpose.SOLD))
        case CreateProject(parent_id=str() as parent_id):
            yield Reference("parent_id", parent_id, (Purpose.CUSTOMER_ABOVE,))
        case CreateLaborCode():
            yield Reference("income_account_id", mapping.income_account_id, (Purpose.EARNS,))
            if mapping.parent_id is not None:
                yield Reference("parent_id", mapping.parent_id, (Purpose.ITEM_ABOVE,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """An obstacle to a reference."""

    code: str
    """The code of the reason: `target_missing`, `not_open`, `wrong_account` or `wrong_kind`."""
    name: str
    """The record, as people call it: `the employee John Johnson (54)`."""
    fault: str
    """Its fault in words: `is inactive`."""
    wanted: str
    """The right kind in words: `an employee`."""

    @property
    def words(self) -> str:
        """The record and its fault, as a sentence."""
        return f"{self.name[:1].upper()}{self.name[1:]} {self.fault}."

    def reason(self, setting: str) -> Reason:
        """The reason of a record that needs the reference, which is chosen there."""
        match self.code:
            case "target_missing" | "not_open":
                return reason(self.code, detail=f"{self.name} {self.fault}")
            case "wrong_account":
                account = self.name.removeprefix("the account ")
                return reason(self.code, account=account, wanted=self.wanted, setting=setting)
        return reason(self.code, name=self.words, wanted=self.wanted, setting=setting)


@dataclass(slots=True)
class KnownTargets:
    """The records that the references of one plan, or one change of rules, point at."""

    targets: Targets = field(default_factory=Targets)
    records: Mapping[tuple[ListType, str], ListRecord] = field(default_factory=dict)
    """Those that the lists have, by list and id, gone ones included."""
    complete: Collection[ListType] = ()
    """The lists that came in whole. What another list has is not known, so nothing is wrong."""
    _judged: dict[tuple[Purpose, str], Unfit | None] = field(default_factory=dict)

    def refuse(self, purpose: Purpose, ledger_id: str, setting: str = MAPPING) -> None:
        """Raise Blocked for a reference, chosen under `setting`, that cannot be used."""
        if (unfit := self.unfit(purpose, ledger_id)) is not None:
            raise Blocked(unfit.reason(setting))

    def existing(self, purpose: Purpose, ledger_id: str, setting: str = MAPPING) -> ExistingRecord:
        """The record with this id, chosen under `setting`. Raises Blocked for one that the lists
        know to be unfit for the purpose."""
        self.refuse(purpose, ledger_id, setting)
        return ExistingRecord(ledger_id)

    def created(self, purpose: Purpose, ledger_id: str) -> ExistingRecord:
        """A record that we created, which the lists may not have yet. Raises Blocked for one that
        was made unfit for the purpose."""
        if self.targets.place(purpose, ledger_id) in self.records:
            self.refuse(purpose, ledger_id)
        return ExistingRecord(ledger_id)

    def called(self, purpose: Purpose, ledger_id: str) -> str:
        """A record as people call it; by its id alone where the lists do not have it."""
        place = self.targets.place(purpose, ledger_id)
        record = self.records.get(place) if place is not None else None
        return called(record) if record is not None else f"the record {bare_id(ledger_id)}"

    def unfit(self, purpose: Purpose, ledger_id: str) -> Unfit | None:
        """The obstacle to using a reference for this; None when nothing is known against it."""
        key = (purpose, ledger_id)
        if key not in self._judged:
            self._judged[key] = self._judge(purpose, ledger_id)
        return self._judged[key]

    def unfit_for_all(self, reference: Reference) -> Unfit | None:
        """The obstacle to using the reference of a rule for anything, if any. That a record
        is on hold is none, because that passes."""
        found = [self.unfit(purpose, reference.ledger_id) for purpose in reference.purposes]
        against = [unfit for unfit in found if unfit is not None and unfit.code != "not_open"]
        return against[0] if len(against) == len(found) and found else None

    def _judge(self, purpose: Purpose, ledger_id: str) -> Unfit | None:
        place = self.targets.place(purpose, ledger_id)
        if place is None:
            return None
        fittings = self.targets.fittings[purpose]
        record = self.records.get(place) or self._of_other_list(place)
        wanted = " or ".join(dict.fromkeys(fitting.called for fitting in fittings))
        begins = self.targets.beginning(ledger_id)
        if record is None and begins and begins not in {each.begins for each in fittings}:
            return _other_object(ledger_id, wanted)
        if record is None and place[0] not in self.complete:
            return None
        if record is None:
            return _unknown(place[0], ledger_id, wanted)
        fitting = next((each for each in fittings if each.fits(record)), None)
        return _unfit(record, fitting, wanted)

    def _of_other_list(self, place: tuple[ListType, str]) -> ListRecord | None:
        """The record with this id in another list of the same numbering."""
        kind, ledger_id = place
        lists = self.targets.one_numbering if kind in self.targets.one_numbering else ()
        found = (self.records.get((other, ledger_id)) for other in lists)
        return next((record for record in found if record is not None), None)


def _other_object(ledger_id: str, wanted: str) -> Unfit:
    """A record of which only the id says what it is."""
    account = ledger_id.partition("/")[0].endswith("account")
    code = "wrong_account" if account else "wrong_kind"
    name = f"the account {bare_id(ledger_id)}" if account else ledger_id
    return Unfit(code=code, name=name, fault=f"is not {wanted}", wanted=wanted)


def _unknown(kind: ListType, ledger_id: str, wanted: str) -> Unfit:
    name = f"the {_words(kind)} {bare_id(ledger_id)}"
    fault = "is not in the lists that came in from the accounting system"
    return Unfit(code="target_missing", name=name, fault=fault, wanted=wanted)


def _unfit(record: ListRecord, fitting: Fitting | None, wanted: str) -> Unfit | None:
    name = called(record)
    if record.gone is not None:
        into = f" into {record.merged_into}" if record.merged_into else ""
        fault = f"was {record.gone}{into}"
        return Unfit(code="target_missing", name=name, fault=fault, wanted=wanted)
    if fitting is None:
        code = "wrong_account" if record.type is ListType.ACCOUNT else "wrong_kind"
        return Unfit(code=code, name=name, fault=f"is not {wanted}", wanted=wanted)
    if not record.active:
        return Unfit(code="target_missing", name=name, fault="is inactive", wanted=wanted)
    if fitting.holds(record):
        return Unfit(code="not_open", name=name, fault="is on hold", wanted=wanted)
    return None


def called(record: ListRecord) -> str:
    """A record as people call it, below the records above it: `the customer Ann:Web (54)`."""
    return f"the {_words(record.type)} {record.path or record.name} ({bare_id(record.id)})"


def bare_id(ledger_id: str) -> str:
    """An id without the object that it may name."""
    return ledger_id.rpartition("/")[2] or ledger_id


def _words(kind: ListType) -> str:
    return kind.replace("_", " ")
