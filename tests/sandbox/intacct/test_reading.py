"""read, readByName, readByQuery, readMore, readRelated, get, get_list, lookup, inspect."""

from __future__ import annotations

import json

import pytest

from tests.sandbox.intacct.conftest import Books, op, query
from tests.sandbox.intacct.xml import el, els, record


def by_query(name: str, condition: str = "", **more: object) -> str:
    fields = more.pop("fields", "*")
    return el("readByQuery", els(object=name, query=condition, fields=fields, **more))


def found(books: Books, name: str, condition: str, field: str) -> list[str]:
    data = books.ok(by_query(name, condition)).find("data")
    assert data is not None
    return sorted(row.findtext(field) or "" for row in data)


def test_read_takes_record_numbers_and_keeps_the_case_of_the_request(books: Books) -> None:
    result = books.ok(el("read", els(object="Project", keys="1,3", fields="RECORDNO,PROJECTID")))
    data = result.find("data")
    assert data is not None
    assert (data.get("listtype"), data.get("count")) == ("Project", "2")
    assert [row.tag for row in data] == ["Project"] * 2
    assert [row.findtext("PROJECTID") for row in data] == ["P-1", "P-3"]


def test_read_by_name_takes_ids(books: Books) -> None:
    result = books.ok(el("readByName", els(object="CUSTOMER", keys="C2", fields="NAME")))
    assert result.findtext("data/CUSTOMER/NAME") == "Borealis & Sons"


def test_read_shows_contacts_nested(books: Books) -> None:
    item = books.item("CUSTOMER", "1")
    assert item.findtext("DISPLAYCONTACT/EMAIL1") == "billing@acme.example"
    assert item.findtext("DISPLAYCONTACT/MAILADDRESS/CITY") == "Springfield"
    assert item.findtext("TERMNAME") == "Net 30"


def test_read_shows_the_lines_of_a_document(books: Books) -> None:
    lines = books.item("ARINVOICE", "1").findall("ARINVOICEITEMS/arinvoiceitem")
    assert [line.findtext("LINE_NO") for line in lines] == ["1", "2"]
    assert [line.findtext("AMOUNT") for line in lines] == ["1500.00", "300.00"]


def test_read_of_nothing_is_an_error(books: Books) -> None:
    words = books.refused(el("read", els(object="PROJECT", keys="99")))
    assert (words.numbers, words.first) == (
        ["DL02000001"],
        "There was an error processing the request.",
    )


def test_read_names_the_list_of_fields_that_it_does_not_know(books: Books) -> None:
    words = books.refused(el("read", els(object="PROJECT", keys="1", fields="x")))
    assert (words.numbers, words.texts) == (["Invalid fields list x"], [""])


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("", ["P-1", "P-2", "P-3", "P-4", "P-8", "P-9"]),
        ("STATUS = 'F'", ["P-8"]),
        ("STATUS = 'T' AND CUSTOMERID = 'C1'", ["P-1", "P-2"]),
        ("CUSTOMERID = 'C2' OR CUSTOMERID = 'C3'", ["P-3", "P-4"]),
        ("NOT (CUSTOMERID = 'C1' OR CUSTOMERID IS NULL)", ["P-3", "P-4"]),
        ("NAME like 'Acme%'", ["P-1", "P-2"]),
        ("NAME not like 'Acme%' and RECORDNO < 4", ["P-3"]),
        ("RECORDNO in (1, 2)", ["P-1", "P-2"]),
        ("PROJECTID not in ('P-1','P-2')", ["P-3", "P-4", "P-8", "P-9"]),
        ("PARENTID IS NOT NULL", ["P-2"]),
        ("RECORDNO >= 4 AND RECORDNO <= 5", ["P-4", "P-9"]),
        ("BEGINDATE = '01/01/2025' AND RECORDNO != 1", ["P-2", "P-3", "P-4", "P-9"]),
    ],
)
def test_conditions_of_read_by_query(books: Books, condition: str, expected: list[str]) -> None:
    assert found(books, "PROJECT", condition, "PROJECTID") == expected


def test_conditions_compare_database_codes(books: Books) -> None:
    assert found(books, "TASK", "TASKSTATUS = 'L'", "NAME") == ["Development"]
    assert found(books, "TASK", "TASKSTATUS = 'Planned'", "NAME") == []
    assert len(found(books, "TIMESHEET", "STATE = 'S'", "RECORDNO")) == 1
    assert len(found(books, "APBILL", "STATE = 'A'", "RECORDNO")) == 1
    assert "4000" in found(books, "GLACCOUNT", "ACCOUNTTYPE = 'I'", "ACCOUNTNO")


def test_a_quote_in_a_text_is_escaped(books: Books) -> None:
    books.create("CLASS", CLASSID="Q", NAME="Erin's Software")
    assert found(books, "CLASS", r"NAME = 'Erin\'s Software'", "CLASSID") == ["Q"]


@pytest.mark.parametrize(
    ("body", "number", "text"),
    [
        (by_query("BADOBJECT"), "Query Failed", "Object definition BADOBJECT not found"),
        (by_query("PROJECT", "COLOUR = 'red'"), "Query Failed", "COLOUR"),
        (by_query("PROJECT", "NAME ="), "Query Failed", "a value is missing"),
        (by_query("PROJECT", "NAME = 'open"), "Query Failed", "cannot read"),
        (by_query("PROJECT", "(NAME = 'a'"), "Query Failed", ") is missing"),
        (by_query("PROJECT", pagesize=1001), "BL03000018", "pagesize must be 1 to 1000"),
        (by_query("PROJECT", fields="y"), "Invalid fields list y", ""),
    ],
)
def test_read_by_query_refuses_invalid_queries(
    books: Books, body: str, number: str, text: str
) -> None:
    words = books.refused(body)
    assert words.numbers[0] == number
    assert text in words.first


def test_pages_by_result_id_come_from_the_first_result(books: Books) -> None:
    first = books.ok(by_query("PROJECT", fields="PROJECTID", pagesize=4)).find("data")
    assert first is not None
    assert (first.get("listtype"), first.get("count"), first.get("totalcount")) == (
        "project",
        "4",
        "6",
    )
    assert (first.get("numremaining"), first[0].tag) == ("2", "project")
    books.create("PROJECT", PROJECTID="P-X", NAME="x", PROJECTCATEGORY="Contract")
    more = el("readMore", els(resultId=first.get("resultId")))
    second = books.ok(more).find("data")
    assert second is not None
    assert [row.findtext("PROJECTID") for row in second] == ["P-9", "P-8"]
    assert second.get("numremaining") == "0"
    done = books.ok(more).find("data")
    assert done is not None
    assert done.get("count") == "0"


def test_read_more_by_object_goes_on_with_the_last_query(books: Books) -> None:
    books.ok(by_query("PROJECT", fields="PROJECTID", pagesize=4))
    data = books.ok(el("readMore", els(object="PROJECT"))).find("data")
    assert data is not None
    assert len(data) == 2
    assert books.refused(el("readMore", els(resultId="no"))).numbers == ["readMore failed"]


@pytest.mark.parametrize("ends", [True, False])
def test_pages_may_end_with_the_session_that_asked_for_them(books: Books, ends: bool) -> None:
    books.set(results_end_with_session=ends)
    first = books.ok(by_query("PROJECT", fields="PROJECTID", pagesize=4)).find("data")
    assert first is not None
    books.sessions.clear()
    books.sign_in()
    result = books.call(el("readMore", els(resultId=first.get("resultId"))))
    assert (result.findtext("status") == "failure") is ends


@pytest.mark.parametrize("shown", [True, False])
def test_a_timesheet_that_is_read_may_come_without_its_entries(books: Books, shown: bool) -> None:
    books.set(timesheet_reads_show_entries=shown)
    number = books.rows("TIMESHEET")[0]["RECORDNO"]
    assert (books.item("TIMESHEET", number).find("TIMESHEETENTRIES") is not None) is shown


def test_a_company_may_lack_a_field(books: Books) -> None:
    where = op("equalto", "TIMESHEETKEY", "1")
    assert books.call(query("TIMESHEETENTRY", "RECORDNO", where)).findtext("status") == "success"
    books.about(body={"absent": ["TIMESHEETENTRY.TIMESHEETKEY"]})
    assert books.refused(query("TIMESHEETENTRY", "RECORDNO", where)).first
    fields = books.ok(el("lookup", els(object="TIMESHEETENTRY"))).iterfind(".//Field/ID")
    assert "TIMESHEETKEY" not in {field.text for field in fields}
    books.about(body={"absent": []})


def test_read_by_query_shows_contacts_with_dots(books: Books) -> None:
    data = books.ok(by_query("CUSTOMER", "CUSTOMERID = 'C1'")).find("data")
    assert data is not None
    assert record(data[0])["DISPLAYCONTACT.EMAIL1"] == "billing@acme.example"
    assert data[0].find("ARINVOICEITEMS") is None


@pytest.mark.parametrize(("shown", "count"), [(True, 1), (False, 0)])
def test_older_reads_may_show_private_records(group: Books, shown: bool, count: int) -> None:
    group.set(legacy_reads_show_private=shown)
    group.sign_in("UK")
    group.create("CLASS", CLASSID="PRIVATE", NAME="x")
    group.sign_in("")
    assert len(found(group, "CLASS", "CLASSID = 'PRIVATE'", "CLASSID")) == count


def test_read_answers_in_other_formats_within_the_envelope(books: Books) -> None:
    asked = els(object="CLASS", keys="1", fields="CLASSID", returnFormat="json")
    data = books.ok(el("read", asked)).find("data")
    assert data is not None
    assert json.loads(data.text or "") == [{"CLASSID": "CL1"}]
    data = books.ok(by_query("CLASS", fields="CLASSID", returnFormat="csv")).find("data")
    assert data is not None
    assert (data.text or "").splitlines()[:2] == ["CLASSID", "CL1"]


def test_related_records_are_read_over_a_relation(books: Books) -> None:
    asked = els(object="PROJECT", keys="1,2", relation="CUSTOMER", fields="CUSTOMERID")
    data = books.ok(el("readRelated", asked)).find("data")
    assert data is not None
    assert [row.findtext("CUSTOMERID") for row in data] == ["C1"]


def test_lookup_returns_fields_and_relations(books: Books) -> None:
    kind = books.ok(el("lookup", els(object="PROJECT"))).find("data/Type")
    assert kind is not None
    assert kind.get("Name") == "PROJECT"
    fields = {field.findtext("ID"): field for field in kind.findall("Fields/Field")}
    assert fields["NAME"].findtext("REQUIRED") == "true"
    assert fields["RECORDNO"].findtext("READONLY") == "true"
    assert fields["BEGINDATE"].findtext("DATATYPE") == "DATE"
    words = [v.text for v in fields["PROJECTCATEGORY"].findall("VALIDVALUES/VALIDVALUE")]
    assert "Internal Non-Billable" in words
    ways = {
        item.findtext("OBJECTPATH"): item.findtext("OBJECTNAME")
        for item in kind.findall("Relationships/Relationship")
    }
    assert ways["MANAGER"] == "EMPLOYEE"


def test_custom_fields_are_looked_up_and_used(books: Books) -> None:
    books.about("/fields", {"object": "PROJECT", "name": "region", "label": "Region"})
    fields = books.ok(el("lookup", els(object="PROJECT"))).findall("data/Type/Fields/Field")
    custom = [f.findtext("ID") for f in fields if f.findtext("ISCUSTOM") == "true"]
    assert custom == ["REGION"]
    books.update("PROJECT", PROJECTID="P-1", REGION="North")
    assert books.query("PROJECT", "REGION", order="RECORDNO")[0] == {"REGION": "North"}
    assert books.read("PROJECT", "1")["REGION"] == "North"
    assert found(books, "PROJECT", "REGION = 'North'", "PROJECTID") == ["P-1"]


def test_a_required_custom_field_makes_creates_fail(books: Books) -> None:
    field = {"object": "CLASS", "name": "OWNER", "label": "Owner", "required": True}
    books.about("/fields", field)
    assert books.refused_create("CLASS", CLASSID="A", NAME="A").first == (
        "Required field Owner is missing"
    )
    books.create("CLASS", CLASSID="A", NAME="A", OWNER="Ada")


def test_inspect_lists_objects_and_details(books: Books) -> None:
    data = books.ok(el("inspect", els(object="*"))).find("data")
    assert data is not None
    assert "PROJECT" in {kind.get("typename") for kind in data}
    plain = books.ok(el("inspect", els(object="CUSTOMER"))).findall("data/Type/Fields/Field")
    assert "CUSTOMERID" in {field.text for field in plain}
    detail = books.ok(el("inspect", els(object="CUSTOMER"), detail=1))
    lengths = {
        field.findtext("Name"): field.findtext("maxLength")
        for field in detail.findall("data/Type/Fields/Field")
    }
    assert lengths["CUSTOMERID"] == "20"


def test_dimensions_permissions_and_preferences_are_reported(books: Books) -> None:
    names = books.ok("<getDimensions/>").findall("data/dimensions/dimension/objectName")
    assert {"PROJECT", "CLASS", "LOCATION"} <= {name.text for name in names}
    permissions = books.ok(el("getUserPermissions", els(userId="sandbox-user")))
    assert len(permissions.findall("data/permissions/permission")) > 100
    books.prefer(ar_labels=True)
    result = books.ok(el("get_companyprefs", application="AR"))
    assert result.findtext("data/companypref/preference") == "AR_LABELS"


def test_the_trail_of_one_record(books: Books) -> None:
    books.update("PROJECT", PROJECTID="P-1", NAME="New")
    asked = els(object="PROJECT", recordNo=1)
    data = books.ok(el("getAuditTrail", asked)).find("data")
    assert data is not None
    assert [row.findtext("ACCESSMODE") for row in data] == ["C", "M"]


def test_get_list_has_lower_case_and_a_listtype(books: Books) -> None:
    result = books.ok(el("get_list", object="class", maxitems=1))
    kind = result.find("listtype")
    assert kind is not None
    assert (kind.text, kind.get("start"), kind.get("end"), kind.get("total")) == (
        "class",
        "0",
        "0",
        "2",
    )
    item = result.find("data/class")
    assert item is not None
    assert (item.findtext("key"), item.findtext("name")) == ("CL1", "Commercial")


def test_get_list_filters_sorts_and_selects(books: Books) -> None:
    expression = el("expression", els(field="name", operator="like", value="Acme%"))
    other = el("expression", els(field="status", operator="=", value="active"))
    inner = (
        el("filter", el("logical", expression + other, logical_operator="and"))
        + el("sorts", el("sortfield", "name", order="desc"))
        + el("fields", els(field=["name"]))
    )
    result = books.ok(el("get_list", inner, object="project"))
    rows = [record(row) for row in result.findall("data/project")]
    assert rows == [{"name": "Acme website"}, {"name": "Acme hosting"}]


def test_get_reads_one_record_with_days_in_three_parts(books: Books) -> None:
    item = books.ok(el("get", object="timesheet", key=1)).find("data/timesheet")
    assert item is not None
    assert item.findtext("employeeid") == "E1"
    assert len(item.findtext("begindate/year") or "") == 4
    assert item.find("timesheetitems/timesheetitem") is not None
    assert books.refused(el("get", object="class", key="no")).numbers == ["XL03000009"]
