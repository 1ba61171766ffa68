"""The clock of the deployed stack."""

import json

import pytest

from local.machine import Machine, MachineError


def test_the_rule_that_ticks_leads_to_the_scheduler(machine: Machine) -> None:
    events = machine.client("events")
    (rule,) = [one for one in events.list_rules()["Rules"] if "ScheduleExpression" in one]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", "ENABLED")
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["Arn"].endswith(f":function:{machine.outputs['SchedulerFunction']}")


def test_a_failing_tick_is_reported(machine: Machine) -> None:
    functions, live = machine.client("lambda"), machine.outputs["SchedulerFunction"]
    name, _, alias = live.partition(":")
    before = functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
    kept = functions.get_function_configuration(FunctionName=name)["Environment"]
    broken = {"Variables": {**kept["Variables"], "LEDGERLINK_TABLE": "no-such-table"}}
    functions.update_function_configuration(FunctionName=name, Environment=broken)
    published = functions.publish_version(FunctionName=name)["Version"]
    functions.update_alias(FunctionName=name, Name=alias, FunctionVersion=published)
    machine.aws.wait_until_initialised(live)
    try:
        with pytest.raises(MachineError, match="the tick failed"):
            machine.tick()
    finally:
        functions.update_alias(FunctionName=name, Name=alias, FunctionVersion=before)
        functions.update_function_configuration(FunctionName=name, Environment=kept)
    machine.tick()  # raises if it still fails


def test_the_bus_takes_the_workers_events(machine: Machine) -> None:
    entry = {
        "EventBusName": machine.outputs["BusName"],
        "Source": "ledgerlink",
        "DetailType": "sync.finished",
        "Detail": json.dumps({"firm": "f"}),
    }
    assert machine.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
