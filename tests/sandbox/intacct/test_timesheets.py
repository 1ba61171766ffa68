"""Timesheets: periods, rewriting, states, approvals, demands of projects and tasks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.intacct.conftest import Books, op, query
from tests.sandbox.intacct.xml import day, el, els


def entry(**more: Any) -> dict[str, Any]:
    return {
        "ENTRYDATE": "03/03/2025",
        "QTY": "7.5",
        "NOTES": "Design",
        "TIMETYPE": "Regular",
        "PROJECTID": "P-1",
        **more,
    }


def sheet(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    lines = list(entries) or [entry()]
    return {
        "EMPLOYEEID": "E1",
        "BEGINDATE": "03/03/2025",
        **more,
        "TIMESHEETENTRIES": {"TIMESHEETENTRY": lines},
    }


def entries(books: Books, key: str) -> list[dict[str, str]]:
    fields = "RECORDNO ENTRYDATE QTY NOTES STATE CUSTOMERID TASKID TASKKEY"
    where = op("equalto", "TIMESHEETKEY", key)
    return books.query("TIMESHEETENTRY", fields, where, order="LINENO")


def test_a_timesheet_is_made_as_a_draft_with_its_entries(books: Books) -> None:
    made = books.create("TIMESHEET", **sheet(entry(), entry(ENTRYDATE="03/04/2025", QTY="2")))
    assert list(made) == ["RECORDNO"]
    row = books.read("TIMESHEET", made["RECORDNO"])
    assert [row[n] for n in ("STATE", "ENDDATE", "TOTALQTY", "EMPLOYEENAME")] == [
        "Draft",
        "03/09/2025",
        "9.5",
        "Ada Berg",
    ]
    found = entries(books, made["RECORDNO"])
    assert [(e["ENTRYDATE"], e["QTY"], e["STATE"]) for e in found] == [
        ("03/03/2025", "7.5", "Draft"),
        ("03/04/2025", "2", "Draft"),
    ]
    assert found[0]["CUSTOMERID"] == "C1"


def test_an_empty_state_is_the_default(books: Books) -> None:
    made = books.create("TIMESHEET", **sheet(STATE=""))
    assert books.read("TIMESHEET", made["RECORDNO"])["STATE"] == "Draft"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (sheet(EMPLOYEEID="no"), "The employee 'no' is invalid."),
        (sheet(EMPLOYEEID="E9"), "The employee 'E9' is invalid."),
        (sheet(STATE="Approved"), "STATE of a timesheet can be Draft or Submitted."),
        (sheet(BEGINDATE="03/04/2025"), "is not the start of a timesheet period."),
        (sheet(entry(ENTRYDATE="03/10/2025")), "is not within the timesheet period"),
        (sheet(entry(ENTRYDATE="03/02/2025")), "is not within the timesheet period"),
        (sheet(entry(QTY="")), "Required field QTY is missing"),
        (sheet(entry(ENTRYDATE="")), "Required field ENTRYDATE is missing"),
        (sheet(entry(QTY="seven")), "Illegal format for Timesheet entry : QTY seven"),
        (sheet(entry(PROJECTID="P-7")), "Invalid Project 'P-7' specified."),
        (sheet(entry(PROJECTID="P-8")), "Invalid Project 'P-8' specified."),
        (sheet(entry(PROJECTID="P-4")), "has a project status that prevents timesheet submittal."),
        (sheet(entry(TIMETYPE="no")), "Invalid Time type 'no' specified."),
        (sheet(entry(TIMETYPE="Retired type")), "Invalid Time type 'Retired type' specified."),
        (sheet(entry(ITEMID="no")), "Invalid Item 'no' specified."),
        (sheet(entry(TASKID="T-1", TASKKEY="1")), "Use either TASKID or TASKKEY, not both."),
        (sheet(entry(TASKID="T-77")), "Invalid Task 'T-77' specified."),
        (sheet(entry(TASKID="T-1", PROJECTID="")), "Task 'T-1' needs a project."),
        (sheet(entry(TASKKEY="3")), "does not belong to the project."),
        (sheet(entry(CUSTOMERID="C2")), "Project 'P-1' does not belong to customer 'C2'."),
        ({"EMPLOYEEID": "E1", "BEGINDATE": "03/03/2025"}, "Required field TIMESHEETENTRIES"),
    ],
)
def test_unsupported_values_are_refused(books: Books, values: dict[str, Any], text: str) -> None:
    found = books.refused_create("TIMESHEET", **values)
    assert text in found.first
    assert found.texts[-1] == "Could not create timesheet record!"
    assert len(books.rows("TIMESHEET")) == len(books.rows("TIMESHEETENTRY")) == 1


def test_a_task_is_named_by_id_or_key(books: Books) -> None:
    made = books.create("TIMESHEET", **sheet(entry(TASKID="T-2"), entry(TASKKEY="1", PROJECTID="")))
    found = entries(books, made["RECORDNO"])
    assert [(e["TASKID"], e["TASKKEY"]) for e in found] == [("T-2", "2"), ("T-1", "1")]


@pytest.mark.parametrize(("mode", "refused"), [("refuse", True), ("allow", False)])
def test_one_timesheet_for_a_person_and_period(books: Books, mode: str, refused: bool) -> None:
    books.set(timesheet_duplicates=mode)
    books.create("TIMESHEET", **sheet())
    again = books.call(el("create", el("TIMESHEET", els(**sheet()))))
    assert (again.findtext("status") == "failure") is refused
    books.create("TIMESHEET", **sheet(EMPLOYEEID="E2"))


@pytest.mark.parametrize(("mode", "refused"), [("refuse", True), ("allow", False)])
def test_the_period_may_be_checked(books: Books, mode: str, refused: bool) -> None:
    books.set(timesheet_period=mode)
    values = sheet(BEGINDATE="03/01/2025")
    result = books.call(el("create", el("TIMESHEET", els(**values))))
    assert (result.findtext("status") == "failure") is refused


def test_the_first_day_of_the_week_is_a_preference(books: Books) -> None:
    books.prefer(week_start=6)
    assert "start of a timesheet period" in books.refused_create("TIMESHEET", **sheet()).first
    books.create("TIMESHEET", **sheet(BEGINDATE="03/02/2025"))


def test_an_update_rewrites_all_entries(books: Books) -> None:
    made = books.create("TIMESHEET", **sheet(entry(), entry(QTY="2")))
    first = entries(books, made["RECORDNO"])[0]
    kept = entry(RECORDNO=first["RECORDNO"], QTY="1")
    books.update("TIMESHEET", **made, **sheet(kept, entry(QTY="3")))
    found = entries(books, made["RECORDNO"])
    assert [e["QTY"] for e in found] == ["1", "3"]
    assert found[0]["RECORDNO"] == first["RECORDNO"]
    assert len(books.rows("TIMESHEETENTRY")) == 3


@pytest.mark.parametrize(("mode", "same"), [("keep", True), ("renew", False)])
def test_rewritten_entries_may_get_new_numbers(books: Books, mode: str, same: bool) -> None:
    books.set(timesheet_entry_keys=mode)
    made = books.create("TIMESHEET", **sheet())
    number = entries(books, made["RECORDNO"])[0]["RECORDNO"]
    books.update("TIMESHEET", **made, **sheet(entry(RECORDNO=number)))
    assert (entries(books, made["RECORDNO"])[0]["RECORDNO"] == number) is same


@pytest.mark.parametrize("missing", ["EMPLOYEEID", "BEGINDATE"])
def test_an_update_names_person_and_period_again(books: Books, missing: str) -> None:
    made = books.create("TIMESHEET", **sheet())
    values = {name: value for name, value in sheet().items() if name != missing}
    words = books.refused_update("TIMESHEET", **made, **values).first
    assert words == f"Required field {missing} is missing"


@pytest.mark.parametrize(("mode", "status"), [("allow", "success"), ("refuse", "failure")])
def test_an_update_of_the_head_alone(books: Books, mode: str, status: str) -> None:
    books.set(timesheet_headers=mode)
    made = books.create("TIMESHEET", **sheet())
    head = {"EMPLOYEEID": "E1", "BEGINDATE": "03/03/2025", "DESCRIPTION": "week 10"}
    result = books.call(el("update", el("TIMESHEET", els(**made, **head))))
    assert result.findtext("status") == status
    assert len(entries(books, made["RECORDNO"])) == 1


def test_entries_are_submitted_with_their_sheet(books: Books) -> None:
    made = books.create("TIMESHEET", **sheet())
    head = {"EMPLOYEEID": "E1", "BEGINDATE": "03/03/2025", "STATE": "Submitted"}
    books.update("TIMESHEET", **made, **head)
    assert [e["STATE"] for e in entries(books, made["RECORDNO"])] == ["Submitted"]
    books.ok(decide("approve", made["RECORDNO"]))


@pytest.mark.parametrize(("editable", "status"), [(False, "failure"), (True, "success")])
def test_a_submitted_timesheet_may_be_locked(books: Books, editable: bool, status: str) -> None:
    books.set(submitted_timesheets_editable=editable)
    made = books.create("TIMESHEET", **sheet(STATE="Submitted"))
    result = books.call(el("update", el("TIMESHEET", els(**made, **sheet()))))
    assert result.findtext("status") == status


def decide(function: str, key: str, **more: Any) -> str:
    return el(function, el("TIMESHEET", els(RECORDNO=key, **more)))


def test_a_manager_approves_and_the_sheet_is_locked(books: Books) -> None:
    made = books.create("TIMESHEET", **sheet(STATE="Submitted"))
    books.ok(decide("approve", made["RECORDNO"], APPROVEDBY="sandbox-user", COMMENT="fine"))
    assert books.read("TIMESHEET", made["RECORDNO"])["STATE"] == "Approved"
    assert "is Approved" in books.refused_update("TIMESHEET", **made, **sheet()).first
    delete = el("delete", els(object="TIMESHEET", keys=made["RECORDNO"]))
    assert "cannot be deleted" in books.refused(delete).first
    trail = books.query("TIMESHEETAPPROVAL", "STATE APPROVEDBY COMMENT")
    assert trail == [{"STATE": "Approved", "APPROVEDBY": "sandbox-user", "COMMENT": "fine"}]


@pytest.mark.parametrize("who", ["DECLINEDBY", "APPROVEDBY", "DECLINEDEDBY"])
def test_a_declined_sheet_is_corrected_and_submitted_again(books: Books, who: str) -> None:
    made = books.create("TIMESHEET", **sheet(STATE="Submitted"))
    books.ok(decide("decline", made["RECORDNO"], **{who: "sandbox-user"}))
    assert books.read("TIMESHEET", made["RECORDNO"])["STATE"] == "Declined"
    books.update("TIMESHEET", **made, **sheet(entry(QTY="6"), STATE="Submitted"))
    assert entries(books, made["RECORDNO"])[0]["STATE"] == "Submitted"


def test_single_entries_can_be_decided(books: Books) -> None:
    made = books.create("TIMESHEET", **sheet(entry(), entry(QTY="1"), STATE="Submitted"))
    first, second = (e["RECORDNO"] for e in entries(books, made["RECORDNO"]))
    key = made["RECORDNO"]
    books.ok(decide("approve", key, ENTRYKEYS=first))
    assert books.read("TIMESHEET", key)["STATE"] == "Partially Approved"
    assert "not Submitted" in books.refused(decide("approve", key, ENTRYKEYS=first)).first
    books.ok(decide("decline", key, ENTRYKEYS=second))
    assert books.read("TIMESHEET", key)["STATE"] == "Partially Declined"
    assert [e["STATE"] for e in entries(books, key)] == ["Approved", "Declined"]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"APPROVEDBY": "stranger"}, "Invalid User 'stranger' specified."),
        ({"ENTRYKEYS": "999"}, "is not of this timesheet"),
    ],
)
def test_a_decision_requires_its_fields(books: Books, more: dict[str, str], text: str) -> None:
    assert text in books.refused(decide("approve", "1", **more)).first
    assert "Cannot find timesheet" in books.refused(decide("approve", "99")).first


def test_a_manager_may_decide_in_the_screens(books: Books) -> None:
    books.about("/edit", {"object": "TIMESHEET", "recordno": 1, "changes": {"STATE": "Approved"}})
    assert [e["STATE"] for e in entries(books, "1")] == ["Approved"]


def test_only_project_resources_may_enter_time_if_the_company_requires_it(books: Books) -> None:
    books.prefer(projects_for_resources_only=True)
    books.create("TIMESHEET", **sheet())
    found = books.refused_create("TIMESHEET", **sheet(EMPLOYEEID="E3"))
    assert found.first == "The employee is not a resource of the project 'P-1'."
    books.create("PROJECTRESOURCES", PROJECTID="P-1", EMPLOYEEID="E3")
    books.create("TIMESHEET", **sheet(EMPLOYEEID="E3"))


def test_a_project_may_be_billed_to_others_if_the_company_allows_it(books: Books) -> None:
    other = sheet(entry(CUSTOMERID="C2"))
    assert books.refused_create("TIMESHEET", **other).first
    books.prefer(project_needs_its_customer=False)
    made = books.create("TIMESHEET", **other)
    assert [e["CUSTOMERID"] for e in entries(books, made["RECORDNO"])] == ["C2"]


def test_time_cannot_post_to_a_closed_period(books: Books) -> None:
    books.about("/closed", {"PA": "2025-03-31"})
    books.create("TIMESHEET", **sheet())
    found = books.refused_create("TIMESHEET", **sheet(EMPLOYEEID="E2", STATE="Submitted"))
    assert "Date must be on or after 04/01/2025" in found.first
    values = sheet(EMPLOYEEID="E2", STATE="Submitted", GLPOSTDATE="04/01/2025")
    books.create("TIMESHEET", **values)


def test_with_entities_each_entry_has_a_location(group: Books) -> None:
    found = group.refused_create("TIMESHEET", **sheet())
    assert found.first == "This transaction is missing the Location dimension"
    group.create("TIMESHEET", **sheet(entry(LOCATIONID="US")))


@pytest.mark.parametrize(("mode", "refused"), [("check", True), ("ignore", False)])
def test_an_entry_has_the_dimensions_that_its_time_types_account_requires(
    books: Books, mode: str, refused: bool
) -> None:
    books.set(timesheet_accounts=mode)
    books.update("GLACCOUNT", ACCOUNTNO="5000", REQUIREDEPT="true")
    books.create("TIMESHEET", **sheet(entry(TIMETYPE="", DEPARTMENTID="")))
    timed = sheet(entry(TIMETYPE="Overtime"), EMPLOYEEID="E2")
    if refused:
        found = books.refused_create("TIMESHEET", **timed)
        words = "This transaction is missing the Department dimension for the Account 5000"
        assert found.first == words
        timed = sheet(entry(TIMETYPE="Overtime", DEPARTMENTID="10"), EMPLOYEEID="E2")
    books.create("TIMESHEET", **timed)


def test_an_empty_sheet_is_refused(books: Books) -> None:
    made = books.create("TIMESHEET", **sheet())
    head = {"EMPLOYEEID": "E1", "BEGINDATE": "03/03/2025", "TIMESHEETENTRIES": ""}
    assert "TIMESHEETENTRY is missing" in books.refused_update("TIMESHEET", **made, **head).first


def test_without_the_application_for_expenses_there_are_no_timesheets(books: Books) -> None:
    books.about(body={"applications": ["AR", "AP"]})
    found = books.refused_create("TIMESHEET", **sheet())
    assert (found.numbers[0], found.first) == (
        "PL04000005",
        "API operation 'CREATE' cannot be performed on objects of type timesheet",
    )


def test_without_a_subscription_to_projects_there_are_no_drafts(books: Books) -> None:
    """Case sage-intacct 11: developer.sage.com, Timesheets."""
    books.about(body={"applications": ["EE", "AR", "AP", "CM", "SO"]})
    plain = entry(PROJECTID="", TASKID="")
    assert "Invalid Project 'P-1'" in books.refused_create("TIMESHEET", **sheet()).first
    assert "Draft" in books.refused_create("TIMESHEET", **sheet(plain), STATE="Draft").first
    made = books.create("TIMESHEET", **sheet(plain))
    assert books.read("TIMESHEET", made["RECORDNO"])["STATE"] == "Submitted"
    found = books.refused(query("PROJECT", "PROJECTID"))
    assert found.first == "API operation 'QUERY' cannot be performed on objects of type project"


def test_an_entry_has_a_cost_rate(books: Books) -> None:
    """Case quickbooks-online 14, here."""
    made = books.create("TIMESHEET", **sheet(entry(EXTCOSTRATE="31.5")))
    where = op("equalto", "TIMESHEETKEY", made["RECORDNO"])
    assert books.query("TIMESHEETENTRY", "EXTCOSTRATE", where) == [{"EXTCOSTRATE": "31.50"}]


def legacy(**more: Any) -> str:
    item = {
        "projectid": "P-1",
        "entrydate": day("2025-03-03"),
        "qty": "4",
        "taskname": "Design",
        "notes": "old way",
        **more,
    }
    return els(employeeid="E1", begindate=day("2025-03-03"), timesheetitems={"timesheetitem": item})


def test_the_legacy_function_submits_by_default(books: Books) -> None:
    key = books.key(el("create_timesheet", legacy()))
    assert books.read("TIMESHEET", key)["STATE"] == "Submitted"
    assert [(e["NOTES"], e["TASKID"]) for e in entries(books, key)] == [("old way", "T-1")]
    books.ok(el("delete_timesheet", key=key))
    assert len(books.rows("TIMESHEET")) == 1


def test_the_legacy_update_rewrites_too(books: Books) -> None:
    key = books.create("TIMESHEET", **sheet(entry(), entry()))["RECORDNO"]
    books.ok(el("update_timesheet", legacy(qty="5"), key=key))
    assert [e["QTY"] for e in entries(books, key)] == ["5"]
    assert books.read("TIMESHEET", key)["STATE"] == "Draft"
