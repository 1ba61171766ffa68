"""Twins: records of the ledger that a new one would repeat, by exact name or e-mail address.

Names are compared without case and with blanks collapsed. A ledger may refuse a second record of a
name or take it; either way nothing is created twice, because the books would be divided between
both.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from ledgerlink.domain.mapping.targets import called
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.new_records import NewCustomer, NewItem, NewListRecord, NewPerson
from ledgerlink.domain.model.reasons import ELSEWHERE, Reason, reason, reason_in_case
from ledgerlink.domain.model.references import ExistingRecord, Pending

Place = tuple[str, ...]
"""Where a name or an e-mail address may be once only."""


class Twin(NamedTuple):
    """The name or address that a new record would repeat."""

    ledger_id: str
    reason: Reason
    """The reason not to create it, with the name and the id of the other record."""
    is_elsewhere: bool = False
    """Whether it is below another record than the new one would be, or in another list."""


class Names(Protocol):
    """Names that are in use, as far as they are known."""

    def twin(self, record: NewListRecord, own_id: str | None = None) -> Twin | None:
        """The record of the ledger that this one would repeat; None when there is none. `own_id` is
        what it is in the ledger already."""
        ...

    def renamed_to(self, record: NewListRecord, own_id: str) -> Twin | None:
        """The record of the ledger whose name this one, which is there already, would get; None
        where there is none, or where it keeps its name."""
        ...

    def is_listed(self, record: NewListRecord, ledger_id: str) -> bool:
        """Whether a sync has brought in what the record is in the ledger."""
        ...

    def customer_name(self, ledger_id: str) -> str | None:
        """The name of a customer; None for one that is not known."""
        ...

    def places(self, record: NewListRecord) -> Collection[Place]:
        """The places where its name and its e-mail address may be once only."""
        ...


class NamesUnchecked:
    """Leaves names to the ledger."""

    def twin(self, *_given: object) -> None:
        return None

    def renamed_to(self, *_given: object) -> None:
        return None

    def is_listed(self, *_given: object) -> bool:
        return True

    def customer_name(self, *_given: object) -> None:
        return None

    def places(self, record: NewListRecord) -> Collection[Place]:  # noqa: ARG002 - the protocol's
        return ()


Read = Callable[[ListType], Iterable[ListRecord]]
"""Reads a list as last synced."""


@dataclass(slots=True)
class KnownNames:
    """The names in the ledger's lists, each of which is read when it is first asked for."""

    read: Read
    lists: Collection[ListType]
    """The lists that the ledger has."""
    shared: Collection[ListType] = ()
    """The lists over which an active record's name can be used once only."""
    _names: dict[ListType, Mapping[str, Sequence[ListRecord]]] = field(default_factory=dict)
    _emails: dict[ListType, Mapping[str, Sequence[ListRecord]]] = field(default_factory=dict)
    _ids: dict[ListType, Mapping[str, ListRecord]] = field(default_factory=dict)

    def twin(self, record: NewListRecord, own_id: str | None = None) -> Twin | None:
        """As `Names`. A record that is active comes before others."""
        kind = self._list_of(record)
        shared = self.shared if kind in self.shared else ()
        name = plain(record.name)
        own = [one for one in self._named(kind, name) if _is_beside(one, record)]
        others = [one for other in shared for one in self._named(other, name) if one.active]
        found = [one for one in [*own, *others] if one.type is not kind or one.id != own_id]
        if (held := _first(found)) is not None:
            elsewhere = held.type is not kind or not _is_beside(held, record)
            return Twin(held.id, _why_taken(record, _by(held), elsewhere), elsewhere)
        email = plain(record.email) if isinstance(record, NewPerson) and record.email else ""
        same_email = [one for one in self._with_email(kind, email) if one.id != own_id]
        if email and (held := _first(same_email)) is not None:
            words = {"name": record.name, "email": email, "detail": _by(held)}
            return Twin(held.id, reason("email_taken", field="email", **words))
        return None

    def renamed_to(self, record: NewListRecord, own_id: str) -> Twin | None:
        """As `Names`."""
        own = self._by_id(self._list_of(record)).get(own_id)
        if own is None or plain(own.name) == plain(record.name):
            return None
        return self.twin(record, own_id)

    def places(self, record: NewListRecord) -> Collection[Place]:
        """As `Names`."""
        kind = self._list_of(record)
        name = plain(record.name)
        by_name = ("name", name) if kind in self.shared else ("name", kind, *_above(record), name)
        if isinstance(record, NewPerson) and record.email:
            return (by_name, ("email", kind, plain(record.email)))
        return (by_name,)

    def is_listed(self, record: NewListRecord, ledger_id: str) -> bool:
        """As `Names`."""
        return ledger_id in self._by_id(self._list_of(record))

    def customer_name(self, ledger_id: str) -> str | None:
        """As `Names`."""
        held = self._by_id(ListType.CUSTOMER).get(ledger_id)
        return held.name if held is not None else None

    def _by_id(self, kind: ListType) -> Mapping[str, ListRecord]:
        self._index(kind)
        return self._ids[kind]

    def _list_of(self, record: NewListRecord) -> ListType:
        match record:
            case NewPerson(person=person):
                return ListType(person)
            case NewItem():
                return ListType.ITEM
        below = record.parent is not None and ListType.PROJECT in self.lists
        return ListType.PROJECT if below else ListType.CUSTOMER

    def _named(self, kind: ListType, name: str) -> Sequence[ListRecord]:
        self._index(kind)
        return self._names[kind].get(name, ())

    def _with_email(self, kind: ListType, email: str) -> Sequence[ListRecord]:
        self._index(kind)
        return self._emails[kind].get(email, ())

    def _index(self, kind: ListType) -> None:
        if kind in self._names:
            return
        names: dict[str, list[ListRecord]] = defaultdict(list)
        emails: dict[str, list[ListRecord]] = defaultdict(list)
        ids: dict[str, ListRecord] = {}
        records = self.read(kind) if kind in self.lists else ()
        for record in records:
            ids[record.id] = record
            if record.gone is None:
                names[plain(record.name)].append(record)
                emails[plain(str(record.fields.get("email") or ""))].append(record)
        self._names[kind], self._emails[kind], self._ids[kind] = names, emails, ids


def why_doubled(record: NewListRecord, other: NewListRecord, place: Place) -> Reason:
    """The reason not to create a record beside another new one of the same name or address."""
    return _why_shared(record, other, place, "is created at the same time")


def why_created_before(record: NewListRecord, other: NewListRecord, place: Place) -> Reason:
    """The reason not to create a record beside one of the same name or address that we created, and
    that no sync has brought in yet."""
    return _why_shared(record, other, place, "was created before")


def _why_shared(record: NewListRecord, other: NewListRecord, place: Place, when: str) -> Reason:
    key = other.key.partition(":")[2]
    detail = f"by {_path(other)} ({key}), which {when}"
    if place[0] == "email":
        words = {"name": record.name, "email": place[-1], "detail": detail}
        return reason("email_taken", field="email", **words)
    return _why_taken(record, detail, not _are_beside(record, other))


def _why_taken(record: NewListRecord, detail: str, elsewhere: bool) -> Reason:
    """The reason why its name cannot be used. To link a project to a record elsewhere would book
    the time of one client on another."""
    client = record.client_name if isinstance(record, NewCustomer) else None
    if not elsewhere or client is None:
        return reason("name_taken", name=record.name, detail=detail)
    words = {"name": record.name, "detail": detail, "client": client}
    return reason_in_case("name_taken", ELSEWHERE, **words)


def _path(record: NewListRecord) -> str:
    client = record.client_name if isinstance(record, NewCustomer) else None
    return f"{client}:{record.name}" if client else record.name


def _are_beside(record: NewListRecord, other: NewListRecord) -> bool:
    if isinstance(record, NewCustomer) and isinstance(other, NewCustomer):
        return record.parent == other.parent
    return False


def _first(records: Iterable[ListRecord]) -> ListRecord | None:
    """An active record, if one of these is; else the first."""
    return min(records, key=lambda record: not record.active, default=None)


def plain(text: str) -> str:
    """A name or an address as it is compared."""
    return " ".join(text.split()).casefold()


def _by(record: ListRecord) -> str:
    inactive = "" if record.active else ", which is inactive"
    return f"by {called(record)}{inactive}"


def _above(record: NewListRecord) -> Place:
    """The record above, in which the same name may be used again."""
    match record:
        case NewItem(parent_id=str(parent_id)):
            return (parent_id,)
        case NewCustomer(parent=ExistingRecord(ledger_id=ledger_id)):
            return (ledger_id,)
        case NewCustomer(parent=Pending(key=key)):
            return ("", key)
    return ()


def _is_beside(record: ListRecord, new: NewListRecord) -> bool:
    """Whether the record of the ledger is below the same record as the new one."""
    if isinstance(new, NewPerson):
        return True
    if isinstance(new, NewItem):
        return record.parent_id == new.parent_id
    if isinstance(new.parent, Pending):
        return False
    if record.type is ListType.PROJECT:
        above = (record.fields.get("customer_id"), record.parent_id)
        return new.parent is not None and new.parent.ledger_id in above
    return record.parent_id == (new.parent.ledger_id if new.parent else None)
