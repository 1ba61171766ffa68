"""The entry of the lane's worker: a batch of messages in order, what failed comes again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from ledgerlink import bootstrap
from ledgerlink.domain.model.runs import RunState
from ledgerlink.wire.stored import dump

from functions.worker.lease import LEASE
from tests.fakes.ledger import ACCESS, REFRESH
from tests.fakes.service import InMemoryService, entry, in_memory_service

LANE, DEAD = "arn:aws:sqs:us-east-1:123456789012:lane", "arn:aws:sqs:us-east-1:123456789012:dead"


@dataclass(frozen=True)
class Context:
    """A Lambda context with time left."""

    left: int = 600_000
    function_name: str = "worker"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:worker"
    aws_request_id: str = "request"

    def get_remaining_time_in_millis(self) -> int:
        return self.left


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemoryService]:
    monkeypatch.setenv("LEDGERLINK_DLQ_ARN", DEAD)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "worker")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Ledgerlink")
    found = in_memory_service()
    deps = replace(found.deps, lane=found.lane)  # messages are held in a thread of their own
    monkeypatch.setattr(bootstrap, "build", lambda _environment: deps)
    bootstrap.dependencies.cache_clear()
    yield found
    bootstrap.dependencies.cache_clear()


def deliver(
    app: InMemoryService, source: str = LANE, left: int = 600_000, attempt: int = 2
) -> list[str]:
    """Hand everything in the lane to the worker; the ids of what is to come again."""
    from functions.worker.handler import handler

    records = [
        {
            "messageId": str(n),
            "receiptHandle": f"receipt-{n}",
            "attributes": {"ApproximateReceiveCount": str(attempt)},
            "eventSourceARN": source,
            "body": dump(message).decode(),
        }
        for n, message in enumerate(app.lane.messages)
    ]
    app.lane.messages.clear()
    answer: Any = handler({"Records": records}, cast(LambdaContext, Context(left)))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_a_batch_is_worked_in_order(
    app: InMemoryService, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = app.connected()
    run = app.post(connection, "key", [entry(f"t{n}", notes="private") for n in range(9)])
    assert deliver(app) == []
    assert app.run(run).state is RunState.APPLYING
    assert deliver(app) == []
    assert app.run(run).state is RunState.COMPLETED
    printed = capsys.readouterr().out
    assert '"MessagesDone"' in printed
    assert [word for word in (ACCESS, REFRESH, "private") if word in printed] == []


def test_metrics_add_up_for_the_function_and_for_each_ledger(
    app: InMemoryService, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        bootstrap,
        "build",
        lambda _environment: replace(app.deps, metrics=bootstrap.InvocationMetrics()),
    )
    monkeypatch.setattr(bootstrap.metrics(), "service", "worker")
    app.post(app.connected(), "key", [entry("t1")])
    deliver(app)
    deliver(app)
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = [words for words in printed if "_aws" in words]
    assert [words["ledger"] for words in found] == ["fake", "fake"]
    for words in found:
        (directive,) = words["_aws"]["CloudWatchMetrics"]
        assert directive["Dimensions"] == [["service"], ["service", "ledger"]]


def test_a_message_is_held_while_it_is_worked_on(app: InMemoryService) -> None:
    """Case security 11."""
    app.post(app.connected(), "key", [entry("t1")])
    assert deliver(app) == []
    assert app.lane.held == [("receipt-0", LEASE)]


def test_a_failed_message_returns_with_those_behind_it(app: InMemoryService) -> None:
    connection = app.connected()
    for key in ("one", "two", "three"):
        app.post(connection, key, [entry(key)])
    app.failure_plan.at = len(app.failure_plan.steps)
    assert deliver(app) == ["0", "1", "2"]
    assert app.lane.delays == [("receipt-0", 2)]
    for key in ("two", "three"):
        app.lane.seen.clear()
        app.post(connection, key, [entry(key)])
    second = app.runs.list(connection.key, None, 10).items[1]
    app.runs.rows[connection.key].pop(second.id)
    assert deliver(app) == ["0", "1"]


def test_a_worker_near_its_end_sends_nothing_and_leaves_the_rest_for_later(
    app: InMemoryService,
) -> None:
    connection = app.connected()
    run = app.post(connection, "key", [entry("t1")])
    assert deliver(app) == []
    assert deliver(app, left=1000) == []
    assert app.company().received == []
    assert len(app.lane.messages) == 1
    assert deliver(app) == []
    assert app.run(run).state is RunState.COMPLETED


def test_a_dead_letter_parks_its_run(app: InMemoryService) -> None:
    run = app.post(app.connected(), "key", [entry("t1")])
    assert deliver(app, source=DEAD) == []
    assert app.run(run).state is RunState.PARKED
