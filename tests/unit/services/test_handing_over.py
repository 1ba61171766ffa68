"""The lane's worker hands over to the large one what needs a vCPU, and waits for it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
    SSLError,
)
from ledgerlink import bootstrap
from ledgerlink.domain.model.runs import RunState
from ledgerlink.services.messages import Message
from ledgerlink.storage.queue import received

from functions.worker import sizes
from functions.worker.lease import LEASE
from tests.fakes.service import InMemoryService, entry
from tests.unit.services.test_worker import DEAD, Context, deliver
from tests.unit.services.test_worker import app as app

LARGE = "arn:aws:lambda:us-east-1:123456789012:function:large:live"
THROTTLED: Any = {
    "Error": {"Code": "TooManyRequestsException", "Message": "Rate exceeded."},
    "ResponseMetadata": {"HTTPStatusCode": 429},
}
FAILED: Any = {
    "Error": {"Code": "ServiceException", "Message": "An internal error."},
    "ResponseMetadata": {"HTTPStatusCode": 500},
}
LOST = [
    ReadTimeoutError(endpoint_url="https://lambda"),
    ConnectionClosedError(endpoint_url="https://lambda"),
    ResponseStreamingError(error="broken off"),
    SSLError(endpoint_url="https://lambda", error=OSError("bad record")),
    IncompleteReadError(actual_bytes=1, expected_bytes=26),
    ClientError(FAILED, "Invoke"),
]


@dataclass
class LargeFunction:
    """Lambda with the large worker, which runs the same handler and has no other worker."""

    environment: pytest.MonkeyPatch
    messages: list[Message] = field(default_factory=list)
    """What was handed over."""
    dies: bool = False
    refusal: Exception | None = None
    lost: Exception | None = None
    """Raised in place of the answer."""

    def invoke(self, *, FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803 - Lambda's
        assert FunctionName == LARGE
        if self.refusal:
            raise self.refusal
        event = json.loads(Payload)
        self.messages += [received(record["body"]) for record in event["Records"]]
        if self.dies:
            return {"FunctionError": "Unhandled", "Payload": BytesIO(b'{"errorMessage": "died"}')}
        answer = json.dumps(self._handled(event)).encode()
        if self.lost:
            raise self.lost
        return {"Payload": BytesIO(answer)}

    def _handled(self, event: dict[str, Any]) -> dict[str, Any]:
        from functions.worker.handler import handler

        with self.environment.context() as large:
            large.delenv("LEDGERLINK_LARGE_WORKER")
            bootstrap.large_worker.cache_clear()
            answer: dict[str, Any] = handler(event, cast(LambdaContext, Context()))
        bootstrap.large_worker.cache_clear()
        return answer


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Iterator[LargeFunction]:
    found = LargeFunction(monkeypatch)
    monkeypatch.setenv("LEDGERLINK_LARGE_WORKER", LARGE)
    monkeypatch.setattr(bootstrap, "client", {"lambda": found}.__getitem__)
    bootstrap.large_worker.cache_clear()
    yield found
    bootstrap.large_worker.cache_clear()


def test_a_plan_is_handed_over_and_what_waits_for_the_ledger_is_not(
    app: InMemoryService, large: LargeFunction
) -> None:
    run = app.post(app.connected(), "key", [entry("t1")])
    assert deliver(app, attempt=1) == []
    assert [message.step for message in large.messages] == ["plan"]
    assert app.run(run).state is RunState.APPLYING
    assert deliver(app, attempt=1) == []
    assert len(large.messages) == 1
    assert app.run(run).state is RunState.COMPLETED


def test_the_chunks_of_a_fast_ledger_are_handed_over_too(
    app: InMemoryService, large: LargeFunction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizes, "BUSY", {"fake"})
    run = app.post(app.connected(), "key", [entry("t1")])
    deliver(app, attempt=1)
    deliver(app, attempt=1)
    assert [message.step for message in large.messages] == ["plan", "apply"]
    assert app.run(run).state is RunState.COMPLETED


def test_what_comes_again_is_handed_over_because_it_may_have_been_too_large(
    app: InMemoryService, large: LargeFunction
) -> None:
    """Ten receipts of 48 MB at once fit into the large worker only."""
    run = app.post(app.connected(), "key", [entry("t1")])
    deliver(app, attempt=1)
    assert deliver(app, attempt=2) == []
    assert [message.step for message in large.messages] == ["plan", "apply"]
    assert app.run(run).state is RunState.COMPLETED


def test_the_large_worker_holds_the_message_that_the_other_received(
    app: InMemoryService, large: LargeFunction
) -> None:
    app.post(app.connected(), "key", [entry("t1")])
    deliver(app, attempt=1)
    assert large.messages
    assert app.lane.held == [("receipt-0", LEASE)]


def test_what_failed_in_the_large_worker_comes_again_after_one_delay(
    app: InMemoryService, large: LargeFunction
) -> None:
    connection = app.connected()
    run = app.post(connection, "key", [entry("t1")])
    app.runs.rows[connection.key].pop(run.id)
    assert deliver(app, attempt=1) == ["0"]
    assert large.messages
    assert app.lane.delays == [("receipt-0", 1)]


def test_the_message_of_a_large_worker_that_died_comes_again_when_its_lease_ends(
    app: InMemoryService, large: LargeFunction
) -> None:
    """What it sent to the ledger may still be on its way, so the delivery is not brought
    forward."""
    connection = app.connected()
    run = app.post(connection, "key", [entry("t1")])
    large.dies = True
    (message,) = app.lane.messages
    assert deliver(app, attempt=1) == ["0"]
    assert app.lane.delays == []
    large.dies = False
    app.lane.messages.append(message)
    assert deliver(app, attempt=1) == []
    assert app.run(run).state is RunState.APPLYING


def test_a_message_that_lambda_had_no_room_for_comes_again_soon(
    app: InMemoryService, large: LargeFunction
) -> None:
    app.post(app.connected(), "key", [entry("t1")])
    large.refusal = ClientError(THROTTLED, "Invoke")
    assert deliver(app, attempt=1) == ["0"]
    assert app.lane.delays == [("receipt-0", 1)]


@pytest.mark.parametrize("lost", LOST, ids=lambda error: type(error).__name__)
def test_a_large_worker_whose_answer_was_lost_keeps_its_message(
    app: InMemoryService, large: LargeFunction, lost: Exception
) -> None:
    """It may still be at work. A delivery that is brought forward would reach a second worker
    where the first cannot renew its lease."""
    run = app.post(app.connected(), "key", [entry("t1")])
    large.lost = lost
    assert deliver(app, attempt=1) == ["0"]
    assert app.run(run).state is RunState.APPLYING
    assert app.lane.held == [("receipt-0", LEASE)]
    assert app.lane.delays == []


def test_a_large_worker_that_was_not_reached_is_asked_again_soon(
    app: InMemoryService, large: LargeFunction
) -> None:
    app.post(app.connected(), "key", [entry("t1")])
    large.refusal = ConnectTimeoutError(endpoint_url="https://lambda")
    assert deliver(app, attempt=1) == ["0"]
    assert app.lane.delays == [("receipt-0", 1)]


def test_a_dead_letter_is_not_handed_over(app: InMemoryService, large: LargeFunction) -> None:
    run = app.post(app.connected(), "key", [entry("t1")])
    assert deliver(app, source=DEAD, attempt=1) == []
    assert large.messages == []
    assert app.run(run).state is RunState.PARKED


def test_an_invocation_may_last_and_is_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    bootstrap.client.cache_clear()
    config = bootstrap.client("lambda").meta.config
    bootstrap.client.cache_clear()
    assert config.read_timeout == 300
    assert config.retries["total_max_attempts"] == 1
