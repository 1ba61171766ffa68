"""What every store of records, plans, messages and lane memory does."""

import gzip
from datetime import date

import pytest
from ledgerlink.domain.errors import Invalid, NotFound
from ledgerlink.domain.model.plan import Action, ItemState, Operation
from ledgerlink.domain.model.reasons import reason
from ledgerlink.services.messages import Message
from ledgerlink.storage import staging
from ledgerlink.wire.stored import dump

from tests.contract.stores.samples import (
    ACME,
    ACME_SECOND,
    NEIGHBOURS,
    RIVAL,
    STRANGE,
    connection,
    run,
)
from tests.contract.stores.stores import Stores, packed
from tests.fakes import files


def test_records_come_back_line_by_line(stores: Stores) -> None:
    records = [{"key": "ä🙂"}, {"key": 'a"b\nc'}, ["not", "an", "object"], None]
    name = stores.staging.put_records(ACME, records)
    assert len(list(stores.staging.records(name))) == len(records)
    assert b"\\n" in list(stores.staging.records(name))[1]


def test_a_lone_surrogate_in_a_record_can_be_stored(stores: Stores) -> None:
    name = stores.staging.put_records(ACME, [{"key": "\ud800"}])
    assert list(stores.staging.records(name)) == [b'{"key": "\\ud800"}']


MARK = b"\xef\xbb\xbf"
"""The byte order mark that some programs write before UTF-8 text."""


@pytest.mark.parametrize(
    "body",
    [
        b'{"n":1}\n\n  \n{"n":2}\n',
        packed(b'{"n":1}', b"", b'{"n":2}'),
        MARK + b'{"n":1}\n{"n":2}',
        packed(MARK + b'{"n":1}', b'{"n":2}'),
    ],
)
def test_uploads_may_be_plain_or_gzip_and_blank_lines_do_not_count(
    stores: Stores, body: bytes
) -> None:
    upload_id, address = stores.staging.upload_address(ACME)
    stores.upload(address, body)
    name = stores.staging.uploaded(ACME, upload_id)
    assert list(stores.staging.records(name)) == [b'{"n":1}', b'{"n":2}']


@pytest.mark.parametrize("body", [b"", b"\n \n", MARK, gzip.compress(b"", mtime=1)])
def test_an_upload_without_records_is_refused(stores: Stores, body: bytes) -> None:
    """Case general 17."""
    with pytest.raises(Invalid, match="nothing was in the file"):
        list(stores.staging.records(_uploaded(stores, body)))


def test_an_upload_that_never_came_is_not_found(stores: Stores) -> None:
    upload_id, _ = stores.staging.upload_address(ACME)
    for wrong in (upload_id, "", "../../x"):
        with pytest.raises(NotFound):
            stores.staging.uploaded(ACME, wrong)


def test_an_upload_belongs_to_its_connection(stores: Stores) -> None:
    upload_id, address = stores.staging.upload_address(ACME)
    stores.upload(address, b"{}")
    for neighbour in [ACME_SECOND, RIVAL, *NEIGHBOURS]:
        with pytest.raises(NotFound):
            stores.staging.uploaded(neighbour, upload_id)


def test_a_gzip_bomb_is_refused(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (staging, files):
        monkeypatch.setattr(module, "LARGEST", 50_000)
    name = _uploaded(stores, gzip.compress(b"0" * 50_001, mtime=0))
    with pytest.raises(Invalid, match=r"50000|too large"):
        list(stores.staging.records(name))


def test_an_upload_above_the_size_limit_is_refused(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (staging, files):
        monkeypatch.setattr(module, "LARGEST", 50_000)
    with pytest.raises(Invalid):
        list(stores.staging.records(_uploaded(stores, b"0" * 50_001)))
    assert list(stores.staging.records(_uploaded(stores, b"0" * 50_000))) == [b"0" * 50_000]


@pytest.mark.parametrize("body", [b"\x1f\x8bnot gzip", packed(b"x" * 999)[:-9], b"\x1f\x8b"])
def test_damaged_gzip_is_refused(stores: Stores, body: bytes) -> None:
    with pytest.raises(Invalid):
        list(stores.staging.records(_uploaded(stores, body)))


@pytest.mark.parametrize("body", [b"", b"\n \n", packed(b"\n")], ids=["empty", "blank", "packed"])
def test_an_upload_without_lines_is_refused_and_no_records_are_not(
    stores: Stores, body: bytes
) -> None:
    """Case general 05."""
    with pytest.raises(Invalid):
        list(stores.staging.records(_uploaded(stores, body)))
    assert list(stores.staging.records(stores.staging.put_records(ACME, []))) == []


def _uploaded(stores: Stores, body: bytes) -> str:
    upload_id, address = stores.staging.upload_address(ACME)
    stores.upload(address, body)
    return stores.staging.uploaded(ACME, upload_id)


def test_a_chunk_of_a_plan_comes_back_as_it_was(stores: Stores) -> None:
    operations = [
        Operation(
            seq=0,
            action=Action.CREATE,
            key=f"time:{STRANGE[0]}",
            kind="Time",
            level=1,
            members=("a#b",),
            body={"staff": {"$pending": "user:u"}, "lines": [{"n": 1, "text": "🙂"}]},
            day=date(2026, 2, 28),
            minutes=90,
        ),
        Operation(
            seq=1,
            action=Action.NONE,
            key="time:x",
            kind="time",
            level=0,
            state=ItemState.BLOCKED,
            reason=reason("no_rule", kind="user", key="u"),
        ),
    ]
    stores.staging.put_chunk(run(), 3, map(dump, operations))
    assert list(stores.staging.chunk(run(), 3)) == operations


def test_batching_rules_are_stored_once(stores: Stores) -> None:
    assert stores.staging.fix_requests(run(), 0, 0, [[0, 1], [2]]) == [[0, 1], [2]]
    assert stores.staging.fix_requests(run(), 0, 0, [[0], [1, 2]]) == [[0, 1], [2]]
    assert stores.staging.fix_requests(run(), 0, 0, []) == [[0, 1], [2]]
    assert stores.staging.fix_requests(run(), 0, 1, [[2]]) == [[2]]
    assert stores.staging.fix_requests(run("r2"), 0, 0, [[9]]) == [[9]]


def test_a_posting_mark_is_stored_once_per_company_and_number(stores: Stores) -> None:
    here, other = connection(company="9/1 ü"), connection(company="9/2")
    assert stores.staging.mark(here, 1) == ""
    assert stores.staging.fix_mark(here, 1, "a") == "a"
    assert stores.staging.fix_mark(here, 1, "b") == "a"
    assert stores.staging.fix_mark(connection(number="c2", company="9/1 ü"), 1, "c") == "a"
    assert stores.staging.mark(here, 1) == "a"
    assert stores.staging.mark(here, 2) == stores.staging.mark(other, 1) == ""
    assert stores.staging.mark(connection("rival", company="9/1 ü"), 1) == ""


def message(number: int, firm: str = "acme") -> Message:
    return Message(firm=firm, connection_id="c1", step="apply", run_id="r#1", chunk=number)


def test_messages_arrive_in_order_and_the_same_one_once(stores: Stores) -> None:
    sent = [message(number) for number in range(23)]
    stores.lane.send(sent)
    stores.lane.send(sent[:2])
    assert list(stores.received()) == sent


def test_sending_nothing_is_fine(stores: Stores) -> None:
    stores.lane.send([])
    assert list(stores.received()) == []


def test_a_lane_keeps_its_latest_state(stores: Stores) -> None:
    assert stores.connector_states.load(ACME) == {}
    stores.connector_states.save(ACME, {"calls": 1})
    stores.connector_states.save(ACME, {"calls": 2, "window": [1.5, 2.5]})
    assert stores.connector_states.load(ACME) == {"calls": 2, "window": [1.5, 2.5]}
    assert stores.connector_states.load(ACME_SECOND) == {}
