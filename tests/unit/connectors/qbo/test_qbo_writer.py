"""The writer: retries, pauses, stops, and what ends a chunk."""

import asyncio
import json
from collections.abc import Sequence
from itertools import pairwise

import httpx
import pytest
from ledgerlink.domain.errors import (
    AuthorizationLost,
    Interrupted,
    LedgerStopped,
    LedgerUnavailable,
)
from ledgerlink.domain.model.plan import Action, ItemState, Outcome, Request
from ledgerlink.domain.model.reasons import Reason

from tests.support.qbo.scripted_company import (
    Responder,
    ScriptedCompany,
    fault,
    fault_body,
    open_ledger,
    reply,
    write_all,
)
from tests.support.qbo.virtual_time import run
from tests.support.qbo.writes import OutcomeCollector, change, create, requests


def html(status: int) -> Responder:
    return lambda request: httpx.Response(status, text="<html><body>Bad Gateway</body></html>")


def reason_of(outcome: Outcome) -> Reason:
    assert outcome.reason is not None
    return outcome.reason


READABLE = {"preferences": {"Preferences": {}, "time": "…"}}

TROUBLES = [
    httpx.ReadTimeout("late"),
    httpx.RemoteProtocolError("cut"),
    fault("10000", "System Failure Error", 500, type="SystemFault"),
    html(502),
    html(503),
    lambda request: httpx.Response(200, text="<html>a proxy's page</html>"),
]


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("size", [1, 3])
def test_an_uncertain_request_is_not_repeated_before_the_ledger_is_searched(
    trouble: Responder | Exception, size: int
) -> None:
    """Case quickbooks-online 3: the ledger may not recognise the request id of a repeat."""
    company = ScriptedCompany(script=[trouble], reads=READABLE)
    report = run(write_all(company, requests([size])))
    assert len(company.calls("timeactivity", "batch")) == 1
    assert report.outcomes == {}


@pytest.mark.parametrize("size", [1, 3])
def test_a_request_that_cannot_have_arrived_is_repeated_with_the_same_bytes(size: int) -> None:
    company = ScriptedCompany(script=[httpx.ConnectError("refused")] * 2)
    report = run(write_all(company, requests([size])))
    first, *repeats = company.calls("timeactivity", "batch")
    assert len(repeats) == 2
    assert {(r.url, r.content) for r in repeats} == {(first.url, first.content)}
    assert report.requests == ["req-0"]
    assert set(report.outcomes) == set(range(size))


def test_a_ledger_that_cannot_be_read_either_is_down_after_some_tries() -> None:
    company = ScriptedCompany(latency=lambda kind: 0.0, script=[html(502)] * 20)
    with pytest.raises(LedgerUnavailable) as down:
        run(write_all(company, requests([1])))
    times = company.times("preferences")
    assert [round(b - a) for a, b in pairwise(times)] == [1, 2, 4, 8, 16]
    assert down.value.code == "ledger_unavailable"
    assert "HTTP status 502" in down.value.message


def test_writes_wait_while_it_is_found_out_whether_the_ledger_can_be_read() -> None:
    company = ScriptedCompany(script=[html(503)] * 8, reads=READABLE)
    report = run(write_all(company, requests([1] * 40)))
    failed = 40 - len(report.outcomes)
    assert 0 < failed < 8, "those that were under way"
    assert len(company.calls("timeactivity")) == 40
    assert len(company.calls("preferences")) == 8 - failed + 1


def test_a_request_that_never_succeeds_stays_unknown_while_its_neighbours_are_posted() -> None:
    reads = {"preferences": {"Preferences": {}, "time": "…"}}
    company = ScriptedCompany(latency=lambda kind: 0.0, poison="req-0", reads=reads)
    report = run(write_all(company, requests([1, 1, 1])))
    assert set(report.outcomes) == {1, 2}
    assert report.requests == ["req-1", "req-2"]


def test_after_a_429_everything_is_silent_for_a_minute() -> None:
    company = ScriptedCompany(script=[fault("3001", status=429)])
    report = run(write_all(company, requests([1] * 5)))
    assert len(report.outcomes) == 5
    refused_at = company.times()[0] + 0.4
    assert [t for t in company.times() if refused_at < t < refused_at + 60] == []


@pytest.mark.parametrize(("header", "pause"), [("1", 60), ("0", 60), ("59", 60), ("90", 90)])
def test_a_429_pauses_for_a_minute_or_longer_if_it_says_so(header: str, pause: int) -> None:
    """Case quickbooks-online 8: Intuit asks a throttled application to wait a minute."""

    def wait(request: httpx.Request) -> httpx.Response:
        return httpx.Response(429, headers={"Retry-After": header}, text="<html></html>")

    company = ScriptedCompany(latency=lambda kind: 0.0, script=[wait])
    run(write_all(company, requests([1])))
    assert company.times() == pytest.approx([0, pause])


def test_a_429_of_one_second_three_times_is_outlasted_and_a_fourth_is_given_up() -> None:
    """Case quickbooks-online 8: it was given up after four seconds."""
    headers = {"Retry-After": "1"}
    throttled = [lambda request: httpx.Response(429, headers=headers)]
    company = ScriptedCompany(latency=lambda kind: 0.0, script=[*throttled * 3])
    assert len(run(write_all(company, requests([1]))).outcomes) == 1
    assert company.times() == pytest.approx([0, 60, 120, 180])
    company = ScriptedCompany(latency=lambda kind: 0.0, script=[*throttled * 4])
    with pytest.raises(LedgerUnavailable, match="slow down"):
        run(write_all(company, requests([1])))


def test_a_429_that_stays_for_minutes_is_a_quota_used_up() -> None:
    company = ScriptedCompany(script=[fault("3001", status=429)] * 100)

    async def main() -> float:
        with pytest.raises(LedgerUnavailable):
            await write_all(company, requests([1]))
        return asyncio.get_running_loop().time()

    assert 180 <= run(main()) <= 185


def test_a_429_that_stays_is_given_up_in_a_workers_time_however_many_calls_share_it() -> None:
    company = ScriptedCompany(script=[fault("3001", status=429)] * 1000)

    async def main() -> float:
        loop = asyncio.get_running_loop()
        with pytest.raises(LedgerUnavailable, match="slow down"):
            await write_all(company, requests([1] * 200), stop=lambda: loop.time() > 255)
        return loop.time()

    assert run(main()) < 200


def test_a_call_that_is_throttled_for_ever_ends_though_others_get_through() -> None:
    class Picky(ScriptedCompany):
        def accept(self, kind: str, request: httpx.Request) -> httpx.Response:
            if "requestid=req-0" in str(request.url):
                return fault("3001", status=429)(request)
            return super().accept(kind, request)

    company = Picky(latency=lambda kind: 0.1)
    with pytest.raises(LedgerUnavailable, match="slow down"):
        run(write_all(company, requests([1] * 40)))
    assert sum("requestid=req-0" in str(r.url) for r in company.calls("timeactivity")) == 4


def test_pauses_are_counted_anew_once_the_ledger_lets_a_call_through() -> None:
    throttled = fault("3001", status=429)
    company = ScriptedCompany(latency=lambda kind: 0.0, script=[throttled, None] * 5)
    report = run(write_all(company, requests([1] * 6)))
    assert len(report.outcomes) == 6


def test_a_429_that_asks_for_longer_than_a_run_can_wait_ends_it_at_once() -> None:
    headers = {"Retry-After": "301"}
    company = ScriptedCompany(script=[lambda request: httpx.Response(429, headers=headers)])
    with pytest.raises(LedgerUnavailable):
        run(write_all(company, requests([1])))
    assert len(company.log) == 1


def test_a_stop_reports_requests_in_flight_and_sends_no_more() -> None:
    company = ScriptedCompany(latency=lambda kind: 5.0)
    report = run(write_all(company, requests([1] * 50), stop=lambda: len(company.log) >= 7))
    assert len(company.log) == 7
    assert len(report.outcomes) == 7


def test_a_stop_ends_a_pause() -> None:
    company = ScriptedCompany(script=[fault("3001", status=429)])

    async def main() -> tuple[OutcomeCollector, float]:
        loop = asyncio.get_running_loop()
        report = await write_all(company, requests([1]), stop=lambda: loop.time() > 10)
        return report, loop.time()

    report, ended = run(main())
    assert report.requests == []
    assert ended < 12


@pytest.mark.parametrize("size", [1, 3])
def test_a_call_that_outlasts_its_worker_is_cut_and_stays_unknown(size: int) -> None:
    company = ScriptedCompany(latency=lambda kind: 120.0)

    async def main() -> tuple[OutcomeCollector, float]:
        loop = asyncio.get_running_loop()
        report = await write_all(company, requests([size]), stop=lambda: loop.time() > 10)
        return report, loop.time()

    report, ended = run(main())
    assert report.requests == []
    assert 28 < ended < 35


def test_reading_the_company_ends_with_the_worker() -> None:
    company = ScriptedCompany(latency=lambda kind: 120.0)

    async def main() -> float:
        loop = asyncio.get_running_loop()
        with pytest.raises(Interrupted):
            await open_ledger(company).company(lambda: loop.time() > 10)
        return loop.time()

    assert run(main()) < 35


def test_a_slow_store_does_not_hold_up_other_requests() -> None:
    company = ScriptedCompany(latency=lambda kind: 0.1)

    async def main() -> None:
        async def slow(request: Request, outcomes: Sequence[Outcome]) -> None:
            await asyncio.sleep(30)

        ledger = open_ledger(company)
        await ledger.write(requests([1] * 50), slow, lambda: False)

    run(main())
    assert max(company.times()) < 7


def test_a_store_that_fails_ends_the_write_after_the_others_were_reported() -> None:
    company, told = ScriptedCompany(latency=lambda kind: 2.0), []

    async def main() -> None:
        async def failing(request: Request, outcomes: Sequence[Outcome]) -> None:
            told.append(request.id)
            if request.id == "req-0":
                raise OSError("no room")

        await open_ledger(company).write(requests([1] * 100), failing, lambda: False)

    with pytest.raises(OSError, match="no room"):
        run(main())
    assert len(told) == len(company.log) < 25


def test_a_lost_authorisation_is_raised_after_the_answers_are_reported() -> None:
    gone = fault("120", status=403, type="AuthorizationFault")
    company = ScriptedCompany(script=[None, None, gone])

    async def main() -> OutcomeCollector:
        report = OutcomeCollector()
        with pytest.raises(AuthorizationLost) as lost:
            await open_ledger(company).write(requests([1] * 100), report, lambda: False)
        assert lost.value.trace_id == "1-tid"
        return report

    report = run(main())
    assert len(report.outcomes) == len(company.log) - 1 < 20


@pytest.mark.parametrize(
    ("code", "error"),
    [("6190", LedgerStopped), ("3200", AuthorizationLost)],
)
def test_an_item_with_a_lane_error_ends_the_lane_and_its_neighbours_count(
    code: str, error: type[Exception]
) -> None:
    company = ScriptedCompany()

    def half(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)["BatchItemRequest"]
        posted = {"bId": "0", "TimeActivity": company.stored(body[0]["TimeActivity"])}
        return reply({"BatchItemResponse": [posted, {"bId": "1", **fault_body(code)}]})

    company.script = [half]

    async def main() -> OutcomeCollector:
        report = OutcomeCollector()
        with pytest.raises(error):
            await open_ledger(company).write(requests([2] * 50), report, lambda: False)
        return report

    report = run(main())
    assert report.outcomes[0].state is ItemState.POSTED
    assert 1 not in report.outcomes
    assert len(company.log) < 20


def test_a_refused_item_fails_alone() -> None:
    company = ScriptedCompany()

    def one_bad(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)["BatchItemRequest"]
        items = [{"bId": i["bId"], "TimeActivity": company.stored(i["TimeActivity"])} for i in body]
        detail = "Invalid Reference Id : Names element id 999 not found"
        items[1] = {"bId": "1", **fault_body("2500", detail)}
        return reply({"BatchItemResponse": items})

    company.script = [one_bad]
    report = run(write_all(company, requests([3])))
    assert [report.outcomes[seq].state for seq in range(3)] == [
        ItemState.POSTED,
        ItemState.FAILED,
        ItemState.POSTED,
    ]
    failed = report.outcomes[1]
    assert (reason_of(failed).code, failed.trace_id) == ("target_missing", "1-tid")
    assert "Names element id 999" in reason_of(failed).message


@pytest.mark.parametrize("item", [fault_body("10000", type="SystemFault"), fault_body("3001"), {}])
def test_an_item_of_unknown_outcome_is_not_reported(item: dict[str, object]) -> None:
    company = ScriptedCompany()

    def unknown(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)["BatchItemRequest"]
        posted = {"bId": "0", "TimeActivity": company.stored(body[0]["TimeActivity"])}
        return reply({"BatchItemResponse": [posted, {"bId": "1", **item}]})

    company.script = [unknown]
    report = run(write_all(company, requests([2])))
    assert report.requests == ["req-0"]
    assert set(report.outcomes) == {0}


def test_a_used_request_id_leaves_the_outcome_unknown() -> None:
    company = ScriptedCompany(script=[fault("600", "Duplicate Request ID")])
    report = run(write_all(company, requests([1])))
    assert (report.requests, report.outcomes) == (["req-0"], {})


def test_closed_books_have_their_date_which_is_read_once() -> None:
    closed = {"Preferences": {"AccountingInfoPrefs": {"BookCloseDate": "2026-02-28"}}}
    company = ScriptedCompany(reads={"preferences": closed})
    company.script = [fault("6200"), None, fault("6200")]

    async def main() -> OutcomeCollector:
        report, ledger = OutcomeCollector(), open_ledger(company)
        for request in requests([1, 1]):
            await ledger.write([request], report, lambda: False)
        return report

    report = run(main())
    assert [reason_of(report.outcomes[seq]).code for seq in (0, 1)] == ["closed_period"] * 2
    assert "2026-02-02" in reason_of(report.outcomes[0]).message
    assert "2026-02-28" in reason_of(report.outcomes[1]).message
    assert len(company.calls("preferences")) == 1


def test_an_activity_that_was_billed_is_recognised() -> None:
    company = ScriptedCompany(script=[fault("6000", "Business Validation Error: no")])
    company.rows = lambda statement: {
        "TimeActivity": [{"Id": "7", "BillableStatus": "HasBeenBilled"}]
    }
    report = run(write_all(company, [Request("r", (change(0, Action.UPDATE),))]))
    assert reason_of(report.outcomes[0]).code == "billed"
    for query in company.calls("query"):
        assert query.content.decode().startswith("SELECT * FROM TimeActivity WHERE Id IN ('7')")


def test_the_holder_of_a_name_is_read_once_from_the_three_lists_for_a_batch() -> None:
    names = ["Cool Cars", "Norton's"]
    writes = tuple(create(n, {"DisplayName": name}, "Customer") for n, name in enumerate(names))
    items = [{"bId": str(n), **fault_body("6240", "Duplicate Name : null")} for n in range(2)]
    company = ScriptedCompany(script=[lambda request: reply({"BatchItemResponse": items})])
    company.rows = lambda statement: (
        {"Vendor": [{"Id": "46", "DisplayName": "norton's"}]} if "FROM Vendor" in statement else {}
    )
    report = run(write_all(company, [Request("r", writes)]))
    assert "by vendor norton's (46)" in reason_of(report.outcomes[1]).message
    assert "by a customer, vendor, employee or item" in reason_of(report.outcomes[0]).message
    assert len(company.calls("query")) == 3
    assert r"('Cool Cars', 'Norton\'s')" in company.calls("query")[0].content.decode()


def test_a_diagnosis_that_fails_still_leaves_the_rejection_reported() -> None:
    company = ScriptedCompany(script=[fault("6000", "It says no.", 400), fault("4001")])
    report = run(write_all(company, [Request("r", (change(0, Action.UPDATE),))]))
    assert reason_of(report.outcomes[0]).code == "refused"
    assert "It says no." in reason_of(report.outcomes[0]).message


def test_calls_are_counted_by_kind_with_every_repeat() -> None:
    company = ScriptedCompany(script=[httpx.ConnectError("refused"), html(502)], reads=READABLE)

    async def main() -> dict[str, int]:
        ledger = open_ledger(company)
        await ledger.write(requests([1, 1, 30]), OutcomeCollector(), lambda: False)
        return dict(ledger.calls)

    counted = run(main())
    assert sum(counted.values()) == 5
    assert set(counted) == {"single", "batch", "read"}
