"""Events for the product, published with EventBridge."""

import json
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ledgerlink.services.messages import Event

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "ledgerlink"
"""The source that rules of the bus match."""
PUT_LIMIT = 10
"""Events that EventBridge takes in one call."""
ATTEMPTS = 5
FIRST_PAUSE = 0.1
"""Seconds before refused events are sent again; doubled with each attempt."""


class EventBridgeBus:
    """Implements `services.ports.Bus`. Events are sent in order, ten in a call; those that were
    refused are sent again behind the others of their call."""

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
        """Raises TimeoutError when events are still refused after several attempts."""
        entries = [self._entry(event) for event in events]
        for start in range(0, len(entries), PUT_LIMIT):
            self._put(entries[start : start + PUT_LIMIT])

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
            results = zip(entries, answer["Entries"], strict=True)
            entries = [entry for entry, result in results if result.get("ErrorCode")]
            if not entries:
                return
            self._pause(FIRST_PAUSE * 2**attempt)
        raise TimeoutError(f"the bus refused {len(entries)} events in {ATTEMPTS} attempts")
