"""A composer for the ledger in memory; it refuses what a ledger would."""

from dataclasses import dataclass
from typing import Any

from ledgerlink.domain.documents import (
    Document,
    NewCustomer,
    NewItem,
    NewListRecord,
    NewPerson,
    ResolvedTime,
    reference,
)
from ledgerlink.domain.ports import Blocked
from ledgerlink.domain.reasons import Reason, reason

LONGEST = 4000
FORBIDDEN = "forbidden"


@dataclass(frozen=True)
class FakeComposer:
    """Implements `domain.ports.Composer`. A list record named `forbidden` is refused."""

    def list_record(self, record: NewListRecord) -> Document:
        if record.name == FORBIDDEN:
            raise Blocked(reason("feature_off", detail="names like this"))
        body: dict[str, Any] = {"name": record.name}
        match record:
            case NewPerson():
                return Document(record.key, "Person", body | {"person": record.person})
            case NewCustomer():
                above = {"parent": reference(record.parent)} if record.parent else {}
                return Document(record.key, "Customer", body | above)
            case NewItem():
                rate = {"rate": str(record.rate)} if record.rate is not None else {}
                return Document(record.key, "Item", body | rate)

    def time(self, time: ResolvedTime) -> Document:
        notes, warnings = _text(time)
        body: dict[str, Any] = {
            "staff": reference(time.staff),
            "day": time.day.isoformat(),
            "minutes": time.minutes,
            "billable": time.billable,
            "notes": notes,
        }
        for name, target in (("customer", time.customer), ("item", time.item)):
            if target is not None:
                body[name] = reference(target)
        if time.rate is not None:
            body["rate"] = str(time.rate)
        members = tuple(entry.key for entry in time.entries)
        return Document(time.key, "Time", body, members, time.day, time.minutes, warnings=warnings)


def _text(time: ResolvedTime) -> tuple[str, tuple[Reason, ...]]:
    notes = " - ".join(part for _, part in time.parts if part)
    if time.billable and time.customer is None:
        raise Blocked(reason("missing_customer", field="project_key"))
    if len(notes) > LONGEST and time.shorten:
        why = reason("text_cut", field="notes", length=len(notes), limit=LONGEST)
        return notes[:LONGEST], (why,)
    if len(notes) > LONGEST:
        raise Blocked(reason("text_too_long", field="notes", length=len(notes), limit=LONGEST))
    strange = next((n for n, c in enumerate(notes) if ord(c) < 32 and c not in "\t\n"), None)
    if strange is not None:
        raise Blocked(reason("control_characters", field="notes", position=strange))
    return notes, ()
