"""The limits of section 5, counted in ledger seconds per realm and application."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from local.sandboxes.qbo.settings import Settings

WINDOW_SECONDS = 60.0


@dataclass(slots=True)
class Window:
    """Counts what happened in the last minute."""

    times: deque[float] = field(default_factory=deque)

    def full(self, now: float, limit: int) -> bool:
        while self.times and self.times[0] <= now - WINDOW_SECONDS:
            self.times.popleft()
        return len(self.times) >= limit


@dataclass(slots=True)
class Bucket:
    """As many tokens as the limit per second, refilled at that pace."""

    tokens: float = 0.0
    filled: float | None = None

    def empty(self, now: float, rate: int) -> bool:
        elapsed = 0.0 if self.filled is None else max(0.0, now - self.filled)
        full = self.filled is None
        self.tokens = float(rate) if full else min(float(rate), self.tokens + elapsed * rate)
        self.filled = now
        return self.tokens < 1.0


@dataclass(slots=True)
class AppTraffic:
    """The traffic of one realm and application."""

    requests: Window = field(default_factory=Window)
    batches: Window = field(default_factory=Window)
    second: Bucket = field(default_factory=Bucket)
    running: int = 0


class Limits:
    """Says whether a request may pass, and counts it if so. A refused one costs nothing."""

    def __init__(self) -> None:
        self._apps: dict[tuple[str, str], AppTraffic] = {}
        self._realm_batches: dict[str, Window] = {}

    def traffic_of(self, realm: str, app: str) -> AppTraffic:
        return self._apps.setdefault((realm, app), AppTraffic())

    def refuses(self, realm: str, app: str, kind: str, now: float, settings: Settings) -> bool:
        traffic = self.traffic_of(realm, app)
        realm_batches = self._realm_batches.setdefault(realm, Window())
        batch = kind == "batch"
        refused = (
            traffic.running >= settings.concurrent_requests
            or traffic.requests.full(now, settings.requests_per_minute)
            or (batch and traffic.batches.full(now, settings.batches_per_minute))
            or (batch and realm_batches.full(now, settings.realm_batches_per_minute))
            or traffic.second.empty(now, settings.requests_per_second)
        )
        if refused:
            return True
        traffic.second.tokens -= 1.0
        traffic.requests.times.append(now)
        if batch:
            traffic.batches.times.append(now)
            realm_batches.times.append(now)
        return False

    def clear(self) -> None:
        self._apps.clear()
        self._realm_batches.clear()
