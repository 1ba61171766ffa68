"""Commands that run to their end: bounded in time, silent when they succeed."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.machine.errors import MachineError
from local.machine.layout import ROOT

LAST_LINES = 25


def run_step(
    name: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    seconds: float,
    folder: Path = ROOT,
) -> str:
    """Run a command and return what it printed. MachineError with its last lines if it fails."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        printed = error.stdout.decode(errors="replace") if error.stdout else ""
        raise MachineError(f"{name} took more than {seconds:.0f} s.\n{_end(printed)}") from error
    if done.returncode:
        raise MachineError(f"{name} failed (exit code {done.returncode}).\n{_end(done.stdout)}")
    return done.stdout


def _end(printed: str) -> str:
    lines = printed.strip().splitlines()[-LAST_LINES:]
    return "\n".join(["Last lines:", *(f"  {line}" for line in lines)])
