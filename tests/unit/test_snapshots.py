"""What a function keeps in the snapshot that Lambda starts it from, and what it renews then."""

import importlib
import random
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from ledgerlink import bootstrap
from ledgerlink.connectors.shared import network

import functions
from functions.snapshot import use_snapshots
from tests.bench.imports import ENVIRONMENT

Hook = Callable[[], object]


class Registry(SimpleNamespace):
    """Stands in for snapshot_restore_py, which Lambda's runtime brings."""

    def __init__(self) -> None:
        self.before: list[Hook] = []
        self.after: list[Hook] = []
        super().__init__(
            register_before_snapshot=self.before.append, register_after_restore=self.after.append
        )


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    found = Registry()
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", found)
    return found


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The AWS clients that were made, in a function's environment."""
    found: list[str] = []
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    def make(service: str) -> object:
        found.append(service)
        return object()

    monkeypatch.setattr(bootstrap, "_client", make)
    bootstrap.client.cache_clear()
    bootstrap.dependencies.cache_clear()
    yield found
    bootstrap.client.cache_clear()
    bootstrap.dependencies.cache_clear()


def test_every_function_registers_what_it_does_around_snapshots(registry: Registry) -> None:
    importlib.reload(functions)  # Lambda loads it before any handler
    assert (len(registry.before), len(registry.after)) == (1, 1)


def test_a_snapshot_holds_every_client_and_connector(registry: Registry, made: list[str]) -> None:
    use_snapshots()
    (before,) = registry.before
    before()
    services = {"dynamodb", "events", "s3", "secretsmanager", "sqs", "stepfunctions"}
    assert set(made) == services
    connectors = bootstrap.dependencies().connectors
    assert {connector.name for connector in connectors.values()} == {"qbo", "intacct"}
    assert len(made) == len(services)


def test_a_snapshot_holds_what_carries_requests_to_ledgers(
    registry: Registry, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[bool] = []
    monkeypatch.setattr(network, "load", lambda: loads.append(not made))
    use_snapshots()
    registry.before[0]()
    assert loads == [False]


def test_environments_of_one_snapshot_wait_for_times_of_their_own(registry: Registry) -> None:
    use_snapshots()
    (after,) = registry.after
    kept = random.getstate()

    def restored() -> float:
        random.setstate(kept)
        after()
        return random.random()

    assert restored() != restored()


def test_where_no_snapshots_are_taken_nothing_is_made_ahead(made: list[str]) -> None:
    use_snapshots()
    assert bootstrap.dependencies().connectors
    assert made == []
