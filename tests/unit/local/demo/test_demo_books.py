import json
from collections.abc import Callable
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from local.demo.books import LONGEST_NAME, NO_PROJECT, Books, _names, entries, json_lines
from local.demo.timesheet import Timesheet

Make = Callable[..., Timesheet]


def test_every_person_project_and_labor_code_gets_a_create_rule(sheet: Make) -> None:
    rules = Books.of(sheet({}, {"staff_key": "u2", "staff": "Bo"})).rules("79")
    assert rules["users"] == {
        "u1": {"action": "create", "name": "Zoë Lind"},
        "u2": {"action": "create", "name": "Bo"},
    }
    client = {"key": "c1", "name": "Brandt"}
    assert rules["projects"] == {"p1": {"action": "create", "name": "Hall", "client": client}}
    assert rules["labor-codes"] == {
        "Design": {
            "action": "create",
            "name": "Design",
            "income_account_id": "79",
            "rate": "80.00",
        }
    }


def test_rates_go_up_with_the_sorted_labor_codes(sheet: Make) -> None:
    books = Books.of(sheet({"labor_code": "B"}, {"labor_code": "A"}, {"labor_code": "C"}))
    assert books.rates == {"A": Decimal("80.00"), "B": Decimal("85.00"), "C": Decimal("90.00")}


def test_time_that_is_not_billable_is_worth_nothing(sheet: Make) -> None:
    timesheet = sheet({"billable": False}, {"labor_code": ""})
    books = Books.of(timesheet)
    assert [books.rate(row) for row in timesheet.rows] == [0, 0]


def test_projects_of_the_same_name_get_names_of_their_own(sheet: Make) -> None:
    timesheet = sheet({}, {"project_key": "p2", "client_key": "c2", "client": "Olsen"})
    books = Books.of(timesheet)
    assert [books.full_name(row) for row in timesheet.rows] == ["Brandt:Hall", "Olsen:Hall (p2)"]


def test_a_client_with_the_name_of_a_person_gets_a_name_of_its_own(sheet: Make) -> None:
    assert Books.of(sheet({"client": "ZOË LIND"})).clients == {"c1": "ZOË LIND (c1)"}


def test_a_labor_code_named_like_a_default_item_gets_a_name_of_its_own(sheet: Make) -> None:
    assert Books.of(sheet({"labor_code": "Hours"})).labor_codes == {"Hours": "Hours (Hours)"}


def test_names_lose_characters_that_the_ledger_refuses(sheet: Make) -> None:
    assert Books.of(sheet({"project": "A:\tB\n C"})).projects == {"p1": "A - B C"}


def test_time_of_a_client_without_a_project_has_a_project_for_it(sheet: Make) -> None:
    timesheet = sheet({}, {"project_key": "", "project": ""})
    books = Books.of(timesheet)
    assert books.full_name(timesheet.rows[1]) == "Brandt:Brandt in general"
    assert [entry["project_key"] for entry in entries(timesheet)] == ["p1", "c1"]


def test_time_without_client_and_project_stays_without(sheet: Make) -> None:
    timesheet = sheet({"project_key": "", "client_key": ""})
    [entry] = entries(timesheet)
    assert {"client_key", "project_key"}.isdisjoint(entry)
    assert Books.of(timesheet).full_name(timesheet.rows[0]) == NO_PROJECT


def test_a_project_without_a_client_has_no_client_in_its_rule(sheet: Make) -> None:
    timesheet = sheet({"client_key": "", "client": ""})
    books = Books.of(timesheet)
    assert books.rules("1")["projects"] == {"p1": {"action": "create", "name": "Hall"}}
    assert books.full_name(timesheet.rows[0]) == "Hall"


def test_entries_omit_empty_columns(sheet: Make) -> None:
    [entry] = entries(sheet({}))
    assert entry == {
        "key": "e1",
        "staff_key": "u1",
        "work_date": "2026-03-02",
        "client_key": "c1",
        "project_key": "p1",
        "labor_code_key": "Design",
        "task": "Plan",
        "billable": True,
        "minutes": 90,
    }


def test_an_upload_has_one_line_per_entry(sheet: Make) -> None:
    lines = json_lines(sheet({"notes": "one\ntwo"}, {})).split(b"\n")
    assert [json.loads(line)["key"] for line in lines] == ["e1", "e2"]


@given(st.dictionaries(st.text(min_size=1, max_size=120), st.text(max_size=120), max_size=20))
def test_names_are_short_enough(pairs: dict[str, str]) -> None:
    names = _names(pairs.items(), set())
    assert all(len(name) <= LONGEST_NAME for name in names.values())
