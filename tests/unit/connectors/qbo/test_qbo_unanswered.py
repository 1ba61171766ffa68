"""Writes without an answer: a search waits until all of them have finished."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from ledgerlink.domain.errors import Interrupted, LedgerUnavailable
from ledgerlink.domain.model.plan import Outcome

from tests.support.qbo.scripted_company import ScriptedCompany, fault, open_ledger
from tests.support.qbo.virtual_time import START, run
from tests.support.qbo.writes import OutcomeCollector, activity, create, requests

READS = {"preferences": {"Preferences": {}, "time": "…"}}


def gateway_gives_up(request: httpx.Request) -> httpx.Response:
    return httpx.Response(504, text="<html>gateway</html>")


def late(commits_at: float) -> ScriptedCompany:
    """A company that answers 504 at once and stores the activity all the same, later."""
    company = ScriptedCompany(latency=lambda kind: 0.0, script=[gateway_gives_up], reads=READS)
    stored = {**activity(0), "HourlyRate": 15.25, "Id": "5", "SyncToken": "0"}

    def rows(statement: str) -> Mapping[str, Any]:
        there = asyncio.get_running_loop().time() >= commits_at
        return {"TimeActivity": [stored]} if there else {}

    company.rows = rows
    return company


def test_a_write_stored_after_the_gateway_gave_up_is_found() -> None:
    company = late(commits_at=119.0)

    async def main() -> Mapping[int, Outcome]:
        ledger = open_ledger(company)
        await ledger.write(requests([1]), OutcomeCollector(), lambda: False)
        return await ledger.find_lost_writes([create(0)], START, set())

    assert set(run(main())) == {0}


def test_the_next_worker_waits_for_the_writes_of_the_last_one() -> None:
    company = late(commits_at=119.0)

    async def main() -> Mapping[int, Outcome]:
        first = open_ledger(company)
        await first.write(requests([1]), OutcomeCollector(), lambda: False)
        state = json.loads(json.dumps(first.connector_state()))
        return await open_ledger(company, state=state).find_lost_writes([create(0)], START, set())

    assert set(run(main())) == {0}


def test_a_write_that_a_worker_cut_off_is_waited_for_by_the_next() -> None:
    company = late(commits_at=140.0)
    company.latency, company.script = lambda kind: 125.0 if kind == "timeactivity" else 0.0, []

    async def main() -> Mapping[int, Outcome]:
        first = open_ledger(company)
        loop = asyncio.get_running_loop()
        await first.write(requests([1]), OutcomeCollector(), lambda: loop.time() > 1)
        return await open_ledger(company, state=first.connector_state()).find_lost_writes(
            [create(0)], START, set()
        )

    assert set(run(main())) == {0}


def test_a_write_that_timed_out_is_waited_for_from_when_it_left() -> None:
    company = late(commits_at=0.0)
    company.script = [httpx.ReadTimeout("late")]
    company.latency = lambda kind: 125.0 if kind == "timeactivity" else 0.0

    async def main() -> float:
        ledger = open_ledger(company)
        await ledger.write(requests([1]), OutcomeCollector(), lambda: False)
        before = asyncio.get_running_loop().time()
        await ledger.find_lost_writes([create(0)], START, set())
        return asyncio.get_running_loop().time() - before

    assert 0 < run(main()) < 10


def test_a_search_after_answered_writes_begins_at_once() -> None:
    company = ScriptedCompany(latency=lambda kind: 0.0)
    company.script = [fault("2050", "Too long")]

    async def main() -> float:
        ledger = open_ledger(company)
        await ledger.write(requests([1]), OutcomeCollector(), lambda: False)
        await ledger.find_lost_writes([create(0)], START, set())
        return asyncio.get_running_loop().time()

    assert run(main()) < 1


def test_the_wait_ends_with_the_worker() -> None:
    company = late(commits_at=125.0)

    async def main() -> float:
        ledger, loop = open_ledger(company), asyncio.get_running_loop()
        await ledger.write(requests([1]), OutcomeCollector(), lambda: False)
        with pytest.raises(Interrupted):
            await ledger.find_lost_writes([create(0)], START, set(), lambda: loop.time() > 60)
        return loop.time()

    assert run(main()) < 62


def test_reads_without_an_answer_are_not_waited_for() -> None:
    company = ScriptedCompany(latency=lambda kind: 0.0, script=[gateway_gives_up] * 6)

    async def main() -> Mapping[str, Any]:
        ledger = open_ledger(company)
        with pytest.raises(LedgerUnavailable):
            await ledger.company()
        return ledger.connector_state()

    assert "silent_until" not in run(main())


def test_a_search_that_finds_everything_does_not_wait() -> None:
    company = late(commits_at=0.0)

    async def main() -> float:
        ledger, loop = open_ledger(company), asyncio.get_running_loop()
        await ledger.write(requests([1]), OutcomeCollector(), lambda: False)
        before = loop.time()
        assert set(await ledger.find_lost_writes([create(0)], START, set())) == {0}
        return loop.time() - before

    assert run(main()) < 1


def test_the_writes_of_a_worker_that_died_are_waited_for() -> None:
    """Its last state does not name them: it was stored before they were sent."""
    company = late(commits_at=125.0)
    company.script = []

    async def main() -> Mapping[int, Outcome]:
        died = json.loads(json.dumps(open_ledger(company).connector_state(is_writing=True)))
        ledger = open_ledger(company, state=died)
        assert "is_writing" not in ledger.connector_state()
        return await ledger.find_lost_writes([create(0)], START, set())

    assert set(run(main())) == {0}
