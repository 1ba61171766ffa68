"""Snapshots: what a ledger holds now of the documents that we wrote."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.references import Body


def _unknown(_: Any) -> bool:
    """For documents whose content is compared by their forms."""
    return False


def nothing_added(_: str) -> Sequence[str]:
    """That others have added nothing to a record."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The ledger's present values of a document that we wrote."""

    ledger_id: str
    """The ledger's id of the record."""
    version: str | None
    """The ledger's version of it."""
    body: Body
    """The body that the composer would send for it, as far as it is known; our fields of a money
    document, as the ledger holds them."""
    forms: tuple[str, ...]
    """Fingerprints of all bodies that it may have come from, or of its content (as
    `Outcome.content`)."""
    locked: Reason | None = None
    """Why it can no longer change: billed, paid, reconciled, void."""
    minutes: int = 0
    """How much time it holds."""
    rate: Decimal | None = None
    """What an hour of it is billed at; None for what is not billed."""
    total: Decimal | None = None
    """What the ledger says that it comes to."""
    fixed: str = ""
    """Its values that no update can change, as in a document."""
    optional: tuple[str, ...] = ()
    """Fields of its body that others, or the ledger, may have filled in. So one that was not sent
    is not ours."""
    added: Callable[[str], Sequence[str]] = field(default=nothing_added, compare=False, repr=False)
    """What people entered in fields that we did not send, in the ledger's words, by the fingerprint
    of what we wrote. It is lost with a record that is deleted."""
    line_count: int = 0
    """How many lines it has, of whomever they are."""
    lost_by_update: tuple[str, ...] = ()
    """What people entered in fields that no update can keep, in the ledger's words, because the
    ledger lets nobody write them there."""
    contains: Callable[[Body], bool] = field(default=_unknown, compare=False, repr=False)
    """Whether it has all values of a body; for documents that are compared by content only."""
    recognizes: Callable[[str], bool] = field(default=_unknown, compare=False, repr=False)
    """Whether it still has what a fingerprint of its content stands for, where such a fingerprint
    covers only the fields that were written."""

    def has(self, expected: str) -> bool:
        """Whether it is as it was when this fingerprint was taken."""
        return expected in self.forms or self.recognizes(expected)
