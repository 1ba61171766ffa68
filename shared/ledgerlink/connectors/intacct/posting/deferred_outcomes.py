"""Telling what became of a request, some of it only to whoever reads it.

What an answer says of thousands of entries is worked out while the next request is on its way.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeAlias, overload

from ledgerlink.domain.model.plan import Outcome

Deferred: TypeAlias = Callable[[], Sequence[Outcome]]
"""Works outcomes out."""


class DeferredOutcomes(Sequence[Outcome]):
    """Outcomes in the order of their seqs: those that are known, and those still to be worked out,
    which is done once."""

    def __init__(self, known: Sequence[Outcome], later: Sequence[Deferred]) -> None:
        self._known = known
        self._later = later

    @cached_property
    def _all(self) -> list[Outcome]:
        told = [*self._known, *(outcome for work in self._later for outcome in work())]
        return sorted(told, key=lambda outcome: outcome.seq)

    def __len__(self) -> int:
        return len(self._all)

    @overload
    def __getitem__(self, index: int) -> Outcome: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Outcome]: ...
    def __getitem__(self, index: int | slice) -> Outcome | Sequence[Outcome]:
        return self._all[index]
