import json
import re
from pathlib import Path

from aws_cdk.assertions import Template

from tests.infra.resources import Properties, only, properties

ROOT = Path(__file__).resolve().parents[2]
NAMES = {
    "DeadLetterReceived",
    "DeadLettersNotEmpty",
    "LaneTooOld",
    "MessagesDropped",
    "RunsStuck",
    "ConnectionsLost",
    "Throttled",
    "ApiErrors",
    "WorkerErrors",
    "LargeWorkerErrors",
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


def test_the_page_on_deploying_names_what_the_stack_contains(template: Template) -> None:
    """Case product 18."""
    page = " ".join((ROOT / "docs" / "deploy-to-aws.md").read_text().split())
    assert len(NAMES) == 21
    assert "twenty-one alarms" in page
    functions = properties(template, "AWS::Lambda::Function").values()
    names = [one["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] for one in functions]
    assert [name for name in names if f"`{name}`" not in page] == []


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
        ("RunsStuck", "worker"),
        ("ConnectionsLost", "worker"),
        ("MessagesDropped", "worker"),
        ("DueFailed", "scheduler"),
        ("NotificationsFailed", "webhooks"),
    ):
        assert found[name]["Namespace"] == "Ledgerlink"
        assert found[name]["MetricName"] == name
        assert found[name]["Dimensions"] == [{"Name": "service", "Value": function}]


def test_the_sandbox_has_one_overview_page(template: Template) -> None:
    body = json.dumps(only(template, "AWS::CloudWatch::Dashboard")["DashboardBody"])
    graphs = ("RunsParked", "Items", "Messages", "Imports", "Throttles", "CompaniesUnread")
    shown = ("MeteredReads", "ConnectionsDue", "Notifications", "Notices", *graphs, *NAMES)
    assert [name for name in shown if f'\\"title\\":\\"{name}\\"' not in body] == []


COUNTED = re.compile(r'(?:metrics\.|[^.\w])count\(\s*f?"([A-Za-z]+)')


def test_whatever_the_program_counts_is_shown(template: Template) -> None:
    """Case product 20. Counts of calls and of pulled records are read in the runs."""
    body = json.dumps(only(template, "AWS::CloudWatch::Dashboard")["DashboardBody"])
    files = [*(ROOT / "shared").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    counted = {name for file in files for name in COUNTED.findall(file.read_text())}
    assert {"RunsParked", "MessagesFailed", "Items", "DueFailed"} <= counted
    assert {name for name in counted if f'\\"{name}' not in body} == {"Calls", "Records"}


def test_a_long_run_alone_does_not_page(template: Template) -> None:
    """Case product 20: the last message of a post of 150,000 entries waits for an hour and a half
    while nothing is wrong."""
    longest = 150_000 / 1_660 * 60
    assert alarms(template)["LaneTooOld"]["Threshold"] >= 2 * longest


def test_throttles_of_every_function_and_failed_executions_page(template: Template) -> None:
    """Case product 20. A metric without dimensions is that of all functions."""
    found = alarms(template)
    throttled, broken = found["Throttled"], found["ImportsBroken"]
    assert (throttled["Namespace"], throttled["MetricName"]) == ("AWS/Lambda", "Throttles")
    assert "Dimensions" not in throttled
    assert (broken["Namespace"], broken["MetricName"]) == ("AWS/States", "ExecutionsFailed")


def test_no_page_calls_its_alarm_harmless() -> None:
    """Case product 20."""
    page = (ROOT / "docs" / "operations.md").read_text()
    for name in NAMES:
        section = page.partition(f"### {name}\n")[2].partition("\n### ")[0]
        done = section.partition("**Do:**")[2].lower()
        assert done, name
        assert not any(words in done for words in ("nothing is wrong", "do nothing")), name
        assert not done.strip().startswith("nothing"), name
