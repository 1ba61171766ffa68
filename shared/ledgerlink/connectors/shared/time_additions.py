"""Additions to time entries: fields that others filled in and that we did not send."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from ledgerlink.domain.model.fingerprints import fields_sent
from ledgerlink.domain.model.references import Body
from ledgerlink.domain.model.snapshots import nothing_added


def additions_to_time(
    body: Body, optional: Collection[str], labels: Mapping[str, str], never_sent: Sequence[str]
) -> Callable[[str], Sequence[str]]:
    """The labels of the additions to a time entry that is held as this body, by the fingerprint of
    what we wrote. `optional` are the fields that a body may lack, `labels` names those that others
    fill in, `never_sent` are the names of what we never send.

    All entries without any such field share one function, because memory holds 100,000 of them.
    """
    if not never_sent and not labels.keys() & body.keys():
        return nothing_added
    return partial(_additions, body, optional, labels, never_sent)


def _additions(
    body: Body,
    optional: Collection[str],
    labels: Mapping[str, str],
    never_sent: Sequence[str],
    recorded: str,
) -> Sequence[str]:
    sent = fields_sent(body, optional, recorded)
    if sent is None:
        return never_sent
    filled_in = (name for name in labels if name in body and name not in sent)
    return [*(labels[name] for name in filled_in), *never_sent]
