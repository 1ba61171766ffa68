"""Outcomes that are computed only when they are read.

The response to one request holds thousands of entries. They are compared with what was sent while
the next request is already on its way.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeAlias, overload

from ledgerlink.domain.model.plan import Outcome

Deferred: TypeAlias = Callable[[], Sequence[Outcome]]
"""Computes outcomes."""


class DeferredOutcomes(Sequence[Outcome]):
    """Outcomes in the order of their seqs, some of them computed at the first access."""

    def __init__(self, known: Sequence[Outcome], deferred: Sequence[Deferred]) -> None:
        self._known = known
        self._deferred = deferred

    @cached_property
    def _all(self) -> list[Outcome]:
        computed = [outcome for compute in self._deferred for outcome in compute()]
        return sorted([*self._known, *computed], key=lambda outcome: outcome.seq)

    def __len__(self) -> int:
        return len(self._all)

    @overload
    def __getitem__(self, index: int) -> Outcome: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Outcome]: ...
    def __getitem__(self, index: int | slice) -> Outcome | Sequence[Outcome]:
        return self._all[index]
