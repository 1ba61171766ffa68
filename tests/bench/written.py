"""What a plan of the bench works on: the rules of its sheet, and what an import of it wrote."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from ledgerlink.connectors.qbo.documents.content import possible_bodies
from ledgerlink.connectors.qbo.documents.time_entry import TIME_ENTRY
from ledgerlink.domain.model.fingerprints import fingerprint
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Operation
from ledgerlink.domain.model.references import resolve
from ledgerlink.domain.model.rules import Rule, RuleBook, RuleKind
from ledgerlink.domain.model.snapshots import Snapshot
from ledgerlink.wire.rules import mappings
from ledgerlink.wire.stored import dump

from tests.bench.sheet import rules

AT = datetime(2026, 1, 1, tzinfo=UTC)


def as_read(copy: Snapshot) -> Snapshot:
    """The copy as the connector makes it of what the ledger says."""
    return replace(copy, body=possible_bodies(TIME_ENTRY, copy.body)[0])


def rule_book(people: int) -> RuleBook:
    """The rules of `sheet` for so many people, as they come from the table."""
    return {
        (RuleKind(kind), key): Rule(
            kind=RuleKind(kind), key=key, mapping=mapping, set_by="bench", set_at=AT
        )
        for kind, given in rules("1", people).items()
        for key, mapping in mappings(RuleKind(kind), given).items()
    }


def written(operations: Iterable[Operation], ids: dict[str, str]) -> Iterator[bytes]:
    """A link and a copy for each, as they would be stored, line by line. `ids` gets their ids in
    the ledger, by posting key."""
    for operation in operations:
        ids[operation.key] = str(len(ids) + 1)
        body, *targets = resolve([operation.body, *operation.targets], ids.__getitem__)
        mark = fingerprint(body)
        link = Link(
            key=operation.key,
            kind=operation.kind,
            ledger_id=ids[operation.key],
            version="0",
            fingerprint=mark,
            run_id="bench",
            written_at=AT,
            rank="bench",
            imported=True,
            members=operation.members,
            day=operation.day,
            minutes=operation.minutes,
            rate=operation.rate,
            source=operation.source,
            targets=tuple(targets),
        )
        # The connector offers two forms: with the item that the ledger may have filled in, and not.
        possible_bodies = (mark, fingerprint({**body, "ItemRef": None}))
        yield dump(link)
        yield dump(
            Snapshot(ledger_id=link.ledger_id, version="0", body=body, forms=possible_bodies)
        )
