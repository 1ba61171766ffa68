"""A sandbox as one JSON file: written whole or not at all, read at start."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

VERSION: Final = 1


class UnreadableState(ValueError):
    """The state file is not one of ours."""


def write(path: Path, state: dict[str, Any], plain: Callable[[Any], Any] | None = None) -> None:
    """`plain` turns what JSON does not know into what it does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    beside.write_text(json.dumps({"version": VERSION, **state}, default=plain), encoding="utf-8")
    beside.replace(path)


@contextmanager
def reading(path: Path, number: Callable[[str], Any] = float) -> Iterator[dict[str, Any]]:
    """What the file holds; whatever goes wrong with it inside becomes UnreadableState."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"), parse_float=number)
        if state["version"] != VERSION:
            raise UnreadableState(f"{path} was written by another version")
        yield state
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableState(f"{path} cannot be read: {error}") from error
