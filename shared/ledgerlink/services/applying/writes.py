"""From a planned operation to the write that is sent, and to its outcome once it was sent."""

from collections.abc import Mapping

from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome, Write
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.references import resolve


def as_write(operation: Operation, links: Mapping[str, Link]) -> Write:
    """The operation with every pending reference replaced by the ledger's id from `links`, which
    holds all documents that its body refers to."""
    given = None if operation.action is Action.DELETE else operation.body
    body, *targets = resolve([given, *operation.targets], lambda key: links[key].ledger_id)
    return Write(
        seq=operation.seq,
        action=operation.action,
        key=operation.key,
        kind=operation.kind,
        body=body,
        ledger_id=operation.ledger_id,
        version=operation.version,
        base_fingerprint=operation.base_fingerprint,
        was=operation.was,
        **operation.facts() | {"targets": tuple(targets)},
    )


def posted_before(operation: Operation, link: Link) -> Outcome:
    """The outcome of an operation whose link was stored by the same run: an earlier worker sent
    it, and stopped after the link and before the outcome was stored."""
    return Outcome(
        seq=operation.seq,
        state=ItemState.POSTED,
        ledger_id=link.ledger_id,
        version=link.version,
        reason=reason("already_written"),
    )
