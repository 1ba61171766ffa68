"""The measured workers as child processes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from local.demo.intacct.company_connector import login
from local.demo.intacct.sandbox import IntacctSandbox
from local.demo.qbo.sandbox import QuickBooksSandbox
from local.demo.sandbox import Traffic
from local.machine.layout import ROOT
from tests.bench import documents, sheet
from tests.bench.measured_system import MeasuredSystem
from tests.bench.posted import Posted
from tests.bench.synced import Synced

END_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Measured:
    """A post with what the ledger's journal saw of it."""

    posted: Posted
    traffic: Traffic


@dataclass(frozen=True, slots=True)
class Child:
    """A running worker that takes orders and gives results, a JSON line each."""

    orders: IO[str]
    results: IO[str]

    def ask(self, order: dict[str, Any]) -> str:
        """What it answers to an order."""
        print(json.dumps(order), file=self.orders, flush=True)
        answer = self.results.readline()
        if not answer:
            raise RuntimeError("the measured worker died; its words are above")
        return answer


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker that posts to that company of the sandbox."""

    sandbox: QuickBooksSandbox | IntacctSandbox
    company_id: str
    child: Child

    def post(self, name: str, count: int, **more: int) -> Measured:
        """Have it post so many entries; `more` as `sheet.lines` takes it."""
        return self._posted({"name": name, "count": count, **more})

    def post_papers(self, name: str) -> Measured:
        """Have it post a month of expenses and invoices."""
        return self._posted({"name": name})

    def _posted(self, order: dict[str, Any]) -> Measured:
        mark = self.sandbox.mark()
        answer = self.child.ask(order)
        posted = Posted.model_validate_json(answer)
        if posted.state != "completed":
            raise RuntimeError(f"the run is {posted.state}: {posted.reason} {posted.counts}")
        return Measured(posted, self.sandbox.traffic(self.company_id, mark))


@dataclass(frozen=True, slots=True)
class Syncer:
    """A worker that syncs one company."""

    child: Child

    def sync(self, **order: Any) -> Synced:
        """Have it bring lists in."""
        synced = Synced.model_validate_json(self.child.ask(order))
        if synced.state != "completed":
            raise RuntimeError(f"the sync is {synced.state}: {synced.reason}")
        return synced


def child_environment(more: dict[str, str]) -> dict[str, str]:
    """The environment of a measured process: our packages on its path, and `more`."""
    path = os.pathsep.join((str(ROOT), str(ROOT / "shared")))
    return {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": path, **more}


@contextmanager
def worker(system: MeasuredSystem) -> Iterator[Worker]:
    """A posting worker on a new company of QuickBooks Online, ended on leaving."""
    realm = system.sandbox.new_company("Posting")
    rules = sheet.rules(system.company(realm).income_account())
    more = {"rules": {**rules, **documents.rules()}, "settings": documents.settings()}
    with child_of(system, "tests.bench.posting") as child:
        child.ask(tokens(system, realm) | more)
        yield Worker(system.sandbox, realm, child)


@contextmanager
def sage_worker(system: MeasuredSystem, people: int) -> Iterator[Worker]:
    """A posting worker on a new company of Sage Intacct, ended on leaving."""
    company = system.sage_company("posting")
    rules = sheet.rules(company.income_account(), people)
    with child_of(system, "tests.bench.posting") as child:
        child.ask(signed_in(company.id) | {"rules": rules, "settings": {}})
        yield Worker(system.sage, company.id, child)


@contextmanager
def syncer(system: MeasuredSystem, connect: dict[str, Any]) -> Iterator[Syncer]:
    """A syncing worker on the company of that order to connect, ended on leaving."""
    with child_of(system, "tests.bench.syncing") as child:
        child.ask(connect)
        yield Syncer(child)


@contextmanager
def child_of(system: MeasuredSystem, module: str) -> Iterator[Child]:
    """That module as a process in the system's environment, ended on leaving."""
    read_end, write_end = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(write_end)],
        cwd=ROOT,
        env=child_environment(system.environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        pass_fds=[write_end],
        text=True,
    )
    os.close(write_end)
    assert process.stdin is not None
    try:
        with os.fdopen(read_end) as results:
            yield Child(process.stdin, results)
    finally:
        process.stdin.close()
        try:
            process.wait(END_SECONDS)
        finally:
            process.kill()


def tokens(system: MeasuredSystem, realm: str) -> dict[str, Any]:
    """The order to connect to a company of QuickBooks Online."""
    given = system.http.post("/_sandbox/token", json={"realm": realm}).json()
    kept = {name: given[name] for name in ("access_token", "refresh_token")}
    return {"ledger": "qbo", "realm": realm, **kept}


def signed_in(company_id: str) -> dict[str, Any]:
    """The order to connect to a company of Sage Intacct."""
    return {"ledger": "intacct", "login": login(company_id)}
