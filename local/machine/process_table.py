"""Who is alive in a process group. Zombies do not count: they hold nothing."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Row:
    pid: int
    group: int
    state: str


def living(group: int) -> list[int]:
    """The processes of a group, its leader included, that still run."""
    return [row.pid for row in _rows() if row.group == group and not row.state.startswith("Z")]


def command_of(pid: int) -> str:
    """The command line of a process; empty when there is none."""
    if (PROC / "self").exists():
        return _read(PROC / str(pid) / "cmdline").replace("\0", " ").strip()
    return _ps("-p", str(pid), "-o", "args=").strip()


def _rows() -> Iterator[Row]:
    if not (PROC / "self").exists():
        for line in _ps("-A", "-o", "pid=,pgid=,stat=").splitlines():
            pid, group, state = line.split()
            yield Row(int(pid), int(group), state)
        return
    for entry in PROC.iterdir():
        # pid (command) state parent group ...; the command may hold spaces and parentheses.
        stat = _read(entry / "stat") if entry.name.isdigit() else ""
        if stat:
            state, _parent, group, *_rest = stat.rpartition(")")[2].split()
            yield Row(int(entry.name), int(group), state)


def _read(path: Path) -> str:
    """A file of /proc; empty when its process has just ended."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _ps(*arguments: str) -> str:
    done = subprocess.run(
        ["ps", *arguments], capture_output=True, text=True, timeout=10, check=False
    )
    return done.stdout
