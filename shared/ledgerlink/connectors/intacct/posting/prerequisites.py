"""Facts of the ledger that are read before documents are sent: contacts that exist already, the
projects of tasks, and the customers of projects that are invoiced."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES
from ledgerlink.connectors.intacct.documents.invoice import INVOICE, SALE
from ledgerlink.connectors.intacct.documents.list_updates import CONTACT
from ledgerlink.connectors.intacct.documents.required_dimensions import body_lines
from ledgerlink.connectors.intacct.outcomes.rejected import failed
from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.record_ids import parse_ref, ref
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.intacct.transport.paging import all_rows
from ledgerlink.domain.model.plan import Action, Outcome, Write
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.references import Body
from ledgerlink.domain.ports import Stop


@dataclass(frozen=True, slots=True)
class Prerequisites:
    """What the ledger has of what some documents of one kind need."""

    contacts: Mapping[str, Row] = field(default_factory=dict)
    """Contacts by name."""
    tasks: Mapping[str, Row] = field(default_factory=dict)
    """Tasks by RECORDNO."""
    customers: Mapping[str, str] = field(default_factory=dict)
    """The customer of each project, by the ids of both."""
    failed: Sequence[Outcome] = ()
    """Outcomes of documents that lack something."""

    @classmethod
    async def read(
        cls, client: Client, kind: str, writes: Sequence[Write], stop: Stop
    ) -> "Prerequisites":
        """Read them, in two requests at most. Raises as the client's `read`."""
        if kind == "EMPLOYEE":
            contacts = await _contacts(client, writes, stop)
            return cls(contacts=contacts, failed=_with_other_contact(writes, contacts))
        if DOCUMENT_TYPES[kind].is_list_record:
            return cls()
        tasks = await _tasks(client, writes, stop)
        without_task = _without_task(writes, tasks)
        found = cls(tasks=tasks, failed=without_task)
        if kind not in (SALE, INVOICE):
            return found
        failed_seqs = {outcome.seq for outcome in without_task}
        projects = {w.seq: found.project(w) for w in writes if w.seq not in failed_seqs}
        customers = await _customers(client, projects, stop)
        without_customer = _without_customer(writes, projects, customers)
        return cls(tasks=tasks, customers=customers, failed=[*without_task, *without_customer])

    def has_contact(self, write: Write) -> bool:
        """Whether the contact of a new person exists."""
        return _contact_name(write) in self.contacts

    def body(self, write: Write) -> Body:
        """The body to send. A task is named by its project and its id there, because only time
        takes its RECORDNO; an invoice names a customer, even if it is for a project."""
        body = self._with_named_tasks(write)
        project = self.project(write)
        if project is None:
            return body
        with_customer = {**body, "FOR": ref("customer", self.customers[project])}
        return {**with_customer, "projectid": project} if write.kind == SALE else with_customer

    def project(self, write: Write) -> str | None:
        """The project that an invoice is for, directly or by a task; None for none."""
        if write.kind not in (SALE, INVOICE) or write.body is None:
            return None
        target = parse_ref(str(write.body.get("FOR", "")), "customer")
        if target.kind == "task":
            return text(self.tasks[target.id], "PROJECTID")
        return target.id if target.kind == "project" else None

    def _with_named_tasks(self, write: Write) -> Body:
        body = write.body or {}
        if not _task_numbers(write):
            return body
        with_lines = {
            name: {
                element: [self._line(write, line) for line in lines]
                for element, lines in value.items()
            }
            for name, value in body.items()
            if isinstance(value, Mapping) and any(True for _ in body_lines({name: value}))
        }
        return {**body, **with_lines}

    def _line(self, write: Write, line: Mapping[str, Any]) -> Mapping[str, Any]:
        """The line with project and task. A line of an order has no field for a task, so it names
        the project alone."""
        number = _task_number(line)
        if number is None:
            return line
        task = self.tasks[number]
        with_project = {**line, "FOR": ref("project", text(task, "PROJECTID"))}
        task_id = text(task, "TASKID")
        if not task_id or write.kind == SALE:
            return with_project
        field_name = "taskid" if DOCUMENT_TYPES[write.kind].create else "TASKID"
        return {**with_project, field_name: task_id}


async def _contacts(client: Client, writes: Sequence[Write], stop: Stop) -> Mapping[str, Row]:
    names = sorted({name for write in writes if (name := _contact_name(write))})
    found: dict[str, Row] = {}
    for some in queries.batches_of(names):
        fields = [queries.RECORDNO, "CONTACTNAME", "EMAIL1"]
        condition = queries.is_in("CONTACTNAME", some)
        async for row in all_rows(client, CONTACT, fields, condition, stop=stop):
            found[text(row, "CONTACTNAME") or ""] = row
    return found


def _with_other_contact(writes: Sequence[Write], contacts: Mapping[str, Row]) -> list[Outcome]:
    """New people whose name a contact with another e-mail address has."""
    outcomes = []
    for write in writes:
        name = _contact_name(write)
        theirs = text(contacts.get(name, {}), "EMAIL1")
        ours = (write.body or {}).get(CONTACT, {}).get("EMAIL1")
        is_other = theirs and ours and theirs.lower() != ours.lower()
        if is_other and write.action is Action.CREATE:
            detail = f"by a contact with the address {theirs}"
            why = reason("name_taken", field="name", name=name, detail=detail)
            outcomes.append(failed(write, why))
    return outcomes


async def _tasks(client: Client, writes: Sequence[Write], stop: Stop) -> Mapping[str, Row]:
    numbers = sorted({number for write in writes for number in _task_numbers(write)})
    found: dict[str, Row] = {}
    for some in queries.batches_of(numbers):
        fields = [queries.RECORDNO, "TASKID", "PROJECTID"]
        condition = queries.is_in(queries.RECORDNO, some)
        async for row in all_rows(client, "TASK", fields, condition, stop=stop):
            found[text(row, queries.RECORDNO) or ""] = row
    return found


def _without_task(writes: Sequence[Write], tasks: Mapping[str, Row]) -> list[Outcome]:
    """Documents with a task that does not exist."""
    outcomes = []
    for write in writes:
        missing = sorted(_task_numbers(write) - tasks.keys())
        if missing:
            detail = f"there is no task with the record number {missing[0]}"
            outcomes.append(failed(write, reason("target_missing", detail=detail)))
    return outcomes


async def _customers(
    client: Client, projects_by_seq: Mapping[int, str | None], stop: Stop
) -> Mapping[str, str]:
    projects = sorted({project for project in projects_by_seq.values() if project})
    found: dict[str, str] = {}
    for some in queries.batches_of(projects):
        fields = [queries.RECORDNO, "PROJECTID", "CUSTOMERID"]
        condition = queries.is_in("PROJECTID", some)
        async for row in all_rows(client, "PROJECT", fields, condition, stop=stop):
            if customer := text(row, "CUSTOMERID"):
                found[text(row, "PROJECTID") or ""] = customer
    return found


def _without_customer(
    writes: Sequence[Write],
    projects_by_seq: Mapping[int, str | None],
    customers: Mapping[str, str],
) -> list[Outcome]:
    """Invoices for a project that has no customer."""
    outcomes = []
    for write in writes:
        project = projects_by_seq.get(write.seq)
        if project is not None and project not in customers:
            detail = f"project {project} has no customer"
            outcomes.append(failed(write, reason("target_missing", detail=detail)))
    return outcomes


def _contact_name(write: Write) -> str:
    """The name of the contact of a person; empty for anything else."""
    contact = (write.body or {}).get(CONTACT)
    return str(contact["CONTACTNAME"]) if contact else ""


def _task_numbers(write: Write) -> set[str]:
    """The RECORDNOs of the tasks that a document and its lines are for."""
    return set(_iter_task_numbers(write.body or {}))


def _iter_task_numbers(body: Body) -> Iterator[str]:
    for part in (body, *body_lines(body)):
        if (number := _task_number(part)) is not None:
            yield number


def _task_number(part: Mapping[str, Any]) -> str | None:
    """The RECORDNO of the task that a line or a head is for."""
    target = parse_ref(str(part.get("FOR", "")), "customer")
    return target.id if target.kind == "task" else None
