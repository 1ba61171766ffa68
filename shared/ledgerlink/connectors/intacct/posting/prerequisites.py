"""What documents need to know of the ledger before they are sent: contacts that are there already,
the projects of tasks, and the customers of the projects that are invoiced."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledgerlink.connectors.intacct.documents.document_types import CONTACT, DOCUMENT_TYPES
from ledgerlink.connectors.intacct.documents.invoice import INVOICE, SALE
from ledgerlink.connectors.intacct.documents.required_dimensions import lines
from ledgerlink.connectors.intacct.outcomes.rejected import failed
from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.record_ids import parse, ref
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.intacct.transport.paging import everything
from ledgerlink.domain.model.documents import Body
from ledgerlink.domain.model.plan import Action, Outcome, Write
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import Stop


@dataclass(frozen=True, slots=True)
class Prerequisites:
    """What was found, and whom it refuses."""

    contacts: Mapping[str, Row] = field(default_factory=dict)
    tasks: Mapping[str, Row] = field(default_factory=dict)
    customers: Mapping[str, str] = field(default_factory=dict)
    refused: Sequence[Outcome] = ()

    @classmethod
    async def of(
        cls, client: Client, kind: str, writes: Sequence[Write], stop: Stop
    ) -> "Prerequisites":
        """In two requests at most. Raises as the client's `read`."""
        if kind == "EMPLOYEE":
            contacts = await _contacts(client, writes, stop)
            return cls(contacts=contacts, refused=_namesakes(writes, contacts))
        if DOCUMENT_TYPES[kind].listed:
            return cls()
        tasks = await _tasks(client, writes, stop)
        refused = _without_tasks(writes, tasks)
        there = cls(tasks=tasks, refused=refused)
        if kind not in (SALE, INVOICE):
            return there
        seqs = {outcome.seq for outcome in refused}
        projects = {w.seq: there.project(w) for w in writes if w.seq not in seqs}
        customers = await _customers(client, projects, stop)
        orphans = _orphans(writes, projects, customers)
        return cls(tasks=tasks, customers=customers, refused=[*refused, *orphans])

    def has_contact(self, write: Write) -> bool:
        """Whether the person's contact is there."""
        return _contact(write) in self.contacts

    def body(self, write: Write) -> Body:
        """The body as it is sent: a task is said by its project and its id there; an invoice is a
        customer's, also where it is for a project."""
        body = self._without_keys(write)
        project = self.project(write)
        if project is None:
            return body
        customer = {**body, "FOR": ref("customer", self.customers[project])}
        return {**customer, "projectid": project} if write.kind == SALE else customer

    def project(self, write: Write) -> str | None:
        """The project that the head of an invoice names, or that of the task that it names."""
        if write.kind not in (SALE, INVOICE) or write.body is None:
            return None
        target = parse(str(write.body.get("FOR", "")), "customer")
        if target.kind == "task":
            return text(self.tasks[target.id], "PROJECTID")
        return target.id if target.kind == "project" else None

    def _without_keys(self, write: Write) -> Body:
        """The body with the tasks of its lines as documents say them: a key is for time alone."""
        body = write.body or {}
        if not _tasks_of(write):
            return body
        told = {
            name: {part: [self._line(write, each) for each in some] for part, some in value.items()}
            for name, value in body.items()
            if isinstance(value, Mapping) and any(True for _ in lines({name: value}))
        }
        return {**body, **told}

    def _line(self, write: Write, line: Mapping[str, Any]) -> Mapping[str, Any]:
        """The line of an order says the project alone: it has no place for a task."""
        number = _task(line)
        if number is None:
            return line
        task = self.tasks[number]
        named = {**line, "FOR": ref("project", text(task, "PROJECTID"))}
        name, task_id = (
            "taskid" if DOCUMENT_TYPES[write.kind].create else "TASKID",
            text(task, "TASKID"),
        )
        return {**named, name: task_id} if task_id and write.kind != SALE else named


async def _contacts(client: Client, writes: Sequence[Write], stop: Stop) -> Mapping[str, Row]:
    names = sorted({name for write in writes if (name := _contact(write))})
    found: dict[str, Row] = {}
    for some in queries.batches_of(names):
        fields = [queries.RECORDNO, "CONTACTNAME", "EMAIL1"]
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


async def _tasks(client: Client, writes: Sequence[Write], stop: Stop) -> Mapping[str, Row]:
    """The tasks that are named, by RECORDNO."""
    numbers = sorted({number for write in writes for number in _tasks_of(write)})
    found: dict[str, Row] = {}
    for some in queries.batches_of(numbers):
        fields = [queries.RECORDNO, "TASKID", "PROJECTID"]
        among = queries.among(queries.RECORDNO, some)
        async for row in everything(client, "TASK", fields, among, stop=stop):
            found[text(row, queries.RECORDNO) or ""] = row
    return found


def _without_tasks(writes: Sequence[Write], tasks: Mapping[str, Row]) -> list[Outcome]:
    """Documents that name a task which is not there."""
    refused = []
    for write in writes:
        missing = sorted(_tasks_of(write) - tasks.keys())
        if missing:
            detail = f"there is no task with the record number {missing[0]}"
            refused.append(failed(write, reason("target_missing", detail=detail)))
    return refused


async def _customers(
    client: Client, named: Mapping[int, str | None], stop: Stop
) -> Mapping[str, str]:
    """The customers of the projects that invoices are for."""
    projects = sorted({project for project in named.values() if project})
    found: dict[str, str] = {}
    for some in queries.batches_of(projects):
        fields = [queries.RECORDNO, "PROJECTID", "CUSTOMERID"]
        among = queries.among("PROJECTID", some)
        async for row in everything(client, "PROJECT", fields, among, stop=stop):
            if customer := text(row, "CUSTOMERID"):
                found[text(row, "PROJECTID") or ""] = customer
    return found


def _orphans(
    writes: Sequence[Write], named: Mapping[int, str | None], customers: Mapping[str, str]
) -> list[Outcome]:
    """Invoices of projects that have no customer."""
    refused = []
    for write in writes:
        project = named.get(write.seq)
        if project is not None and project not in customers:
            detail = f"project {project} has no customer"
            refused.append(failed(write, reason("target_missing", detail=detail)))
    return refused


def _contact(write: Write) -> str:
    """The name of the contact that a person has; empty for anything else."""
    contact = (write.body or {}).get(CONTACT)
    return str(contact["CONTACTNAME"]) if contact else ""


def _tasks_of(write: Write) -> set[str]:
    """The numbers of the tasks that a document names."""
    return set(_named(write))


def _named(write: Write) -> Iterator[str]:
    body = write.body or {}
    for part in (body, *lines(body)):
        if (number := _task(part)) is not None:
            yield number


def _task(part: Mapping[str, Any]) -> str | None:
    """The number of the task that a line or a head is for."""
    target = parse(str(part.get("FOR", "")), "customer")
    return target.id if target.kind == "task" else None
