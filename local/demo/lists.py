"""Bringing the lists in: the first sync, which comes by itself, or what changed since."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console

from local.demo.answers import Run
from local.demo.api import Api
from local.demo.errors import DemoError
from local.demo.watching import Watch

FIRST_SECONDS = 60.0
POLL_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of one connection."""

    api: Api
    connection_id: str
    console: Console
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def bring_in(self, new_key: Callable[[], str]) -> Run:
        """The first sync once it is done; where it is done already, one of what changed since.

        The schedule is then off: the ledger's journal is to show the calls of one run.
        """
        oldest = self._first()
        done = oldest.state == "completed"
        asked = self.api.sync(self.connection_id, new_key()) if done else oldest
        ended = Watch(self.api, self.connection_id, self.console).until_ended(asked)
        self.api.stop_schedule(self.connection_id)
        return ended

    def _first(self) -> Run:
        deadline = self.monotonic() + FIRST_SECONDS
        while self.monotonic() < deadline:
            if found := self.api.syncs(self.connection_id):
                return found[-1]
            self.sleep(POLL_SECONDS)
        raise DemoError(f"No sync began within {FIRST_SECONDS:.0f} seconds of connecting.")
