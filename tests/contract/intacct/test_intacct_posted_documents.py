"""Expenses and invoices as the ledger's documents, planned and written, against the sandbox."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import LinkExpenseCode, LinkTo, RuleKind
from ledgerlink.domain.model.source_records import Record

from tests.contract.intacct.books import PASSWORD, USER, Books, Row
from tests.contract.intacct.papers import PAPERS, RECEIVABLES, Paper, choose, papers, pay
from tests.contract.intacct.poster import Poster, code, words
from tests.contract.papers import charged, gone, invoice, sold, spent
from tests.support.sampling import sampled

REPORT, CHARGE, INVOICE = "expense-report:R1", "expense:x1", "invoice:i1"
EVERY = sampled("paper", papers(), one_in=3, ids=PAPERS)


def total(poster: Poster, key: str) -> Decimal:
    row = poster.row(key)
    return Decimal(row.get("TOTALENTERED") or row["TOTAL"])


def values(lines: list[Row], name: str) -> list[str | None]:
    return [line.get(name) for line in lines]


# What is written.


@EVERY
def test_a_document_has_its_id_version_and_total(poster: Poster, paper: Paper) -> None:
    outcome = choose(poster, paper).post(paper.record())[paper.key]
    (row,) = poster.ours(paper.kind)
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert outcome.ledger_id in (row["RECORDNO"], row.get("DOCID"))
    assert outcome.version
    amount = Decimal("-31.5") if paper is PAPERS["refund"] else Decimal("31.5")
    assert abs(outcome.total or 0) == abs(amount)
    assert total(poster, paper.key) == amount
    assert poster.links[paper.key].kind == paper.kind


@EVERY
def test_an_unchanged_record_is_not_sent_again(poster: Poster, paper: Paper) -> None:
    choose(poster, paper).post(paper.record())
    assert poster.post(paper.record())[paper.key].state is ItemState.UNCHANGED
    assert "write" not in poster.calls


@EVERY
def test_a_changed_document_has_the_new_values(poster: Poster, paper: Paper) -> None:
    choose(poster, paper).post(paper.record())
    outcome = poster.post(paper.record("40"))[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert abs(total(poster, paper.key)) == 40
    assert len(poster.ours(paper.kind)) == 1
    assert poster.post(paper.record("40"))[paper.key].state is ItemState.UNCHANGED


@EVERY
def test_a_document_that_is_taken_back_is_gone(poster: Poster, paper: Paper) -> None:
    choose(poster, paper).post(paper.record())
    outcome = poster.post(paper.gone)[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert poster.ours(paper.kind) == []
    assert poster.links == {}


@EVERY
def test_a_snapshot_has_the_ledgers_values(poster: Poster, paper: Paper) -> None:
    choose(poster, paper).post(paper.record())
    link = poster.links[paper.key]
    copy = poster.copy(paper.key)
    assert copy is not None
    assert copy.has(link.expected_fingerprint)
    assert (copy.locked, abs(copy.total or 0)) == (None, Decimal("31.5"))
    poster.books.change(paper.kind, poster.row(paper.key)["RECORDNO"], **EDIT[paper.kind])
    copy = poster.copy(paper.key)
    assert copy is not None
    assert not copy.has(link.expected_fingerprint)


EDIT = {
    "APBILL": {"WHENDUE": "06/01/2026"},
    "EEXPENSES": {"DESCRIPTION": "Checked [expense-report:R1]"},
    "CCTRANSACTION": {"DESCRIPTION": "Checked [expense:x1]"},
    "ARINVOICE": {"WHENDUE": "06/01/2026"},
    "SODOCUMENT": {"WHENDUE": "06/01/2026"},
}


@EVERY
def test_a_document_edited_by_a_user_is_neither_changed_nor_deleted(
    poster: Poster, paper: Paper
) -> None:
    choose(poster, paper).post(paper.record())
    changes = poster.planned(paper.record("40"))
    removal = poster.planned(paper.gone)
    poster.books.change(paper.kind, poster.row(paper.key)["RECORDNO"], **EDIT[paper.kind])
    assert code(poster.post(paper.record("40"))[paper.key]) == "changed_in_ledger"
    assert code(poster.send(changes)[paper.key]) == "changed_in_ledger"
    assert code(poster.send(removal)[paper.key]) == "changed_in_ledger"
    assert abs(total(poster, paper.key)) == Decimal("31.5")


@EVERY
def test_a_document_deleted_by_a_user_is_reported_as_gone(poster: Poster, paper: Paper) -> None:
    choose(poster, paper).post(paper.record())
    changes = poster.planned(paper.record("40"))
    poster.books.delete(paper.kind, poster.row(paper.key)["RECORDNO"])
    assert poster.copy(paper.key) is None
    assert code(poster.post(paper.record("40"))[paper.key]) == "gone_in_ledger"
    assert code(poster.send(changes)[paper.key]) == "gone_in_ledger"


def test_a_bill_is_owed_to_its_vendor(poster: Poster) -> None:
    said = {"report_number": "ER-7", "report_name": "Trip to Oslo"}
    told = {"project_key": "birds", "class_key": "commercial", "department_key": "consulting"}
    poster.post(
        spent("x1", **said, **told, billable=True),
        spent("x2", "12.25", **said, department_key="consulting", location_key="us"),
    )
    bill, lines = poster.row(REPORT), poster.lines(REPORT)
    assert (bill["VENDORID"], bill["RECORDID"], bill["STATE"]) == ("V1", "ER-7", "Posted")
    assert bill["WHENCREATED"] == bill["WHENDUE"] == "03/02/2026"
    assert bill["DESCRIPTION"].splitlines() == ["Trip to Oslo", f"[{REPORT}]"]
    assert [Decimal(line["TRX_AMOUNT"]) for line in lines] == [Decimal("31.5"), Decimal("12.25")]
    assert values(lines, "ACCOUNTNO") == ["6100", "6100"]
    assert values(lines, "ENTRYDESCRIPTION") == ["Lunch x1", "Lunch x2"]
    assert values(lines, "PROJECTID") == ["P-1", None]
    assert values(lines, "CLASSID") == ["CL1", None]
    assert values(lines, "DEPARTMENTID") == ["10", "10"]
    assert values(lines, "LOCATIONID") == [None, "US"]
    assert lines[0]["BILLABLE"] == "true"


def test_a_report_is_paid_back_to_its_employee(poster: Poster) -> None:
    poster.rule(RuleKind.EXPENSE_CODES, "typed", LinkExpenseCode(ledger_id="eeaccountlabel/Travel"))
    given = {"staff_key": "emily", "report_number": "ER-8"}
    poster.post(
        spent("x1", **given, project_key="birds", billable=True),
        spent("x2", "12.25", **given, expense_code_key="typed"),
    )
    report, lines = poster.row(REPORT), poster.lines(REPORT)
    assert (report["EMPLOYEEID"], report["RECORDID"]) == ("E1", "ER-8")
    assert (report["STATE"], report["WHENCREATED"]) == ("Submitted", "03/02/2026")
    assert values(lines, "ACCOUNTNO") == ["6100", "6000"]
    assert values(lines, "EXPENSETYPE") == [None, "Travel"]
    assert [Decimal(line["AMOUNT"]) for line in lines] == [Decimal("31.5"), Decimal("12.25")]
    assert values(lines, "PROJECTID") == ["P-1", None]


def test_a_charge_is_of_its_card_and_a_refund_is_negative(poster: Poster) -> None:
    poster.post(charged("x1", vendor_key="host"), charged("x2", refund=True))
    charge, refund = poster.row("expense:x1"), poster.row("expense:x2")
    assert charge["FINANCIALENTITY"] == refund["FINANCIALENTITY"] == "CORP-VISA"
    assert Decimal(charge["TOTALENTERED"]) == Decimal("31.5")
    assert Decimal(refund["TOTALENTERED"]) == Decimal("-31.5")
    assert values(poster.lines("expense:x1"), "VENDORID") == ["V2"]
    assert values(poster.lines("expense:x1"), "ACCOUNTNO") == ["6100"]


@pytest.fixture
def poster(poster: Poster) -> Poster:
    """Somebody with a merchant and some accounts more."""
    poster.rule(RuleKind.VENDORS, "host", LinkTo(ledger_id="vendor/V2"))
    return poster


def test_a_refund_that_the_ledger_does_not_take_is_reported(poster: Poster) -> None:
    poster.books.admin("settings", {"negative_card_amounts": False})
    outcome = poster.post(charged(refund=True))[CHARGE]
    assert outcome.state is ItemState.FAILED
    assert "cannot be negative" in words(outcome)


def test_an_invoice_is_an_order_of_its_customer_and_makes_a_receivable(poster: Poster) -> None:
    hours = {"quantity": Decimal("2.5"), "unit_price": Decimal(80), "description": "Sketches"}
    lines = (sold(None, **hours), sold("40", labor_code_key="lighting"))
    outcome = poster.post(invoice(*lines, number="INV-77", memo="Thank you", terms_key="net15"))
    assert outcome[INVOICE].ledger_id == "Sales Invoice-INV-77"
    order, sales = poster.row(INVOICE), poster.lines(INVOICE)
    assert (order["CUSTVENDID"], order["PROJECT"], order["DOCNO"]) == ("C1", "P-1", "INV-77")
    assert (order["TERM.NAME"], order["WHENDUE"]) == ("Net 15", "03/17/2026")
    assert order["MESSAGE"] == "Thank you"
    assert values(sales, "ITEMID") == ["LAB-1", "LAB-2"]
    assert [Decimal(line["QUANTITY"]) for line in sales] == [Decimal("2.5"), 1]
    assert [Decimal(line["PRICE"]) for line in sales] == [80, 40]
    assert sales[0]["MEMO"] == "Sketches"
    (receivable,) = (r for r in poster.books.rows("ARINVOICE") if r["RECORDID"] == "INV-77")
    assert receivable["RECORDNO"] == order["PRRECORDKEY"]
    assert Decimal(receivable["TOTALENTERED"]) == 240


def test_an_invoice_without_a_number_is_numbered_by_the_ledger(poster: Poster) -> None:
    outcome = poster.post(invoice())[INVOICE]
    assert outcome.ledger_id == "Sales Invoice-INV0001"
    assert poster.row(INVOICE)["MESSAGE"] == f"[{INVOICE}]"


def test_a_definition_that_does_not_number_is_reported(poster: Poster) -> None:
    bare = Choices(transaction_type="Bare Invoice")
    poster.books = replace(poster.books, choices=bare)
    outcome = poster.post(invoice())[INVOICE]
    assert outcome.reason is not None
    assert "Document Number is missing" in words(outcome)
    assert "Give the record a number" in outcome.reason.remedy


def test_an_unknown_definition_is_reported(poster: Poster) -> None:
    poster.books = replace(poster.books, choices=Choices(transaction_type="Nothing"))
    outcome = poster.post(invoice())[INVOICE]
    assert outcome.state is ItemState.FAILED
    assert "Nothing" in words(outcome)


def test_an_invoice_of_receivables_goes_to_its_revenue_account(poster: Poster) -> None:
    poster.books = replace(poster.books, choices=RECEIVABLES)
    outcome = poster.post(invoice(number="INV-78", due_on=date(2026, 5, 1)))[INVOICE]
    row, lines = poster.row(INVOICE), poster.lines(INVOICE)
    assert outcome.ledger_id == row["RECORDNO"]
    assert (row["CUSTOMERID"], row["RECORDID"]) == ("C1", "INV-78")
    assert (row["WHENDUE"], row["DESCRIPTION"]) == ("05/01/2026", f"[{INVOICE}]")
    assert values(lines, "ACCOUNTNO") == ["4000"]
    assert values(lines, "ITEMID") == ["LAB-1"]
    assert values(lines, "PROJECTID") == ["P-1"]


def test_an_invoice_of_a_project_without_a_customer_is_reported(poster: Poster) -> None:
    poster.rule(RuleKind.PROJECTS, "inside", LinkTo(ledger_id="project/P-9"))
    outcome = poster.post(invoice(project_key="inside"))[INVOICE]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "target_missing")


@EVERY
def test_a_record_of_a_task_has_its_project_and_the_tasks_id(poster: Poster, paper: Paper) -> None:
    task = poster.books.rows("TASK")[0]
    poster.rule(RuleKind.PROJECTS, "wires", LinkTo(ledger_id=f"task/{task['RECORDNO']}"))
    outcome = choose(poster, paper).post(paper.record(project_key="wires"))[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    said = [entry.request_body or "" for entry in poster.books.journal() if entry.uniqueid]
    assert said
    assert all(said)
    assert "TASKKEY" not in "".join(said)
    (line,) = poster.lines(paper.key)
    assert line["PROJECTID"] == task["PROJECTID"]
    assert line.get("TASKID") == (None if paper.kind == "SODOCUMENT" else task["TASKID"])
    assert poster.post(paper.record(project_key="wires"))[paper.key].state is ItemState.UNCHANGED
    poster.lose(match={"function": paper.change})
    assert poster.post(paper.record("40", project_key="wires")) == {}
    assert code(poster.again()[paper.key]) == "already_written"
    assert abs(total(poster, paper.key)) == 40


@EVERY
def test_a_record_of_a_missing_task_is_reported(poster: Poster, paper: Paper) -> None:
    poster.rule(RuleKind.PROJECTS, "wires", LinkTo(ledger_id="task/9999"))
    outcome = choose(poster, paper).post(paper.record(project_key="wires"))[paper.key]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "target_missing")
    assert poster.ours(paper.kind) == []


def test_custom_fields_of_an_invoice_are_written(poster: Poster) -> None:
    poster.books.about("/fields", {"object": "SODOCUMENT", "name": "CONTRACTREF"})
    poster.post(invoice(custom_fields={"SODOCUMENT.CONTRACTREF": "K-1"}))
    assert poster.row(INVOICE)["CONTRACTREF"] == "K-1"


def test_a_deleted_expense_leaves_its_bill(poster: Poster) -> None:
    poster.post(spent("x1"), spent("x2", "10"))
    assert poster.post(spent("x1"), gone("x2"))[REPORT].reason is None
    assert len(poster.lines(REPORT)) == 1
    assert total(poster, REPORT) == Decimal("31.5")


def test_a_report_whose_vendor_is_now_an_employee_is_another_document(poster: Poster) -> None:
    poster.post(spent())
    poster.post(spent(staff_key="emily"))
    assert poster.ours("APBILL") == []
    assert len(poster.ours("EEXPENSES")) == 1


# Refusals.


@EVERY
def test_a_paid_document_is_neither_changed_nor_deleted(poster: Poster, paper: Paper) -> None:
    choose(poster, paper).post(paper.record())
    changes = poster.planned(paper.record("40"))
    pay(poster, paper.key)
    copy = poster.copy(paper.key)
    assert copy is not None
    assert copy.locked is not None
    outcome = poster.send(changes)[paper.key]
    assert outcome.state is ItemState.FAILED
    assert code(outcome) == "paid"
    assert code(poster.post(paper.record("40"))[paper.key]) == "paid"
    assert code(poster.post(paper.gone)[paper.key]) == "paid"
    assert abs(total(poster, paper.key)) == Decimal("31.5")


@pytest.mark.parametrize(
    ("record", "reasons", "name"),
    [
        (spent(expense_code_key="software"), "missing_dimension", "Department"),
        (spent(staff_key="shut"), "target_missing", "V9"),
        (charged(card_key="lost"), "target_missing", "LOST"),
        (charged(project_key="done"), "target_missing", "P-8"),
        (spent(staff_key="eva"), "target_missing", "E9"),
        (spent(staff_key="emily", project_key="held"), "not_open", "P-4"),
        (invoice(client_key="old", project_key=None), "target_missing", "C9"),
        (invoice(sold(labor_code_key="none")), "target_missing", "NO-ITEM"),
    ],
    ids=["dimension", "vendor", "card", "project", "employee", "status", "customer", "item"],
)
def test_a_document_that_the_ledger_refuses_stops_itself_alone(
    poster: Poster, record: Record, reasons: str, name: str
) -> None:
    poster.rule(RuleKind.USERS, "shut", LinkTo(ledger_id="vendor/V9", person="vendor"))
    poster.rule(RuleKind.USERS, "eva", LinkTo(ledger_id="employee/E9"))
    poster.rule(RuleKind.CARDS, "lost", LinkTo(ledger_id="creditcard/LOST"))
    poster.rule(RuleKind.PROJECTS, "done", LinkTo(ledger_id="project/P-8"))
    poster.rule(RuleKind.PROJECTS, "held", LinkTo(ledger_id="project/P-4"))
    poster.rule(RuleKind.PROJECTS, "old", LinkTo(ledger_id="customer/C9"))
    poster.rule(RuleKind.LABOR_CODES, "none", LinkTo(ledger_id="item/NO-ITEM"))
    neighbours: list[Record] = [
        spent("n1", report_key="N1"),
        spent("n2", report_key="N2", staff_key="emily"),
        charged("n3"),
        invoice(key="n4"),
    ]
    outcomes = poster.post(record, *neighbours)
    (bad,) = (o for k, o in outcomes.items() if o.state is not ItemState.POSTED)
    assert (bad.state, code(bad)) == (ItemState.FAILED, reasons), bad.reason
    assert name in words(bad)
    assert bad.reason is not None
    assert bad.reason.remedy
    assert len(outcomes) == 5


@EVERY
def test_closed_books_are_reported(poster: Poster, paper: Paper) -> None:
    poster.books.about("/closed", {"GL": "2026-03-31"})
    outcome = choose(poster, paper).post(paper.record())[paper.key]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "closed_period")
    assert poster.ours(paper.kind) == []


def test_a_number_that_is_taken_by_another_is_reported(poster: Poster) -> None:
    bill = {"VENDORID": "V1", "RECORDID": "ER-7", "WHENCREATED": "03/01/2026"}
    line = {"ACCOUNTNO": "6000", "TRX_AMOUNT": "1"}
    poster.books.create("APBILL", [line], **bill, WHENDUE="03/05/2026")
    outcome = poster.post(spent(report_number="ER-7"))[REPORT]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "number_taken")
    assert outcome.reason is not None
    assert outcome.reason.field == "number"


@EVERY
def test_a_company_of_several_entities_places_its_documents(group: Books, paper: Paper) -> None:
    placed = Poster(replace(group, choices=replace(paper.choices, location_id="location/US")))
    outcome = placed.post(paper.record())[paper.key]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert set(values(placed.lines(paper.key), "LOCATIONID")) == {"US"}


def test_who_may_not_see_receivables_can_post_orders_all_the_same(poster: Poster) -> None:
    user = {"id": USER, "password": PASSWORD, "denied": ["READ ARINVOICE"]}
    poster.books.about("", {"users": [user]})
    assert poster.post(invoice())[INVOICE].state is ItemState.POSTED
    assert poster.post(invoice(memo="Changed"))[INVOICE].state is ItemState.POSTED
    assert len(poster.ours("SODOCUMENT")) == 1


# Requests.


def test_fifty_documents_of_a_kind_go_by_one_request(poster: Poster) -> None:
    poster.planned()
    before = len(poster.books.journal())
    outcomes = poster.post(*[charged(f"x{n}") for n in range(50)])
    assert {o.state for o in outcomes.values()} == {ItemState.POSTED}
    assert len(poster.books.journal()) - before <= 3
    assert poster.calls["write"] == 1


# Payments that come back.


@pytest.mark.parametrize("paper", papers("order", "invoice"), ids=["order", "receivable"])
def test_the_paid_amount_of_an_invoice_is_synced(poster: Poster, paper: Paper) -> None:
    choose(poster, paper).post(paper.record())
    ledger_id = poster.links[paper.key].ledger_id
    before = poster.books.changes(ListType.INVOICE)[ListType.INVOICE].records
    open_one = next(r for r in before if r.id == ledger_id)
    assert Decimal(str(open_one.fields["balance"])) == Decimal("31.5")
    pay(poster, paper.key)
    after = poster.books.read(ListType.INVOICE, ids=(ledger_id,))[ledger_id]
    assert Decimal(str(after.fields["balance"])) == 0
    assert (after.fields["status"], after.fields["paid_on"]) == ("paid", "2026-03-20")
    assert open_one.fields["status"] == "open"


@pytest.mark.parametrize("zone", ["utc", "pacific"])
@pytest.mark.parametrize("paper", papers("order", "invoice"), ids=["order", "receivable"])
def test_invoices_come_back_whatever_zone_the_ledger_stamps_in(
    poster: Poster, paper: Paper, zone: str
) -> None:
    poster.books.admin("settings", {"times_zone": zone})
    choose(poster, paper).post(paper.record())
    records = poster.books.changes(ListType.INVOICE)[ListType.INVOICE].records
    assert poster.links[paper.key].ledger_id in {record.id for record in records}


def test_days_are_the_requested_ones(poster: Poster) -> None:
    for day in (date(2026, 2, 28), date(2024, 2, 29), date(2026, 12, 31)):
        key = f"x{day}"
        poster.post(charged(key, spent_on=day))
        assert poster.row(f"expense:{key}")["WHENCREATED"] == day.strftime("%m/%d/%Y")


@pytest.mark.parametrize("numbers", ["required", "sequenced", "optional"])
def test_a_bill_without_a_number_gets_a_short_one_of_ours(poster: Poster, numbers: str) -> None:
    """Case sage-intacct 4. Each bill has its own, the same when it is sent again, and keeps it."""
    poster.books.admin("settings", {"bill_numbers": numbers})
    outcomes = poster.post(spent("x1", report_key="R1"), spent("x2", report_key="R2"))
    assert {outcome.state for outcome in outcomes.values()} == {ItemState.POSTED}
    given = [row["RECORDID"] for row in poster.ours("APBILL")]
    assert len(set(given)) == 2
    assert all(number.startswith("LL-") and len(number) <= 20 for number in given)
    assert poster.post(spent("x1", "40"))[REPORT].state is ItemState.POSTED
    assert [row["RECORDID"] for row in poster.ours("APBILL")] == given


def test_a_company_may_leave_the_numbers_of_bills_to_its_sequence(poster: Poster) -> None:
    """Case sage-intacct 4. An edited bill keeps the number of the sequence."""
    poster.books.admin("settings", {"bill_numbers": "sequenced"})
    poster.books = replace(poster.books, choices=Choices(bill_numbers="ledger"))
    poster.post(spent())
    number = poster.row(REPORT)["RECORDID"]
    assert not number.startswith("LL-")
    poster.books = replace(poster.books, choices=Choices())
    poster.post(spent(amount="40"))
    assert poster.row(REPORT)["RECORDID"] == number


@pytest.mark.parametrize(
    ("record", "ledger_id"),
    [
        (spent(expense_code_key="odd"), "eeaccountlabel/Travel"),
        (charged(expense_code_key="odd"), "eeaccountlabel/Travel"),
        (spent(staff_key="emily", expense_code_key="odd"), "apaccountlabel/Travel"),
    ],
    ids=["bill", "charge", "report"],
)
def test_a_wrong_account_is_named_as_people_name_it(
    poster: Poster, record: Record, ledger_id: str
) -> None:
    """Case sage-intacct 12. No name of an object stands in the message."""
    poster.rule(RuleKind.EXPENSE_CODES, "odd", LinkExpenseCode(ledger_id=ledger_id))
    (outcome,) = poster.post(record).values()
    assert code(outcome) == "wrong_account"
    assert "general ledger account" in words(outcome)
    assert not any(name in words(outcome) for name in ("accountlabel", "glaccount", "/"))
