"""Clients, projects and staff that the ledger does not have yet, against the sandbox."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import Client as Above
from ledgerlink.domain.model.rules import (
    CreateLaborCode,
    CreateProject,
    CreateUser,
    LinkTo,
    RuleKind,
)
from ledgerlink.domain.model.source_records import ClientRecord, StaffRecord

from tests.contract.intacct.books import Books, Row
from tests.contract.intacct.list_samples import CLIENT, PROJECT, STAFF, VENDOR
from tests.contract.intacct.poster import Poster, code, words
from tests.contract.papers import invoice, worked

NEW: Mapping[str, ClientRecord | StaffRecord] = {"client": CLIENT, "staff": STAFF, "vendor": VENDOR}
KINDS = {"client": "CUSTOMER", "staff": "EMPLOYEE", "vendor": "VENDOR"}


def made(poster: Poster, kind: str, name: str) -> Row:
    """The record of a list with this name."""
    field = "PERSONALINFO.CONTACTNAME" if kind == "EMPLOYEE" else "NAME"
    (row,) = (row for row in poster.books.rows(kind) if row.get(field) == name)
    return row


def test_a_client_becomes_a_customer(poster: Poster) -> None:
    (outcome,) = poster.post(CLIENT).values()
    row = made(poster, "CUSTOMER", "Nova & Söhne")
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert outcome.ledger_id == f"customer/{row['CUSTOMERID']}"
    assert len(row["CUSTOMERID"]) <= 20


def test_a_project_goes_below_its_client_which_is_made_first(poster: Poster) -> None:
    outcomes = poster.post(PROJECT)
    assert {o.state for o in outcomes.values()} == {ItemState.POSTED}
    customer, project = made(poster, "CUSTOMER", "Nova"), made(poster, "PROJECT", "New site")
    assert project["CUSTOMERID"] == customer["CUSTOMERID"]
    assert project["PROJECTCATEGORY"] == "Contract"


def test_staff_becomes_a_contact_and_an_employee(poster: Poster) -> None:
    (outcome,) = poster.post(STAFF).values()
    row = made(poster, "EMPLOYEE", "Fay Grant")
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert outcome.ledger_id == f"employee/{row['EMPLOYEEID']}"
    (contact,) = (r for r in poster.books.rows("CONTACT") if r["CONTACTNAME"] == "Fay Grant")
    assert (contact["FIRSTNAME"], contact["LASTNAME"]) == ("Fay", "Grant")
    assert contact["EMAIL1"] == "fay@example.com"


def test_a_contractor_becomes_a_vendor(poster: Poster) -> None:
    (outcome,) = poster.post(VENDOR).values()
    row = made(poster, "VENDOR", "Gus Hill")
    assert outcome.ledger_id == f"vendor/{row['VENDORID']}"


def test_time_is_posted_with_the_list_records_that_it_needs(poster: Poster) -> None:
    poster.rule(RuleKind.USERS, "new", CreateUser(name="Ivo Jung", email="ivo@example.com"))
    above = Above(key="nova", name="Nova")
    poster.rule(RuleKind.PROJECTS, "site", CreateProject(name="New site", client=above))
    code_ = CreateLaborCode(name="Welding", income_account_id="glaccount/4000")
    poster.rule(RuleKind.LABOR_CODES, "weld", code_)
    given: dict[str, Any] = {"staff_key": "new", "project_key": "site", "labor_code_key": "weld"}
    outcomes = poster.post(worked(**given))
    assert {o.state for o in outcomes.values()} == {ItemState.POSTED}
    assert len(outcomes) == 5
    entry = poster.entry("time:t1")
    assert entry["PROJECTID"] == made(poster, "PROJECT", "New site")["PROJECTID"]
    assert entry["ITEMID"] == made(poster, "ITEM", "Welding")["ITEMID"]
    assert made(poster, "ITEM", "Welding")["ITEMTYPE"] == "Non-Inventory"
    assert poster.post(worked(**given))["time:t1"].state is ItemState.UNCHANGED


def test_an_invoice_makes_the_project_that_it_is_for(poster: Poster) -> None:
    above = Above(key="nova", name="Nova")
    poster.rule(RuleKind.PROJECTS, "site", CreateProject(name="New site", client=above))
    outcomes = poster.post(invoice(project_key="site"))
    assert {o.state for o in outcomes.values()} == {ItemState.POSTED}
    assert poster.row("invoice:i1")["CUSTVENDID"] == made(poster, "CUSTOMER", "Nova")["CUSTOMERID"]


def test_a_company_of_several_entities_places_its_people_and_projects(group: Books) -> None:
    poster = Poster(replace(group, choices=Choices(location_id="location/US")))
    outcomes = poster.post(PROJECT, STAFF)
    assert {o.state for o in outcomes.values()} == {ItemState.POSTED}
    assert made(poster, "PROJECT", "New site")["LOCATIONID"] == "US"
    assert made(poster, "EMPLOYEE", "Fay Grant")["LOCATIONID"] == "US"


@pytest.mark.parametrize("given", NEW)
def test_a_new_record_whose_answer_is_lost_is_there_once(poster: Poster, given: str) -> None:
    poster.lose()
    assert poster.post(NEW[given]) == {}
    (found,) = poster.found().values()
    assert found.state is ItemState.POSTED
    (again,) = poster.again().values()
    assert (again.state, again.ledger_id) == (ItemState.POSTED, found.ledger_id)
    made(poster, KINDS[given], NEW[given].name)


def test_an_employee_of_whom_only_the_contact_was_made_is_finished(poster: Poster) -> None:
    poster.lose(when="midway", functions=1)
    assert poster.post(STAFF) == {}
    assert poster.found() == {}
    assert [r for r in poster.books.rows("CONTACT") if r["CONTACTNAME"] == "Fay Grant"]
    (again,) = poster.again().values()
    assert again.state is ItemState.POSTED
    made(poster, "EMPLOYEE", "Fay Grant")


@pytest.mark.parametrize("given", NEW)
def test_the_same_plan_under_other_ids_creates_no_person_twice(poster: Poster, given: str) -> None:
    operations = poster.planned(NEW[given])
    (first,) = poster.send(operations).values()
    (again,) = poster.send_under_other_ids(operations).values()
    assert (again.state, again.ledger_id) == (ItemState.POSTED, first.ledger_id)
    assert code(again) == "already_written"
    made(poster, KINDS[given], NEW[given].name)


def test_another_records_contact_of_that_name_is_not_taken(poster: Poster) -> None:
    contact = {"CONTACTNAME": "Fay Grant", "PRINTAS": "Fay Grant", "EMAIL1": "other@example.com"}
    poster.books.plant("CONTACT", contact)
    (outcome,) = poster.post(STAFF).values()
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "name_taken")
    assert "other@example.com" in words(outcome)


def test_a_required_custom_field_is_named_and_blocks_dependent_records(poster: Poster) -> None:
    poster.books.about("/fields", {"object": "CUSTOMER", "name": "REGION", "required": True})
    poster.rule(RuleKind.PROJECTS, "nova", CreateProject(name="Nova"))
    outcomes = poster.post(worked("a", project_key="nova"), worked("b"))
    assert outcomes["time:b"].state is ItemState.POSTED
    assert (outcomes["time:a"].state, code(outcomes["time:a"])) == (
        ItemState.BLOCKED,
        "dependency_failed",
    )
    (refused,) = (o for o in outcomes.values() if o.state is ItemState.FAILED)
    assert "REGION" in words(refused)


def test_a_link_that_leads_to_nothing_is_reported(poster: Poster) -> None:
    poster.rule(RuleKind.USERS, "ghost", LinkTo(ledger_id="employee/E77"))
    outcome = poster.post(worked(staff_key="ghost"))["time:t1"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "target_missing")
    assert "E77" in words(outcome)
