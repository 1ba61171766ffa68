"""Issue 17, item 8: no answer of QuickBooks can crash a worker, whatever shape it has."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from ledgerlink.connectors.qbo.posting.batching import write_results
from ledgerlink.connectors.qbo.protocol.faults import faults_in_json
from ledgerlink.connectors.qbo.protocol.response import parse
from ledgerlink.connectors.qbo.reads.catalog import ENTITY
from ledgerlink.domain.errors import LedgerError
from ledgerlink.domain.model.list_records import ListRead, ListType
from ledgerlink.domain.model.plan import ItemState, Request

from tests.support.qbo.scripted_company import (
    REALM,
    RESPONSE_TIME,
    ScriptedCompany,
    fault_body,
    open_ledger,
    reply,
)
from tests.support.qbo.virtual_time import run
from tests.support.qbo.writes import OutcomeCollector, activity, create
from tests.support.sampling import SEED

JUNK: list[Any] = [
    None, True, False, 0, -1, 1.5, 10**30, "", "text", "1e999", [], {}, [None], ["x"], [[]],
    {"value": {}}, {"value": None}, [{}], {"a": [1]},
]  # fmt: skip
SHAPES: list[Any] = [
    {"Fault": {"Error": {"Message": "m", "Detail": "d", "code": "610"}, "type": "V"}},
    {"Fault": {"Error": ["words", 5, None, {"code": 610}]}},
    {"Fault": {"Error": "words"}},
    {"Fault": {"Error": [], "type": ["x"]}},
    {"Fault": [{"Error": []}]},
    {"Fault": "words"},
    {"fault": {"error": {"code": None, "detail": ["x"]}}},
    {"Fault": {"Error": [{"code": {"a": 1}, "Detail": 7, 3: "x"}]}},
]
ROW: dict[str, Any] = {
    "Id": "1", "SyncToken": "0", "DisplayName": "Acme", "Name": "Acme", "Active": True,
    "MetaData": {"LastUpdatedTime": RESPONSE_TIME}, "ParentRef": {"value": "2"}, "Balance": 1.5,
    "PrimaryEmailAddr": {"Address": "a@b.example"}, "PrimaryPhone": {"FreeFormNumber": "1"},
    "CustomField": [{"DefinitionId": "1", "Type": "StringType", "StringValue": "x"}],
    "Level": 1, "UnitPrice": 10, "Type": "Service", "TxnDate": "2026-03-02", "Hours": 1,
    "StartTime": "2026-03-02T08:00:00", "EndTime": "2026-03-02T09:00:00", "TotalAmt": 30,
    "LinkedTxn": [{"TxnId": "9", "TxnType": "Payment"}], "DueDays": 30, "RateValue": 7,
    "SalesTaxRateList": {"TaxRateDetail": [{"TaxRateRef": {"value": "3"}}]},
    "Line": [{"LinkedTxn": [{"TxnId": "5", "TxnType": "TimeActivity"}], "Amount": 30}],
}  # fmt: skip


@pytest.mark.parametrize("body", SHAPES)
def test_a_fault_of_any_shape_is_read(body: Any) -> None:
    for fault in faults_in_json(body):
        assert str(fault)


def test_a_single_fault_that_is_an_object_keeps_its_code() -> None:
    (fault,) = faults_in_json(SHAPES[0])
    assert (fault.code, str(fault)) == ("610", "d (QuickBooks error 610)")


@pytest.mark.parametrize(
    "content",
    [b'{"a":' * 100_000, b"[" * 100_000, b"9" * 5000, b'{"a":' + b"9" * 5000 + b"}", b'{"a":NaN}'],
)
def test_a_body_that_no_parser_takes_is_no_answer(content: bytes) -> None:
    headers = {"retry-after": "9" * 5000}
    found = parse(httpx.Response(500, content=content, headers=headers))
    assert (found.retry_after, str(found)) == (None, "HTTP status 500")


def places(value: Any) -> Iterator[Callable[[Any], None]]:
    """Each place within a value, as a function that puts something else there."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        yield lambda junk, key=key: value.__setitem__(key, junk)  # type: ignore[misc]
        if isinstance(inner, dict | list):
            yield from places(inner)


def damaged(payload: Any, chance: random.Random) -> Any:
    """A copy of an answer with one or two places that hold something else."""
    copy = json.loads(json.dumps(payload))
    for _ in range(chance.choice([1, 1, 2])):
        chance.choice(list(places(copy)))(json.loads(json.dumps(chance.choice(JUNK))))
    return copy


@pytest.mark.parametrize("kind", [kind for kind in ENTITY if kind is not ListType.INVOICE])
def test_a_damaged_list_ends_with_records_or_an_error_of_the_ledger(kind: ListType) -> None:
    chance = random.Random(f"{SEED}{kind}")
    answer = {"QueryResponse": {ENTITY[kind]: [ROW, {**ROW, "Id": "2"}]}, "time": RESPONSE_TIME}

    async def main() -> None:
        for _ in range(20):
            bad = damaged(answer, chance)
            company = ScriptedCompany(script=[lambda request, bad=bad: reply(bad)] * 9)  # type: ignore[misc]
            with suppress(LedgerError):
                batch = await open_ledger(company).read_list(ListRead(type=kind))
                assert all(record.id for record in batch.records)

    run(main())


def test_a_damaged_batch_ends_with_outcomes_or_unknown_ones() -> None:
    chance = random.Random(SEED)
    writes = tuple(create(n, activity(n)) for n in range(3))
    items = [
        {"bId": "0", "TimeActivity": {**activity(0), "Id": "7", "SyncToken": "0"}},
        {"bId": "1", **fault_body("610", "gone")},
        {"bId": "2", "TimeActivity": {**activity(2), "Id": "9", "SyncToken": "0"}},
    ]
    answer = {"BatchItemResponse": items, "time": RESPONSE_TIME}
    for _ in range(300):
        response = parse(reply(damaged(answer, chance)))
        for result in write_results(Request("r", writes), response):
            assert result.faults or result.entity["Id"]


def test_a_damaged_batch_is_reported_by_the_writer() -> None:
    chance = random.Random(SEED)
    writes = tuple(create(n, activity(n)) for n in range(2))
    items = [
        {"bId": str(n), "TimeActivity": {**activity(n), "Id": str(n + 7), "SyncToken": "0"}}
        for n in range(2)
    ]

    async def main() -> Counter[ItemState]:
        states: Counter[ItemState] = Counter()
        for _ in range(60):
            bad = damaged({"BatchItemResponse": items, "time": RESPONSE_TIME}, chance)
            company = ScriptedCompany(script=[lambda request, bad=bad: reply(bad)])  # type: ignore[misc]
            report = OutcomeCollector()
            with suppress(LedgerError):
                await open_ledger(company).write([Request("r", writes)], report, lambda: False)
            assert report.outcomes.keys() <= {0, 1}
            posted = [o for o in report.outcomes.values() if o.state is ItemState.POSTED]
            assert all(outcome.ledger_id for outcome in posted)
            states.update(outcome.state for outcome in report.outcomes.values())
        return states

    states = run(main())
    assert 0 < states[ItemState.POSTED] < 120


@pytest.mark.parametrize("kind", ["TimeActivity", "Bill", "Purchase", "Invoice", "Attachable"])
def test_damaged_documents_of_ours_end_with_copies_or_an_error_of_the_ledger(kind: str) -> None:
    chance = random.Random(f"{SEED}{kind}")
    plain = {name: value for name, value in ROW.items() if name != "SalesTaxRateList"}
    row = {**plain, "BillableStatus": "HasBeenBilled", "TimeChargeId": "8", "Size": 3,
           "CustomerRef": {"value": "2"}, "VendorRef": {"value": "4"}, "EntityRef": {"value": "4"},
           "AccountRef": {"value": "5"}, "TxnTaxDetail": {"TotalTax": 1}, "HourlyRate": 12.5,
           "AttachableRef": [{"EntityRef": {"type": "Bill", "value": "1"}}]}  # fmt: skip
    answer = {"QueryResponse": {kind: [row], "Invoice": [row]}, "time": RESPONSE_TIME}

    async def main() -> int:
        read = 0
        for _ in range(25):
            bad = damaged(answer, chance)
            company = ScriptedCompany(script=[lambda request, bad=bad: reply(bad)] * 9)  # type: ignore[misc]
            with suppress(LedgerError):
                assert (await open_ledger(company).snapshots(kind, ["1"], None)).keys() <= {"1"}
                read += 1
        return read

    assert 0 < run(main()) < 25


def test_a_damaged_company_ends_with_features_or_an_error_of_the_ledger() -> None:
    chance = random.Random(f"{SEED}company")
    info = {
        "CompanyName": "A",
        "Country": "US",
        "NameValue": [{"Name": "OfferingSku", "Value": "P"}],
    }
    preferences = {
        "AccountingInfoPrefs": {"BookCloseDate": "2026-02-28", "ClassTrackingPerTxn": True},
        "CurrencyPrefs": {"HomeCurrency": {"value": "USD"}, "MultiCurrencyEnabled": False},
        "OtherPrefs": {"NameValue": [{"Name": "ProjectsEnabled", "Value": "true"}]},
        "TimeTrackingPrefs": {"TimeTrackingEnabled": True},
        "SalesFormsPrefs": {"CustomField": [{"CustomField": [{"Name": "SalesFormsPrefs.x"}]}]},
    }
    answer = {"CompanyInfo": info, "Preferences": preferences, "time": RESPONSE_TIME}

    async def main() -> int:
        read = 0
        for _ in range(60):
            bad = damaged(answer, chance)
            company = ScriptedCompany(script=[lambda request, bad=bad: reply(bad)] * 9)  # type: ignore[misc]
            with suppress(LedgerError):
                assert (await open_ledger(company).company()).company_id == REALM
                read += 1
        return read

    assert 0 < run(main()) < 60
