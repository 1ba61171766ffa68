"""Customers, projects, employees and the other lists: ids, references, rules, entities."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.intacct.conftest import Books, op
from tests.sandbox.intacct.xml import el, els


def customer(key: str = "C50", **more: Any) -> dict[str, Any]:
    return {"CUSTOMERID": key, "NAME": "SaaS Corp", "DISPLAYCONTACT": {"PRINTAS": "SaaS"}, **more}


def project(key: str = "P-50", **more: Any) -> dict[str, Any]:
    return {"PROJECTID": key, "NAME": "hello world", "PROJECTCATEGORY": "Contract", **more}


def test_a_create_answers_with_record_number_and_id_in_lower_case(books: Books) -> None:
    data = books.ok(el("create", el("PROJECT", els(**project())))).find("data")
    assert data is not None
    assert (data.get("listtype"), data.get("count"), data[0].tag) == ("objects", "1", "project")
    assert [child.tag for child in data[0]] == ["RECORDNO", "PROJECTID"]


def test_an_update_takes_the_record_number_or_the_id(books: Books) -> None:
    made = books.create("PROJECT", **project())
    assert books.update("PROJECT", PROJECTID="P-50", DESCRIPTION="one") == made
    assert books.update("PROJECT", RECORDNO=made["RECORDNO"], NAME="two") == made
    row = books.read("PROJECT", made["RECORDNO"])
    assert (row["NAME"], row["DESCRIPTION"]) == ("two", "one")


def test_missing_fields_stay_and_empty_ones_are_cleared(books: Books) -> None:
    books.update("PROJECT", PROJECTID="P-1", DESCRIPTION="text", PONUMBER="PO1")
    books.update("PROJECT", PROJECTID="P-1", DESCRIPTION="")
    row = books.read("PROJECT", "1")
    assert (row["DESCRIPTION"], row["PONUMBER"]) == ("", "PO1")
    assert books.refused_update("PROJECT", PROJECTID="P-1", NAME="").first == (
        "Required field NAME is missing"
    )


@pytest.mark.parametrize(
    ("name", "values", "number", "text"),
    [
        ("PROJECT", {"PROJECTID": "X"}, "BL03000018", "Required field NAME is missing"),
        ("PROJECT", {"NAME": "x"}, "BL03000018", "Required field PROJECTID is missing"),
        (
            "PROJECT",
            project(CUSTOMERID="no"),
            "BL01001973",
            "Customer 'no' specified is not valid.",
        ),
        ("PROJECT", project(CUSTOMERID="C9"), "BL01001973", "Customer 'C9' specified is not valid"),
        ("PROJECT", project(MANAGERID="no"), "BL01001973", "The employee 'no' is invalid."),
        ("PROJECT", project(MANAGERID="E9"), "BL01001973", "The employee 'E9' is invalid."),
        ("PROJECT", project(DEPARTMENTID="no"), "BL01001973", "The department 'no' is invalid."),
        ("PROJECT", project(LOCATIONID="no"), "BL01001973", "The location 'no' is invalid."),
        ("PROJECT", project(CLASSID="no"), "BL01001973", "Invalid Class 'no' specified."),
        ("PROJECT", project(PARENTID="no"), "BL01001973", "Invalid Project 'no' specified."),
        ("PROJECT", project(PROJECTTYPE="no"), "BL01001973", "Invalid Project type 'no'"),
        ("PROJECT", project(PROJECTCATEGORY="Odd"), "BL01001973", "Invalid value 'Odd'"),
        ("PROJECT", project(BEGINDATE="2025-01-01"), "BL03000018", "Illegal format"),
        ("PROJECT", project(BEGINDATE="13/01/2025"), "BL03000018", "Illegal format"),
        ("PROJECT", project(POAMOUNT="1,000"), "BL03000018", "Illegal format"),
        ("PROJECT", project(BILLABLEEXPDEFAULT="yes"), "BL03000018", "Illegal format"),
        ("PROJECT", project(key="P" * 21), "BL03000018", "longer than 20 characters"),
        ("CUSTOMER", customer("C1"), "BL34000061", "Another Customer with the given value(s) C1  "),
        (
            "VENDOR",
            {"VENDORID": "V1", "NAME": "x", "DISPLAYCONTACT": {"PRINTAS": "x"}},
            "PL05000104",
            "Another Vendor with the given value(s) V1  already exists",
        ),
        ("CUSTOMER", {"CUSTOMERID": "X", "NAME": "x"}, "BL03000018", "DISPLAYCONTACT.PRINTAS"),
        ("CUSTOMER", customer(TERMNAME="no"), "BL01001973", "Invalid Term 'no' specified."),
        ("VENDOR", customer(), "BL03000018", "Required field VENDORID is missing"),
        ("EMPLOYEE", {"EMPLOYEEID": "E50"}, "BL03000018", "PERSONALINFO.CONTACTNAME is missing"),
        (
            "EMPLOYEE",
            {"EMPLOYEEID": "E50", "PERSONALINFO": {"CONTACTNAME": "Nobody"}},
            "BL01001973",
            "Invalid Contact 'Nobody' specified.",
        ),
        (
            "CONTACT",
            {"CONTACTNAME": "A", "PRINTAS": "A", "EMAIL1": "no address"},
            "BL03000018",
            "Illegal format for Contactversion : Primary Email Address",
        ),
        (
            "TASK",
            {"NAME": "x", "PROJECTID": "no", "TASKSTATUS": "Planned"},
            "BL01001973",
            "Invalid Project 'no' specified.",
        ),
        ("GLACCOUNT", {"ACCOUNTNO": "7000", "TITLE": "x"}, "BL03000018", "NORMALBALANCE"),
        (
            "EEACCOUNTLABEL",
            {"ACCOUNTLABEL": "X", "DESCRIPTION": "x", "GLACCOUNTNO": "1"},
            "BL01001973",
            "Account 1 is not valid",
        ),
        ("ITEM", {"ITEMID": "I", "NAME": "x"}, "BL03000018", "ITEMTYPE is missing"),
        ("PROJECTTYPE", {"NAME": "x"}, "BL01001973", "not supported by the function create"),
        ("ARINVOICE", {"CUSTOMERID": "C1"}, "BL01001973", "not supported by the function create"),
        ("COLOUR", {"NAME": "x"}, "XL03000009", "Object definition COLOUR not found"),
        ("SUPDOC", {"SUPDOCID": "x"}, "XL03000009", "Object definition SUPDOC not found"),
    ],
)
def test_unsupported_values_are_refused(
    books: Books, name: str, values: dict[str, Any], number: str, text: str
) -> None:
    found = books.refused_create(name, **values)
    assert found.numbers[0] == number
    assert text in found.first


def test_the_useful_error_comes_first(books: Books) -> None:
    found = books.refused_create("PROJECT", **project(CUSTOMERID="no"))
    assert found.texts == [
        "Customer 'no' specified is not valid.",
        "Could not create project record!",
    ]


def test_an_inactive_vendor_is_to_be_activated(books: Books) -> None:
    bill = {
        "VENDORID": "V9",
        "WHENCREATED": "01/02/2026",
        "WHENDUE": "02/02/2026",
        "APBILLITEMS": {"APBILLITEM": {"ACCOUNTNO": "6000", "TRX_AMOUNT": "1"}},
    }
    assert books.refused_create("APBILL", **bill).first == "Activate the vendor V9, then try again."


def test_the_display_contact_is_named_after_its_owner(books: Books) -> None:
    contact = {"PRINTAS": "SaaS", "EMAIL1": "a@b.co", "MAILADDRESS": {"CITY": "Oslo"}}
    books.create("CUSTOMER", **customer(DISPLAYCONTACT=contact))
    row = books.query("CONTACT", "PRINTAS EMAIL1", op("equalto", "CONTACTNAME", "SaaS Corp(CC50)"))
    assert row == [{"PRINTAS": "SaaS", "EMAIL1": "a@b.co"}]
    books.update("CUSTOMER", CUSTOMERID="C50", DISPLAYCONTACT={"EMAIL1": "new@b.co"})
    where = op("equalto", "CUSTOMERID", "C50")
    fields = "DISPLAYCONTACT.EMAIL1 DISPLAYCONTACT.MAILADDRESS.CITY ENTITY"
    row = books.query("CUSTOMER", fields, where)
    assert list(row[0].values()) == ["new@b.co", "Oslo", "CC50"]


def test_a_bad_address_leaves_neither_customer_nor_contact(books: Books) -> None:
    contact = {"PRINTAS": "SaaS", "EMAIL1": "bad"}
    books.refused_create("CUSTOMER", **customer(DISPLAYCONTACT=contact))
    assert not [row for row in books.rows("CONTACT") if row["CONTACTNAME"] == "SaaS Corp(CC50)"]


def test_an_employee_is_made_from_a_contact(books: Books) -> None:
    books.create("CONTACT", CONTACTNAME="Gil", PRINTAS="Gil", EMAIL1="gil@example.com")
    books.create("EMPLOYEE", EMPLOYEEID="E50", PERSONALINFO={"CONTACTNAME": "Gil"}, TITLE="Clerk")
    where = op("equalto", "CONTACT.EMAIL1", "gil@example.com")
    assert books.query("EMPLOYEE", "EMPLOYEEID CONTACT.CONTACTNAME", where) == [
        {"EMPLOYEEID": "E50", "CONTACT.CONTACTNAME": "Gil"}
    ]


@pytest.mark.parametrize(("touches", "modified"), [(False, False), (True, True)])
def test_an_edited_contact_may_count_as_a_change_of_its_owner(
    books: Books, touches: bool, modified: bool
) -> None:
    books.set(contact_touches_owner=touches)
    company = books.running.sandbox.companies[books.company]
    before = company.find("EMPLOYEE", "E1")
    books.update("CONTACT", CONTACTNAME="Ada Berg", EMAIL1="new@example.com")
    assert (company.find("EMPLOYEE", "E1") is not before) is modified


@pytest.mark.parametrize(
    ("preference", "name", "values", "key"),
    [
        ("number_projects", "PROJECT", {"NAME": "x", "PROJECTCATEGORY": "Contract"}, "PROJECTID"),
        (
            "number_customers",
            "CUSTOMER",
            {"NAME": "x", "DISPLAYCONTACT": {"PRINTAS": "x"}},
            "CUSTOMERID",
        ),
    ],
)
def test_a_company_may_number_its_records(
    books: Books, preference: str, name: str, values: dict[str, Any], key: str
) -> None:
    books.prefer(**{preference: True})
    first, second = (books.create(name, **values)[key] for _ in range(2))
    assert (first[1:], second[1:]) == ("00001", "00002")


def test_names_of_others_are_shown_along(books: Books) -> None:
    row = books.read("PROJECT", "2")
    shown = ("CUSTOMERNAME", "PARENTNAME", "MANAGERCONTACTNAME", "CUSTOMERKEY")
    assert [row[name] for name in shown] == ["Acme", "Acme website", "Bo Cruz", "1"]


def test_ids_and_categories_stay_as_they_are(books: Books) -> None:
    words = books.refused_update("PROJECT", RECORDNO=1, PROJECTCATEGORY="Capitalized").first
    assert words == "PROJECTCATEGORY of Project cannot be changed."
    assert "cannot be changed" in books.refused_update("TASK", RECORDNO=1, PROJECTID="P-3").first


def test_nothing_stands_below_itself(books: Books) -> None:
    assert "own parent" in books.refused_update("PROJECT", PROJECTID="P-1", PARENTID="P-2").first
    assert "own parent" in books.refused_update("CLASS", CLASSID="CL1", PARENTID="CL1").first


def test_tasks_belong_to_a_project(books: Books) -> None:
    values = {"PROJECTID": "P-1", "TASKSTATUS": "Planned", "NAME": "Sub"}
    made = books.create("TASK", **values, PARENTKEY=1, TASKID="T-9")
    row = books.read("TASK", made["RECORDNO"])
    shown = ("PARENTID", "PARENTTASKNAME", "PROJECTNAME", "CUSTOMERID")
    assert [row[name] for name in shown] == ["T-1", "Design", "Acme website", "C1"]
    assert "BL34000061" in books.refused_create("TASK", **values, TASKID="T-9").numbers
    assert "another project" in books.refused_create("TASK", **values, PARENTKEY=3).first
    books.create("TASK", **{**values, "PROJECTID": "P-3"}, TASKID="T-9")


@pytest.mark.parametrize("deletable", [False, True])
def test_a_used_record_cannot_be_deleted(books: Books, deletable: bool) -> None:
    books.set(used_records_deletable=deletable)
    body = el("delete", els(object="CUSTOMER", keys="1"))
    if deletable:
        books.ok(body)
    else:
        assert books.refused(body).first == (
            "Customer 'C1' cannot be deleted: it is used by a Project."
        )


def test_deletes_by_key_and_by_legacy_functions(books: Books) -> None:
    made = [books.create("CLASS", CLASSID=key, NAME="x")["RECORDNO"] for key in "ABC"]
    result = books.ok(el("delete", els(object="CLASS", keys=f"{made[0]},{made[1]}")))
    assert result.find("data") is None
    books.ok(el("delete_class", key="C"))
    assert {row["CLASSID"] for row in books.rows("CLASS")} == {"CL1", "CL2"}
    words = books.refused(el("delete", els(object="CUSTOMER", keys="9999"))).first
    assert words == "Cannot find customer with key '9999' to delete."


def test_a_customer_goes_by_the_legacy_function_too(books: Books) -> None:
    books.create("CUSTOMER", **customer())
    books.ok(el("delete_customer", customerid="C50"))
    assert books.query("CUSTOMER", "NAME", op("equalto", "CUSTOMERID", "C50")) == []


@pytest.mark.parametrize(("mode", "kept"), [("refuse", False), ("truncate", True)])
def test_overlong_texts_are_refused_or_cut(books: Books, mode: str, kept: bool) -> None:
    books.set(overlong=mode)
    if kept:
        books.create("PROJECT", **project(NAME="n" * 200))
        row = books.query("PROJECT", "NAME", op("equalto", "PROJECTID", "P-50"))[0]
        assert len(row["NAME"]) == 100
    else:
        assert "longer than 100" in books.refused_create("PROJECT", **project(NAME="n" * 200)).first


@pytest.mark.parametrize(("lengths", "most"), [("reference", None), ("dtd", "80")])
def test_texts_may_be_as_short_as_the_oldest_interface_knew_them(
    books: Books, lengths: str, most: str | None
) -> None:
    books.set(lengths=lengths)
    result = books.call(el("create", el("CLASS", els(CLASSID="A", NAME="A", DESCRIPTION="d" * 81))))
    assert (result.findtext("status") == "failure") is (lengths == "dtd")
    found = books.ok(el("inspect", els(object="CLASS"), detail="1")).iterfind(".//Field")
    told = {field.findtext("Name"): field.findtext("maxLength") for field in found}
    assert (told["DESCRIPTION"] == most) is (lengths == "dtd")


@pytest.mark.parametrize(("mode", "refused"), [("ignore", False), ("refuse", True)])
def test_unknown_fields_are_ignored_or_refused(books: Books, mode: str, refused: bool) -> None:
    books.set(unknown_fields=mode)
    result = books.call(el("create", el("CLASS", els(CLASSID="A", NAME="A", COLOUR="red"))))
    assert (result.findtext("status") == "failure") is refused


def test_fields_filled_by_the_ledger_cannot_be_sent(books: Books) -> None:
    books.create("CUSTOMER", **customer(TOTALDUE="500", ENTITY="X", RECORDNO="77"))
    row = books.query("CUSTOMER", "TOTALDUE ENTITY RECORDNO", op("equalto", "CUSTOMERID", "C50"))[0]
    assert (row["TOTALDUE"], row["ENTITY"]) == ("", "CC50")
    assert row["RECORDNO"] != "77"


def test_money_is_rounded_and_words_may_be_codes(books: Books) -> None:
    made = books.create("PROJECT", **project(POAMOUNT="10.005", STATUS="F"))
    row = books.read("PROJECT", made["RECORDNO"])
    assert (row["POAMOUNT"], row["STATUS"]) == ("10.01", "inactive")


def test_terms_and_time_types_are_written_by_legacy_functions(books: Books) -> None:
    due = {"dueday": "45", "duefrom": "from invoice/bill date"}
    assert books.key(el("create_arterm", els(name="Net 45", description="x", due=due))) == "Net 45"
    row = books.query("ARTERM", "NAME DUEDATE", op("equalto", "NAME", "Net 45"))
    assert row == [{"NAME": "Net 45", "DUEDATE": "45"}]
    books.ok(el("update_arterm", els(status="inactive"), name="Net 45"))
    assert books.query("ARTERM", "NAME", op("equalto", "STATUS", "inactive")) == [
        {"NAME": "Net 45"}
    ]
    books.ok(el("delete_arterm", name="Net 45"))
    created = els(name="Travel time", accountno="5000", offsetaccountno="2200")
    assert books.key(el("create_timetype", created)) == "Travel time"
    wrong = el("create_timetype", els(name="Odd", accountno="1"))
    assert books.refused(wrong).first == "Account 1 is not valid"
    assert books.key(el("create_expensepaymenttype", els(name="Voucher"))) == "Voucher"


def test_setup_lists_have_no_time_of_change(books: Books) -> None:
    asked = el("query", el("select", els(field="WHENMODIFIED")), els(object="PROJECTTYPE"))
    assert "[WHENMODIFIED]" in books.refused(asked).first


def test_with_entities_projects_and_employees_have_a_location(group: Books) -> None:
    assert group.refused_create("PROJECT", **project()).first == (
        "Required field Location is missing"
    )
    group.create("PROJECT", **project(LOCATIONID="US"))
    group.sign_in("UK")
    made = group.create("PROJECT", **project("P-51"))
    row = group.read("PROJECT", made["RECORDNO"])
    assert (row["LOCATIONID"], row["MEGAENTITYID"]) == ("UK", "UK")


def test_an_entity_cannot_touch_the_top_level_or_another(group: Books) -> None:
    group.sign_in("UK")
    group.create("CLASS", CLASSID="UK1", NAME="x")
    assert "top level Class" in group.refused_update("CLASS", CLASSID="CL1", NAME="y").first
    assert "top level Class" in group.refused(el("delete", els(object="CLASS", keys="1"))).first
    group.update("CLASS", CLASSID="UK1", NAME="y")
    group.sign_in("US")
    assert "Cannot find" in group.refused_update("CLASS", CLASSID="UK1", NAME="z").first
    assert group.refused_create("PROJECT", **project(CLASSID="UK1")).first == (
        "Invalid Class 'UK1' specified."
    )


def test_entities_are_locations_too(group: Books) -> None:
    found = group.query("LOCATIONENTITY", "LOCATIONID NAME CURRENCY", order="LOCATIONID")
    assert [row["LOCATIONID"] for row in found] == ["UK", "US"]
    assert {"UK", "US", "NY"} <= {row["LOCATIONID"] for row in group.rows("LOCATION")}


def test_a_user_can_work_in_the_screens(books: Books) -> None:
    edited = books.about(
        "/edit", {"object": "PROJECT", "recordno": 1, "changes": {"NAME": "Renamed"}}
    )
    assert edited["NAME"] == "Renamed"
    made = books.about("/edit", {"object": "PROJECTTYPE", "create": {"NAME": "Odd jobs"}})
    books.about("/edit", {"object": "PROJECTTYPE", "recordno": made["RECORDNO"], "delete": True})
    trail = books.query("AUDITHISTORY", "SOURCE USERID", op("equalto", "OBJECTKEY", "Odd jobs"))
    assert {(row["SOURCE"], row["USERID"]) for row in trail} == {("ui", "Admin")}
    answer = books.http.post(
        f"{books.running.url}/_sandbox/companies/{books.company}/edit",
        json={"object": "PROJECT", "recordno": 1, "changes": {"CUSTOMERID": "no"}},
    )
    assert answer.status_code == 400
    assert "specified is not valid" in answer.json()["error"]


def test_an_account_number_that_is_taken_has_words_of_its_own(books: Books) -> None:
    kinds = {"NORMALBALANCE": "debit", "CLOSINGTYPE": "closing account"}
    result = books.call(el("create", el("GLACCOUNT", els(ACCOUNTNO="1000", TITLE="x", **kinds))))
    error = result.find("errormessage/error")
    assert error is not None
    assert error.findtext("errorno") == "BL01001973"
    assert error.findtext("description") == "Duplicate account number"
