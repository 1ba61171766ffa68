"""The handlers with stand-ins for the use cases behind them."""

from collections.abc import Iterator

import pytest
from ledgerlink import bootstrap

from tests.unit.functions.standing_in import DEPS, Lines, Receiving, Ticking


@pytest.fixture(autouse=True)
def _deps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(bootstrap, "build", lambda _environment: DEPS)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Ledgerlink")
    bootstrap.dependencies.cache_clear()
    yield
    bootstrap.dependencies.cache_clear()


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> Ticking:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "scheduler")
    from functions.scheduler import handler

    found = Ticking()
    monkeypatch.setattr(handler, "scheduler", found)
    return found


@pytest.fixture
def receiving(monkeypatch: pytest.MonkeyPatch) -> Receiving:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "webhooks")
    from functions.webhooks import handler

    found = Receiving()
    monkeypatch.setattr(handler, "webhooks", found)
    return found


@pytest.fixture
def log(receiving: Receiving) -> Iterator[list[str]]:
    """What the webhook door writes to its log."""
    from functions.webhooks.handler import logger

    formatter = logger.handlers[0].formatter
    assert formatter is not None
    kept = Lines(formatter)
    logger.addHandler(kept)
    yield kept.lines
    logger.handlers.remove(kept)
