from pathlib import Path

from aws_cdk.assertions import Template

from tests.infra.resources import only, properties

ROOT = Path(__file__).resolve().parents[2]
NAMES = {
    "DeadLetterReceived",
    "DeadLettersNotEmpty",
    "LaneTooOld",
    "ApiErrors",
    "QboErrors",
    "Api5xx",
}


def test_every_alarm_reaches_the_pager_and_names_its_page(template: Template) -> None:
    alarms = properties(template, "AWS::CloudWatch::Alarm").values()
    assert len(alarms) == len(NAMES)
    for alarm in alarms:
        assert alarm["AlarmActions"] == ["arn:aws:sns:eu-west-1:111122223333:pager"]
    told = " ".join(alarm["AlarmDescription"] for alarm in alarms)
    assert all(f"docs/operations.md, {name}." in told for name in NAMES)


def test_operations_has_a_section_per_alarm() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    assert {name for name in NAMES if f"### {name}\n" in page} == NAMES


def test_silence_is_not_an_alarm(template: Template) -> None:
    for alarm in properties(template, "AWS::CloudWatch::Alarm").values():
        assert alarm["TreatMissingData"] == "notBreaching"


def test_there_is_one_page_to_look_at(template: Template) -> None:
    assert only(template, "AWS::CloudWatch::Dashboard")["DashboardBody"]
