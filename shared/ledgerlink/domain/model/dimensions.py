"""Class, department and location of what is posted: who says them, in which order, and who asks for
them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace

from ledgerlink.domain.model.company import Required
from ledgerlink.domain.model.list_records import ListRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions:
    """What a line is analysed by, beside its customer and its item: ids of the ledger, None where
    nobody says. Department is the first cost center, location the second."""

    class_id: str | None = None
    department_id: str | None = None
    location_id: str | None = None

    def without(self, names: Collection[str]) -> "Dimensions":
        """These but for some, by what they are called (`location`)."""
        return replace(self, **{f"{name}_id": None for name in names}) if names else self


def first_said(some: Iterable[Dimensions]) -> Dimensions:
    """Each of the three as the first one says it that says it at all."""
    said = list(some)
    told = {
        name: next((value for one in said if (value := getattr(one, name)) is not None), None)
        for name in NAMES
    }
    return Dimensions(**told)


NAMES = tuple(each.name for each in fields(Dimensions))


@dataclass(frozen=True, slots=True)
class Defaults:
    """What records of the ledger say of what is posted for them, by id. `above` is the record that
    stands above one, such as the project of a task."""

    own: Mapping[str, Dimensions] = field(default_factory=dict)
    above: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def told(cls, records: Iterable[ListRecord]) -> "Defaults":
        """What these records of lists say."""
        some = list(records)
        above = {one.id: str(a) for one in some if (a := one.fields.get("project_id"))}
        return cls({one.id: _said(one) for one in some}, above)

    def of(self, ledger_id: str) -> Iterator[Dimensions]:
        """What the record says, then what the one above it says."""
        for each in (ledger_id, self.above.get(ledger_id, "")):
            if each in self.own:
                yield self.own[each]


def required(records: Iterable[ListRecord]) -> Required:
    """What accounts ask for of the lines that name them, or that name what stands for them."""
    some = {one.id: one for one in records}
    accounts = {one.id: some.get(str(one.fields.get("account_id")), one) for one in some.values()}
    asked = {name: (a.fields.get("requires") or (), a) for name, a in accounts.items()}
    return {
        name: dict.fromkeys(map(str, dimensions), str(account.fields.get("number") or account.name))
        for name, (dimensions, account) in asked.items()
        if dimensions
    }


def merged(some: Required, more: Required) -> Required:
    """What either of the two asks for."""
    return {name: {**some.get(name, {}), **more.get(name, {})} for name in {**some, **more}}


def _said(record: ListRecord) -> Dimensions:
    told = {name: record.fields.get(name) for name in NAMES}
    return Dimensions(**{name: str(value) for name, value in told.items() if value})
