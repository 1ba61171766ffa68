"""Events on the way to the product, by EventBridge."""

import json
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ledgerlink.services.messages import Event

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "ledgerlink"
AT_ONCE = 10
ATTEMPTS = 5
FIRST_PAUSE = 0.1
"""Seconds before events that were not taken are sent again; each time twice as long."""


class EventBridgeBus:
    """Implements `services.ports.Bus`."""

    def __init__(
        self,
        client: "EventBridgeClient",
        name: str,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._name = name
        self._pause = pause

    def publish(self, events: Sequence[Event]) -> None:
        entries = [self._entry(event) for event in events]
        for start in range(0, len(entries), AT_ONCE):
            self._put(entries[start : start + AT_ONCE])

    def _entry(self, event: Event) -> dict[str, Any]:
        detail = {"firm": event.firm, **event.detail}
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": event.kind,
            "Detail": json.dumps(detail, ensure_ascii=False),
        }

    def _put(self, entries: list[dict[str, Any]]) -> None:
        for attempt in range(ATTEMPTS):
            answer: Any = self._client.put_events(Entries=entries)  # type: ignore[arg-type]
            told = zip(entries, answer["Entries"], strict=True)
            entries = [entry for entry, what in told if what.get("ErrorCode")]
            if not entries:
                return
            self._pause(FIRST_PAUSE * 2**attempt)
        raise TimeoutError(f"the bus did not take {len(entries)} events in {ATTEMPTS} attempts")
