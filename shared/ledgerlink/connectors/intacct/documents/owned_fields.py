"""The fields of a document that we write, and fingerprints of them alone.

A field is ours where it was sent. What a user enters in any other field is kept by an update, and
is no edit of what we wrote. The ledger does not show which fields were sent, so the fingerprint of
a document begins with them: the roles of its head and of each of its lines, as bits.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias

from ledgerlink.connectors.intacct.protocol import values
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.references import Body

Fields: TypeAlias = Sequence[str]

NUMBERS = frozenset({"AMOUNT", "TRX_AMOUNT", "QUANTITY", "PRICE", "UIQTY", "UIPRICE"})

HEAD_ROLES: Mapping[str, Fields] = {
    "number": ("RECORDID", "DOCNO"),
    "text": ("DESCRIPTION", "MESSAGE"),
    "party": ("VENDORID", "CUSTOMERID", "CUSTVENDID", "EMPLOYEEID"),
    "currency": ("CURRENCY",),
    "date": ("WHENCREATED",),
    "due": ("WHENDUE",),
    "terms": ("TERMNAME",),
    "project": ("PROJECT",),
}
"""The fields under which each role of a head is read. New roles are added at the end, because their
places are stored as bits."""

LINE_ROLES: Mapping[str, Fields] = {
    "account": ("ACCOUNTNO", "ACCOUNTLABEL", "EXPENSETYPE", "GLACCOUNTNO"),
    "item": ("ITEMID",),
    "amount": ("AMOUNT", "TRX_AMOUNT"),
    "quantity": ("QUANTITY", "UIQTY"),
    "price": ("PRICE", "UIPRICE"),
    "text": ("ENTRYDESCRIPTION", "DESCRIPTION", "MEMO"),
    "department": ("DEPARTMENTID",),
    "location": ("LOCATIONID",),
    "class": ("CLASSID",),
    "for": ("PROJECTID", "CUSTOMERID", "TASKID", "TASKKEY"),
    "vendor": ("VENDORID",),
    "billable": ("BILLABLE",),
}
"""The fields under which each role of a line is read, in the same way. The ledger adds the project
of a task and the customer of a project, so whoever sends one of them owns them all."""

SENT_AS: Mapping[str, Fields] = {
    "RECORDID": ("number",),
    "expensereportno": ("number",),
    "referenceno": ("number",),
    "documentno": ("number",),
    "invoiceno": ("number",),
    "DESCRIPTION": ("text",),
    "description": ("text",),
    "message": ("text",),
    "EMPLOYEE": ("party",),
    "CURRENCY": ("currency",),
    "currency": ("currency",),
    "WHENCREATED": ("date",),
    "datecreated": ("date",),
    "paymentdate": ("date",),
    "WHENDUE": ("due",),
    "datedue": ("due",),
    "TERM": ("due", "terms"),
    "ACCOUNT": ("account",),
    "ITEM": ("item",),
    "TRX_AMOUNT": ("amount",),
    "amount": ("amount",),
    "paymentamount": ("amount",),
    "quantity": ("quantity",),
    "price": ("price",),
    "ENTRYDESCRIPTION": ("text",),
    "memo": ("text",),
    "DEPARTMENT": ("department",),
    "LOCATION": ("location",),
    "CLASS": ("class",),
    "FOR": ("party", "for"),
    "VENDOR": ("party", "vendor"),
    "BILLABLE": ("billable",),
    "billable": ("billable",),
}
"""The roles of the fields of a body. Left out are those that only a create sends, and the type and
day of an exchange rate, which say how the ledger finds it."""


PROJECT_PREFIXES = ("project/", "task/")
"""How references to a project begin. An order that is for one names it in its head, too."""


def roles_sent(part: Mapping[str, Any], roles: Mapping[str, Fields]) -> set[str]:
    """The roles that a head or a line of a body sends."""
    sent = {role for name in part for role in SENT_AS.get(name, ()) if role in roles}
    is_for_project = str(part.get("FOR", "")).startswith(PROJECT_PREFIXES)
    return sent | ({"project"} if is_for_project and "project" in roles else set())


@dataclass(frozen=True, slots=True)
class Ownership:
    """Which roles of a document are ours."""

    head: frozenset[str]
    lines: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, body: Body, lines: Iterable[Mapping[str, Any]], held: int) -> "Ownership":
        """What this body with these lines sends, of a document that holds so many lines."""
        sent = [frozenset(roles_sent(line, LINE_ROLES)) for line in lines][:held]
        rest = [frozenset[str]()] * (held - len(sent))
        return cls(frozenset(roles_sent(body, HEAD_ROLES)), (*sent, *rest))

    @classmethod
    def parse(cls, recorded: str | None) -> "Ownership | None":
        """What a fingerprint begins with; None for one that does not tell."""
        masks, colon, _ = (recorded or "").partition(":")
        if not colon:
            return None
        head, _, lines = masks.partition(".")
        return cls(_roles(head, HEAD_ROLES), tuple(_lines(lines)))

    def fingerprint(self, row: Row, lines: Sequence[Row]) -> str:
        """The fingerprint of these fields of a document; another one if it has more or fewer
        lines."""
        owned = list(self.lines) + [frozenset[str]()] * (len(lines) - len(self.lines))
        values = {
            "head": _values(row, self.head, HEAD_ROLES),
            "lines": [
                _values(line, roles, LINE_ROLES) for line, roles in zip(lines, owned, strict=False)
            ],
        }
        return f"{self}:{fingerprint(values)}"

    def __str__(self) -> str:
        masks = (_mask(roles, LINE_ROLES) for roles in self.lines)
        runs = ",".join(f"{mask}*{len(list(same))}" for mask, same in groupby(masks))
        return f"{_mask(self.head, HEAD_ROLES)}.{runs}"


def _values(
    row: Row, roles: frozenset[str], fields: Mapping[str, Fields]
) -> Mapping[str, Mapping[str, str]]:
    return {role: dict(_present(row, names)) for role, names in fields.items() if role in roles}


def _present(row: Row, names: Fields) -> Iterator[tuple[str, str]]:
    for name in names:
        value = values.amount(row, name) if name in NUMBERS else text(row, name)
        if value is not None:
            yield name, value


def _mask(roles: frozenset[str], fields: Mapping[str, Fields]) -> str:
    return f"{sum(1 << place for place, role in enumerate(fields) if role in roles):x}"


def _roles(mask: str, fields: Mapping[str, Fields]) -> frozenset[str]:
    bits = int(mask or "0", 16)
    return frozenset(role for place, role in enumerate(fields) if bits >> place & 1)


def _lines(runs: str) -> Iterator[frozenset[str]]:
    for run in filter(None, runs.split(",")):
        mask, _, count = run.partition("*")
        yield from [_roles(mask, LINE_ROLES)] * int(count)
