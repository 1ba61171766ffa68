"""Rows that are stored already stay readable, and new ones are written like them, byte for byte."""

from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.document_facts import EntryAttributes
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.plan import Action, ItemState, Operation, Outcome
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.money import Total
from ledgerlink.wire.stored import dump, load

SOURCE = EntryAttributes(
    staff_key="s1",
    work_date=date(2026, 3, 2),
    client_key="c1",
    project_key="p1",
    labor_code_key="l1",
    leave_type_key="v1",
    billable=True,
)
TOTAL = Total(amount=Decimal("12.10"), currency="EUR", tax=Decimal("2.10"), rate=Decimal("1.0900"))
LINK = Link(
    key="time:t1",
    kind="TimeActivity",
    ledger_id="41",
    version="3",
    fingerprint="f0",
    run_id="run1",
    written_at=datetime(2026, 3, 3, 4, 5, 6, tzinfo=UTC),
    rank="rank1",
    imported=True,
    members=("t1", "t2"),
    day=date(2026, 3, 2),
    minutes=90,
    rate=Decimal("80.50"),
    source=SOURCE,
    targets=("55", None, "4"),
    record=RecordKind.EXPENSE,
    content="c0",
    total=TOTAL,
    ledger_total=Decimal("12.11"),
    restored="run0",
    group="sheet",
    listed=False,
    line_ids=("1", "2"),
)
OPERATION = Operation(
    seq=7,
    action=Action.UPDATE,
    key="time:t1",
    kind="TimeActivity",
    level=1,
    members=("t1", "t2"),
    body={"Hours": 1, "CustomerRef": {"$pending": "project:p1"}},
    ledger_id="41",
    version="4",
    base_version="3",
    base_fingerprint="f1",
    before={"Hours": 2},
    after=("time:t2",),
    was=LINK,
    source=SOURCE,
    targets=("55", {"$pending": "project:p1"}, None),
    day=date(2026, 3, 2),
    minutes=60,
    rate=Decimal("80.50"),
    warnings=(Reason("text_cut", "m", "r", "notes"),),
    state=ItemState.BLOCKED,
    reason=Reason("closed_period", "m", "r", "work_date"),
    record=RecordKind.INVOICE,
    total=TOTAL,
    upload_id="u1",
    restored="run0",
    group="sheet",
    title="Site",
)
OUTCOME = Outcome(
    seq=7,
    state=ItemState.POSTED,
    ledger_id="41",
    version="4",
    reason=Reason("answer_differs", "m", "r"),
    trace_id="trace",
    content="c1",
    total=Decimal("12.11"),
    line_ids=("1", "2"),
)
LINK_ROW = (
    b'{"key":"time:t1","kind":"TimeActivity","ledger_id":"41","version":"3",'
    b'"fingerprint":"f0","run_id":"run1","written_at":"2026-03-03T04:05:06Z","rank":"rank1",'
    b'"imported":true,"members":["t1","t2"],"day":"2026-03-02","minutes":90,"rate":"80.50",'
    b'"source":{"staff_key":"s1","work_date":"2026-03-02","client_key":"c1",'
    b'"project_key":"p1","labor_code_key":"l1","leave_type_key":"v1","billable":true},'
    b'"targets":["55",null,"4"],"record":"expense","content":"c0","total":{"amount":"12.10",'
    b'"currency":"EUR","tax":"2.10","rate":"1.0900"},"ledger_total":"12.11","restored":"run0",'
    b'"group":"sheet","listed":false,"line_ids":["1","2"]}'
)
OPERATION_ROW = (
    b'{"seq":7,"action":"update","key":"time:t1","kind":"TimeActivity","level":1,'
    b'"members":["t1","t2"],"body":{"Hours":1,"CustomerRef":{"$pending":"project:p1"}},'
    b'"ledger_id":"41","version":"4","base_version":"3","base_fingerprint":"f1",'
    b'"before":{"Hours":2},"after":["time:t2"],"was":'
    + LINK_ROW
    + b',"source":{"staff_key":"s1","work_date":"2026-03-02","client_key":"c1",'
    b'"project_key":"p1","labor_code_key":"l1","leave_type_key":"v1","billable":true},'
    b'"targets":["55",{"$pending":"project:p1"},null],"day":"2026-03-02","minutes":60,'
    b'"rate":"80.50","warnings":[{"code":"text_cut","message":"m","remedy":"r",'
    b'"field":"notes"}],"state":"blocked","reason":{"code":"closed_period","message":"m",'
    b'"remedy":"r","field":"work_date"},"record":"invoice","total":{"amount":"12.10",'
    b'"currency":"EUR","tax":"2.10","rate":"1.0900"},"upload_id":"u1","restored":"run0",'
    b'"group":"sheet","title":"Site"}'
)
OUTCOME_ROW = (
    b'{"seq":7,"state":"posted","ledger_id":"41","version":"4",'
    b'"reason":{"code":"answer_differs","message":"m","remedy":"r"},"trace_id":"trace",'
    b'"content":"c1","total":"12.11","line_ids":["1","2"]}'
)


@pytest.mark.parametrize(
    ("value", "row"), [(LINK, LINK_ROW), (OPERATION, OPERATION_ROW), (OUTCOME, OUTCOME_ROW)]
)
def test_a_row_is_written_as_it_always_was(value: Any, row: bytes) -> None:
    assert dump(value) == row
    assert load(type(value), row) == value


@pytest.mark.parametrize("value", [LINK, OPERATION, OUTCOME])
def test_the_sample_sets_every_field(value: Any) -> None:
    left = [one.name for one in fields(value) if getattr(value, one.name) == one.default]
    assert not left
