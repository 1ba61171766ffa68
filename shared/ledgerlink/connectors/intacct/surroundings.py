"""What documents need to know of the ledger before they are sent: contacts that are there already,
and the customers of the projects that are invoiced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ledgerlink.connectors.intacct import queries
from ledgerlink.connectors.intacct.client import Client
from ledgerlink.connectors.intacct.ids import parse, ref
from ledgerlink.connectors.intacct.invoices import INVOICE, SALE
from ledgerlink.connectors.intacct.kinds import CONTACT
from ledgerlink.connectors.intacct.pages import everything
from ledgerlink.connectors.intacct.refusals import failed
from ledgerlink.connectors.intacct.rows import Row, text
from ledgerlink.domain.documents import Body
from ledgerlink.domain.plan import Action, Outcome, Write
from ledgerlink.domain.ports import Stop
from ledgerlink.domain.reasons import reason


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was found, and whom it refuses."""

    contacts: Mapping[str, Row] = field(default_factory=dict)
    customers: Mapping[str, str] = field(default_factory=dict)
    refused: Sequence[Outcome] = ()

    @classmethod
    async def of(
        cls, client: Client, kind: str, writes: Sequence[Write], stop: Stop
    ) -> "Surroundings":
        """In one request at most. Raises as the client's `read`."""
        if kind == "EMPLOYEE":
            contacts = await _contacts(client, writes, stop)
            return cls(contacts=contacts, refused=_namesakes(writes, contacts))
        if kind in (SALE, INVOICE):
            customers = await _customers(client, writes, stop)
            return cls(customers=customers, refused=_orphans(writes, customers))
        return cls()

    def has_contact(self, write: Write) -> bool:
        """Whether the person's contact is there."""
        return _contact(write) in self.contacts

    def body(self, write: Write) -> Body:
        """The body as it is sent: an invoice is a customer's, also where it is for a project."""
        body = write.body or {}
        project = _project(write)
        if project is None:
            return body
        customer = {**body, "FOR": ref("customer", self.customers[project])}
        return {**customer, "projectid": project} if write.kind == SALE else customer


async def _contacts(client: Client, writes: Sequence[Write], stop: Stop) -> Mapping[str, Row]:
    names = sorted({name for write in writes if (name := _contact(write))})
    found: dict[str, Row] = {}
    for some in queries.portions(names):
        fields = [queries.KEY, "CONTACTNAME", "EMAIL1"]
        among = queries.among("CONTACTNAME", some)
        async for row in everything(client, CONTACT, fields, among, stop=stop):
            found[text(row, "CONTACTNAME") or ""] = row
    return found


def _namesakes(writes: Sequence[Write], contacts: Mapping[str, Row]) -> list[Outcome]:
    """People whose name is that of a contact with another address."""
    refused = []
    for write in writes:
        name = _contact(write)
        theirs = text(contacts.get(name, {}), "EMAIL1")
        ours = (write.body or {}).get(CONTACT, {}).get("EMAIL1")
        other = theirs and ours and theirs.lower() != ours.lower()
        if other and write.action is Action.CREATE:
            detail = f"by a contact with the address {theirs}"
            why = reason("name_taken", field="name", name=name, detail=detail)
            refused.append(failed(write, why))
    return refused


async def _customers(client: Client, writes: Sequence[Write], stop: Stop) -> Mapping[str, str]:
    """The customers of the projects that the heads of invoices name."""
    projects = sorted({project for write in writes if (project := _project(write))})
    found: dict[str, str] = {}
    for some in queries.portions(projects):
        fields = [queries.KEY, "PROJECTID", "CUSTOMERID"]
        among = queries.among("PROJECTID", some)
        async for row in everything(client, "PROJECT", fields, among, stop=stop):
            if customer := text(row, "CUSTOMERID"):
                found[text(row, "PROJECTID") or ""] = customer
    return found


def _orphans(writes: Sequence[Write], customers: Mapping[str, str]) -> list[Outcome]:
    """Invoices of projects that have no customer."""
    refused = []
    for write in writes:
        project = _project(write)
        if project is not None and project not in customers:
            detail = f"project {project} has no customer"
            refused.append(failed(write, reason("target_missing", detail=detail)))
    return refused


def _contact(write: Write) -> str:
    """The name of the contact that a person has; empty for anything else."""
    contact = (write.body or {}).get(CONTACT)
    return str(contact["CONTACTNAME"]) if contact else ""


def _project(write: Write) -> str | None:
    """The project that the head of an invoice names."""
    if write.kind not in (SALE, INVOICE) or write.body is None:
        return None
    target = parse(str(write.body.get("FOR", "")), "customer")
    return target.id if target.kind == "project" else None
