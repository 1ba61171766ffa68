"""One process of the machine: started in a group of its own, known by a file, ended by its id."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from local.machine.errors import MachineError
from local.machine.layout import HOST, ROOT, Layout
from local.machine.process_table import command_of, living

READY_SECONDS = 40.0
TERM_SECONDS = 15.0
KILL_SECONDS = 5.0
POLL_SECONDS = 0.05
LOG_LINES = 15


@dataclass(frozen=True)
class Service:
    """What to run, where it listens, how to see that it is up, and which setting moves it."""

    name: str
    module: str
    command: tuple[str, ...]
    port: int
    setting: str
    health: str
    layout: Layout
    environment: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None

    @property
    def record(self) -> Path:
        return self.layout.run / f"{self.name}.json"

    @property
    def log(self) -> Path:
        return self.layout.logs / f"{self.name}.log"

    def pid(self) -> int | None:
        """The process id of the running service; None when it does not run."""
        if not self.record.is_file():
            return None
        pid = int(json.loads(self.record.read_text())["pid"])
        _reap(pid)
        return pid if self.module in command_of(pid) else None

    def start(self) -> None:
        """Start it. MachineError when somebody else has the port."""
        self.check_port()
        self.before()
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.record.write_text(json.dumps({"pid": process.pid, "command": self.command}))
        # The process outlives this object on purpose; `stop` finds it by its record.
        process.returncode = 0

    def wait_until_ready(self) -> None:
        """Wait for the health address. MachineError with the log's end when it does not come."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.is_healthy():
                return
            if self.pid() is None:
                raise MachineError(f"{self.name} ended while starting.\n{self.last_lines()}")
            time.sleep(POLL_SECONDS)
        raise MachineError(
            f"{self.name} was not ready after {READY_SECONDS:.0f} s.\n{self.last_lines()}"
        )

    def is_healthy(self) -> bool:
        try:
            return httpx.get(self.health, timeout=2, trust_env=False).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def stop(self, kill: bool = False) -> None:
        """End it and its children: SIGTERM (so that it keeps its state), later SIGKILL."""
        pid = self.pid()
        group = self._group()
        if pid is not None and not kill:
            os.kill(pid, signal.SIGTERM)
            _wait_until(lambda: self.pid() is None, TERM_SECONDS)
        for survivor in living(group) if group else ():
            _kill(survivor)
        if group and not _wait_until(lambda: not living(group), KILL_SECONDS):
            raise MachineError(f"{self.name}: processes {living(group)} would not end")
        self.record.unlink(missing_ok=True)

    def last_lines(self) -> str:
        """The end of its log, indented, with the file's name."""
        lines = self.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        return "\n".join([f"Last lines of {self.log}:", *(f"  {line}" for line in lines)])

    def _group(self) -> int | None:
        """Its process group, whose number is the leader's id, even after the leader has gone."""
        if not self.record.is_file():
            return None
        return int(json.loads(self.record.read_text())["pid"])

    def check_port(self) -> None:
        """MachineError when another program listens on its port."""
        with socket.socket() as probe:
            if probe.connect_ex((HOST, self.port)) == 0:
                raise MachineError(
                    f"port {self.port}, meant for {self.name}, is taken by another program. "
                    f"End that program, or start the machine with another port: "
                    f"make up UP_ARGS='{self.setting} PORT'. "
                    f"make demo uses the machine that is up."
                )


def _reap(pid: int) -> None:
    """Collect a child of ours that has ended; other people's children are theirs."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _wait_until(reached: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
