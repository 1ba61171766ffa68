"""Names of new projects. A ledger may take a name only once over all customers, though every second
firm has a "Website" for more than one client. Where the firm wants it, the client's name is added:
`Website (Beta Ltd)`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ledgerlink.domain.mapping.twins import Names, Place
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.new_records import NewCustomer, NewListRecord
from ledgerlink.domain.model.rules import CreateProject, LinkTo, RuleBook, RuleKind
from ledgerlink.domain.model.time_settings import SameNames
from ledgerlink.domain.ports import Composer


def client_name(new: CreateProject, rules: RuleBook, names: Names) -> str | None:
    """The name of the client above, by its rule or by the lists."""
    if new.parent_id is not None:
        return names.customer_name(new.parent_id) or new.parent_id
    if new.client is None:
        return None
    rule = rules.get((RuleKind.PROJECTS, new.client.key))
    match rule.mapping if rule else None:
        case CreateProject(name=name):
            return name
        case LinkTo(ledger_id=ledger_id):
            return names.customer_name(ledger_id) or new.client.name
    return new.client.name


@dataclass(slots=True)
class ProjectNames:
    """The names of the projects of one plan."""

    how: SameNames
    names: Names
    links: Mapping[str, Link]
    composer: Composer
    new_names: Mapping[Place, NewListRecord]
    """The names that other new records of the plan take."""
    _chosen: dict[str, str] = field(default_factory=dict)

    def named(self, record: NewCustomer, posted_before: Iterable[NewListRecord]) -> NewCustomer:
        """The record under the name that it is, or will be, created under. `posted_before` are
        others that were created under its name and that no sync has brought in yet."""
        if self.how is SameNames.REFUSE or record.client_name is None:
            return record
        if record.key not in self._chosen:
            self._chosen[record.key] = self._choose(record, posted_before)
        return replace(record, name=self._chosen[record.key])

    def as_posted(self, record: NewCustomer) -> NewCustomer:
        """A project that exists under the name that it was created under."""
        if record.client_name is not None and self._was_posted_as(with_client(record)):
            return with_client(record)
        return record

    def _was_posted_as(self, record: NewCustomer) -> bool:
        link = self.links.get(record.key)
        body = self.composer.list_record(record).body
        return link is not None and fingerprint(body) == link.fingerprint

    def _choose(self, record: NewCustomer, posted_before: Iterable[NewListRecord]) -> str:
        longer = with_client(record)
        for each in (record, longer):
            if self._was_posted_as(each):
                return each.name
        used = self._is_used_elsewhere(record) or any(
            _is_elsewhere(record, other) for other in posted_before
        )
        return longer.name if used else record.name

    def _is_used_elsewhere(self, record: NewCustomer) -> bool:
        link = self.links.get(record.key)
        twin = self.names.twin(record, link.ledger_id if link else None)
        if twin is not None:
            return twin.is_elsewhere
        others = (self.new_names.get(place) for place in self.names.places(record))
        return any(
            _is_elsewhere(record, other)
            for other in others
            if other is not None and other.key != record.key
        )


def _is_elsewhere(record: NewCustomer, other: NewListRecord) -> bool:
    """Whether the other record is below another customer, or in another list."""
    return not isinstance(other, NewCustomer) or other.parent != record.parent


def with_client(record: NewCustomer) -> NewCustomer:
    """The project with its client's name behind its own."""
    return replace(record, name=f"{record.name} ({record.client_name})")
