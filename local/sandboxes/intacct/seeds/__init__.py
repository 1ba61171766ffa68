"""What a new company starts with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..engine.work import Work
from . import empty, sample

SEEDS: Final[dict[str, Callable[[Work], None]]] = {"sample": sample.sow, "empty": empty.sow}
