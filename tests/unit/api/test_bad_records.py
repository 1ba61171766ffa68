"""Records that cannot be posted: each ends as a blocked item that names its field."""

from datetime import date
from typing import Any

import pytest
from ledgerlink.domain.model.company import Features

from tests.fakes.service import entry
from tests.unit.api.client import Api

LATE = "2020-01-01"
WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("25 hours", {"minutes": 25 * 60}, "invalid_record", "minutes"),
    ("a negative duration", {"minutes": -5}, "invalid_record", "minutes"),
    ("no duration", {"minutes": 0}, "invalid_record", "minutes"),
    ("a duration as text", {"minutes": "60"}, "invalid_record", "minutes"),
    ("half a minute", {"minutes": 0.5}, "invalid_record", "minutes"),
    ("a day that is none", {"work_date": "2026-02-30"}, "invalid_record", "work_date"),
    ("a day with a time", {"work_date": "2026-02-03T10:00:00"}, "invalid_record", "work_date"),
    ("a day as a number", {"work_date": 20260203}, "invalid_record", "work_date"),
    ("no day", {"work_date": None}, "invalid_record", "work_date"),
    ("an unknown field", {"hours": 3}, "invalid_record", "hours"),
    ("no person", {"staff_key": ""}, "invalid_record", "staff_key"),
    ("a negative rate", {"bill_rate": "-1"}, "invalid_record", "bill_rate"),
    ("a rate that is none", {"bill_rate": "ten"}, "invalid_record", "bill_rate"),
    ("an endless rate", {"bill_rate": "Infinity"}, "invalid_record", "bill_rate"),
    ("an unknown approval", {"approval": "maybe"}, "invalid_record", "approval"),
    ("billable as text", {"billable": "yes"}, "invalid_record", "billable"),
    ("a note of 5,000 characters", {"notes": "x" * 5000}, "text_too_long", "notes"),
    ("control characters", {"notes": "a\x00b"}, "control_characters", "notes"),
    ("a closed period", {"work_date": LATE}, "closed_period", "work_date"),
    ("not approved", {"approval": "draft"}, "not_approved", "approval"),
    ("no customer", {"billable": True, "project_key": None}, "missing_customer", "project_key"),
]


@pytest.mark.parametrize(
    ("given", "code", "field"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG]
)
def test_a_wrong_record_is_a_blocked_item_with_field_and_remedy_and_neighbours_are_posted(
    api: Api, given: dict[str, Any], code: str, field: str
) -> None:
    api.app.company().features = Features(books_closed_through=date(2020, 12, 31))
    connection = api.app.connected()
    answer = api.send(connection.id, [entry("before"), entry("bad", **given), entry("after")])
    assert answer.status == 202
    api.app.work()
    items = items_of(api, answer.json["href"])
    assert {key: item["state"] for key, item in items.items()} == {
        "before": "posted",
        "bad": "blocked",
        "after": "posted",
    }
    reason = items["bad"]["reason"]
    assert (reason["code"], reason["field"]) == (code, field)
    assert reason["remedy"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"staff_key": "nobody"}, "user nobody"),
        ({"project_key": "nowhere"}, "project nowhere"),
        ({"labor_code_key": "nothing"}, "labor code nothing"),
    ],
)
def test_a_record_without_a_rule_names_the_missing_rule(
    api: Api, given: dict[str, Any], words: str
) -> None:
    connection = api.app.connected()
    answer = api.send(connection.id, [entry("bad", **given), entry("good")])
    api.app.work()
    items = items_of(api, answer.json["href"])
    assert (items["bad"]["state"], items["good"]["state"]) == ("blocked", "posted")
    assert items["bad"]["reason"]["code"] == "no_rule"
    assert words in items["bad"]["reason"]["message"]


def test_a_key_given_twice_blocks_both_and_no_one_else(api: Api) -> None:
    connection = api.app.connected()
    records = [entry("twice"), entry("once"), entry("twice", minutes=5)]
    href = api.send(connection.id, records).json["href"]
    api.app.work()
    run = api.get(href).json
    assert (run["counts"]["blocked"], run["counts"]["posted"]) == (2, 1)
    assert run["records"] == 3


@pytest.mark.parametrize("record", [None, 7, "text", [], {}, {"key": "\ud800"}, {"key": 7}])
def test_an_unparsable_record_is_an_item_too(api: Api, record: Any) -> None:
    connection = api.app.connected()
    answer = api.send(connection.id, [record, entry("good")])
    assert answer.status == 202
    api.app.work()
    counts = api.get(answer.json["href"]).json["counts"]
    assert (counts["blocked"], counts["posted"]) == (1, 1)


def test_a_rule_to_something_that_the_ledger_refuses_fails_its_record_alone(api: Api) -> None:
    connection = api.app.connected()
    api.app.company().refuse.add("work bad")
    href = api.send(connection.id, [entry("bad"), entry("good")]).json["href"]
    api.app.work()
    items = items_of(api, href)
    assert (items["bad"]["state"], items["good"]["state"]) == ("failed", "posted")
    assert items["bad"]["reason"]["remedy"]


def items_of(api: Api, href: str) -> dict[str, Any]:
    return {item["members"][0]: item for item in api.get(f"{href}/items").json["items"]}
