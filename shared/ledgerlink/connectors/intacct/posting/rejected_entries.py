"""Rejected timesheets: which entries are at fault, and what to send again without them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ledgerlink.connectors.intacct.documents.encoding import REFERENCE_FIELDS, ledger_field
from ledgerlink.connectors.intacct.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.intacct.outcomes.rejected import (
    QUOTED,
    blocked,
    explain,
    failed,
    reason_of,
)
from ledgerlink.connectors.intacct.posting.refused_kinds import RefusedKinds
from ledgerlink.connectors.intacct.posting.timesheet_update import (
    TIMESHEET_FIELDS,
    TimesheetUpdate,
)
from ledgerlink.connectors.intacct.protocol.error_codes import (
    function_error,
    may_pass,
    meaning,
)
from ledgerlink.connectors.intacct.protocol.faults import Fault
from ledgerlink.connectors.intacct.reads.learned_requirements import LearnedRequirements
from ledgerlink.connectors.shared.errors import Disposition
from ledgerlink.domain.errors import KindRefused
from ledgerlink.domain.model.plan import Outcome, Write
from ledgerlink.domain.model.reasons import Reason, reason

CODES_OF_ALL_ENTRIES = frozenset({"timesheet_approved", "closed_period"})
"""Codes of faults that concern a timesheet as a whole."""


class RejectedEntries:
    """The rejected timesheets of one request. Entries at fault are added to `outcomes`."""

    def __init__(
        self,
        names: Mapping[str, str],
        learned: LearnedRequirements,
        refused: RefusedKinds,
        outcomes: list[Outcome],
    ) -> None:
        self._refused = refused
        self._names = names
        self._learned = learned
        self._outcomes = outcomes
        self._retried: list[frozenset[int]] = []
        self._last_reason: dict[int, Reason] = {}

    def parts_to_retry(self, update: TimesheetUpdate, fault: Fault) -> list[Sequence[Write]]:
        """The writes to send again after a fault, one part after the other.

        A fault that may come from a repeat is retried once as it is, after another read, and its
        parts are not. Entries whose ids the fault quotes are at fault; where it quotes none, halves
        are tried until a single entry is left.
        """
        writes = update.writes
        error = function_error(fault)
        if isinstance(error, KindRefused):
            self.block(writes, error)
            return []
        if self._may_be_a_repeat(writes, fault):
            return [writes]
        if may_pass(fault):
            return []  # without an outcome: looked for, and sent again later
        why = explain(fault, self._names, writes[0].day)
        at_fault = list(_at_fault(update, fault))
        if at_fault or len(writes) == 1:
            return self._without(at_fault or writes, writes, fault, why)
        self._last_reason.update(dict.fromkeys((write.seq for write in writes), why))
        half = len(writes) // 2
        return [writes[:half], writes[half:]]

    def block(self, writes: Iterable[Write], error: KindRefused) -> None:
        """Hold back these writes, because the ledger refuses all time."""
        why = reason_of(error)
        self._refused.learn(TIME_ENTRY, why)
        self._outcomes += [blocked(write, why) for write in writes]

    def accepted(self) -> None:
        """The ledger accepted a timesheet."""
        self._refused.forget(TIME_ENTRY)

    def give_up(self, writes: Iterable[Write]) -> None:
        """Fail the writes that have been tried often enough."""
        unknown = reason("ledger_failed", detail="it rejected the timesheet again and again")
        self._fail(writes, unknown)

    def _without(
        self, at_fault: Sequence[Write], writes: Sequence[Write], fault: Fault, why: Reason
    ) -> list[Sequence[Write]]:
        """Fail the entries at fault; the others are sent again."""
        for write in at_fault:
            self._learned.learn_from(write, fault)
        self._outcomes += [failed(write, why) for write in at_fault]
        failed_seqs = {write.seq for write in at_fault}
        others = [write for write in writes if write.seq not in failed_seqs]
        return [others] if others else []

    def _may_be_a_repeat(self, writes: Sequence[Write], fault: Fault) -> bool:
        """Whether the fault may say that the writes were carried out before, asked for the first
        time."""
        seqs = frozenset(write.seq for write in writes)
        if meaning(fault).disposition is Disposition.REJECTED:
            return False
        if any(seqs <= retried for retried in self._retried):
            return False
        self._retried.append(seqs)
        return True

    def _fail(self, writes: Iterable[Write], why: Reason) -> None:
        self._outcomes += [failed(write, self._last_reason.get(write.seq, why)) for write in writes]


def _at_fault(update: TimesheetUpdate, fault: Fault) -> Iterator[Write]:
    quoted = set(QUOTED.findall(fault.words))
    of_all = meaning(fault).code in CODES_OF_ALL_ENTRIES or update.period.employee in quoted
    for write in update.writes:
        if of_all or quoted.intersection(_referenced_ids(write)):
            yield write


def _referenced_ids(write: Write) -> Iterator[str]:
    for name, value in (write.body or {}).items():
        if name in REFERENCE_FIELDS and name not in TIMESHEET_FIELDS:
            yield ledger_field(name, str(value))[1]
