"""Customers: what a project, or a client, is mapped to, with the customers above it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledgerlink.domain.mapping.created_before import CreatedBefore
from ledgerlink.domain.mapping.project_names import ProjectNames, client_name
from ledgerlink.domain.mapping.records_to_create import RecordsToCreate
from ledgerlink.domain.mapping.rule_lookup import incomplete, require_rule
from ledgerlink.domain.mapping.targets import KnownTargets
from ledgerlink.domain.mapping.twins import Names
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.new_records import NewCustomer
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.reasons import Blocked, Reason
from ledgerlink.domain.model.references import ExistingRecord, Target
from ledgerlink.domain.model.rules import (
    Client,
    CreateProject,
    LinkTo,
    RuleBook,
    RuleKind,
    Skip,
)
from ledgerlink.domain.model.targets import Purpose


@dataclass(slots=True, kw_only=True)
class Customers:
    """The customers of one plan."""

    rules: RuleBook
    links: Mapping[str, Link]
    names: Names
    targets: KnownTargets
    project_names: ProjectNames
    before: CreatedBefore
    new: RecordsToCreate
    _pending_parents: list[str] = field(default_factory=list)
    """The projects whose clients are being resolved, outermost first."""

    def of(self, source_key: str, purpose: Purpose) -> Target:
        """The customer of a project or client. Raises Blocked or Skipped."""
        rule = require_rule(self.rules, RuleKind.PROJECTS, source_key)
        match rule.mapping:
            case LinkTo(ledger_id=ledger_id):
                return self.targets.existing(purpose, ledger_id)
            case CreateProject() as new:
                came = self.links.get(posting_key("client", source_key))
                if came is not None and new.client is None and new.parent_id is None:
                    # It was created above a project, before it had a rule.
                    return self.targets.created(purpose, came.ledger_id)
                return self.new.target(self._customer_to_create(rule.key, new), purpose)
        raise incomplete(rule)

    def _customer_to_create(self, source_key: str, new: CreateProject) -> NewCustomer:
        """As `to_create`. Where the client above would repeat a customer, the project may repeat
        one of that customer's, which says more than that the client could not be created."""
        try:
            return self.to_create(source_key, new)
        except Blocked:
            client = new.client.key if new.client else ""
            keys = (posting_key("project", client), posting_key("client", client))
            if held := next((self.new.twins[key] for key in keys if key in self.new.twins), None):
                key, above = posting_key("project", source_key), ExistingRecord(held)
                self.new.refuse_twin(NewCustomer(key=key, name=new.name, parent=above))
            raise

    def to_create(self, source_key: str, new: CreateProject) -> NewCustomer:
        """The customer that a rule creates, below its parent. Raises Blocked."""
        parent: Target | None
        if new.parent_id:
            parent = self.targets.existing(Purpose.CUSTOMER_ABOVE, new.parent_id)
        else:
            parent = self._client(new.client, source_key)
        record = NewCustomer(
            key=posting_key("project", source_key),
            name=new.name,
            parent=parent,
            client_name=client_name(new, self.rules, self.names),
        )
        return self.project_names.named(record, [one for _, one in self.before.sharing(record)])

    def _client(self, client: Client | None, below: str) -> Target | None:
        """The customer above. If it was not created yet and has a rule of its own, that rule
        decides."""
        if client is None:
            return None
        key = posting_key("client", client.key)
        rule = self.rules.get((RuleKind.PROJECTS, client.key))
        if key in self.links or rule is None or isinstance(rule.mapping, Skip):
            return self.new.target(NewCustomer(key=key, name=client.name), Purpose.CUSTOMER_ABOVE)
        if below in self._pending_parents:
            raise _circular(below)
        self._pending_parents.append(below)
        try:
            return self.of(client.key, Purpose.CUSTOMER_ABOVE)
        finally:
            self._pending_parents.pop()


def _circular(client_key: str) -> Blocked:
    """That the clients above a client lead back to it."""
    message = f"By its mapping, the client {client_key} is below itself."
    remedy = "Correct it under Mapping, then post again."
    return Blocked(Reason("rule_incomplete", message, remedy, "an end"))
