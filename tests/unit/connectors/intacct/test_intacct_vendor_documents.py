"""The vendor's own documents: those that its clients write come out alike, those that they read are
understood. They are no part of the project; where they are absent, these tests say so and are
skipped."""

from datetime import UTC, datetime

import pytest
from ledgerlink.connectors.intacct.protocol import element_order, error_codes, xml
from ledgerlink.connectors.intacct.protocol import response as answers
from ledgerlink.connectors.intacct.protocol.faults import main_fault
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.response import Stage
from ledgerlink.connectors.intacct.protocol.xml import ElementOrder, Value
from ledgerlink.connectors.shared.errors import Disposition

from tests.support.intacct.vendor_schema import (
    SCHEMAS,
    expected,
    needs_schemas,
    plain,
    response,
    sample,
)

pytestmark = needs_schemas
DAY: Value = {"day": "30", "month": "06", "year": "2015"}
SAID: Value = {"showprivate": "false", "caseinsensitive": "false"}

FUNCTIONS: dict[str, tuple[str, Value]] = {
    "AccountsReceivable.CustomerCreate.function.01": ("create", {
        "CUSTOMER": {"DISPLAYCONTACT": {"PRINTAS": "SaaS Corporation"}, "NAME": "SaaS Corp"}}),
    "EmployeeExpense.EmployeeCreate.function.01": ("create", {
        "EMPLOYEE": {"PERSONALINFO": {"CONTACTNAME": "John Smith"}}}),
    "Projects.ProjectCreate.function.01": ("create", {
        "PROJECT": {"PROJECTCATEGORY": "Contract", "NAME": "hello world"}}),
    "Projects.TimesheetCreate.function.01": ("create", {
        "TIMESHEET": {
            "TIMESHEETENTRIES": {"TIMESHEETENTRY": [{"QTY": "1.75", "ENTRYDATE": "06/30/2016"}]},
            "BEGINDATE": "06/30/2016", "EMPLOYEEID": "E1234"}}),
    "EmployeeExpense.ExpenseReportCreate.function.01": ("create_expensereport", {
        "expenses": {"expense": [{"glaccountno": ""}]}, "employeeid": "E0001",
        "datecreated": DAY}),
    "OrderEntry.OrderEntryTransactionCreate.function.01": ("create_sotransaction", {
        "sotransitems": {"sotransitem": [{"quantity": "1200", "itemid": "02354032"}]},
        "customerid": "2530", "transactiontype": "Sales Order", "datecreated": DAY}),
    "Session.ApiSessionCreate.function.01": ("getAPISession", ""),
    "Session.ApiSessionCreate.function.02": ("getAPISession", {"locationid": "100"}),
    "Common.NewQuery.Query.function.01": ("query", {"options": SAID, "object": "CLASS"}),
    "Common.NewQuery.Query.function.05": ("query", {
        "options": {"showprivate": "false", "caseinsensitive": "true"}}),
}  # fmt: skip
FRAGMENTS: dict[str, tuple[str, Value, ElementOrder]] = {
    "EmployeeExpense.ExpenseReportLineCreate.fragment.01": (
        "expense", {"glaccountno": ""}, element_order.EXPENSE),
    "OrderEntry.OrderEntryTransactionLineCreate.fragment.01": (
        "sotransitem", {"quantity": "2340", "itemid": "26323"}, element_order.SALES_LINE),
    "Projects.TimesheetEntryCreate.fragment.01": (
        "TIMESHEETENTRY", {"QTY": "", "ENTRYDATE": "06/30/2016"}, element_order.TIMESHEETENTRY),
}  # fmt: skip
ANSWERS = (
    "Client.OnlineClient.response.01", "Client.OnlineClient.response.02",
    "Client.OnlineClient.response.03", "Client.SessionProvider.response.01",
)  # fmt: skip


def test_all_of_the_vendors_documents_are_compared() -> None:
    there = {path.stem for path in (SCHEMAS / "expected").glob("*.xml")}
    assert there == {*FUNCTIONS, *FRAGMENTS, *ANSWERS}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_written_as_the_vendors_clients_write_it(name: str) -> None:
    function, content = FUNCTIONS[name]
    assert plain(Function("unittest", function, content).to_xml()) == plain(expected(name))


@pytest.mark.parametrize("name", FRAGMENTS)
def test_a_line_is_written_as_the_vendors_clients_write_it(name: str) -> None:
    assert plain(xml.element(*FRAGMENTS[name])) == plain(expected(name))


@pytest.mark.parametrize(("name", "control_id", "session"), [
    ("Client.OnlineClient.response.01", "func1UnitTest", "unittest.."),
    ("Client.SessionProvider.response.01", "testControlId", "fAkESesSiOnId.."),
])  # fmt: skip
def test_a_session_has_its_end_and_address(name: str, control_id: str, session: str) -> None:
    answer = answers.parse(response(name))
    assert answer.failed is None
    (row,) = answer.results[control_id].rows
    assert row == {
        "SESSIONID": session,
        "ENDPOINT": "https://unittest.intacct.com/ia/xml/xmlgw.phtml",
        "LOCATIONID": None,
    }
    assert answer.expires_at is not None
    assert answer.expires_at.astimezone(UTC) == datetime(2015, 12, 7, 23, 57, 8, tzinfo=UTC)


def test_a_failed_function_is_reported_with_its_fault() -> None:
    answer = answers.parse(response("Client.OnlineClient.response.02"))
    result = answer.results["func1UnitTest"]
    assert (answer.failed, result.succeeded) == (None, False)
    assert str(main_fault(result.faults)) == (
        "Something went wrong (Sage Intacct error Get API Session Failed)"
    )


def test_the_cause_of_an_aborted_transaction_is_found() -> None:
    results = answers.parse(response("Client.OnlineClient.response.03")).results
    assert [each.status for each in results.values()] == ["aborted", "failure"]
    assert not any(each.succeeded for each in results.values())
    assert main_fault(results["func2UnitTest"].faults).words == "Something went wrong"


@pytest.mark.parametrize(("name", "stage", "words", "means"), [
    ("execLoginInvalid", Stage.OPERATION, "Sign-in information is incorrect",
     Disposition.RECONNECT),
    ("sessionInvalid", Stage.OPERATION, "Invalid session q....", Disposition.SIGN_IN),
    ("execXMLError", Stage.CONTROL, "XML Parse schema error: Fatal Error 76", Disposition.REJECTED),
])  # fmt: skip
def test_a_response_shows_where_it_failed_and_why(
    name: str, stage: Stage, words: str, means: Disposition
) -> None:
    answer = answers.parse(sample(name))
    assert answer.failed is stage
    assert main_fault(answer.faults).words.startswith(words)
    assert error_codes.meaning(main_fault(answer.faults), stage).disposition is means


def test_a_partial_create_has_rows_and_faults() -> None:
    (result,) = answers.parse(sample("execFuncError")).results.values()
    assert [row["RECORDNO"] for row in result.rows] == ["1424"]
    assert str(main_fault(result.faults)) == (
        "Another Project with the given value(s) Fellow PD1 already exists"
        " Use a unique value instead. (Sage Intacct error BL34000061)"
    )


def test_rows_and_their_lines_are_read() -> None:
    for name in ("vendorResponse", "execProjectSuccess", "functionErrorSuccess"):
        answer = answers.parse(sample(name))
        assert answer.failed is None
        assert any(result.rows for result in answer.results.values() if result.succeeded)


def test_a_changed_order_names_its_reference_before_the_original_day() -> None:
    """Case sage-intacct 14. The order of the schema and of the vendor's clients."""
    content: Value = {"@key": "Sales Invoice-7", "origdocdate": DAY, "referenceno": "PO-1"}
    (node,) = Function("f", "update_sotransaction", content).to_xml()
    assert [child.tag for child in node] == ["referenceno", "origdocdate"]
    (node,) = Function("f", "create_sotransaction", content).to_xml()
    assert [child.tag for child in node] == ["origdocdate", "referenceno"]
