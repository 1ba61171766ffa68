"""Sage Intacct from the front door to the ledger and back."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from local.machine import Machine
from tests.e2e.firm import JSON, Firm, entry
from tests.e2e.importing import Importer
from tests.e2e.intacct_company import Company, first_sync, sign_in
from tests.support.waiting import until

FIRST, SECOND = "03/02/2026", "03/09/2026"
WEEKS = {
    ("E1", FIRST): {"a1": Decimal("3.5"), "a2": Decimal("0.3333")},
    ("E1", SECOND): {"a3": Decimal("7.75")},
    ("E2", FIRST): {"b1": Decimal("0.0167")},
    ("E2", SECOND): {"b2": 8, "b3": Decimal("1.5")},
}
"""What `work` is in the ledger: hours at four places, to the minute."""


def work() -> list[JSON]:
    """Time of two people over two weeks."""
    return [
        entry("a1", work_date="2026-03-02", minutes=210),
        entry("a2", work_date="2026-03-08", minutes=20),
        entry("a3", work_date="2026-03-09", minutes=465),
        entry("b1", work_date="2026-03-04", minutes=1, staff_key="u2"),
        entry("b2", work_date="2026-03-10", minutes=480, staff_key="u2"),
        entry("b3", work_date="2026-03-15", minutes=90, staff_key="u2"),
    ]


def changed(entries: list[JSON], key: str, **changes: Any) -> list[JSON]:
    return [one | changes if one["key"] == key else one for one in entries]


class Bookkeeping:
    """A firm with one connected company and rules of two people."""

    def __init__(self, machine: Machine) -> None:
        self.firm = Firm(machine)
        self.company = Company.new(machine)
        self.id = self.company.connected(self.firm)
        self.clerk = Importer(self.firm, self.id)


@pytest.fixture
def bookkeeping(machine: Machine) -> Bookkeeping:
    return Bookkeeping(machine)


# Connecting.


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"password": "wrong"}, "Company > Admin > Web Services users"),
        ({"company_id": "nowhere"}, "Company > Admin > Web Services users"),
        ({"entity": "MARS"}, "Company > Setup > Entities"),
    ],
)
def test_a_wrong_login_names_its_fields_and_is_not_stored(
    machine: Machine, wrong: dict[str, str], where: str
) -> None:
    firm, company = Firm(machine), Company.new(machine, multi_entity=True)
    answer = sign_in(firm, company.login(**wrong))
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "login_refused")
    assert where in told["remedy"]
    assert "user-secret" not in answer.text
    assert firm.client.get("/v1/connections").json()["connections"] == []
    assert sign_in(firm, company.login()).status_code == 201


def test_a_company_connects_once_and_an_entity_of_it_is_another_one(machine: Machine) -> None:
    firm, company = Firm(machine), Company.new(machine, multi_entity=True)
    made = sign_in(firm, company.login()).json()
    assert (made["state"], made["company_id"]) == ("connected", company.id)
    assert "authorize_url" not in {name for name, value in made.items() if value}
    taken = sign_in(Firm(machine), company.login())
    assert taken.status_code == 409
    part = sign_in(firm, company.login(entity="UK"))
    assert (part.status_code, part.json()["company_id"]) == (201, f"{company.id}:UK")


def test_the_first_sync_comes_by_itself_and_brings_the_lists(machine: Machine) -> None:
    firm, company = Firm(machine), Company.new(machine)
    connection_id = str(sign_in(firm, company.login()).json()["id"])
    run = first_sync(firm, connection_id)
    assert (run["kind"], run["state"], run["sync"]["trigger"]) == ("sync", "completed", "connect")
    counted = {one["type"]: one["counts"]["created"] for one in run["sync"]["lists"]}
    for kind, entity in (
        ("customer", "CUSTOMER"),
        ("project", "PROJECT"),
        ("employee", "EMPLOYEE"),
    ):
        names = {record["id"] for record in firm.records(connection_id, kind, active="all")}
        assert len(names) == counted[kind] == len(company.rows(entity)) > 0
    changes, _ = firm.changes(connection_id)
    assert len(changes) == sum(counted.values())
    assert firm.connection(connection_id)["health"]["token"] == "valid"


def test_another_password_parks_the_run_and_signing_in_again_lets_it_go_on(
    bookkeeping: Bookkeeping,
) -> None:
    firm, company = bookkeeping.firm, bookkeeping.company
    company.change_password("changed")
    run = firm.posted(bookkeeping.id, work())
    assert (run["state"], run["reason"]["code"]) == ("parked", "needs_reconnect")
    assert "Web Services users" in run["reason"]["remedy"]
    assert firm.connection(bookkeeping.id)["state"] == "needs_reconnect"
    other = Company.new(bookkeeping.company.machine)
    assert reconnect(firm, bookkeeping.id, other.login()).json()["code"] == "other_company"
    assert reconnect(firm, bookkeeping.id, company.login()).json()["code"] == "login_refused"
    assert reconnect(firm, bookkeeping.id, company.login(password="changed")).status_code == 200
    until(lambda: firm.at_rest(run["href"])["state"] == "completed")
    assert company.sheets() == WEEKS


def test_a_company_that_was_disconnected_is_free_and_comes_back_to_its_links(
    bookkeeping: Bookkeeping,
) -> None:
    firm = bookkeeping.firm
    firm.posted(bookkeeping.id, work())
    gone = firm.client.post(f"/v1/connections/{bookkeeping.id}/disconnect").json()
    assert gone["state"] == "disconnected"
    assert firm.post(bookkeeping.id, work()).status_code == 409
    assert reconnect(firm, bookkeeping.id, bookkeeping.company.login()).status_code == 200
    assert firm.posted(bookkeeping.id, work())["counts"]["unchanged"] == 6


def reconnect(firm: Firm, connection_id: str, login: dict[str, str]) -> httpx.Response:
    path = f"/v1/connections/{connection_id}/reconnect"
    return firm.client.post(path, json={"login": login})


# Time.


def test_time_of_two_people_and_two_weeks_becomes_four_timesheets_to_the_minute(
    bookkeeping: Bookkeeping,
) -> None:
    run = bookkeeping.firm.posted(bookkeeping.id, work())
    assert (run["state"], run["counts"]["posted"]) == ("completed", 6)
    assert bookkeeping.company.sheets() == WEEKS
    (first,) = [
        r for r in bookkeeping.company.rows("TIMESHEETENTRY") if r["NOTES"].endswith("[time:a1]")
    ]
    assert (first["PROJECTID"], first["ITEMID"], first["BILLABLE"]) == ("P-1", "LAB-2", "true")
    assert "Notes of a1" in first["NOTES"]


def test_the_same_time_again_writes_nothing_and_a_correction_rewrites_one_sheet(
    bookkeeping: Bookkeeping,
) -> None:
    bookkeeping.firm.posted(bookkeeping.id, work())
    before = bookkeeping.company.written()
    again = bookkeeping.firm.posted(bookkeeping.id, work())
    assert (again["counts"]["unchanged"], again["counts"]["posted"]) == (6, 0)
    assert bookkeeping.company.written() == before
    run = bookkeeping.firm.posted(bookkeeping.id, changed(work(), "a2", minutes=45))
    assert (run["counts"]["unchanged"], run["counts"]["posted"]) == (5, 1)
    assert len(bookkeeping.company.written()) == len(before) + 1
    week = {"a1": Decimal("3.5"), "a2": Decimal("0.75")}
    assert bookkeeping.company.sheets() == WEEKS | {("E1", FIRST): week}


def test_an_approved_sheet_is_refused_with_its_reason_and_the_others_are_written(
    bookkeeping: Bookkeeping,
) -> None:
    bookkeeping.firm.posted(bookkeeping.id, work())
    bookkeeping.company.decide(("E1", FIRST), "Approved")
    corrected = changed(changed(work(), "a1", minutes=60), "b1", minutes=60)
    run = bookkeeping.firm.posted(bookkeeping.id, corrected)
    assert run["state"] == "completed_with_problems"
    (refused,) = bookkeeping.firm.items(run, state="blocked")  # the plan reads what it changes
    assert (refused["members"], refused["reason"]["code"]) == (["a1"], "timesheet_approved")
    assert "Have the timesheet declined" in refused["reason"]["remedy"]
    assert bookkeeping.company.sheets() == WEEKS | {("E2", FIRST): {"b1": 1}}


def test_missing_people_and_projects_are_created_before_their_time(
    bookkeeping: Bookkeeping,
) -> None:
    firm = bookkeeping.firm
    client = {"key": "c7", "name": "Rossi & Söhne"}
    new = {"action": "create", "name": "Website", "client": client}
    firm.put_rules(bookkeeping.id, "users", {"u7": {"action": "create", "name": "Ada Lovelace"}})
    firm.put_rules(bookkeeping.id, "projects", {"p7": new})
    run = firm.posted(bookkeeping.id, [entry("new", staff_key="u7", project_key="p7")])
    assert run["state"] == "completed", firm.items(run)
    (row,) = [
        r for r in bookkeeping.company.rows("TIMESHEETENTRY") if r["NOTES"].endswith("[time:new]")
    ]
    projects = {r["PROJECTID"]: r for r in bookkeeping.company.rows("PROJECT")}
    customers = {r["CUSTOMERID"]: r["NAME"] for r in bookkeeping.company.rows("CUSTOMER")}
    project = projects[row["PROJECTID"]]
    assert project["NAME"] == "Website"
    assert customers[project["CUSTOMERID"]] == "Rossi & Söhne"
    contacts = {r["CONTACTNAME"] for r in bookkeeping.company.rows("CONTACT")}
    assert "Ada Lovelace" in contacts


# Imports.


def test_an_import_writes_the_difference_and_its_undo_leaves_the_sheets_as_they_were(
    bookkeeping: Bookkeeping,
) -> None:
    first = bookkeeping.clerk.imported(work())
    assert first["state"] == "completed", bookkeeping.clerk.preview(first)
    assert bookkeeping.company.sheets() == WEEKS
    again = bookkeeping.clerk.imported(work())
    assert (again["counts"]["unchanged"], again["counts"]["posted"]) == (6, 0)
    second = bookkeeping.clerk.imported(changed(work(), "b2", minutes=30)[:-1])
    totals = {name: found["items"] for name, found in second["totals"].items()}
    assert totals == {"update": 1, "delete": 1, "unchanged": 4, "warnings": 0}
    assert bookkeeping.company.sheets() == WEEKS | {("E2", SECOND): {"b2": Decimal("0.5")}}
    assert bookkeeping.clerk.undone(second)["state"] == "completed"
    assert bookkeeping.company.sheets() == WEEKS


def test_an_undone_first_import_leaves_no_sheet_behind(bookkeeping: Bookkeeping) -> None:
    first = bookkeeping.clerk.imported(work())
    assert bookkeeping.clerk.undone(first)["state"] == "completed"
    assert bookkeeping.company.sheets() == {}
    assert len(bookkeeping.company.rows("TIMESHEET")) == 1  # the one that the sample comes with


def test_reconciliation_agrees_to_the_minute(bookkeeping: Bookkeeping) -> None:
    bookkeeping.clerk.imported(work())
    told = bookkeeping.clerk.get("reconciliation", **{"from": "2026-03-01", "to": "2026-03-31"})
    assert told["differences"] == []
    assert told["total"]["ours_minutes"] == told["total"]["ledger_minutes"] == 1266
