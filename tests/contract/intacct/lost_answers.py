"""What is known after answers were lost, compared with what the company holds."""

from ledgerlink.domain.model.plan import ItemState, Outcome
from ledgerlink.domain.model.source_records import RecordKind

from tests.contract.intacct.poster import Poster

KINDS = ("APBILL", "EEXPENSES", "CCTRANSACTION", "SODOCUMENT")


def true(poster: Poster, told: dict[str, Outcome]) -> None:
    """What was told is what the ledger holds."""
    for key, outcome in told.items():
        assert outcome.state in DONE, (key, outcome)
        link = poster.links[key]
        assert link.ledger_id == outcome.ledger_id or outcome.state is not ItemState.POSTED
        if link.record is RecordKind.TIME:
            assert f"[{key}]" in poster.entry(key)["NOTES"]
        elif link.kind in KINDS:
            row = poster.row(key)
            assert f"[{key}]" in str(row.get("DESCRIPTION")) + str(row.get("MESSAGE")), row


def adopted(poster: Poster) -> dict[str, Outcome]:
    """What is found of what was sent, kept as runs keep it."""
    found = dict(poster.adopted())
    true(poster, {key: o for key, o in found.items() if o.state is ItemState.POSTED})
    return found


DONE = frozenset({ItemState.POSTED, ItemState.UNCHANGED, ItemState.SKIPPED})


def all_posted(told: dict[str, Outcome]) -> bool:
    return all(outcome.state in DONE for outcome in told.values())
