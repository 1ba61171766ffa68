"""Class, department and location of a line: where they come from, in which order, and which
accounts require them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace

from ledgerlink.domain.model.company import Required
from ledgerlink.domain.model.list_records import ListRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions:
    """What a line is analysed by, beside its customer and its item: the ledger's ids, None for
    none. Department is the first cost center, location the second."""

    class_id: str | None = None
    department_id: str | None = None
    location_id: str | None = None

    def without(self, names: Collection[str]) -> "Dimensions":
        """These without some of them, by their names (`location`)."""
        return replace(self, **{f"{name}_id": None for name in names}) if names else self


def first_given(some: Iterable[Dimensions]) -> Dimensions:
    """Each dimension from the first of these that has it."""
    candidates = list(some)
    found = {
        name: next((value for one in candidates if (value := getattr(one, name)) is not None), None)
        for name in NAMES
    }
    return Dimensions(**found)


NAMES = tuple(each.name for each in fields(Dimensions))


@dataclass(frozen=True, slots=True)
class Defaults:
    """The dimensions that list records give to what is posted for them."""

    own: Mapping[str, Dimensions] = field(default_factory=dict)
    """The dimensions of each record, by its id."""
    above: Mapping[str, str] = field(default_factory=dict)
    """The record above each one, by its id, such as the project of a task."""

    @classmethod
    def of_records(cls, records: Iterable[ListRecord]) -> "Defaults":
        """The defaults that these list records give."""
        some = list(records)
        above = {one.id: str(a) for one in some if (a := one.fields.get("project_id"))}
        return cls({one.id: _dimensions_of(one) for one in some}, above)

    def of(self, ledger_id: str) -> Iterator[Dimensions]:
        """The dimensions of the record, then those of the record above it."""
        for each in (ledger_id, self.above.get(ledger_id, "")):
            if each in self.own:
                yield self.own[each]


def required(records: Iterable[ListRecord]) -> Required:
    """The dimensions that accounts require of lines that name them, or name a label of them."""
    some = {one.id: one for one in records}
    accounts = {one.id: some.get(str(one.fields.get("account_id")), one) for one in some.values()}
    asked = {name: (a.fields.get("requires") or (), a) for name, a in accounts.items()}
    return {
        name: dict.fromkeys(map(str, dimensions), str(account.fields.get("number") or account.name))
        for name, (dimensions, account) in asked.items()
        if dimensions
    }


def merged(some: Required, more: Required) -> Required:
    """What either of the two requires."""
    return {name: {**some.get(name, {}), **more.get(name, {})} for name in {**some, **more}}


def _dimensions_of(record: ListRecord) -> Dimensions:
    found = {name: record.fields.get(name) for name in NAMES}
    return Dimensions(**{name: str(value) for name, value in found.items() if value})
