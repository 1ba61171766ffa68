"""Kinds of record that the ledger refuses as a whole, because a permission or subscription is
missing there.

What was refused is remembered until a record of that kind is accepted: a first record is tried
alone, and while it is refused, the others are blocked without a call.
"""

from collections.abc import Sequence
from typing import Any

from ledgerlink.domain.model.plan import Write
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.ports import ConnectorState

STATE_KEY = "refused_kinds"


class RefusedKinds:
    """The refused kinds of one company. Workers hand them on by the connector state."""

    def __init__(self, state: ConnectorState) -> None:
        self._reasons: dict[str, Reason] = {
            str(kind): Reason(str(code), str(message), str(remedy))
            for kind, (code, message, remedy) in state.get(STATE_KEY, {}).items()
        }

    def __contains__(self, kind: str) -> bool:
        return kind in self._reasons

    @property
    def reasons(self) -> dict[str, Reason]:
        """Why each kind was refused last."""
        return dict(self._reasons)

    def learn(self, kind: str, why: Reason) -> None:
        """Remember a refusal."""
        self._reasons[kind] = why

    def forget(self, kind: str) -> None:
        """A record of the kind was accepted."""
        self._reasons.pop(kind, None)

    def parts(self, kind: str, parts: Sequence[Sequence[Write]]) -> list[Sequence[Write]]:
        """The parts to send: of a kind that was refused, a first record alone."""
        if kind not in self or not parts or len(parts[0]) < 2:
            return list(parts)
        first, *others = parts
        return [first[:1], first[1:], *others]

    def state(self) -> dict[str, Any]:
        """What the next worker has to know, as JSON values."""
        kept = {kind: [w.code, w.message, w.remedy] for kind, w in self._reasons.items()}
        return {STATE_KEY: kept} if kept else {}
