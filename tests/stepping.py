"""Machines like the deployed one whose steps are done by the test: they come out of a queue."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from ledgerlink.services import machine
from ledgerlink.services.house import House

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

    def step(self, house: House) -> bool:
        """Do the next step; whether there was one."""
        sqs = self.client("sqs")
        found = sqs.receive_message(QueueUrl=self.queue_url, WaitTimeSeconds=1).get("Messages")
        if not found:
            return False
        event = json.loads(found[0]["Body"])
        run = house.runs.get(event["firm"], event["connection_id"], event["run_id"])
        machine.do_step(house, run, event["step"], event["token"])
        sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=found[0]["ReceiptHandle"])
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
