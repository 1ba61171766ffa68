"""What is stored comes back as it was: money as Decimal, days as dates, ids as text."""

import json
import string
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgerlink.domain.model.company import Company, Features
from ledgerlink.domain.model.connections import Authorization, Connection
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Operation, Outcome
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.rules import (
    Client,
    CreateLaborCode,
    CreateProject,
    CreateUser,
    LinkTo,
    RuleKind,
    Skip,
)
from ledgerlink.domain.model.rules import Mapping as RuleMapping
from ledgerlink.domain.model.runs import Chunk, Progress, Run
from ledgerlink.domain.model.source_records import TimeEntry
from ledgerlink.domain.ports import Tokens
from ledgerlink.services.messages import Message
from ledgerlink.wire.records import adapter, source_record
from ledgerlink.wire.rules import dump_mapping, load_mapping, mappings, plain
from ledgerlink.wire.stored import Unreadable, dump, load

from tests.support.sampling import examples

SETTINGS = settings(max_examples=examples(40), deadline=None)
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
KEY = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
MOMENT = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
RATE = st.decimals(0, 99_999_999, places=4)
REASON = st.builds(Reason, code=TEXT, message=TEXT, remedy=TEXT, field=st.none() | TEXT)
COUNTS = st.dictionaries(st.sampled_from(["posted", "failed"]), st.integers(0, 99))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
BODY: st.SearchStrategy[Mapping[str, Any]] = st.dictionaries(TEXT, JSON, max_size=3)
CHUNK = st.builds(Chunk, settled=COUNTS)
FEATURES = st.builds(Features, edition=st.none() | TEXT, home_currency=st.none() | TEXT)
COMPANY = st.builds(Company, company_id=TEXT, name=TEXT, country=TEXT, features=FEATURES)

THINGS: dict[type[Any], st.SearchStrategy[Any]] = {
    Operation: st.builds(
        Operation,
        key=TEXT,
        kind=TEXT,
        members=st.lists(TEXT, max_size=2).map(tuple),
        body=st.none() | BODY,
        reason=st.none() | REASON,
    ),
    Outcome: st.builds(Outcome, ledger_id=st.none() | TEXT, reason=st.none() | REASON),
    Link: st.builds(Link, key=TEXT, kind=TEXT, version=st.none() | TEXT, written_at=MOMENT),
    Progress: st.builds(Progress, outcomes=COUNTS, calls=COUNTS, opened_at=st.none() | MOMENT),
    Run: st.builds(
        Run,
        created_at=MOMENT,
        chunks=st.lists(CHUNK, max_size=2).map(tuple),
        progress=st.just({}),
        reason=st.none() | REASON,
        started_at=st.none() | MOMENT,
        finished_at=st.none() | MOMENT,
    ),
    Connection: st.builds(
        Connection,
        created_at=MOMENT,
        company=st.none() | COMPANY,
        connected_at=st.none() | MOMENT,
        read_at=st.none() | MOMENT,
        reason=st.none() | REASON,
    ),
    Authorization: st.builds(Authorization, asked_at=MOMENT, expires_at=MOMENT),
    Tokens: st.builds(Tokens, access_expires_at=MOMENT, refresh_expires_at=st.none() | MOMENT),
    Message: st.builds(Message),
}


@pytest.mark.parametrize("kind", list(THINGS), ids=lambda kind: kind.__name__)
@SETTINGS
@given(data=st.data())
def test_a_dumped_value_is_one_line_and_loads_unchanged(
    kind: type[Any], data: st.DataObject
) -> None:
    thing = data.draw(THINGS[kind])
    text = dump(thing)
    assert load(kind, text) == thing
    assert b"\n" not in text
    assert load(kind, text.decode()) == thing


USER = st.builds(Skip) | st.builds(LinkTo, ledger_id=KEY) | st.builds(CreateUser, name=KEY)
PROJECT = (
    st.builds(Skip)
    | st.builds(LinkTo, ledger_id=KEY)
    | st.builds(CreateProject, name=KEY, client=st.none() | st.builds(Client, key=KEY, name=KEY))
)
CODE = (
    st.builds(Skip)
    | st.builds(LinkTo, ledger_id=KEY, rate=st.none() | RATE)
    | st.builds(CreateLaborCode, name=KEY, income_account_id=KEY, rate=st.none() | RATE)
)


@SETTINGS
@given(
    st.tuples(st.just(RuleKind.USERS), USER)
    | st.tuples(st.just(RuleKind.PROJECTS), PROJECT)
    | st.tuples(st.just(RuleKind.LABOR_CODES), CODE)
)
def test_a_mapping_comes_back_as_it_was_and_as_the_api_shows_it(
    case: tuple[RuleKind, RuleMapping],
) -> None:
    kind, mapping = case
    assert load_mapping(kind, dump_mapping(kind, mapping)) == mapping
    shown = json.loads(json.dumps(plain(kind, mapping)))
    assert mappings(kind, {"k": shown}) == {"k": mapping}


@SETTINGS
@given(
    st.builds(
        TimeEntry,
        key=KEY,
        staff_key=KEY,
        minutes=st.integers(1, 1440),
        bill_rate=st.none() | RATE,
        cost_rate=st.none() | RATE,
        notes=st.none() | TEXT,
        revision=st.none() | st.integers(0, 10**9),
    )
)
def test_a_time_entry_comes_back_as_it_was(entry: TimeEntry) -> None:
    assert source_record(adapter(TimeEntry).dump_json(entry)) == entry


@pytest.mark.parametrize("rate", ['"0.1"', '"12.3400"', "0.1", "12"])
def test_a_rate_is_exact_and_never_a_float(rate: str) -> None:
    line = f'{{"key":"k","staff_key":"s","work_date":"2026-02-28","minutes":1,"bill_rate":{rate}}}'
    found = source_record(line.encode())
    assert isinstance(found, TimeEntry)
    assert isinstance(found.bill_rate, Decimal)
    assert found.bill_rate == Decimal(rate.strip('"'))


@pytest.mark.parametrize(
    "text",
    ['{"access_token": "s3cret", "refresh_token": ["s3cret"]}', '"s3cret"', '{"s3cret', "s3cret"],
)
def test_the_error_for_an_unreadable_row_does_not_quote_it(text: str) -> None:
    with pytest.raises(Unreadable, match="stored Tokens") as failed:
        load(Tokens, text)
    whole = "".join(traceback.format_exception(failed.value))
    assert "s3cret" not in whole
    assert "s3c" not in str(failed.value)


def test_the_error_for_an_unreadable_row_names_the_field() -> None:
    with pytest.raises(Unreadable, match="access_expires_at: Input should be a valid datetime"):
        load(Tokens, '{"access_token": "a", "refresh_token": "r", "access_expires_at": "soon"}')


def test_text_in_every_script_comes_back_as_it_was() -> None:
    message = Message(firm="ä🙂 \u2028", connection_id=string.punctuation, step="plan")
    assert load(Message, dump(message)) == message
