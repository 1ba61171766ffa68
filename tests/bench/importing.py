"""An import on the emulator and the sandbox: preview, interrupt, resume, and the same again."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
from ledgerlink.bootstrap import build
from ledgerlink.domain.model.connections import Connection, ConnectionKey
from ledgerlink.domain.model.imports import Scope
from ledgerlink.domain.model.rules import RuleKind
from ledgerlink.domain.model.runs import FINISHED, Run, RunState
from ledgerlink.services.dependencies import Dependencies, NoMetrics
from ledgerlink.services.imports import service
from ledgerlink.services.posting import accept
from ledgerlink.services.runs.history import list_items
from ledgerlink.services.settings.rules import put_rules
from ledgerlink.wire.rules import mappings

from local.demo.sandbox import Traffic
from local.machine.aws import Aws
from tests.bench.budgets import Line
from tests.bench.measured_system import MeasuredSystem
from tests.bench.sheet import FIRST_DAY, lines, rules
from tests.stepping import Stepping, connected, handle_next

COUNT = 10_000
USER = service.User("bench", "bench")
SCOPE = Scope(first_day=FIRST_DAY, last_day=FIRST_DAY + timedelta(days=365))
PAGE, PAGE_SECONDS, INTERRUPT_SECONDS = 100, 1.0, 10.0
QUIET_SECONDS = 4.0
PATIENCE = 900.0


@dataclass(slots=True)
class Bench:
    """A connected company, and who does the work of its lane and its machine."""

    system: MeasuredSystem
    realm: str = field(init=False)
    deps: Dependencies = field(init=False)
    stepping: Stepping = field(init=False)
    connection: Connection = field(init=False)
    _over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        environment = dict(self.system.environment)
        client = Aws(environment["AWS_ENDPOINT_URL"]).client
        self.stepping = Stepping.new(client)
        environment["LEDGERLINK_MACHINE"] = self.stepping.arn
        self.deps = replace(build(environment, client), metrics=NoMetrics())
        self.realm = self.system.sandbox.new_company("Importing")
        granted = self.system.http.post("/_sandbox/token", json={"realm": self.realm}).json()
        self.connection = connected(self.deps, USER.firm, self.realm, granted)
        account = self.system.company(self.realm).income_account()
        for kind, given in rules(account).items():
            chosen = RuleKind(kind)
            found = mappings(chosen, given)
            put_rules(
                self.deps, ConnectionKey(USER.firm, self.connection.id), USER.name, chosen, found
            )

    def work(self) -> None:
        """Do what comes out of the machine and out of the lane, until it is over."""
        url = self.system.environment["LEDGERLINK_LANE_URL"]
        while not self._over.is_set():
            if not self.stepping.step(self.deps):
                handle_next(self.deps, self.stepping.client("sqs"), url)

    def stop(self) -> None:
        self._over.set()

    def planned(self) -> tuple[Run, float]:
        """A new import of the sheet with its plan, and the seconds that the plan took."""
        firm, connection_id = USER.firm, self.connection.id
        upload, url = accept.upload(self.deps, ConnectionKey(firm, connection_id))
        packed = gzip.compress(b"\n".join(lines("import", COUNT)))
        httpx.put(url, content=packed, trust_env=False).raise_for_status()
        wanted = service.ImportRequest(scope=SCOPE, records=upload)
        run = service.create(self.deps, USER, connection_id, uuid4().hex, wanted)
        self.until(run, lambda now: now.imported and now.imported.staged_at)
        begun = time.monotonic()
        service.order_plan(self.deps, USER, connection_id, run.id)
        ready = self.until(run, lambda now: now.state is RunState.READY)
        return ready, time.monotonic() - begun

    def start(self, run: Run) -> None:
        service.start(self.deps, USER, run.connection_id, run.id, run.plan)

    def ended(self, run: Run) -> Run:
        return self.until(run, lambda now: now.state in FINISHED)

    def until(self, run: Run, when: Callable[[Run], Any]) -> Run:
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            now = self.deps.runs.get(run.connection_key, run.id)
            if when(now):
                return now
            time.sleep(0.1)
        raise RuntimeError(f"import {run.id} has not come so far within {PATIENCE:.0f} s")

    def interrupted(self, run: Run, mark: int) -> float:
        """Interrupt the run; the seconds after which the ledger got nothing more."""
        begun = last = time.monotonic()
        service.interrupt(self.deps, USER, run.connection_id, run.id)
        seen = self.traffic(mark).written
        while time.monotonic() - last < QUIET_SECONDS:
            time.sleep(0.1)
            written = self.traffic(mark).written
            if written != seen:
                seen, last = written, time.monotonic()
        return last - begun

    def traffic(self, mark: int) -> Traffic:
        return self.system.sandbox.traffic(self.realm, mark)


def importing(system: MeasuredSystem) -> Iterator[Line]:
    """One import, interrupted and resumed, then the same again."""
    bench = Bench(system)
    worker = threading.Thread(target=bench.work, daemon=True)
    worker.start()
    try:
        yield from _measured(bench)
    finally:
        bench.stop()
        worker.join()


def _measured(bench: Bench) -> Iterator[Line]:
    run, seconds = bench.planned()
    yield Line(f"planning an import of {COUNT:,}, stored in the emulator", "", f"{seconds:.1f} s")
    yield _preview(bench, run)
    mark = bench.system.sandbox.mark()
    bench.start(run)
    bench.until(run, lambda now: now.counts()["posted"] > COUNT // 10)
    took = bench.interrupted(run, mark)
    within = took <= INTERRUPT_SECONDS
    yield Line("interrupt: last write after", f"{INTERRUPT_SECONDS:.0f} s", f"{took:.1f} s", within)
    service.resume(bench.deps, USER, run.connection_id, run.id)
    bench.ended(run)
    held = sum(1 for _ in bench.system.company(bench.realm).activities())
    what = "activities in the ledger after the resume"
    yield Line(what, f"{COUNT:,}", f"{held:,}", held == COUNT, counted=True)
    yield from _again(bench)


def _preview(bench: Bench, run: Run) -> Line:
    begun = time.monotonic()
    page = list_items(bench.deps, run, COUNT - PAGE, PAGE)
    seconds = time.monotonic() - begun
    what = f"a preview page of {len(page.items)} near the end of the plan"
    return Line(what, f"{PAGE_SECONDS:.0f} s", f"{seconds:.2f} s", seconds <= PAGE_SECONDS)


def _again(bench: Bench) -> Iterator[Line]:
    mark = bench.system.sandbox.mark()
    run, seconds = bench.planned()
    bench.start(run)
    bench.ended(run)
    traffic = bench.traffic(mark)
    reads = sum(traffic.calls.values())
    yield Line(f"the same {COUNT:,} again: plan", "", f"{seconds:.1f} s, {reads} calls, all reads")
    written = traffic.written
    yield Line(f"the same {COUNT:,} again: writes", "0", str(written), not written, counted=True)
