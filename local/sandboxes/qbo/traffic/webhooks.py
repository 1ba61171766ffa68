"""Tells a subscriber what changed: both formats, signed, with the retry schedule compressed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import random
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx

from local.sandboxes.common.clock import Clock
from local.sandboxes.qbo.protocol.timestamps import stamp_utc
from local.sandboxes.qbo.settings import Settings

RETRY_SECONDS: Final = (10, 20, 30, 300, 1200, 7200, 14400, 21600)
STORM_SIZE: Final = 20
ANSWER_SECONDS: Final = Settings().webhook_answer_seconds
"""How long QuickBooks waits for an answer, unless the sandbox is told to be more patient."""
UNANNOUNCED: Final = frozenset(
    {
        "CompanyInfo",
        "TaxCode",
        "TaxRate",
        "Attachable",
        "ExchangeRate",
        "ReimburseCharge",
        "RecurringTransaction",
        "TaxAgency",
        "CompanyCurrency",
    }
)
PAST: Final = {
    "Create": "created",
    "Update": "updated",
    "Delete": "deleted",
    "Merge": "merged",
    "Void": "voided",
    "Emailed": "emailed",
}


class BadSubscription(ValueError):
    """A subscription that cannot be used."""


@dataclass(frozen=True, slots=True)
class Subscription:
    url: str
    verifier_token: str
    format: str = "cloudevents"


@dataclass(frozen=True, slots=True)
class Event:
    realm: str
    entity: str
    row_id: str
    operation: str
    at: float
    deleted_id: str = ""


def subscription(body: dict[str, Any]) -> Subscription:
    """Raises BadSubscription for a missing member or an unknown format."""
    kind = str(body.get("format", "cloudevents"))
    if kind not in ("classic", "cloudevents") or not body.get("url"):
        raise BadSubscription("url is needed, and format must be classic or cloudevents")
    return Subscription(str(body["url"]), str(body.get("verifier_token", "")), kind)


def signature(verifier_token: str, body: bytes) -> str:
    digest = hmac.new(verifier_token.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def notification(events: list[Event], kind: str) -> bytes:
    """The body of one notification about several entities."""
    payload = _classic(events) if kind == "classic" else [_cloud_event(e) for e in events]
    return json.dumps(payload).encode()


def _classic(events: list[Event]) -> dict[str, Any]:
    realms: dict[str, list[dict[str, str]]] = {}
    for event in events:
        entry = {"id": event.row_id, "operation": event.operation, "name": event.entity}
        entry["lastUpdated"] = stamp_utc(event.at)
        if event.deleted_id:
            entry["deletedId"] = event.deleted_id
        realms.setdefault(event.realm, []).append(entry)
    return {
        "eventNotifications": [
            {"realmId": realm, "dataChangeEvent": {"entities": entities}}
            for realm, entities in realms.items()
        ]
    }


def _cloud_event(event: Event) -> dict[str, Any]:
    source = base64.b64encode(hashlib.sha256(event.realm.encode()).digest()).decode()
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": f"intuit.{source}",
        "type": f"qbo.{event.entity.lower()}.{PAST[event.operation]}.v1",
        "datacontenttype": "application/json",
        "time": stamp_utc(event.at),
        "intuitentityid": event.row_id,
        "intuitaccountid": event.realm,
        "data": {"deletedid": event.deleted_id} if event.deleted_id else {},
    }


@dataclass(frozen=True, slots=True)
class Storm:
    """How a storm is sent: the share of notifications that come twice, and whether in order."""

    duplicates: float = 0.0
    shuffle: bool = False
    format: str = "cloudevents"
    seed: int = 1


def _headers(target: Subscription, body: bytes) -> dict[str, str]:
    return {
        "content-type": "application/json; charset=utf-8",
        "intuit-signature": signature(target.verifier_token, body),
    }


class Webhooks:
    """Collects events for a moment, then sends them until somebody answers 200.

    One notification is under way at a time; what happens meanwhile goes with the next.
    """

    def __init__(self, clock: Clock, settings: Callable[[], Settings]) -> None:
        self._clock, self._settings = clock, settings
        self.subscription: Subscription | None = None
        self.deliveries: deque[dict[str, Any]] = deque(maxlen=1000)
        self._pending: dict[tuple[str, str, str], Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None
        self._turn = asyncio.Lock()

    def note(
        self, realm: str, entity: str, row_id: str, operation: str, deleted_id: str = ""
    ) -> None:
        if self.subscription is None or entity in UNANNOUNCED:
            return
        event = Event(realm, entity, row_id, operation, self._clock.wall(), deleted_id)
        first = self._pending.get((realm, entity, row_id))
        if first is not None and first.operation == "Create" and operation == "Update":
            return
        if not self._pending:
            self._start(self._flush())
        self._pending[(realm, entity, row_id)] = event

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _flush(self) -> None:
        await self._clock.sleep(self._settings().webhook_delay_seconds)
        async with self._turn:
            events = list(self._pending.values())
            self._pending.clear()
        if self.subscription is not None:
            await self._deliver(self.subscription, events)

    async def storm(self, events: list[Event], plan: Storm) -> dict[str, Any]:
        """Sends the events at once, in small notifications, some of them again, in any order.

        Raises BadSubscription when nobody subscribed.
        """
        if self.subscription is None:
            raise BadSubscription("nobody subscribed")
        target, chance = self.subscription, random.Random(plan.seed)  # noqa: S311 - no secret
        parts = [events[n : n + STORM_SIZE] for n in range(0, len(events), STORM_SIZE)]
        bodies = [(len(part), notification(part, plan.format)) for part in parts]
        bodies += bodies[: round(len(bodies) * plan.duplicates)]
        if plan.shuffle:
            chance.shuffle(bodies)
        statuses: Counter[str] = Counter()
        took: list[float] = []
        for _, body in bodies:
            begun = time.monotonic()
            headers = _headers(target, body)
            statuses[str(await self._attempt(target.url, body, headers))] += 1
            took.append(time.monotonic() - begun)
        sent = sum(size for size, _ in bodies)
        slowest, in_time = max(took, default=0.0), sum(seconds < ANSWER_SECONDS for seconds in took)
        return {
            "notifications": sent,
            "statuses": dict(statuses),
            "slowest_ms": 1000 * slowest,
            "in_time": in_time / max(len(took), 1),
        }

    async def _deliver(self, target: Subscription, events: list[Event]) -> None:
        body = notification(events, target.format)
        headers = _headers(target, body)
        waits = (*RETRY_SECONDS[: max(self._settings().webhook_attempts - 1, 0)], 0)
        for attempt, wait in enumerate(waits, start=1):
            async with self._turn:
                status = await self._attempt(target.url, body, headers)
            self.deliveries.append({"attempt": attempt, "status": status, "entities": len(events)})
            if status == 200:
                return
            await self._clock.sleep(wait)

    async def _attempt(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """The subscriber's status; 0 when it did not answer."""
        if self._client is None:
            self._client = httpx.AsyncClient()
        seconds = self._settings().webhook_answer_seconds
        try:
            answer = await self._client.post(url, content=body, headers=headers, timeout=seconds)
            return answer.status_code
        except httpx.HTTPError:
            return 0

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
