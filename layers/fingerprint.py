"""One digest for a set of files, so that work is done again only when its inputs changed."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

IGNORED = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache", ".DS_Store"})


def files_below(path: Path) -> Iterator[Path]:
    """Every file at or below path in a stable order, without caches."""
    if path.is_file():
        yield path
        return
    for found in sorted(path.rglob("*")):
        if found.is_file() and not IGNORED.intersection(found.parts):
            yield found


def digest(root: Path, paths: Iterable[Path], *words: str) -> str:
    """SHA-256 over names (relative to root) and contents of the files, and the words."""
    total = hashlib.sha256("\0".join(words).encode())
    for path in paths:
        for file in files_below(path):
            total.update(f"\0{file.relative_to(root).as_posix()}\0".encode())
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()
