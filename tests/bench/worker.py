"""The posting worker as a child process, and the lines that it earns."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from local.demo.sandbox import Traffic
from local.machine.layout import ROOT
from tests.bench.grounds import Grounds
from tests.bench.posted import Posted

END_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Measured:
    """A post with what the ledger's journal saw of it."""

    posted: Posted
    traffic: Traffic


@dataclass(frozen=True, slots=True)
class Worker:
    """A running worker, connected to the company `realm`."""

    grounds: Grounds
    realm: str
    orders: IO[str]
    results: IO[str]

    def post(self, name: str, count: int) -> Measured:
        """Have it post so many entries."""
        sandbox = self.grounds.sandbox
        mark = sandbox.mark()
        print(json.dumps({"name": name, "count": count}), file=self.orders, flush=True)
        answer = self.results.readline()
        if not answer:
            raise RuntimeError("the posting worker died; its words are above")
        posted = Posted.model_validate_json(answer)
        if posted.state != "completed":
            raise RuntimeError(f"the run is {posted.state}: {posted.reason} {posted.counts}")
        return Measured(posted, sandbox.traffic(self.realm, mark))


def child_environment(more: dict[str, str]) -> dict[str, str]:
    """The environment of a measured process: our packages on its path, and `more`."""
    path = os.pathsep.join((str(ROOT), str(ROOT / "shared")))
    return {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": path, **more}


@contextmanager
def worker(grounds: Grounds) -> Iterator[Worker]:
    """A worker on a new company, ended on leaving."""
    realm = grounds.sandbox.new_company("Posting")
    read_end, write_end = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.posting", str(write_end)],
        cwd=ROOT,
        env=child_environment(grounds.environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        pass_fds=[write_end],
        text=True,
    )
    os.close(write_end)
    assert process.stdin is not None
    try:
        with os.fdopen(read_end) as results:
            _connect(grounds, realm, process.stdin)
            results.readline()
            yield Worker(grounds, realm, process.stdin, results)
    finally:
        process.stdin.close()
        try:
            process.wait(END_SECONDS)
        finally:
            process.kill()


def _connect(grounds: Grounds, realm: str, orders: IO[str]) -> None:
    tokens = grounds.http.post("/_sandbox/token", json={"realm": realm}).json()
    order = {
        "realm": realm,
        "access_token": tokens["access_token"],
        "refresh_token": tokens["refresh_token"],
        "account": grounds.company(realm).income_account(),
    }
    print(json.dumps(order), file=orders, flush=True)
