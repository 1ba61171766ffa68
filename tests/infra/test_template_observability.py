import json
from pathlib import Path

from aws_cdk.assertions import Template

from tests.infra.resources import Properties, only, properties

ROOT = Path(__file__).resolve().parents[2]
NAMES = {
    "DeadLetterReceived",
    "DeadLettersNotEmpty",
    "LaneTooOld",
    "ApiErrors",
    "WorkerErrors",
    "Defects",
    "RunsSetAside",
    "Api5xx",
    "ImportsErrors",
    "ImportsBroken",
    "SchedulerErrors",
    "TickMissing",
    "DueFailed",
    "SyncsFailed",
    "WebhooksErrors",
    "NotificationsFailed",
}


def alarms(template: Template) -> dict[str, Properties]:
    """Alarms by the name of their section in docs/operations.md."""
    found = properties(template, "AWS::CloudWatch::Alarm").values()
    return {str(one["AlarmDescription"]).rsplit(", ", 1)[1].rstrip("."): one for one in found}


def test_every_alarm_reaches_the_pager_and_names_its_page(template: Template) -> None:
    found = alarms(template)
    assert set(found) == NAMES
    for name, alarm in found.items():
        assert alarm["AlarmActions"] == ["arn:aws:sns:eu-west-1:111122223333:pager"]
        assert f"docs/operations.md, {name}." in alarm["AlarmDescription"]


def test_operations_has_a_section_per_alarm() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    assert {name for name in NAMES if f"### {name}\n" in page} == NAMES


def test_silence_is_an_alarm_for_the_clock_only(template: Template) -> None:
    silent = {
        name for name, one in alarms(template).items() if one["TreatMissingData"] != "notBreaching"
    }
    assert silent == {"TickMissing"}


def test_ten_minutes_without_a_tick_are_an_alarm(template: Template) -> None:
    alarm = alarms(template)["TickMissing"]
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["ComparisonOperator"] == "LessThanThreshold"
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == (
        "Invocations",
        "Sum",
        1,
    )
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 600


def test_metrics_of_functions_are_watched_under_their_own_name(template: Template) -> None:
    found = alarms(template)
    for name, function in (
        ("SyncsFailed", "worker"),
        ("Defects", "worker"),
        ("RunsSetAside", "worker"),
        ("DueFailed", "scheduler"),
        ("NotificationsFailed", "webhooks"),
    ):
        assert found[name]["Namespace"] == "Ledgerlink"
        assert found[name]["MetricName"] == name
        assert found[name]["Dimensions"] == [{"Name": "service", "Value": function}]


def test_the_sandbox_has_one_overview_page(template: Template) -> None:
    body = json.dumps(only(template, "AWS::CloudWatch::Dashboard")["DashboardBody"])
    shown = ("MeteredReads", "ConnectionsDue", "Notifications", "Notices", *NAMES)
    assert [name for name in shown if f'\\"title\\":\\"{name}\\"' not in body] == []
