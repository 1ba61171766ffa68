"""Expense reports, bills, card charges and attachments."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.sandbox.intacct.conftest import Books, op
from tests.sandbox.intacct.xml import day, el, els, errors, function, request


def expense(**more: Any) -> dict[str, Any]:
    """Elements in the order of the sequence."""
    values = {"expensetype": "Travel", "amount": "12.5", "expensedate": day("2026-02-02"), **more}
    order = [
        *("expensetype", "glaccountno", "amount", "trx_amount", "expensedate", "memo"),
        *("locationid", "departmentid", "customfields", "projectid", "taskid", "customerid"),
        *("itemid", "classid", "billable", "exppmttype"),
    ]
    return {name: values[name] for name in order if values.get(name) is not None}


def report(*expenses: dict[str, Any], **more: Any) -> str:
    lines = list(expenses) or [expense()]
    head = {"employeeid": "E1", "datecreated": day("2026-02-03"), **more}
    return el("create_expensereport", els(**head, expenses={"expense": lines}))


def lines(books: Books, name: str, key: str, fields: str) -> list[dict[str, str]]:
    return books.query(name, fields, op("equalto", "RECORDKEY", key), order="LINE_NO")


def test_an_expense_report_is_submitted_with_its_total(books: Books) -> None:
    more = expense(expensetype=None, glaccountno="6100", amount="7.255", projectid="P-1")
    key = books.key(report(expense(memo="taxi"), more, expensereportno="R-1", memo="trip"))
    row = books.read("EEXPENSES", key)
    shown = ("STATE", "RECORDID", "TOTALENTERED", "TOTALDUE", "WHENCREATED", "MEMO", "EMPLOYEENAME")
    assert [row[name] for name in shown] == [
        "Submitted",
        "R-1",
        "19.76",
        "19.76",
        "02/03/2026",
        "trip",
        "Ada Berg",
    ]
    found = lines(books, "EEXPENSESITEM", key, "ACCOUNTNO AMOUNT ENTRYDESCRIPTION PROJECTID")
    assert [tuple(line.values()) for line in found] == [
        ("6000", "12.50", "taxi", ""),
        ("6100", "7.26", "", "P-1"),
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (report(employeeid="no"), "The employee 'no' is invalid."),
        (report(expense(expensetype="no")), "Invalid Expense type 'no' specified."),
        (report(expense(expensetype=None, glaccountno="1")), "Account 1 is not valid"),
        (report(expense(expensetype=None, glaccountno="")), "GL account or expense type"),
        (report(expense(amount=None)), "Required field AMOUNT is missing"),
        (report(expense(projectid="P-7")), "Invalid Project 'P-7' specified."),
        (report(expense(projectid="P-4")), "project status that prevents expense submittal."),
        (report(expense(departmentid="no")), "The department 'no' is invalid."),
        (report(expense(exppmttype="no")), "Invalid Expense payment type 'no' specified."),
        (
            report(expense(expensetype=None, glaccountno="6300")),
            "This transaction is missing the Department dimension for the Account 6300",
        ),
        (
            report(expense(expensetype=None, glaccountno="6400")),
            "This transaction is missing the Project dimension for the Account 6400",
        ),
        (report(state="Approved"), "STATE of an expense report can be Draft or Submitted."),
        (report(supdocid="no"), "Invalid Attachment 'no' specified."),
    ],
)
def test_unsupported_values_of_a_report_are_blocked(books: Books, body: str, text: str) -> None:
    assert text in books.refused(body).first
    assert not books.rows("EEXPENSES")


def test_the_order_of_an_expense_matters(books: Books) -> None:
    body = report(expense(memo="taxi")).replace("<amount>12.5</amount>", "")
    body = body.replace("<memo>", "<amount>12.5</amount><memo>")
    answer = books.xml(request(books.login(), function(body)))
    assert errors(answer).numbers == ["XL03000003"]
    assert "Element 'amount': This element is not expected" in errors(answer).first


def test_a_report_of_newer_elements_is_understood(books: Books) -> None:
    key = books.key(report(expense(projectid="P-1", taskid="T-1"), inclusivetax="false"))
    assert lines(books, "EEXPENSESITEM", key, "TASKKEY") == [{"TASKKEY": "1"}]


def test_lines_of_a_report_are_edited_by_number_and_added(books: Books) -> None:
    key = books.key(report(expense(), expense(amount="1")))
    edit = el("updateexpense", els(amount="3"), line_num=2)
    inner = el("updateexpenses", edit, el("expense", els(**expense(amount="5"))))
    books.ok(el("update_expensereport", inner, key=key))
    found = lines(books, "EEXPENSESITEM", key, "AMOUNT")
    assert [line["AMOUNT"] for line in found] == ["12.50", "3.00", "5.00"]
    assert books.read("EEXPENSES", key)["TOTALENTERED"] == "20.50"
    wrong = el("updateexpenses", el("updateexpense", els(amount="3"), line_num=9))
    assert "no line 9" in books.refused(el("update_expensereport", wrong, key=key)).first


def test_an_edited_line_may_change_its_task_and_others_keep_theirs(books: Books) -> None:
    with_task = expense(projectid="P-1", taskid="T-1")
    key = books.key(report(with_task, with_task))
    edit = el("updateexpense", els(amount="3", projectid="P-1", taskid="T-2"), line_num=2)
    books.ok(el("update_expensereport", el("updateexpenses", edit), key=key))
    found = lines(books, "EEXPENSESITEM", key, "TASKID TASKKEY")
    assert [tuple(line.values()) for line in found] == [("T-1", "1"), ("T-2", "2")]


def test_custom_fields_of_lines_are_kept_and_may_be_required(books: Books) -> None:
    field = {"object": "EEXPENSESITEM", "name": "TRIP", "label": "Trip", "required": True}
    books.about("/fields", field)
    assert books.refused(report()).first == "Required field Trip is missing"
    custom = {"customfield": {"customfieldname": "TRIP", "customfieldvalue": "Oslo"}}
    key = books.key(report(expense(customfields=custom)))
    assert lines(books, "EEXPENSESITEM", key, "TRIP") == [{"TRIP": "Oslo"}]


def test_an_approved_report_takes_attachments_only(books: Books) -> None:
    attach(books, "A-1")
    key = books.key(report())
    books.about("/edit", {"object": "EEXPENSES", "recordno": key, "changes": {"STATE": "Approved"}})
    books.ok(el("update_expensereport", els(supdocid="A-1"), key=key))
    assert books.read("EEXPENSES", key)["SUPDOCID"] == "A-1"
    inner = el("updateexpenses", el("expense", els(**expense())))
    assert "is Approved" in books.refused(el("update_expensereport", inner, key=key)).first
    assert "is Approved" in books.refused(el("delete_expensereport", key=key)).first
    books.ok(el("reverse_expensereport", els(datereversed=day("2026-02-10")), key=key))
    assert books.read("EEXPENSES", key)["STATE"] == "Reversed"


def test_reports_may_need_no_approval_and_are_found_by_external_id(books: Books) -> None:
    books.prefer(report_approval=False)
    key = books.key(report(externalid="ours-1"))
    assert books.read("EEXPENSES", key)["STATE"] == "Approved"
    body = el("update_expensereport", els(description="x"), key="ours-1", externalkey="true")
    assert books.key(body) == key


def test_a_draft_report_goes_by_either_delete(books: Books) -> None:
    for body in ("legacy", "generic"):
        key = books.key(report(state="Draft"))
        one = el("delete_expensereport", key=key)
        books.ok(one if body == "legacy" else el("delete", els(object="EEXPENSES", keys=key)))
    assert not books.rows("EEXPENSES")
    assert not books.rows("EEXPENSESITEM")


def bill(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    rows = list(items) or [{"ACCOUNTNO": "6000", "TRX_AMOUNT": "100"}]
    values = {"VENDORID": "V1", "WHENCREATED": "02/03/2026", "WHENDUE": "03/05/2026", **more}
    return {k: v for k, v in values.items() if v} | {"APBILLITEMS": {"APBILLITEM": rows}}


def test_a_bill_is_posted_with_its_totals(books: Books) -> None:
    item = {"ACCOUNTNO": "6000", "TRX_AMOUNT": "10.10", "ENTRYDESCRIPTION": "flight"}
    data = books.ok(el("create", el("APBILL", els(**bill(item, item, RECORDID="B-1"))))).find(
        "data"
    )
    assert data is not None
    assert [child.tag for child in data[0]] == ["RECORDNO", "RECORD_URL"]
    row = books.read("APBILL", data[0].findtext("RECORDNO") or "")
    shown = ("STATE", "RECORDID", "VENDORNAME", "TOTALENTERED", "TOTALDUE", "TOTALPAID", "CURRENCY")
    assert [row[name] for name in shown] == [
        "Posted",
        "B-1",
        "Airline Inc",
        "20.20",
        "20.20",
        "0.00",
        "USD",
    ]
    assert (row["WHENPOSTED"], row["MODULEKEY"]) == ("02/03/2026", "3.AP")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (bill(VENDORID="no"), "Vendor 'no' specified is not valid."),
        (bill(WHENDUE=""), "Required field Date Due is missing"),
        (bill(WHENCREATED=""), "Required field Date Created is missing"),
        (bill(TERMNAME="no"), "Invalid Term 'no' specified."),
        (bill({"TRX_AMOUNT": "1"}), "Required field Account is missing"),
        (bill({"ACCOUNTNO": "6000"}), "Required field TRX_AMOUNT is missing"),
        (bill({"ACCOUNTNO": "9", "TRX_AMOUNT": "1"}), "Account 9 is not valid"),
        (bill({"ACCOUNTNO": "6300", "TRX_AMOUNT": "1"}), "missing the Department dimension"),
        (bill({"ACCOUNTLABEL": "no", "TRX_AMOUNT": "1"}), "Invalid AP account label 'no'"),
        (bill(ACTION="Post"), "Invalid value 'Post' for ACTION"),
        (bill(RECORDID="B-100"), "Another Bill with the given value(s) B-100  already exists"),
    ],
)
def test_unsupported_values_of_a_bill_are_blocked(
    books: Books, values: dict[str, Any], text: str
) -> None:
    assert text in books.refused_create("APBILL", **values).first


def test_a_draft_bill_may_do_without_dates_and_is_submitted_later(books: Books) -> None:
    made = books.create("APBILL", **bill(WHENCREATED="", WHENDUE="", ACTION="Draft"))
    assert books.read("APBILL", made["RECORDNO"])["STATE"] == "Draft"
    key = made["RECORDNO"]
    assert "Date" in books.refused_update("APBILL", RECORDNO=key, ACTION="Submit").first
    dates = {"WHENCREATED": "02/03/2026", "TERMNAME": "Net 30"}
    books.update("APBILL", RECORDNO=key, ACTION="Submit", **dates)
    row = books.read("APBILL", key)
    assert (row["STATE"], row["WHENDUE"]) == ("Posted", "03/05/2026")


@pytest.mark.parametrize(("mode", "status"), [("refuse", "failure"), ("allow", "success")])
def test_numbers_may_be_given_twice(books: Books, mode: str, status: str) -> None:
    books.set(duplicate_numbers=mode)
    result = books.call(el("create", el("APBILL", els(**bill(RECORDID="B-100")))))
    assert result.findtext("status") == status
    books.create("APBILL", **bill(RECORDID="B-100", VENDORID="V2"))


def test_lines_of_a_bill_are_replaced_as_a_whole(books: Books) -> None:
    key = books.create("APBILL", **bill())["RECORDNO"]
    items = [{"LINE_NO": 1, "ACCOUNTNO": "6000", "TRX_AMOUNT": "1"}]
    books.update("APBILL", RECORDNO=key, APBILLITEMS={"APBILLITEM": items})
    assert books.read("APBILL", key)["TOTALDUE"] == "1.00"
    assert len(lines(books, "APBILLITEM", key, "LINE_NO")) == 1


def test_label_mode_wants_labels(books: Books) -> None:
    books.prefer(ap_labels=True)
    assert "Account label" in books.refused_create("APBILL", **bill()).first
    made = books.create("APBILL", **bill({"ACCOUNTLABEL": "Travel", "TRX_AMOUNT": "5"}))
    found = lines(books, "APBILLITEM", made["RECORDNO"], "ACCOUNTNO ACCOUNTLABEL")
    assert found == [{"ACCOUNTNO": "6000", "ACCOUNTLABEL": "Travel"}]


def test_a_bill_by_the_legacy_function(books: Books) -> None:
    item = {"glaccountno": "6400", "amount": "9", "memo": "m", "projectid": "P-1"}
    head = {
        "vendorid": "V1",
        "datecreated": day("2026-02-03"),
        "termname": "Net 30",
        "billno": "L1",
    }
    key = books.key(el("create_bill", els(**head, billitems={"lineitem": item})))
    row = books.read("APBILL", key)
    assert (row["RECORDID"], row["WHENDUE"], row["TOTALDUE"]) == ("L1", "03/05/2026", "9.00")
    books.ok(el("reverse_bill", els(datereversed=day("2026-02-10")), key=key))
    assert books.read("APBILL", key)["STATE"] == "Reversed"
    again = el("reverse_bill", els(datereversed=day("2026-02-10")), key=key)
    assert "cannot be reversed" in books.refused(again).first


def charge(*items: dict[str, Any], **more: Any) -> str:
    values = {
        "chargecardid": "CORP-VISA",
        "paymentdate": day("2026-02-03"),
        "referenceno": "REF1",
        "payee": "Cafe",
        **more,
    }
    rows = list(items) or [{"glaccountno": "6100", "paymentamount": "8"}]
    body = els(**{k: v for k, v in values.items() if v}, ccpayitems={"ccpayitem": rows})
    return el("record_cctransaction", body)


def test_a_card_charge_is_recorded(books: Books) -> None:
    item = {"glaccountno": "6100", "description": "lunch", "paymentamount": "8", "projectid": "P-1"}
    key = books.key(charge(item))
    row = books.read("CCTRANSACTION", key)
    shown = ("RECORDID", "TOTALENTERED", "STATE", "WHENCREATED", "PAYEE")
    assert [row[name] for name in shown] == ["REF1", "8.00", "Posted", "02/03/2026", "Cafe"]
    found = lines(books, "CCTRANSACTIONENTRY", key, "ACCOUNTNO ENTRYDESCRIPTION AMOUNT PROJECTID")
    assert [list(line.values()) for line in found] == [["6100", "lunch", "8.00", "P-1"]]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (charge(chargecardid="no"), "Invalid Charge card 'no' specified."),
        (charge({"glaccountno": "1", "paymentamount": "8"}), "Account 1 is not valid"),
        (charge({"glaccountno": "6300", "paymentamount": "8"}), "missing the Department"),
        (charge({"glaccountno": "6100", "paymentamount": ""}), "Required field amount is missing"),
    ],
)
def test_unsupported_values_of_a_charge_are_blocked(books: Books, body: str, text: str) -> None:
    found = books.refused(body)
    assert text in found.first
    assert found.texts[-1] == "Could not create cctransaction record!"


@pytest.mark.parametrize(("allowed", "status"), [(True, "success"), (False, "failure")])
def test_credits_of_a_card_may_be_negative(books: Books, allowed: bool, status: str) -> None:
    books.set(negative_card_amounts=allowed)
    result = books.call(charge({"glaccountno": "6100", "paymentamount": "-8"}))
    assert result.findtext("status") == status


def test_with_several_currencies_charges_are_made_within_an_entity(group: Books) -> None:
    group.about(body={"multi_currency": True})
    item = {"glaccountno": "6100", "paymentamount": "8", "locationid": "US"}
    assert "we can't create the transaction" in group.refused(charge(item)).first
    group.sign_in("US")
    key = group.key(charge({"glaccountno": "6100", "paymentamount": "8"}))
    assert lines(group, "CCTRANSACTIONENTRY", key, "LOCATIONID") == [{"LOCATIONID": "US"}]


def attach(books: Books, key: str = "A-1", content: bytes = b"Hello") -> str:
    data = base64.b64encode(content).decode()
    file = {"attachmentname": "r", "attachmenttype": "pdf", "attachmentdata": data}
    head = {"supdocid": key, "supdocname": "Receipt", "supdocfoldername": "Receipts"}
    return books.key(el("create_supdoc", els(**head, attachments={"attachment": file})))


def test_an_attachment_is_stored_linked_and_read_back(books: Books) -> None:
    assert attach(books) == "A-1"
    key = books.key(charge())
    books.ok(el("update_cctransaction", els(supdocid="A-1"), key=key))
    assert books.read("CCTRANSACTION", key)["SUPDOCID"] == "A-1"
    item = books.ok(el("get", object="supdoc", key="A-1")).find("data/supdoc")
    assert item is not None
    data = item.findtext("attachments/attachment/attachmentdata") or ""
    assert base64.b64decode(data) == b"Hello"
    assert (item.findtext("supdocname"), item.findtext("folder")) == ("Receipt", "Receipts")
    assert "attached to a document" in books.refused(el("delete_supdoc", key="A-1")).first


def test_attachments_are_found_added_to_and_deleted(books: Books) -> None:
    attach(books)
    file = {"attachmentname": "s", "attachmenttype": "png", "attachmentdata": "SGk="}
    change = els(supdocid="A-1", supdocname="Both", attachments={"attachment": file})
    books.ok(el("update_supdoc", change))
    expression = el("expression", els(field="supdocid", operator="=", value="A-1"))
    result = books.ok(el("get_list", el("filter", expression), object="supdoc"))
    assert len(result.findall("data/supdoc/attachments/attachment")) == 2
    books.ok(el("delete_supdoc", key="A-1"))
    assert not books.rows("SUPDOC")
    assert not books.rows("SUPDOCFILE")


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"supdocid": "B", "supdocname": "n", "supdocfoldername": "no"}, "'no' does not exist"),
        ({"supdocid": "B", "supdocfoldername": "Receipts"}, "supdocname is missing"),
        (
            {
                "supdocid": "B",
                "supdocname": "n",
                "supdocfoldername": "Receipts",
                "attachments": {
                    "attachment": {
                        "attachmentname": "a",
                        "attachmenttype": "pdf",
                        "attachmentdata": "!",
                    }
                },
            },
            "Illegal format for Attachment",
        ),
    ],
)
def test_an_attachment_requires_its_fields(books: Books, values: dict[str, Any], text: str) -> None:
    assert text in books.refused(el("create_supdoc", els(**values))).first
    assert not books.rows("SUPDOC")


def test_folders_come_first_and_an_id_may_be_given_by_the_ledger(books: Books) -> None:
    made = els(supdocfoldername="2026", supdocparentfoldername="Receipts")
    assert books.key(el("create_supdocfolder", made)) == "2026"
    assert "already exists" in books.refused(el("create_supdocfolder", made)).first
    head = els(supdocid="", supdocname="n", supdocfoldername="2026")
    assert books.key(el("create_supdoc", head)) == "Attach-0001"


@pytest.mark.parametrize(
    ("module", "body"),
    [
        ("EE", report()),
        ("AP", el("create", el("APBILL", els(**bill())))),
        ("CM", charge()),
        ("GL", report()),
    ],
)
def test_each_module_closes_its_own_periods(books: Books, module: str, body: str) -> None:
    books.about("/closed", {module: "2026-02-28"})
    found = books.refused(body)
    assert "period" in found.first
    assert "is closed. Date must be on or after 03/01/2026" in found.first
    books.about("/closed", {module: None, "AR": "2026-02-28"})
    books.ok(body)


def test_documents_in_a_closed_period_stay(books: Books) -> None:
    attach(books)
    key = books.create("APBILL", **bill())["RECORDNO"]
    books.about("/closed", {"AP": "2026-02-28"})
    assert "closed" in books.refused(el("delete", els(object="APBILL", keys=key))).first
    items = {"APBILLITEM": [{"ACCOUNTNO": "6000", "TRX_AMOUNT": "1"}]}
    assert "closed" in books.refused_update("APBILL", RECORDNO=key, APBILLITEMS=items).first
    books.update("APBILL", RECORDNO=key, SUPDOCID="A-1")
    body = el("reverse_bill", els(datereversed=day("2026-02-10")), key=key)
    assert "closed" in books.refused(body).first


def test_nothing_new_is_owed_to_a_vendor_on_hold(books: Books) -> None:
    key = books.create("APBILL", **bill())["RECORDNO"]
    books.update("VENDOR", VENDORID="V1", ONHOLD="true")
    assert books.refused_create("APBILL", **bill()).first == "Vendor 'V1' is on hold."
    books.update("APBILL", RECORDNO=key, DESCRIPTION="kept")


def test_failures_meet_legacy_functions_by_their_object(books: Books) -> None:
    books.admin("/faults", {"action": "offline", "match": {"object": "EEXPENSES"}})
    books.key(charge())
    assert books.refused(report()).first == "The Service is Temporarily Off-line"
