"""Operations that are their own outcome: nothing is sent for them."""

from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.source_records import RecordKind


def settled(
    key: str,
    state: ItemState,
    why: Reason,
    *,
    kind: str = RecordKind.TIME,
    record: RecordKind = RecordKind.TIME,
    minutes: int = 0,
) -> Operation:
    """The operation of a record that ends like this; `kind` is what it would have become, or the
    record's own."""
    return Operation(
        seq=0,
        action=Action.NONE,
        key=key,
        kind=kind,
        level=0,
        minutes=minutes,
        members=(key.partition(":")[2],),
        state=state,
        reason=why,
        record=record,
    )
