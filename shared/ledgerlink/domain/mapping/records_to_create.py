"""New list records of a plan: composed once each, however many records need them, or refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ledgerlink.domain.mapping.created_before import CreatedBefore
from ledgerlink.domain.mapping.defects import UNPLANNABLE, ReportDefect, why_unplannable
from ledgerlink.domain.mapping.targets import KnownTargets
from ledgerlink.domain.mapping.twins import Names, Place, why_created_before, why_doubled
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.documents import Document
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.new_records import NewListRecord, NewPerson
from ledgerlink.domain.model.reasons import Blocked, Reason, reason
from ledgerlink.domain.model.references import Pending, Target
from ledgerlink.domain.model.targets import Purpose
from ledgerlink.domain.ports import Composer


@dataclass(slots=True, kw_only=True)
class RecordsToCreate:
    """The list records that a plan creates, or would if the ledger took them."""

    links: Mapping[str, Link]
    composer: Composer
    features: Features
    names: Names
    targets: KnownTargets
    before: CreatedBefore
    report_defect: ReportDefect
    new_names: dict[Place, NewListRecord]
    """The names and addresses that they take."""
    created: dict[str, Document] = field(default_factory=dict)
    """Their documents, by posting key."""
    refused: dict[str, Reason] = field(default_factory=dict)
    """Why the others are not created, by posting key."""
    twins: dict[str, str] = field(default_factory=dict)
    """The ids of the records that refused ones would repeat, by posting key."""

    def target(self, record: NewListRecord, purpose: Purpose) -> Target:
        """The target of a `create` rule: the record it created once, or one still to be created."""
        if (link := self.links.get(record.key)) is not None:
            return self.targets.created(purpose, link.ledger_id)
        if record.key not in self.created and record.key not in self.refused:
            try:
                self.created[record.key] = self._compose(record)
            except UNPLANNABLE as failure:
                why = why_unplannable(record.key, failure, self.report_defect)
                self.refused[record.key] = why
        if record.key in self.refused:
            raise Blocked(reason("dependency_failed", key=record.key))
        return Pending(record.key)

    def _compose(self, record: NewListRecord) -> Document:
        """The document that creates it. Raises Blocked, also for what the ledger is known to
        reject."""
        self._refuse(record)
        return replace(self.composer.list_record(record), title=record.name)

    def _refuse(self, record: NewListRecord) -> None:
        if isinstance(record, NewPerson) and record.person == "employee" and self.features.payroll:
            raise Blocked(reason("payroll_on", name=record.name))
        self.refuse_twin(record)

    def refuse_twin(self, record: NewListRecord) -> None:
        """Raise Blocked for what would repeat a record of the ledger, or another new one."""
        if (twin := self.names.twin(record)) is not None:
            self.twins[record.key] = twin.ledger_id
            raise Blocked(twin.reason)
        for place, before in self.before.sharing(record):
            raise Blocked(why_created_before(record, before, place))
        places = self.names.places(record)
        for place in places:
            other = self.new_names.get(place)
            if other is not None and other.key != record.key:
                raise Blocked(why_doubled(record, other, place))
        self.new_names.update(dict.fromkeys(places, record))
