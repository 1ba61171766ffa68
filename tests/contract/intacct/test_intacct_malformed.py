"""Malformed answers: to writes, to what looks for what was written, and to lists. Whatever comes,
nothing is lost, nothing is doubled, and nothing is told that is not so."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TypeVar

from ledgerlink.domain.errors import LedgerError
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.plan import Outcome
from ledgerlink.domain.model.source_records import Record, RecordKind

from tests.contract.intacct.books import Books, Spoil, faithful
from tests.contract.intacct.damages import DAMAGES, HARMLESS, TREES, once, spoiling
from tests.contract.intacct.lost_answers import KINDS, adopted, all_posted, true
from tests.contract.intacct.poster import Poster
from tests.contract.intacct.time_entries import hours
from tests.contract.papers import charged, gone, invoice, spent, worked
from tests.support.sampling import sampled

READABLE = [*TREES, "cut at 9/16", "HTML"]
MAKING = (
    b"<create><TIMESHEET>", b"<create><APBILL>", b"<create_expensereport>",
    b"<record_cctransaction>", b"<create_sotransaction>",
)  # fmt: skip
CHANGING = (
    b"<update><TIMESHEET>", b"<update><APBILL>", b"<delete_expensereport", b"<object>TIMESHEET</",
    b"<reverse_cctransaction", b"<delete_sotransaction", b"<object>APBILL</",
)  # fmt: skip
ROUNDS = 6


def batch(amount: str = "31.50", minutes: int = 120) -> list[Record]:
    """Some of each kind."""
    return [
        worked("a", minutes=minutes),
        worked("b", staff_key="bo", minutes=minutes),
        spent("x1", amount),
        spent("x2", amount, staff_key="emily", report_key="R2"),
        charged("x3", amount),
        invoice(memo=amount),
    ]


def spoilt(poster: Poster, spoil: Spoil) -> None:
    poster.books = replace(poster.books, spoil=spoil)


def resumed(poster: Poster, told: dict[str, Outcome]) -> dict[str, Outcome]:
    """As a run goes on: what has no outcome is looked for and sent again, until all has one."""
    spoilt(poster, faithful)
    return {**poster.carried_on(), **told}


def counts(poster: Poster) -> dict[str, int]:
    return {kind: len(poster.ours(kind)) for kind in KINDS}


def amounts(poster: Poster) -> set[Decimal]:
    rows = [row for kind in KINDS[:3] for row in poster.ours(kind)]
    return {Decimal(row["TOTALENTERED"]) for row in rows}


def test_there_are_more_than_a_hundred_of_them_and_each_does_something(poster: Poster) -> None:
    answers: list[bytes] = []

    def kept(_request: bytes, answer: bytes) -> bytes:
        answers.append(answer)
        return answer

    spoilt(poster, kept)
    poster.post(*batch())
    assert len(DAMAGES) > 100
    for name, damage in DAMAGES.items():
        assert any(damage(answer) != answer for answer in answers), name


@sampled("name", DAMAGES)
def test_malformed_answers_to_creates_and_to_the_search_for_them(poster: Poster, name: str) -> None:
    operations = poster.planned(*batch())
    spoilt(poster, once(MAKING, DAMAGES[name]))
    told: dict[str, Outcome] = {}
    with suppress(LedgerError):
        told = dict(poster.send(operations))
    spoilt(poster, spoiling(b"<content>", DAMAGES[name]))
    with suppress(LedgerError):
        told = {**adopted(poster), **told}
    told = resumed(poster, told)
    for _ in range(ROUNDS):  # what failed with words is posted again, as its reader is told to
        if set(told) == {op.key for op in operations} and all_posted(told):
            break
        told |= poster.post(*batch())
    assert hours(poster) == {"time:a": Decimal(2), "time:b": Decimal(2)}
    assert counts(poster) == dict.fromkeys(KINDS, 1)
    true(poster, told)


@sampled("name", READABLE)
def test_a_malformed_answer_to_an_update_and_a_delete(poster: Poster, name: str) -> None:
    poster.post(*batch())
    taken = [gone("b", RecordKind.TIME), gone("x2")]
    records = [*(each for each in batch("40", 30) if each.key not in ("b", "x2")), *taken]
    operations = poster.planned(*records)
    spoilt(poster, once(CHANGING, DAMAGES[name]))
    told: dict[str, Outcome] = {}
    with suppress(LedgerError):
        told = dict(poster.send(operations))
    told = resumed(poster, told)
    for _ in range(ROUNDS):
        if set(told) == {op.key for op in operations} and all_posted(told):
            break
        told |= poster.post(*records)
    assert hours(poster) == {"time:a": Decimal("0.5")}
    assert counts(poster) == {"APBILL": 1, "EEXPENSES": 0, "CCTRANSACTION": 1, "SODOCUMENT": 1}
    assert amounts(poster) == {Decimal(40)}


@sampled("name", READABLE)
def test_a_malformed_answer_to_the_search_for_a_created_document(poster: Poster, name: str) -> None:
    operations = poster.planned(worked("a"), charged("x3"))
    poster.lose()
    poster.lose(match={"function": "record_cctransaction"})
    assert poster.send(operations) == {}
    spoilt(poster, spoiling(b"<content>", DAMAGES[name]))
    found: dict[str, Outcome] = {}
    with suppress(LedgerError):
        found = adopted(poster)
    told = resumed(poster, found)
    assert all_posted(told)
    assert hours(poster) == {"time:a": Decimal(2)}
    assert len(poster.ours("CCTRANSACTION")) == 1
    true(poster, told)


Read = TypeVar("Read")


def understood(read: Callable[[], Read]) -> Read | None:
    """What was read; None where the answer could not be understood, and the connector said so."""
    try:
        return read()
    except LedgerError:
        return None


@sampled("name", DAMAGES)
def test_an_answer_about_lists(books: Books, name: str) -> None:
    """Case mutants: the whole list, or an error that says so; never a part of it, and no record
    that is there is gone. An answer that is certain in spite of its damage is understood. What was
    damaged once is read as a whole afterwards."""
    reading = partial(Books.read, kind=ListType.CUSTOMER)
    whole = {key: record.name for key, record in reading(books).items()}
    damaged = replace(books, spoil=spoiling(b"<query>", DAMAGES[name]))
    found = understood(lambda: {k: record.name for k, record in reading(damaged).items()})
    assert found == whole or (found is None and name not in HARMLESS)
    told = understood(lambda: damaged.changes(ListType.CUSTOMER))
    batch = (told or {}).get(ListType.CUSTOMER)
    assert batch is None or not batch.gone
    assert {key: record.name for key, record in reading(books).items()} == whole
    assert not books.changes(ListType.CUSTOMER)[ListType.CUSTOMER].gone
