"""The deployed worker dies in the middle of a post: Lambda gets the message again within a minute.

The kill comes from outside, as when Lambda loses a machine, so nothing tells the queue."""

import os
import signal
import time
from collections import Counter
from typing import Any

import pytest

from local.machine import Machine
from local.machine.process_table import PROC, command_of
from tests.e2e.firm import Books, Firm, entry, sandbox_admin
from tests.e2e.intacct_company import Company
from tests.support.sampling import FULL

ENTRIES = 45
LONGEST = 120.0
"""Seconds until the run has ended: less than a minute until another worker begins, and what the
ledger may still take for what the dead one sent."""


SMALL, LARGE = "WorkerFunction", "WorkerLargeFunction"
"""The functions of the worker, as the stack calls them."""


def kill_workers(machine: Machine, function: str) -> int:
    """End the processes of a function of the machine without warning; how many there were."""
    folder = str(machine.layout.root)
    pids = [int(one.name) for one in PROC.iterdir() if one.name.isdigit()]
    commands = {pid: command_of(pid) for pid in pids}
    ours = [pid for pid, text in commands.items() if folder in text and function in text]
    for pid in ours:
        os.kill(pid, signal.SIGKILL)
    return len(ours)


def noted(books: Books) -> Counter[str]:
    rows = books.rows("TimeActivity")
    words = (str(row.get("Description", "")).rpartition(" ")[2] for row in rows)
    return Counter(word for word in words if word.startswith("lambda-"))


def shown(firm: Firm, run: dict[str, Any]) -> dict[str, Any]:
    return firm.get(run["href"])


@pytest.mark.skipif(not FULL, reason="takes a minute, because it waits for a lease to end")
@pytest.mark.parametrize("memory", ["ignored"])
def test_a_killed_worker_of_lambda_is_replaced_within_a_minute(
    machine: Machine, memory: str
) -> None:
    """Case security 11."""
    firm, books = Firm(machine), Books.new(machine)
    connection_id = firm.connected(books.realm)
    firm.map_one_of_each(connection_id, books.income_account_id)
    slow = {"requestid": memory, "batch_ms": 60_000.0}
    sandbox_admin(machine, "POST", f"companies/{books.realm}/settings", json=slow)
    run = firm.post(connection_id, [entry(f"lambda-{n}") for n in range(ENTRIES)]).json()
    until = time.monotonic() + LONGEST
    while shown(firm, run)["state"] != "applying":
        assert time.monotonic() < until
        time.sleep(0.1)
    time.sleep(1.0)  # a batch takes three seconds
    assert kill_workers(machine, SMALL) > 0
    died_at = time.monotonic()
    sandbox_admin(machine, "POST", f"companies/{books.realm}/settings", json={"batch_ms": 0.0})
    reasons = set()
    while (now := shown(firm, run))["state"] == "applying":
        reasons.add((now["reason"] or {}).get("code"))
        assert time.monotonic() < died_at + LONGEST, now
        time.sleep(0.2)
    assert now["state"] == "completed"
    assert reasons <= {None, "looking_up"}
    assert noted(books) == {f"lambda-{n}": 1 for n in range(ENTRIES)}


@pytest.mark.skipif(not FULL, reason="takes a minute, because it waits for a lease to end")
@pytest.mark.parametrize("dying", [[LARGE], [SMALL], [SMALL, LARGE]])
def test_a_killed_large_worker_or_the_one_that_waits_for_it_is_replaced_within_a_minute(
    machine: Machine, dying: list[str]
) -> None:
    """The chunks of Sage Intacct are handed over. Where only the waiting worker dies, the large one
    ends its work under its own lease."""
    firm, company = Firm(machine), Company.new(machine)
    connection_id = company.connected(firm)
    company.ask("POST", f"companies/{company.id}/settings", json={"request_ms": 60_000.0})
    run = firm.post(connection_id, [entry(f"large-{n}") for n in range(ENTRIES)]).json()
    until = time.monotonic() + LONGEST
    while shown(firm, run)["state"] != "applying":
        assert time.monotonic() < until
        time.sleep(0.1)
    time.sleep(1.0)  # a request takes three seconds
    assert all(kill_workers(machine, function) > 0 for function in dying)
    died_at = time.monotonic()
    company.ask("POST", f"companies/{company.id}/settings", json={"request_ms": 0.0})
    while (now := shown(firm, run))["state"] == "applying":
        assert time.monotonic() < died_at + LONGEST, now
        time.sleep(0.2)
    assert now["state"] == "completed", now
    found = Counter(key for keys in company.sheets().values() for key in keys)
    assert found == {f"large-{n}": 1 for n in range(ENTRIES)}
