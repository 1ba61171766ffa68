"""What was answered under which requestid; a repeat gets the same answer and does nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from local.sandboxes.qbo.protocol.errors import Fault
from local.sandboxes.qbo.settings import Settings

MAX_LENGTH: Final = 50
MAX_LENGTH_BATCH: Final = 36


@dataclass(slots=True)
class Answered:
    """`done` is set once the first request has its answer; `body` is empty until then."""

    digest: str
    at: float
    status: int = 0
    body: bytes = b""
    done: asyncio.Event = field(default_factory=asyncio.Event)


class RequestIds:
    """The ids of one company."""

    def __init__(self) -> None:
        self.known: dict[str, Answered] = {}

    async def earlier(
        self, requestid: str, digest: str, now: float, settings: Settings
    ) -> Answered | None:
        """The first answer under this id, waited for if it is still being made.

        None when the id is new: it is then claimed, and must be kept or dropped.
        """
        while (first := self._valid(requestid, now, settings)) is not None:
            await first.done.wait()
            if self.known.get(requestid) is not first:
                continue
            if first.digest != digest and settings.requestid_other_body == "fault":
                raise Fault("600", f"Duplicate Request ID : {requestid}")
            return first
        self.known[requestid] = Answered(digest, now)
        return None

    def _valid(self, requestid: str, now: float, settings: Settings) -> Answered | None:
        first = self.known.get(requestid)
        seconds = settings.requestid_seconds
        if first is None or (seconds is not None and first.at < now - seconds):
            return None
        return first

    def keep(self, requestid: str, status: int, body: bytes, settings: Settings) -> None:
        claim = self.known[requestid]
        claim.status, claim.body = status, body
        claim.done.set()
        if settings.requestid_keep is not None:
            while len(self.known) > max(settings.requestid_keep, 1):
                self.known.pop(next(iter(self.known)))

    def drop(self, requestid: str) -> None:
        """Frees an id whose request came to nothing; whoever waits then goes first."""
        claim = self.known.pop(requestid, None)
        if claim is not None:
            claim.done.set()


def checked(requestid: str, kind: str) -> str:
    limit = MAX_LENGTH_BATCH if kind == "batch" else MAX_LENGTH
    if len(requestid) > limit:
        raise Fault("2130", f"Invalid Request ID : longer than {limit} characters", "requestid")
    return requestid
