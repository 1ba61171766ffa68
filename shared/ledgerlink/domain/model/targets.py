"""Targets of references: lists, roles and states of records, for each purpose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from ledgerlink.domain.model.list_records import ListRecord, ListType


class Purpose(StrEnum):
    """The purpose of a reference to a record of the ledger."""

    EMPLOYEE = "employee"
    VENDOR = "vendor"
    WORKED_FOR = "worked_for"
    """The customer or project of time."""
    SPENT_FOR = "spent_for"
    """The customer or project of an expense."""
    INVOICED = "invoiced"
    """The customer or project of an invoice."""
    SERVICE = "service"
    """The item that time is booked as."""
    SOLD = "sold"
    """The item that the line of an invoice sells."""
    SPENT_ON = "spent_on"
    """The account of an expense."""
    BOUGHT = "bought"
    """The item of an expense."""
    CARD = "card"
    """The account of a company card."""
    CLASS = "class"
    DEPARTMENT = "department"
    LOCATION = "location"
    TERMS = "terms"
    TAX_CODE = "tax_code"
    PAYABLE = "payable"
    """The account where bills are owed."""
    PAYS_EMPLOYEES = "pays_employees"
    """The account that pays the expenses of employees."""
    EARNS = "earns"
    """The account to which the sales of a new item go."""
    CUSTOMER_ABOVE = "customer_above"
    """The customer below whom a project is created."""
    ITEM_ABOVE = "item_above"
    """The item below which a labor code is created."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """Records of one list that a reference may point at."""

    list: ListType
    called: str
    """The name of such a record, with its article: `a credit card account`."""
    begins: str = ""
    """The prefix of the ids of the list's records, where a ledger's ids name their object."""
    roles: tuple[str, ...] = ()
    """The roles of which the record has to have one; empty for any."""
    without_roles: tuple[str, ...] = ()
    """The roles of which the record may have none."""
    on_hold: tuple[str, ...] = ()
    """Values of the record's `status`, in lower case, in which the ledger takes nothing for it."""

    def fits(self, record: ListRecord) -> bool:
        """Whether the record is of the list and has the role."""
        has_role = not self.roles or bool({*self.roles}.intersection(record.roles))
        has_other = bool({*self.without_roles}.intersection(record.roles))
        of_list = record.type is self.list and record.id.startswith(self.begins)
        return of_list and has_role and not has_other

    def holds(self, record: ListRecord) -> bool:
        """Whether the ledger takes nothing for the record in its present state."""
        return str(record.fields.get("status")).lower() in self.on_hold


@dataclass(frozen=True, kw_only=True)
class Targets:
    """The targets of one ledger's references. A purpose that is not among them is not
    checked, because no list of the ledger has such records. It has no slots, because it keeps its
    lists."""

    fittings: Mapping[Purpose, tuple[Fitting, ...]] = field(default_factory=dict)
    """The records that fit, by purpose. An id that does not name its object is of the first."""
    unlisted: frozenset[str] = frozenset()
    """Ids that can be used although no list has them."""
    never: tuple[str, ...] = ()
    """Prefixes of the ids of other objects, to which no reference may point."""
    one_numbering: tuple[ListType, ...] = ()
    """Lists over which an id occurs only once, so that it shows which of them was meant."""

    @cached_property
    def _lists(self) -> Mapping[str, ListType]:
        """The lists by how their ids begin."""
        every = (fitting for some in self.fittings.values() for fitting in some)
        return {fitting.begins: fitting.list for fitting in every if fitting.begins}

    def place(self, purpose: Purpose, ledger_id: str) -> tuple[ListType, str] | None:
        """The list in which this id is looked up, and the id there; None where it cannot be."""
        fittings = self.fittings.get(purpose)
        if not fittings or ledger_id in self.unlisted:
            return None
        begins = self.beginning(ledger_id)
        if begins in self._lists:
            return self._lists[begins], ledger_id
        return fittings[0].list, ledger_id if begins else f"{fittings[0].begins}{ledger_id}"

    def beginning(self, ledger_id: str) -> str:
        """The beginning by which an id names its object; empty for an id that names none."""
        every = (*self._lists, *self.never)
        return next((begins for begins in every if ledger_id.startswith(begins)), "")
