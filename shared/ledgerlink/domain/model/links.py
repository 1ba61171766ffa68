"""Links: which ledger record a source record became."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledgerlink.domain.model.document_facts import DocumentFacts
from ledgerlink.domain.model.source_records import RecordKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(DocumentFacts):
    """A posting key tied to a record of the ledger: what we last wrote, when, in which run.

    A document that another run has deleted has no link any more.
    """

    key: str
    """The posting key."""
    kind: str
    """The ledger's own name of such records (`TimeActivity`, `Customer`)."""
    ledger_id: str
    """The ledger's id of the record."""
    version: str | None
    """The ledger's version of the record as we last wrote it."""
    fingerprint: str
    """Fingerprint of the body that we last wrote."""
    run_id: str
    """The run that last wrote it."""
    written_at: datetime
    """When it was last written."""
    rank: str = ""
    """Place of that run in the order in which runs were started."""
    imported: bool = False
    """Whether an import wrote it; imports may delete only such time."""
    targets: tuple[str | None, ...] = ()
    """The ledger's ids of its person, customer and item."""
    content: str = ""
    """Fingerprint of what the ledger answered that it holds, where its answer is compared by
    content instead of by body."""
    ledger_total: Decimal | None = None
    """What the ledger says that a money document comes to."""
    line_ids: tuple[str, ...] = ()
    """The ledger's ids of the lines that we wrote, in their order; other lines of the document are
    of others."""
    listed: bool = True
    """Whether a sync brings in records of this kind, so that the link is looked for by the
    ledger's id, too."""

    def was_written_by(self, run_id: str) -> bool:
        """Whether the document is as that run wrote it, or as an undo brought it back."""
        return run_id in (self.run_id, self.restored)

    @property
    def work_date(self) -> date | None:
        """The day on which its time was worked; None for what is not time."""
        return self.source.work_date if self.source else None

    @property
    def is_found_by_members(self) -> bool:
        """Whether it has to be looked up by its members, because its key is not that of one of
        them."""
        if self.source is None and self.record is not RecordKind.EXPENSE:
            return False
        return self.key not in {f"{self.record}:{member}" for member in self.members}

    @property
    def expected_fingerprint(self) -> str:
        """The fingerprint that the record has in the ledger as long as no user has edited it
        there."""
        return self.content or self.fingerprint
