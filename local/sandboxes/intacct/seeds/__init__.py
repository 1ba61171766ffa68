"""What a new company starts with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from local.sandboxes.intacct.engine.work import Work
from local.sandboxes.intacct.seeds import empty, sample

SEEDS: Final[dict[str, Callable[[Work], None]]] = {"sample": sample.sow, "empty": empty.sow}
