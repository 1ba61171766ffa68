"""The operations of a chunk with which our own program makes mistakes.

A mistake may be made before a request is sent, or over its answer. Nothing is therefore sent again
before the ledger was searched for it; then the suspects are sent alone, so that the others are
posted.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from ledgerlink.domain.model.plan import Request
from ledgerlink.domain.model.reasons import Reason, reason

WhyFailed = Callable[[str], Reason]
"""The reason of an operation by its posting key."""


@dataclass(slots=True)
class Defects:
    """Mistakes by the operations that they may concern, each by its number in the plan."""

    in_company: dict[int, Exception] = field(default_factory=dict)
    """Operations of requests with several, one of which raised the mistake."""
    alone: dict[int, Exception] = field(default_factory=dict)
    """Operations whose own request raised it."""
    unfindable: dict[int, Exception] = field(default_factory=dict)
    """Operations that the ledger cannot be searched for."""

    @property
    def known(self) -> bool:
        """Whether requests are sent one by one, so that a mistake shows whose it is."""
        return bool(self.in_company or self.alone)

    def add(
        self, requests: Sequence[Request], open_seqs: Collection[int], defect: Exception
    ) -> None:
        """Note a mistake over these requests, of which `open_seqs` have no outcome."""
        writes = [write for request in requests for write in request.writes]
        noted = self.alone if len(writes) == 1 else self.in_company
        noted.update({write.seq: defect for write in writes if write.seq in open_seqs})

    def failed(self, open_seqs: Collection[int]) -> Mapping[int, tuple[Exception, WhyFailed]]:
        """The operations among these that are given up, with the mistake and the reason of each."""
        lost = {seq: (defect, _after_sending) for seq, defect in self.unfindable.items()}
        unsent = {seq: (defect, _not_posted) for seq, defect in self.alone.items()}
        return {seq: why for seq, why in {**unsent, **lost}.items() if seq in open_seqs}


def _why(code: str, key: str) -> Reason:
    return reason(code, key=key.partition(":")[2] or key)


_not_posted = partial(_why, "our_defect")
_after_sending = partial(_why, "our_defect_after_sending")
