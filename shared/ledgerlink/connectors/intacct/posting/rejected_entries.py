"""Which entries of a refused sheet are to blame, and what to try again without them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ledgerlink.connectors.intacct.documents.encoding import REFERENCE_FIELDS, field
from ledgerlink.connectors.intacct.outcomes.rejected import QUOTED, explain, failed
from ledgerlink.connectors.intacct.posting.timesheet_update import OF_SHEET, TimesheetUpdate
from ledgerlink.connectors.intacct.protocol.error_codes import meaning
from ledgerlink.connectors.intacct.protocol.faults import Fault
from ledgerlink.connectors.intacct.reads.learned_requirements import LearnedRequirements
from ledgerlink.connectors.shared.errors import Disposition
from ledgerlink.domain.model.plan import Outcome, Write
from ledgerlink.domain.model.reasons import Reason, reason

OF_ALL = frozenset({"timesheet_approved", "closed_period"})
"""Refusals that concern a sheet as a whole."""


class RejectedEntries:
    """The refusals of one request. Who is to blame is told as failed."""

    def __init__(
        self, names: Mapping[str, str], learned: LearnedRequirements, told: list[Outcome]
    ) -> None:
        self._names = names
        self._learned = learned
        self._told = told
        self._again: list[frozenset[int]] = []
        self._last: dict[int, Reason] = {}

    def parts(self, rewriting: TimesheetUpdate, fault: Fault) -> list[Sequence[Write]]:
        """What to try again, one part after the other.

        A refusal that may be one of a repeat is looked into once, all of it, and its parts with
        it. Entries that the fault quotes something of are to blame; where it quotes nothing,
        halves are tried.
        """
        writes = rewriting.writes
        if self._may_be_done(writes, fault):
            return [writes]
        why = explain(fault, self._names, writes[0].day)
        guilty = list(_guilty(rewriting, fault))
        if guilty or len(writes) == 1:
            for write in guilty or writes:
                self._learned.note(write, fault)
            self._fail(guilty or writes, why)
            named = {write.seq for write in guilty}
            rest = [write for write in writes if write.seq not in named]
            return [rest] if guilty and rest else []
        self._last.update(dict.fromkeys((write.seq for write in writes), why))
        half = len(writes) // 2
        return [writes[:half], writes[half:]]

    def give_up(self, writes: Iterable[Write]) -> None:
        """Fail what was tried often enough."""
        unknown = reason("ledger_failed", detail="it refused the timesheet again and again")
        self._told += [failed(write, self._last.get(write.seq, unknown)) for write in writes]

    def _may_be_done(self, writes: Sequence[Write], fault: Fault) -> bool:
        seqs = frozenset(write.seq for write in writes)
        again = any(seqs <= others for others in self._again)
        if meaning(fault).disposition is Disposition.REJECTED or again:
            return False
        self._again.append(seqs)
        return True

    def _fail(self, writes: Iterable[Write], why: Reason) -> None:
        self._told += [failed(write, why) for write in writes]


def _guilty(rewriting: TimesheetUpdate, fault: Fault) -> Iterator[Write]:
    quoted = set(QUOTED.findall(fault.words))
    whole = meaning(fault).code in OF_ALL or rewriting.period.employee in quoted
    for write in rewriting.writes:
        if whole or quoted.intersection(_ids(write)):
            yield write


def _ids(write: Write) -> Iterator[str]:
    """What an entry points at, by id."""
    for name, value in (write.body or {}).items():
        if name in REFERENCE_FIELDS and name not in OF_SHEET:
            yield field(name, str(value))[1]
