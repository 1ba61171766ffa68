"""Folders that are built aside and put in place whole, and only when their inputs changed."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from layers.fingerprint import IGNORED

FILE_MODE = 0o644


@contextmanager
def one_builder(build: Path) -> Iterator[None]:
    """Two builds of one tree take turns."""
    build.mkdir(parents=True, exist_ok=True)
    with (build / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def renew(build: Path, folder: Path, inputs: str, fill: Callable[[Path], None]) -> bool:
    """Fill folder anew unless it was filled from the same inputs. True when work was done."""
    stamp = build / "stamps" / "-".join(folder.relative_to(build).parts)
    if folder.is_dir() and stamp.is_file() and stamp.read_text() == inputs:
        return False
    with tempfile.TemporaryDirectory(dir=build) as scratch:
        fresh = Path(scratch) / "fresh"
        fresh.mkdir()
        fill(fresh)
        stamp.unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        os.replace(fresh, folder)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(inputs)
    return True


def copy_tree(source: Path, into: Path) -> None:
    """Copy sources without caches and with one file mode, so that equal trees hash equal."""
    shutil.copytree(source, into, ignore=shutil.ignore_patterns(*IGNORED), dirs_exist_ok=True)
    for path in into.rglob("*"):
        if path.is_file():
            path.chmod(FILE_MODE)


def size_of(folder: Path) -> int:
    """Bytes of all files below, as Lambda counts an unzipped layer."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
