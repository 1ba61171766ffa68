"""What a new company starts with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from local.sandboxes.qbo.engine.change import Context
from local.sandboxes.qbo.seeds import abroad, empty, sample
from local.sandboxes.qbo.seeds.lands import BRITAIN, CANADA

SEEDS: Final[dict[str, Callable[[Context], None]]] = {
    "sample": sample.sow,
    "empty": empty.sow,
    "canada": partial(abroad.sow, land=CANADA),
    "uk": partial(abroad.sow, land=BRITAIN),
}
