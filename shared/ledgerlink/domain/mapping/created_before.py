"""Records that rules have created and that no sync has brought in yet. The lists cannot show that
their names are in use."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ledgerlink.domain.mapping.new_list_records import new_item, new_person
from ledgerlink.domain.mapping.project_names import ProjectNames, client_name
from ledgerlink.domain.mapping.twins import Names, Place
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.new_records import NewCustomer, NewListRecord
from ledgerlink.domain.model.posting_keys import posting_key
from ledgerlink.domain.model.references import ExistingRecord, Target
from ledgerlink.domain.model.rules import (
    SINGULAR,
    CreateLaborCode,
    CreateProject,
    CreateUser,
    LinkTo,
    Rule,
    RuleBook,
    RuleKind,
)


@dataclass(slots=True)
class CreatedBefore:
    """The records of one plan that were created before and are not listed yet."""

    rules: RuleBook
    links: Mapping[str, Link]
    names: Names
    project_names: ProjectNames
    _unlisted: dict[Place, list[NewListRecord]] | None = None
    """All of them, by their names and addresses; None until they are asked for."""

    def sharing(self, record: NewListRecord) -> Sequence[tuple[Place, NewListRecord]]:
        """Those under the name or e-mail address of this record, each with what they share."""
        if self._unlisted is None:
            self._unlisted = defaultdict(list)
            for other in self._unlisted_records():
                for place in self.names.places(other):
                    self._unlisted[place].append(other)
        places, unlisted = self.names.places(record), self._unlisted
        same = ((place, one) for place in places for one in unlisted.get(place, ()))
        return [(place, other) for place, other in same if other.key != record.key]

    def _unlisted_records(self) -> Iterator[NewListRecord]:
        for rule in self.rules.values():
            link = self.links.get(posting_key(SINGULAR[rule.kind], rule.key))
            other = self._record_of(rule) if link is not None else None
            if link is None or other is None or self.names.is_listed(other, link.ledger_id):
                continue
            known_as = self.project_names.as_posted
            yield known_as(other) if isinstance(other, NewCustomer) else other

    def _record_of(self, rule: Rule) -> NewListRecord | None:
        """The list record that the rule has created; None for one that creates nothing."""
        match rule.mapping:
            case CreateUser() as person:
                return new_person(rule.key, person)
            case CreateLaborCode() as item:
                return new_item(rule.kind, rule.key, item)
            case CreateProject() as new:
                return NewCustomer(
                    key=posting_key("project", rule.key),
                    name=new.name,
                    parent=self._parent_before(new),
                    client_name=client_name(new, self.rules, self.names),
                )
        return None

    def _parent_before(self, new: CreateProject) -> Target | None:
        """The customer above a project that was created; None where there is none."""
        if new.parent_id is not None or new.client is None:
            return ExistingRecord(new.parent_id) if new.parent_id else None
        rule = self.rules.get((RuleKind.PROJECTS, new.client.key))
        if rule is not None and isinstance(rule.mapping, LinkTo):
            return ExistingRecord(rule.mapping.ledger_id)
        keys = (posting_key("project", new.client.key), posting_key("client", new.client.key))
        link = next((self.links[key] for key in keys if key in self.links), None)
        return ExistingRecord(link.ledger_id) if link is not None else None
