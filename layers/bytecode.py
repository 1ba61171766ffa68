"""Bytecode beside the sources: /opt and /var/task are read-only, so a function can keep none."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from layers.errors import BuildError

PROBE_SECONDS = 10
COMPILE_SECONDS = 300


def interpreter(version: tuple[int, int]) -> str | None:
    """An interpreter of that Python: the running one, or the first on the PATH that starts."""
    if sys.version_info[:2] == version:
        return sys.executable
    return next((found for found in _on_path(version) if _is(found, version)), None)


def _on_path(version: tuple[int, int]) -> Iterator[str]:
    name = "python{}.{}".format(*version)
    for folder in os.get_exec_path():
        if os.access(found := Path(folder) / name, os.X_OK):
            yield str(found)


def _is(found: str, version: tuple[int, int]) -> bool:
    """Whether it starts and is what its name says: a version manager's stand-in may be neither."""
    try:
        answer = _run([found, "-c", "import sys; print(*sys.version_info[:2])"], PROBE_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and answer.stdout.split() == [str(one) for one in version]


def compile_folder(folder: Path, python: str) -> None:
    """Compile every module below a folder. BuildError when one of them cannot be.

    Unchecked-hash files hold no time stamp, so equal sources compile to equal files.
    """
    command = [python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    done = _run([*command, "-s", str(folder), str(folder)], COMPILE_SECONDS)
    if done.returncode:
        raise BuildError(f"{folder.name} could not be compiled:\n{done.stdout.strip()}")


def _run(command: Sequence[str], seconds: int) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.run(  # noqa: S603 - an interpreter, fixed words and our own folder
        command, capture_output=True, text=True, timeout=seconds, check=False, env=environment
    )
