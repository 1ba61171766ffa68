"""Machines like the deployed one whose steps are done by the test: they come out of a queue."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from ledgerlink.domain.model.connections import Connection, ConnectionKey, ConnectionState
from ledgerlink.domain.ports import Tokens
from ledgerlink.services import lane
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.imports import state_machine
from ledgerlink.storage.queue import received

from infra.machines import definition

ROLE = "arn:aws:iam::000000000000:role/stepping"


@dataclass(frozen=True, slots=True)
class Stepping:
    """A state machine and the queue that its steps come out of."""

    arn: str
    queue_url: str
    client: Callable[[str], Any]

    @classmethod
    def new(cls, client: Callable[[str], Any]) -> "Stepping":
        name = f"stepping-{uuid4().hex[:12]}"
        queue_url = client("sqs").create_queue(QueueName=name)["QueueUrl"]
        made = client("stepfunctions").create_state_machine(
            name=name, definition=json.dumps(_definition(queue_url)), roleArn=ROLE
        )
        return cls(made["stateMachineArn"], queue_url, client)

    def step(self, deps: Dependencies) -> bool:
        """Do the next step; whether there was one."""
        sqs = self.client("sqs")
        seconds = 1 if self._is_running() else 0
        found = sqs.receive_message(QueueUrl=self.queue_url, WaitTimeSeconds=seconds).get(
            "Messages"
        )
        if not found:
            return False
        event = json.loads(found[0]["Body"])
        connection_key = ConnectionKey(event["firm"], event["connection_id"])
        run = deps.runs.get(connection_key, event["run_id"])
        state_machine.do_step(deps, run, event["machine"], event["step"], event["token"])
        sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=found[0]["ReceiptHandle"])
        return True

    def _is_running(self) -> bool:
        """Whether a machine may still ask for a step, or waits for somebody."""
        listed = self.client("stepfunctions").list_executions(
            stateMachineArn=self.arn, statusFilter="RUNNING", maxResults=1
        )
        return bool(listed["executions"])


def connected(deps: Dependencies, firm: str, realm: str, granted: Mapping[str, str]) -> Connection:
    """A connection to that company of the sandbox, with the tokens that it granted."""
    now = datetime.now(UTC)
    connection = Connection(
        firm=firm,
        id=uuid4().hex,
        ledger="qbo",
        state=ConnectionState.CONNECTED,
        created_by=firm,
        created_at=now,
        company_id=realm,
    )
    deps.connections.save(connection)
    tokens = Tokens(
        access_token=granted["access_token"],
        refresh_token=granted["refresh_token"],
        access_expires_at=now + timedelta(hours=1),
    )
    deps.vaults.put(ConnectionKey(firm, connection.id), tokens)
    return connection


def handle_next(deps: Dependencies, sqs: Any, queue_url: str) -> bool:
    """Have the next message of a lane done in this process; whether there was one."""
    found = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=0).get("Messages")
    if not found:
        return False
    asyncio.run(lane.handle(deps, received(found[0]["Body"]), lambda: False))
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=found[0]["ReceiptHandle"])
    return True


def _definition(queue_url: str) -> dict[str, Any]:
    made = definition("unused")
    for name, state in made["States"].items():
        if "waitForTaskToken" in state.get("Resource", ""):
            body = state["Parameters"]["Payload"]
            state["Resource"] = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
            state["Parameters"] = {"QueueUrl": queue_url, "MessageBody": body}
        elif state["Type"] == "Task":
            made["States"][name] = {"Type": "Pass", "Next": state["Next"]}
    return made
