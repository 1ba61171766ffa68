"""The connector behind its port, against answers as Intuit's reference and recordings show them."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest
from ledgerlink.connectors.qbo import PRODUCTION, QuickBooksOnline
from ledgerlink.domain.errors import LedgerStopped, LedgerUnavailable
from ledgerlink.domain.model.company import Company as LedgerCompany
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Request, Write
from ledgerlink.domain.ports import Connector, Ledger, RecordKey

from tests.support.qbo.scripted_company import (
    REALM,
    ScriptedCompany,
    fault,
    open_ledger,
    reply,
    write_all,
)
from tests.support.qbo.virtual_time import START, VirtualClock, run
from tests.support.qbo.writes import OutcomeCollector, activity, change, create

CREATED = """{"TimeActivity":{"TxnDate":"2026-02-02","NameOf":"Employee",
 "EmployeeRef":{"value":"55","name":"Emily Platt"},"CustomerRef":{"value":"21","name":"Rondonuwu"},
 "ItemRef":{"value":"8","name":"Lighting"},"TimeChargeId":54,"BillableStatus":"Billable",
 "Taxable":false,"HourlyRate":15.25,"CostRate":0,"Hours":3,"Minutes":30,"Seconds":0,
 "Description":"Garden Lighting 0","domain":"QBO","sparse":false,"Id":"5","SyncToken":"0",
 "MetaData":{"CreateTime":"2026-02-02T22:48:04-07:00"}},"time":"2026-02-02T06:03:07.405-07:00"}"""


def test_the_connector_fits_its_port() -> None:
    connector: Connector = QuickBooksOnline(PRODUCTION, VirtualClock())
    assert (connector.name, connector.chunk_size) == ("qbo", 3320)


def test_a_posted_activity_has_the_ledgers_id_version_and_trace() -> None:
    def created(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=CREATED, headers={"Intuit-Tid": "1-abc"})

    company = ScriptedCompany(script=[created])
    report = run(write_all(company, [Request("r-1", (create(0),))]))
    assert report.outcomes[0] == Outcome(
        seq=0, state=ItemState.POSTED, ledger_id="5", version="0", trace_id="1-abc"
    )


def test_requests_have_the_form_that_the_ledger_expects() -> None:
    company = ScriptedCompany()
    run(write_all(company, [Request("r-1", (create(0),))]))
    (request,) = company.calls("timeactivity")
    assert str(request.url) == (
        f"https://qbo.example/v3/company/{REALM}/timeactivity?requestid=r-1&minorversion=75"
    )
    assert request.headers["Accept"] == "application/json"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Authorization"] == "Bearer A0"
    assert b'"HourlyRate":15.25' in request.content


def test_a_batch_is_answered_item_by_item() -> None:
    items = [
        {"TimeActivity": {**activity(0), "Id": "5", "SyncToken": "0"}, "bId": "0"},
        {"TimeActivity": {"status": "Deleted", "domain": "QBO", "Id": "129"}, "bId": "1"},
        {
            "Fault": {
                "Error": [{"Message": "…", "Detail": "…", "code": "610", "element": ""}],
                "type": "ValidationFault",
            },
            "bId": "2",
        },
    ]
    company = ScriptedCompany(script=[lambda request: reply({"BatchItemResponse": items})])
    writes = (
        create(0),
        change(1, Action.DELETE, ledger_id="129"),
        change(2, Action.UPDATE, ledger_id="130"),
    )
    outcomes = run(write_all(company, [Request("r", writes)])).outcomes
    assert (outcomes[0].ledger_id, outcomes[0].version) == ("5", "0")
    assert (outcomes[1].ledger_id, outcomes[1].version) == ("129", None)
    assert outcomes[2].reason is not None
    assert outcomes[2].reason.code == "gone_in_ledger"


INFO = {
    "CompanyInfo": {
        "CompanyName": "Craig's Design and Landscaping Services",
        "Country": "US",
        "NameValue": [
            {"Name": "NeoEnabled", "Value": "true"},
            {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
        ],
        "Id": "1",
    },
    "time": "…",
}
PREFERENCES = {
    "Preferences": {
        "AccountingInfoPrefs": {
            "TrackDepartments": True,
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": True,
            "BookCloseDate": "2025-12-31",
        },
        "TimeTrackingPrefs": {"UseServices": True, "BillCustomers": True},
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "USD"}},
        "OtherPrefs": {
            "NameValue": [
                {"Name": "TimeTrackingFeatureEnabled", "Value": "true"},
                {"Name": "ProjectsEnabled", "Value": "false"},
            ]
        },
    },
    "time": "…",
}


def company_read(**reads: Mapping[str, Any]) -> tuple[LedgerCompany, ScriptedCompany]:
    company = ScriptedCompany(reads={REALM: INFO, **reads})

    async def main() -> LedgerCompany:
        return await open_ledger(company).company()

    return run(main()), company


def test_the_company_is_read_with_its_features() -> None:
    read, company = company_read(preferences=PREFERENCES)
    assert read == LedgerCompany(
        company_id=REALM,
        name="Craig's Design and Landscaping Services",
        country="US",
        features=Features(
            edition="QuickBooks Online Plus",
            home_currency="USD",
            time_tracking=True,
            payroll=None,
            classes=True,
            departments=False,
            locations=True,
            projects=False,
            multi_currency=False,
            books_closed_through=date(2025, 12, 31),
            country="US",
        ),
    )
    assert [request.url.path for _, _, request in company.log] == [
        f"/v3/company/{REALM}/companyinfo/{REALM}",
        f"/v3/company/{REALM}/preferences",
    ]


def test_unknown_features_are_none() -> None:
    read, _ = company_read(preferences={"Preferences": {"Id": "1"}})
    assert read.features == Features(
        edition="QuickBooks Online Plus", departments=False, country="US"
    )


@pytest.mark.parametrize(
    ("plan", "switch", "code"),
    [
        ("QuickBooks Online Simple Start", "true", "plan_without_time"),
        ("QuickBooks Online EasyStart", None, "plan_without_time"),
        ("QuickBooks Online Plus", "false", "time_tracking_off"),
        ("QuickBooks Online Essentials", "true", None),
        ("QuickBooks Online Plus", None, None),
    ],
)
def test_a_company_that_keeps_no_time_says_so(
    plan: str, switch: str | None, code: str | None
) -> None:
    """Case quickbooks-online 11: it was read, and used nowhere."""
    reads: dict[str, Mapping[str, Any]] = {}
    reads[REALM] = {"CompanyInfo": {"NameValue": [{"Name": "OfferingSku", "Value": plan}]}}
    named = [{"Name": "TimeTrackingFeatureEnabled", "Value": switch}] if switch else []
    reads["preferences"] = {"Preferences": {"OtherPrefs": {"NameValue": named}}}
    read, _ = company_read(**reads)
    refused = read.features.time_refused
    assert (refused.code if refused else None) == code
    assert read.features.limits == ((refused,) if refused else ())


def stored(ledger_id: str, version: str = "0", **changes: Any) -> dict[str, Any]:
    body = {**activity(**changes), "HourlyRate": 15.25}
    return {**body, "Id": ledger_id, "SyncToken": version}


def found(
    company: ScriptedCompany, writes: Sequence[Write], known: Collection[RecordKey] = ()
) -> Mapping[int, Outcome]:
    async def main() -> Mapping[int, Outcome]:
        ledger: Ledger = open_ledger(company)
        return await ledger.find_lost_writes(writes, START, known)

    return run(main())


def rows(entity: str, *rows: Mapping[str, Any]) -> ScriptedCompany:
    company = ScriptedCompany()
    company.rows = lambda statement: {entity: list(rows)} if f"FROM {entity} " in statement else {}
    return company


def same(seq: int) -> Write:
    return create(seq, activity(0))


def test_of_three_equal_activities_as_many_are_adopted_as_the_ledger_holds() -> None:
    company = rows("TimeActivity", stored("5"), stored("6"), stored("7", Hours=4))
    outcomes = found(company, [same(0), same(1), same(2)])
    assert sorted(str(outcome.ledger_id) for outcome in outcomes.values()) == ["5", "6"]
    for outcome in outcomes.values():
        assert outcome.state is ItemState.POSTED
        assert outcome.reason is not None
        assert outcome.reason.code == "already_written"


def test_a_record_that_belongs_to_another_operation_is_not_adopted() -> None:
    company = rows("TimeActivity", stored("5"), stored("6"))
    outcomes = found(company, [same(0), same(1)], known=[("TimeActivity", "5")])
    assert {outcome.ledger_id for outcome in outcomes.values()} == {"6"}


def test_a_record_of_another_kind_with_the_same_id_leaves_time_to_be_found() -> None:
    """The ids of QuickBooks are unique within a kind only."""
    company = rows("TimeActivity", stored("5"), stored("6"))
    outcomes = found(company, [same(0), same(1)], known=[("Item", "5"), ("Customer", "6")])
    assert {outcome.ledger_id for outcome in outcomes.values()} == {"5", "6"}


def test_new_activities_are_searched_by_their_birth_alone_with_some_slack() -> None:
    company = rows("TimeActivity")
    assert found(company, [same(0)]) == {}
    (query,) = company.calls("query")
    assert query.headers["Content-Type"] == "application/text"
    assert query.content.decode() == (
        "SELECT * FROM TimeActivity WHERE MetaData.CreateTime >= '2026-03-02T08:57:00+00:00' "
        "ORDERBY Id STARTPOSITION 1 MAXRESULTS 1000"
    )


def test_an_activity_stored_with_other_values_is_adopted_and_names_them() -> None:
    company = rows("TimeActivity", {**stored("5"), "HourlyRate": 15.5})
    (outcome,) = found(company, [same(0)]).values()
    assert (outcome.state, outcome.ledger_id) == (ItemState.POSTED, "5")
    assert outcome.reason is not None
    assert outcome.reason.code == "answer_differs"
    assert "hourly rate" in outcome.reason.message


def test_the_activity_that_agrees_in_every_value_is_adopted_first() -> None:
    company = rows("TimeActivity", stored("5", ItemRef=None), stored("6"))
    assert {o.ledger_id for o in found(company, [same(0)]).values()} == {"6"}
    assert {o.ledger_id for o in found(company, [same(0), same(1)]).values()} == {"5", "6"}


@pytest.mark.parametrize(
    "other", [{"Hours": 4}, {"TxnDate": "2026-03-03"}, {"Description": "Other work"}]
)
def test_an_activity_of_another_day_length_or_text_is_not_ours(
    other: dict[str, Any],
) -> None:
    assert found(rows("TimeActivity", {**stored("5"), **other}), [same(0)]) == {}


def test_the_search_goes_on_to_the_last_page_and_takes_a_shifted_row_once() -> None:
    company = ScriptedCompany()
    pages = {
        "STARTPOSITION 1 ": [stored(str(n), Description="other") for n in range(999)]
        + [stored("5000")],
        "STARTPOSITION 1001 ": [stored("5000"), stored("5001")],
    }
    company.rows = lambda statement: {
        "TimeActivity": next(rows for at, rows in pages.items() if at in statement)
    }
    outcomes = found(company, [same(0), same(1), same(2)])
    assert {outcome.ledger_id for outcome in outcomes.values()} == {"5000", "5001"}


def test_a_search_without_end_is_given_up() -> None:
    company = ScriptedCompany(latency=lambda kind: 0.0)
    full = [stored(str(n), Description="other") for n in range(1000)]
    company.rows = lambda statement: {"TimeActivity": full}
    with pytest.raises(LedgerUnavailable):
        found(company, [same(0)])
    assert len(company.calls("query")) == 50


def test_an_update_is_there_when_the_version_moved_and_the_content_is_ours() -> None:
    ours, untouched, theirs = (
        change(seq, Action.UPDATE, ledger_id=str(seq), version="2") for seq in (1, 2, 3)
    )
    company = rows(
        "TimeActivity",
        stored("1", "3", number=1),
        stored("2", "2", number=2),
        stored("3", "3", Description="theirs"),
    )
    outcomes = found(company, [ours, untouched, theirs])
    assert set(outcomes) == {1}
    assert (outcomes[1].ledger_id, outcomes[1].version) == ("1", "3")


def test_a_delete_is_done_when_the_record_is_absent() -> None:
    gone, there = (change(seq, Action.DELETE, ledger_id=str(seq)) for seq in (1, 2))
    outcomes = found(
        rows("TimeActivity", stored("2")), [gone, there], known=[("TimeActivity", "2")]
    )
    assert set(outcomes) == {1}
    assert (outcomes[1].ledger_id, outcomes[1].version) == ("1", None)


def test_list_records_are_found_by_their_exact_name_among_the_new_ones() -> None:
    company = rows(
        "Customer",
        {"Id": "58", "SyncToken": "0", "DisplayName": "Amy's Birds"},
        {"Id": "59", "SyncToken": "0", "DisplayName": "COOL CARS"},
        {"Id": "60", "SyncToken": "0", "DisplayName": "Phase 1", "ParentRef": {"value": "2"}},
    )
    phase = {"DisplayName": "Phase 1", "Job": True, "ParentRef": {"value": "1"}}
    writes = [
        create(0, {"DisplayName": "Amy's Birds"}, "Customer"),
        create(1, {"DisplayName": "Cool Cars"}, "Customer"),
        create(2, phase, "Customer"),
    ]
    assert {seq: o.ledger_id for seq, o in found(company, writes).items()} == {0: "58"}
    statement = company.calls("query")[0].content.decode()
    assert r"DisplayName IN ('Amy\'s Birds', 'Cool Cars', 'Phase 1')" in statement
    assert "MetaData.CreateTime >= " in statement


def test_an_item_is_found_by_its_name() -> None:
    body = {"Name": "Design", "Type": "Service", "IncomeAccountRef": {"value": "79"}}
    company = rows("Item", {**body, "Id": "4", "SyncToken": "0"})
    assert found(company, [create(0, body, "Item")])[0].ledger_id == "4"


def test_a_statement_that_is_refused_stops_the_search() -> None:
    detail = "QueryValidationError: property 'CreateTime' is not queryable"
    with pytest.raises(LedgerStopped, match="not queryable"):
        found(ScriptedCompany(script=[fault("4001", detail)]), [same(0)])


def test_an_answer_without_a_query_response_is_not_taken_for_no_rows() -> None:
    with pytest.raises(LedgerUnavailable):
        found(ScriptedCompany(script=[lambda request: reply({"time": "…"})]), [same(0)])


def test_a_posted_document_is_found_whatever_the_ledger_filled_in() -> None:
    company = ScriptedCompany()
    writes = [create(n, activity(n, ItemRef=None, Description=None)) for n in range(2)]
    run(write_all(company, [Request("r", tuple(writes))]))
    (batch,) = company.calls("batch")
    sent = [item["TimeActivity"] for item in json.loads(batch.content)["BatchItemRequest"]]
    kept = [
        {**body, "Id": str(n), "SyncToken": "0", "ItemRef": {"value": "2"}}
        for n, body in enumerate(sent)
    ]
    assert set(found(rows("TimeActivity", *kept), writes)) == {0, 1}


def test_the_lane_state_survives_as_json_and_holds_back_the_next_invocation() -> None:
    company = ScriptedCompany(latency=lambda kind: 0.0)
    pairs = [Request(f"r{n}", (same(2 * n), same(2 * n + 1))) for n in range(41)]

    async def main() -> Mapping[str, Any]:
        ledger = open_ledger(company)
        await ledger.write(pairs[:40], OutcomeCollector(), lambda: False)
        state: Mapping[str, Any] = json.loads(json.dumps(ledger.connector_state()))
        await ledger.close()
        await open_ledger(company, state=state).write(pairs[40:], OutcomeCollector(), lambda: False)
        return state

    state = run(main())
    assert len(company.log) == 41
    assert company.times()[40] - company.times()[0] >= 60
    assert len(json.dumps(state)) < 2000


def test_the_environment_decides_where_calls_go() -> None:
    hosts: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":  # the discovery document, which is read now and then
            return reply({}, 404)
        hosts.append(request.url.host)
        return reply({"access_token": "A", "refresh_token": "R", "expires_in": 3600})

    endpoints = replace(PRODUCTION, token_url="https://tokens.example/bearer")

    class Standing(VirtualClock):
        def monotonic(self) -> float:
            return 0.0

    connector = QuickBooksOnline(endpoints, Standing(), httpx.MockTransport(answer))
    consents = connector.consents({"client_id": "a", "client_secret": "b"})
    consents.exchange("code", "https://us.example")
    assert hosts == ["tokens.example"]
