"""What a new company starts with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.seeds import empty, sample

SEEDS: Final[dict[str, Callable[[Context], None]]] = {"sample": sample.sow, "empty": empty.sow}
