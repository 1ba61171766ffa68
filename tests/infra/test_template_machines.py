"""The machine of imports, as it is deployed."""

import json
from typing import Any

from aws_cdk.assertions import Template

from infra.machines import DAY_SECONDS, definition
from tests.infra.resources import only

FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:imports"
RESTS = {"Stage", "Wait", "Plan", "Apply"}


def states() -> dict[str, Any]:
    found: dict[str, Any] = definition(FUNCTION)["States"]
    return found


def test_it_is_a_standard_machine_that_is_logged_without_its_tokens(template: Template) -> None:
    machine = only(template, "AWS::StepFunctions::StateMachine")
    assert machine["StateMachineType"] == "STANDARD"
    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False


def test_every_step_waits_for_its_token_or_its_timeout() -> None:
    rests = {n: s for n, s in states().items() if "waitForTaskToken" in s.get("Resource", "")}
    assert set(rests) == RESTS
    for state in rests.values():
        assert state["Parameters"]["Payload"]["token.$"] == "$$.Task.Token"
        assert state["Next"] == "Next"
        assert state["TimeoutSeconds"] <= 30 * DAY_SECONDS


def test_an_abandoned_draft_expires_and_a_failed_step_parks_the_run() -> None:
    caught = {name: [c["Next"] for c in states()[name]["Catch"]] for name in RESTS}
    assert caught.pop("Wait") == ["Expire", "BreakOff"]
    assert set(map(tuple, caught.values())) == {("BreakOff",)}


def test_every_state_can_be_reached_and_every_next_exists() -> None:
    found = states()
    named = {state["Next"] for state in found.values() if "Next" in state}
    named |= {c["Next"] for state in found.values() for c in state.get("Catch", ())}
    named |= {c["Next"] for c in found["Next"]["Choices"]} | {found["Next"]["Default"]}
    assert named == set(found)


def test_it_carries_names_and_no_records() -> None:
    for state in states().values():
        payload = state.get("Parameters", {}).get("Payload", {})
        names = {"step", "token.$", "firm.$", "connection_id.$", "run_id.$", "machine.$"}
        assert set(payload) <= names
    assert len(json.dumps(definition(FUNCTION))) < 10_000
