"""The ledger's lists, looked up for accounts, items, terms and custom fields by what they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from local.demo.answers import Listed

ANY = "any"


@dataclass(frozen=True, slots=True)
class Chart:
    """The lists of one company; `read` reads one of them, once."""

    read: Callable[[str], Sequence[Listed]]
    _lists: dict[str, Sequence[Listed]] = field(default_factory=dict)

    def find(self, place: str) -> str | None:
        """The id of the record at a place: a list, a role (or `any`) and names, as far as they
        are given, such as `account/expense/Travel Meals/Meals`. It is the first that has one of
        the names, the earlier the better, else the first of the role; None when there is none. Of
        several roles (`customer_terms|any`) the first counts that some record has."""
        kind, roles, *names = [*place.split("/"), ""]
        some = next(filter(None, (self._with_role(kind, role) for role in roles.split("|"))), [])
        named = [one for name in names for one in some if one.name == name]
        found = next(iter(named or some), None)
        return found.id if found else None

    def _with_role(self, kind: str, role: str) -> list[Listed]:
        return [one for one in self._list(kind) if role in ("", ANY) or role in one.roles]

    def _list(self, kind: str) -> Sequence[Listed]:
        if kind not in self._lists:
            self._lists[kind] = self.read(kind)
        return self._lists[kind]
