"""query: filters, paths, order, pages, aggregates, formats."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from lxml import etree

from tests.sandbox.intacct.conftest import Books, op, query
from tests.sandbox.intacct.xml import el, els, errors, function, record, request


def ids(books: Books, name: str, field: str, where: str, **more: Any) -> list[str]:
    return [row[field] for row in books.query(name, field, where, order=field, **more)]


def both(*operators: str, word: str = "and") -> str:
    return el(word, *operators)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (op("equalto", "CUSTOMERID", "C1"), ["P-1", "P-2", "P-8"]),
        (op("notequalto", "STATUS", "active"), ["P-8"]),
        (op("like", "NAME", "Acme%"), ["P-1", "P-2"]),
        (op("like", "PROJECTID", "P-_"), ["P-1", "P-2", "P-3", "P-4", "P-8", "P-9"]),
        (op("notlike", "NAME", "%a%"), ["P-1", "P-2"]),
        (op("in", "PROJECTID", "P-1", "P-9"), ["P-1", "P-9"]),
        (op("notin", "PROJECTID", "P-1", "P-9"), ["P-2", "P-3", "P-4", "P-8"]),
        (op("between", "RECORDNO", 2, 3), ["P-2", "P-3"]),
        (op("lessthan", "RECORDNO", 2), ["P-1"]),
        (op("lessthanorequalto", "RECORDNO", 2), ["P-1", "P-2"]),
        (op("greaterthan", "RECORDNO", 4), ["P-8", "P-9"]),
        (op("isnull", "CUSTOMERID"), ["P-9"]),
        (op("isnotnull", "PARENTID"), ["P-2"]),
        (op("equalto", "CUSTOMER.NAME", "Cumulus"), ["P-4"]),
        (op("equalto", "MANAGER.CONTACT.EMAIL1", "bo@example.com"), ["P-2"]),
        (
            both(op("equalto", "STATUS", "active"), op("equalto", "CUSTOMERID", "C1")),
            ["P-1", "P-2"],
        ),
        (
            both(
                op("equalto", "CUSTOMERID", "C2"),
                both(op("equalto", "PARENTID", "P-1"), op("equalto", "STATUS", "active")),
                word="or",
            ),
            ["P-2", "P-3"],
        ),
    ],
)
def test_filters(books: Books, where: str, expected: list[str]) -> None:
    assert ids(books, "PROJECT", "PROJECTID", where) == expected


def test_case_matters_by_default(books: Books) -> None:
    where = op("equalto", "NAME", "acme WEBSITE")
    assert ids(books, "PROJECT", "PROJECTID", where) == []
    found = ids(books, "PROJECT", "PROJECTID", where, options={"caseinsensitive": "true"})
    assert found == ["P-1"]
    where = op("like", "NAME", "ACME%")
    found = ids(books, "PROJECT", "PROJECTID", where, options={"caseinsensitive": "true"})
    assert found == ["P-1", "P-2"]


def test_the_answer_has_the_total_count(books: Books) -> None:
    page = books.queried("PROJECT", "PROJECTID", order="PROJECTID", pagesize=4).find("data")
    assert page is not None
    assert dict(page.items()) == {
        "listtype": "PROJECT",
        "totalcount": "6",
        "offset": "0",
        "count": "4",
        "numremaining": "2",
    }
    assert [row.tag for row in page] == ["PROJECT"] * 4
    rest = books.queried("PROJECT", "PROJECTID", order="PROJECTID", pagesize=4, offset=4)
    data = rest.find("data")
    assert data is not None
    assert (data.get("count"), data.get("numremaining"), data.get("offset")) == ("2", "0", "4")
    assert [row.findtext("PROJECTID") for row in data] == ["P-8", "P-9"]


def test_an_empty_answer_has_zeros_and_no_child(books: Books) -> None:
    data = books.queried("PROJECT", "NAME", op("equalto", "NAME", "x"), offset=3).find("data")
    assert data is not None
    assert len(data) == 0
    assert {data.get(name) for name in ("totalcount", "offset", "count", "numremaining")} == {"0"}


def test_paths_become_the_names_of_elements_and_nothing_is_an_empty_element(books: Books) -> None:
    row = books.query("PROJECT", "CUSTOMER.NAME PARENTID", op("equalto", "PROJECTID", "P-9"))[0]
    assert row == {"CUSTOMER.NAME": "", "PARENTID": ""}


def test_display_contacts_are_reached_through_their_owner(books: Books) -> None:
    fields = "DISPLAYCONTACT.EMAIL1 DISPLAYCONTACT.MAILADDRESS.CITY DISPLAYCONTACT.CONTACTNAME"
    row = books.query("CUSTOMER", fields, op("equalto", "CUSTOMERID", "C2"))[0]
    assert list(row.values()) == [
        "ap@borealis.example",
        "Springfield",
        "Borealis & Sons(CC2)",
    ]


def test_only_one_hop_goes_up_a_hierarchy(books: Books) -> None:
    where = op("equalto", "PARENT.NAME", "Acme website")
    assert ids(books, "PROJECT", "PROJECTID", where) == ["P-2"]
    where = op("equalto", "PARENT.PARENT.NAME", "x")
    assert books.refused(query("PROJECT", "NAME", where)).numbers == ["XL03000010"]


def test_orders_go_both_ways_and_one_after_the_other(books: Books) -> None:
    rows = books.query("PROJECT", "PROJECTID CUSTOMERID", order="-CUSTOMERID PROJECTID")
    assert [row["PROJECTID"] for row in rows] == ["P-4", "P-3", "P-1", "P-2", "P-8", "P-9"]
    rows = books.query("APBILL", "RECORDNO WHENDUE", order="WHENDUE")
    assert len(rows) == 1


@pytest.mark.parametrize("order", ["creation", "scrambled"])
def test_without_an_order_pages_may_overlap(books: Books, order: str) -> None:
    books.set(undefined_order=order)
    for number in range(40):
        books.create("CLASS", CLASSID=f"X{number}", NAME="x")
    seen = []
    for offset in range(0, 42, 10):
        rows = books.query("CLASS", "CLASSID", pagesize=10, offset=offset)
        seen += [row["CLASSID"] for row in rows]
    assert (len(set(seen)) == 42) is (order == "creation")
    ordered = []
    for offset in range(0, 42, 10):
        rows = books.query("CLASS", "CLASSID", pagesize=10, offset=offset, order="RECORDNO")
        ordered += [row["CLASSID"] for row in rows]
    assert len(set(ordered)) == 42


def test_each_page_is_a_query_of_its_own(books: Books) -> None:
    books.query("CLASS", "CLASSID", order="CLASSID", pagesize=1)
    books.create("CLASS", CLASSID="AA", NAME="first")
    rows = books.query("CLASS", "CLASSID", order="CLASSID", pagesize=1, offset=1)
    assert rows == [{"CLASSID": "CL1"}]


@pytest.mark.parametrize(
    ("body", "number", "text"),
    [
        (query("NOTHING", "NAME"), "XL03000009", "Object definition NOTHING not found"),
        (query("PROJECT", "NAME COLOUR SIZE"), "XL03000006", "project: [COLOUR, SIZE] ]"),
        (query("ARINVOICE", "INVOICENO"), "XL03000006", "arinvoice: [INVOICENO] ]"),
        (query("PROJECT", "NAME", op("equalto", "COLOUR", 1)), "XL03000010", "Field COLOUR"),
        (query("PROJECT", "NAME", order="COLOUR"), "XL03000010", "Field COLOUR"),
        (query("PROJECT", "*"), "XL03000006", "project: [*] ]"),
        (query("PROJECT", "NAME", pagesize=2001), "XL03000006", "pagesize must be 1 to 2000"),
        (query("PROJECT", "NAME", pagesize=0), "XL03000006", "pagesize must be 1 or more"),
        (query("PROJECT", "NAME", offset=-1), "XL03000006", "offset must be 0 or more"),
        (el("query", els(object="PROJECT")), "XL03000006", "select needs a field"),
        (el("query", els(object="PROJECT", where="x")), "XL03000006", "Invalid element where"),
        (query("PROJECT", "NAME", op("equalto", "RECORDNO", "x")), "XL03000006", "no integer"),
        (query("PROJECT", "NAME", op("between", "RECORDNO", 1)), "XL03000006", "with 1 values"),
        (query("PROJECT", "NAME", op("same", "RECORDNO", 1)), "XL03000006", "Invalid operator"),
        (
            query("PROJECT", "NAME", op("isnull", "NAME") + op("isnull", "NAME")),
            "XL03000006",
            "exactly one",
        ),
        (query("PROJECT", "NAME", both(op("isnull", "NAME"))), "XL03000006", "two operators"),
        (
            query("PROJECT", "NAME", op("in", "RECORDNO", *range(1001))),
            "XL03000006",
            "with 1001 values",
        ),
        (query("PROJECT", "NAME", options={"speed": "high"}), "XL03000006", "Invalid option"),
    ],
)
def test_invalid_queries_are_refused(books: Books, body: str, number: str, text: str) -> None:
    found = books.refused(body)
    assert found.numbers == [number]
    assert text in found.first


def test_the_numbers_for_bad_queries_can_be_set(books: Books) -> None:
    books.set(bad_select_errorno="A", bad_filter_errorno="B", bad_object_errorno="C")
    assert books.refused(query("PROJECT", "COLOUR")).numbers == ["A"]
    where = op("equalto", "COLOUR", 1)
    assert books.refused(query("PROJECT", "NAME", where)).numbers == ["B"]
    assert books.refused(query("NOTHING", "NAME")).numbers == ["C"]


def test_a_thousand_values_may_be_asked_for(books: Books) -> None:
    where = op("in", "PROJECTID", *(f"P-{number}" for number in range(1000)))
    assert len(books.query("PROJECT", "NAME", where)) == 6


@pytest.mark.parametrize(("names", "total"), [("function", "SUM.TOTALDUE"), ("field", "TOTALDUE")])
def test_aggregates_are_grouped_by_the_plain_fields(books: Books, names: str, total: str) -> None:
    books.set(aggregate_names=names)
    select = els(field="CUSTOMERID", count="RECORDNO", sum="TOTALDUE")
    result = books.ok(el("query", el("select", select), els(object="ARINVOICE")))
    data = result.find("data")
    assert data is not None
    row = {"CUSTOMERID": "C1", "COUNT.RECORDNO": "1", total: "1800.00"}
    assert [record(item) for item in data] == [row]


def test_smallest_largest_and_middle(books: Books) -> None:
    select = els(min="AMOUNT", max="AMOUNT", avg="AMOUNT", count="AMOUNT")
    result = books.ok(el("query", el("select", select), els(object="ARINVOICEITEM")))
    row = record(result.find("data")[0])  # type: ignore[index]
    assert row == {
        "MIN.AMOUNT": "300.00",
        "MAX.AMOUNT": "1500.00",
        "AVG.AMOUNT": "900",
        "COUNT.AMOUNT": "2",
    }


@pytest.mark.parametrize("form", ["json", "csv"])
def test_other_formats_come_without_an_envelope(books: Books, form: str) -> None:
    books.sign_in()
    asked = query("CLASS", "CLASSID NAME", order="CLASSID", options={"returnformat": form})
    answer = books.post(request(el("sessionid", books.session), function(asked)), books.endpoint)
    rows = answer.json() if form == "json" else list(csv.DictReader(io.StringIO(answer.text)))
    assert rows[0] == {"CLASSID": "CL1", "NAME": "Commercial"}
    assert b"<response>" not in answer.content


def test_errors_of_other_formats_are_still_xml(books: Books) -> None:
    asked = query("CLASS", "COLOUR", options={"returnformat": "json"})
    assert books.refused(asked).numbers == ["XL03000006"]


def test_incremental_reading_by_the_time_of_change(books: Books) -> None:
    before = books.query("PROJECT", "PROJECTID WHENMODIFIED", order="-WHENMODIFIED")
    last = before[0]["WHENMODIFIED"]
    assert len(last) == len("03/04/2025 17:21:09")
    sandbox = books.running.sandbox
    company = sandbox.companies[books.company]
    row = company.find("PROJECT", "P-3")
    assert row is not None
    where = op("greaterthan", "WHENMODIFIED", last)
    assert books.query("PROJECT", "PROJECTID", where) == []
    where = op("greaterthanorequalto", "WHENMODIFIED", last)
    assert len(books.query("PROJECT", "PROJECTID", where)) >= 1


@pytest.mark.parametrize(("zone", "same"), [("utc", True), ("pacific", False)])
def test_the_zone_of_times_can_be_set(books: Books, zone: str, same: bool) -> None:
    utc = books.query("CLASS", "WHENMODIFIED")[0]["WHENMODIFIED"]
    books.set(times_zone=zone)
    shown = books.query("CLASS", "WHENMODIFIED")[0]["WHENMODIFIED"]
    assert (shown == utc) is same
    where = op("equalto", "WHENMODIFIED", shown)
    assert len(books.query("CLASS", "CLASSID", where)) == 2


def test_deletes_are_found_in_the_trail(books: Books) -> None:
    made = books.create("CLASS", CLASSID="GONE", NAME="x")
    books.ok(el("delete", els(object="CLASS", keys=made["RECORDNO"])))
    where = both(op("equalto", "OBJECTTYPE", "class"), op("equalto", "ACCESSMODE", "D"))
    fields = "ID OBJECTTYPE OBJECTKEY ACCESSTIME ACCESSMODE SOURCE USERID WORKFLOWACTION"
    rows = books.query("AUDITHISTORY", fields, where)
    assert [(row["OBJECTKEY"], row["SOURCE"], row["USERID"]) for row in rows] == [
        ("GONE", "api", "sandbox-user")
    ]


def test_documents_are_named_by_record_number_in_the_trail(books: Books) -> None:
    key = books.rows("APBILL")[0]["RECORDNO"]
    books.ok(el("delete", els(object="APBILL", keys=key)))
    where = both(op("equalto", "OBJECTTYPE", "apbill"), op("equalto", "ACCESSMODE", "D"))
    assert books.query("AUDITHISTORY", "OBJECTKEY", where) == [{"OBJECTKEY": f"{key}--REC"}]


def test_keys_in_the_trail_can_be_without_their_suffix(books: Books) -> None:
    """estuary/connectors#5217 saw both."""
    books.about("/settings", {"audit_keys": "bare"})
    key = books.rows("APBILL")[0]["RECORDNO"]
    books.ok(el("delete", els(object="APBILL", keys=key)))
    books.create("CLASS", CLASSID="A", NAME="A")
    where = op("in", "OBJECTTYPE", "apbill", "class")
    rows = books.query("AUDITHISTORY", "OBJECTKEY", where, order="ID")
    assert [row["OBJECTKEY"] for row in rows][-2:] == [str(key), "A"]
    trail = el("getAuditTrail", els(object="APBILL", objectKey=key))
    assert books.ok(trail).find("data").get("count") != "0"  # type: ignore[union-attr]


def test_the_trail_can_be_hidden_and_has_its_limits(books: Books) -> None:
    where = op("like", "OBJECTTYPE", "cl%")
    assert "not supported" in books.refused(query("AUDITHISTORY", "ID", where)).first
    user = {"id": "sandbox-user", "password": "user-secret", "denied": ["READ AUDITHISTORY"]}
    books.about(body={"users": [user]})
    found = books.refused(query("AUDITHISTORY", "ID"))
    assert (found.numbers, found.first) == (
        [""],
        "You do not have permission for API operation QUERY on objects of type audithistory",
    )


def test_fields_that_cannot_be_queried_are_named_in_two_wordings(books: Books) -> None:
    """Case sage-intacct 2: intacct-sdk-js#83 and sageintacct-sdk-py#93."""
    books.about(body={"absent": ["EMPLOYEE.CLASSID", "EMPLOYEE.SUPERVISORID"]})
    asked = query("EMPLOYEE", "EMPLOYEEID CLASSID SUPERVISORID")
    listed = books.refused(asked)
    assert listed.numbers == ["XL03000006"]
    assert " ".join(listed.first.split()) == (
        "The following fields cannot be queried: [ employee: [CLASSID, SUPERVISORID] ]"
    )
    books.about("/settings", {"refused_fields": "one"})
    one = books.refused(asked)
    assert (one.numbers, one.first) == (
        ["XL03000010"],
        "Field requested is not valid: employee.CLASSID",
    )
    books.about("/settings", {"refused_fields": "plain"})
    assert "cannot be queried: CLASSID, SUPERVISORID" in books.refused(asked).first


def test_a_custom_field_with_an_odd_name_spoils_the_answers_that_have_it(books: Books) -> None:
    books.about("/fields", {"object": "CLASS", "name": "1st choice"})
    asked = el("query", els(select={"field": ["CLASSID", "1ST CHOICE"]}, object="CLASS"))
    assert books.refused(asked).numbers == ["DL02000001"]
    assert books.refused(el("readByQuery", els(object="CLASS", fields="*", query=""))).numbers
    assert len(books.query("CLASS", "CLASSID")) == 2
    books.about("/settings", {"odd_names": "broken"})
    body = request(el("sessionid", books.session), function(asked))
    answer = books.post(body, books.endpoint)
    assert b"<1ST CHOICE" in answer.content
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(answer.content)


def test_private_records_need_to_be_asked_for_at_the_top(group: Books) -> None:
    group.create("CLASS", CLASSID="SHARED", NAME="x")
    group.sign_in("UK")
    group.create("CLASS", CLASSID="PRIVATE", NAME="x")
    where = op("in", "CLASSID", "SHARED", "PRIVATE")
    assert ids(group, "CLASS", "CLASSID", where) == ["PRIVATE", "SHARED"]
    group.sign_in("US")
    assert ids(group, "CLASS", "CLASSID", where) == ["SHARED"]
    group.sign_in("")
    assert ids(group, "CLASS", "CLASSID", where) == ["SHARED"]
    found = group.query(
        "CLASS",
        "CLASSID MEGAENTITYID MEGAENTITYNAME",
        where,
        order="CLASSID",
        options={"showprivate": "true"},
    )
    assert [row["MEGAENTITYID"] for row in found] == ["UK", ""]
    assert found[0]["MEGAENTITYNAME"] == "Britain"


def test_errors_come_one_for_a_result(books: Books) -> None:
    results = books.send(function(query("PROJECT", "COLOUR")), function(query("CLASS", "NAME")))
    assert errors(results[0]).numbers == ["XL03000006"]
    assert results[1].findtext("status") == "success"


@pytest.mark.parametrize("hidden", [(), ("ARPYMTDETAIL.PAYMENTKEY", "TIMESHEET.ENDDATE")])
def test_unverified_fields_can_be_hidden(books: Books, hidden: tuple[str, ...]) -> None:
    books.set(not_queryable=list(hidden))
    for name, fields in (("ARPYMTDETAIL", "PAYMENTKEY"), ("TIMESHEET", "ENDDATE")):
        result = books.call(query(name, fields))
        assert (result.findtext("status") == "failure") is bool(hidden)
