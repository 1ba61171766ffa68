"""Invoices as the ledger keeps them, and the time that they bill, against the sandbox."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.money_settings import InvoiceLines, Number
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.source_records import RecordKind

from tests.contract.papers import DAY, gone, invoice, sold, worked
from tests.contract.qbo.books import Row
from tests.contract.qbo.clerk import INVOICING, Clerk, Outcomes, code

KEY = "invoice:i1"
TIME = "time:t1"


def lines(row: Row) -> list[Row]:
    """Its lines, but for the sum that the ledger adds."""
    return [line for line in row["Line"] if line["DetailType"] == "SalesItemLineDetail"]


def details(row: Row) -> list[Row]:
    return [line["SalesItemLineDetail"] for line in lines(row)]


def links(row: Row) -> list[list[str]]:
    """The ids of the time that each line bills."""
    return [[link["TxnId"] for link in line.get("LinkedTxn", ())] for line in lines(row)]


def status(clerk: Clerk, key: str = TIME) -> str:
    """Whether time is still to be billed."""
    return str(clerk.row(key)["BillableStatus"])


def hour(*keys: str, **given: Any) -> Any:
    """A line that bills time."""
    return sold(time_keys=keys or ("t1",), **given)


def test_an_invoice_has_its_customer_number_days_and_texts(clerk: Clerk) -> None:
    outcome = clerk.post(
        invoice(
            sold("100", description="Plans"),
            sold("50", labor_code_key="lighting", service_date=date(2026, 2, 27)),
            number="INV-7",
            due_on=date(2026, 3, 20),
            memo="Thank you",
            private_note="For the file",
        )
    )[KEY]
    row = clerk.row(KEY)
    assert (outcome.state, outcome.reason, outcome.version) == (ItemState.POSTED, None, "0")
    assert outcome.total == Decimal(150) == Decimal(str(row["TotalAmt"]))
    assert (row["CustomerRef"]["value"], row["DocNumber"]) == ("1", "INV-7")
    assert (row["TxnDate"], row["DueDate"]) == (DAY.isoformat(), "2026-03-20")
    assert row["CustomerMemo"] == {"value": "Thank you"}
    assert row["PrivateNote"].splitlines() == ["For the file", f"[{KEY}]"]
    assert [line["Amount"] for line in lines(row)] == [100, 50]
    assert lines(row)[0]["Description"] == "Plans"
    assert [each["ItemRef"]["value"] for each in details(row)] == ["4", "8"]
    assert details(row)[1]["ServiceDate"] == "2026-02-27"


def test_quantity_and_price_are_told_where_they_make_the_amount(clerk: Clerk) -> None:
    priced = {"quantity": Decimal("1.5"), "unit_price": Decimal("33.333")}
    clerk.post(invoice(sold(None, **priced), sold("51", **priced)))
    first, second = details(clerk.row(KEY))
    assert (first["Qty"], first["UnitPrice"]) == (1.5, 33.333)
    assert "Qty" not in second
    assert [line["Amount"] for line in lines(clerk.row(KEY))] == [50, 51]


def test_terms_class_and_location_are_told_and_terms_make_the_due_day(clerk: Clerk) -> None:
    clerk.post(invoice(terms_key="net15", class_key="residential", location_key="north"))
    row = clerk.row(KEY)
    assert (row["SalesTermRef"]["value"], row["DueDate"]) == ("2", "2026-03-17")
    assert (row["ClassRef"]["name"], row["DepartmentRef"]["name"]) == ("Residential", "North")


def test_a_line_can_have_a_class_of_its_own(clerk: Clerk) -> None:
    clerk.post(invoice(sold(class_key="commercial")))
    assert details(clerk.row(KEY))[0]["ClassRef"]["name"] == "Commercial"


def test_without_a_code_a_line_sells_the_firms_item(clerk: Clerk) -> None:
    clerk.invoicing = replace(INVOICING, item_id="18")
    clerk.post(invoice(sold(labor_code_key=None)))
    assert details(clerk.row(KEY))[0]["ItemRef"]["value"] == "18"


def test_an_invoice_that_is_to_be_sent_is_in_the_ledgers_queue_of_mail(clerk: Clerk) -> None:
    clerk.post(
        invoice(email="amy@birds.example", send=True),
        invoice(key="i2", email="amy@birds.example"),
    )
    sent, kept = clerk.row(KEY), clerk.row("invoice:i2")
    assert (sent["BillEmail"]["Address"], sent["EmailStatus"]) == (
        "amy@birds.example",
        "NeedToSend",
    )
    assert kept.get("EmailStatus", "NotSet") == "NotSet"


def test_custom_fields_are_told_by_their_ids(clerk: Clerk) -> None:
    clerk.post(invoice(custom_fields={"1": "Crew 7"}))
    (field,) = clerk.row(KEY)["CustomField"]
    assert (field["Name"], field["StringValue"]) == ("Crew #", "Crew 7")


def test_a_number_that_is_left_to_the_ledger_is_its_own(clerk: Clerk) -> None:
    clerk.invoicing = replace(INVOICING, number=Number.THEIRS)
    (operation,) = clerk.planned(invoice(number="INV-7"))
    assert reason("number_left", field="number", number="INV-7") in operation.warnings
    assert code(clerk.send([operation])[KEY]) == ""
    row = clerk.row(KEY)
    assert row["DocNumber"] == "1007"
    assert "No. INV-7" in row["PrivateNote"]


def test_summed_up_there_is_a_line_for_each_kind_of_service(clerk: Clerk) -> None:
    clerk.invoicing = replace(INVOICING, lines=InvoiceLines.SUMMARY)
    clerk.post(invoice(sold("100"), sold("50", labor_code_key="lighting"), sold("25")))
    row = clerk.row(KEY)
    assert [
        (d["ItemRef"]["value"], line["Amount"])
        for d, line in zip(details(row), lines(row), strict=True)
    ] == [("4", 125), ("8", 50)]


def test_a_changed_invoice_changes_in_place(clerk: Clerk) -> None:
    clerk.post(invoice(sold("100"), sold("50"), number="INV-7"))
    before = clerk.row(KEY)
    outcome = clerk.post(invoice(sold("80"), number="INV-7"))[KEY]
    row = clerk.row(KEY)
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert (row["Id"], row["SyncToken"]) == (before["Id"], "1") == (outcome.ledger_id, "1")
    assert ([line["Amount"] for line in lines(row)], row["TotalAmt"]) == ([80], 80)
    assert row["Balance"] == 80


def test_what_is_posted_again_without_a_change_is_not_sent(clerk: Clerk) -> None:
    clerk.post(invoice(memo="Thanks"))
    assert clerk.post(invoice(memo="Thanks"))[KEY].state is ItemState.UNCHANGED
    assert clerk.row(KEY)["SyncToken"] == "0"


def test_a_deleted_invoice_is_deleted(clerk: Clerk) -> None:
    clerk.post(invoice())
    outcome = clerk.post(gone("i1", RecordKind.INVOICE))[KEY]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert clerk.ours("Invoice") == []


def test_what_is_said_no_more_is_cleared(clerk: Clerk) -> None:
    told = {"class_key": "residential", "location_key": "north", "memo": "Thanks"}
    clerk.post(invoice(**told, email="amy@birds.example"))
    clerk.post(invoice())
    row = clerk.row(KEY)
    assert not {"ClassRef", "DepartmentRef", "CustomerMemo"} & row.keys()
    assert row["BillEmail"] == {"Address": "amy@birds.example"}


def test_a_custom_field_is_emptied_by_an_empty_text(clerk: Clerk) -> None:
    clerk.post(invoice(custom_fields={"1": "Crew 7"}))
    clerk.post(invoice(custom_fields={"1": ""}))
    (field,) = clerk.row(KEY)["CustomField"]
    assert "StringValue" not in field


def test_what_a_bookkeeper_added_to_an_invoice_stays(clerk: Clerk) -> None:
    clerk.post(invoice())
    custom = [{"DefinitionId": "1", "Type": "StringType", "StringValue": "Crew 9"}]
    added = {"TrackingNum": "4711", "SalesTermRef": {"value": "4"}, "DueDate": "2026-06-01"}
    clerk.edit(KEY, **added, CustomField=custom)
    assert clerk.post(invoice(sold("80")))[KEY].state is ItemState.POSTED
    row = clerk.row(KEY)
    assert (row["TrackingNum"], row["DueDate"]) == ("4711", "2026-06-01")
    assert row["SalesTermRef"]["value"] == "4"
    assert row["CustomField"][0]["StringValue"] == "Crew 9"
    assert row["TotalAmt"] == 80


# The time that invoices bill.


def billed(clerk: Clerk, **settings: Any) -> Outcomes:
    """What becomes of two activities, and then of an invoice that bills both."""
    clerk.books.admin("settings", settings)
    clerk.post(worked("t1"), worked("t2"))
    return clerk.post(invoice(hour("t1"), hour("t2"), sold("5")))


def test_billed_time_is_linked_line_by_line_so_that_the_ledger_marks_it(clerk: Clerk) -> None:
    outcome = billed(clerk)[KEY]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    ids = [clerk.links[key].ledger_id for key in (TIME, "time:t2")]
    assert links(clerk.row(KEY)) == [[ids[0]], [ids[1]], []]
    assert (status(clerk), status(clerk, "time:t2")) == ("HasBeenBilled", "HasBeenBilled")
    assert clerk.calls["single"] == 1


def test_time_and_its_invoice_can_be_posted_at_once(clerk: Clerk) -> None:
    outcomes = clerk.post(worked(), invoice(hour()))
    assert {outcome.state for outcome in outcomes.values()} == {ItemState.POSTED}
    assert links(clerk.row(KEY)) == [[clerk.links[TIME].ledger_id]]
    assert status(clerk) == "HasBeenBilled"


def test_where_time_goes_by_its_charge_it_is_linked_by_that_and_the_next_invoice_knows(
    clerk: Clerk,
) -> None:
    outcome = billed(clerk, time_link_id="timecharge")[KEY]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    charges = [str(clerk.row(key)["TimeChargeId"]) for key in (TIME, "time:t2")]
    assert links(clerk.row(KEY)) == [[charges[0]], [charges[1]], []]
    assert status(clerk) == "HasBeenBilled"
    clerk.post(worked("t3"))
    clerk.post(invoice(hour("t3"), key="i2"))
    assert clerk.calls["single"] == 1
    assert status(clerk, "time:t3") == "HasBeenBilled"


def test_what_is_sent_again_after_the_way_of_links_was_learnt_is_in_the_ledger_once(
    clerk: Clerk,
) -> None:
    clerk.books.admin("settings", {"time_link_id": "timecharge"})
    clerk.post(worked("t1"), worked("t2"))
    billing = [invoice(hour(f"t{n}"), key=f"i{n}") for n in (1, 2)]
    clerk.post(*billing, *[invoice(key=f"i{n}") for n in (3, 4)])
    again = clerk.again()
    assert {outcome.state for outcome in again.values()} == {ItemState.POSTED}
    notes = sorted(row["PrivateNote"] for row in clerk.ours("Invoice"))
    assert notes == [f"[invoice:i{n}]" for n in (1, 2, 3, 4)]


def test_where_links_are_refused_altogether_the_invoice_is_posted_without_and_says_so(
    clerk: Clerk,
) -> None:
    outcome = billed(clerk, time_links="refuse")[KEY]
    ids = [clerk.links[key].ledger_id for key in (TIME, "time:t2")]
    keys = f"time activity {ids[0]}, time activity {ids[1]}"
    assert outcome.state is ItemState.POSTED
    assert outcome.reason == reason("link_refused", keys=keys)
    row = clerk.row(KEY)
    assert (links(row), row["TotalAmt"]) == ([[], [], []], 205)
    assert len(clerk.ours("Invoice")) == 1
    assert status(clerk) == "Billable"


def test_an_invoice_without_its_links_is_still_ours_to_change(clerk: Clerk) -> None:
    billed(clerk, time_links="refuse")
    outcome = clerk.post(invoice(hour("t1"), hour("t2"), sold("7")))[KEY]
    assert outcome.state is ItemState.POSTED
    assert clerk.row(KEY)["TotalAmt"] == 207


def test_time_on_another_invoice_is_not_billed_twice_and_that_invoice_is_named(
    clerk: Clerk,
) -> None:
    clerk.post(worked())
    clerk.post(invoice(hour(), number="INV-7"))
    outcome = clerk.post(invoice(hour(), key="i2"))["invoice:i2"]
    activity = clerk.links[TIME].ledger_id
    keys = f"time activity {activity} of 2026-03-02 by invoice INV-7"
    assert (outcome.state, outcome.reason) == (
        ItemState.FAILED,
        reason("time_billed", keys=keys),
    )
    assert len(clerk.ours("Invoice")) == 1


def test_time_that_leaves_an_invoice_is_to_be_billed_again(clerk: Clerk) -> None:
    billed(clerk)
    assert clerk.post(invoice(hour("t1"), sold("5")))[KEY].state is ItemState.POSTED
    assert (status(clerk), status(clerk, "time:t2")) == ("HasBeenBilled", "Billable")


def test_an_invoice_keeps_its_time_when_something_else_of_it_changes(clerk: Clerk) -> None:
    billed(clerk)
    outcome = clerk.post(invoice(hour("t1"), hour("t2"), sold("9")))[KEY]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert (status(clerk), status(clerk, "time:t2")) == ("HasBeenBilled", "HasBeenBilled")
    assert clerk.row(KEY)["TotalAmt"] == 209


def test_the_time_of_a_deleted_invoice_is_to_be_billed_again(clerk: Clerk) -> None:
    billed(clerk)
    clerk.post(gone("i1", RecordKind.INVOICE))
    assert (status(clerk), status(clerk, "time:t2")) == ("Billable", "Billable")


def test_where_the_firm_does_not_want_it_time_is_not_linked(clerk: Clerk) -> None:
    clerk.invoicing = replace(INVOICING, link_time=False)
    assert code(billed(clerk)[KEY]) == ""
    assert links(clerk.row(KEY)) == [[], [], []]
    assert status(clerk) == "Billable"


def test_a_link_that_the_ledger_passes_over_is_seen_in_its_answer(clerk: Clerk) -> None:
    outcome = billed(clerk, time_links="ignore")[KEY]
    assert outcome.state is ItemState.POSTED
    assert code(outcome) == "link_refused"


# What becomes of them in the ledger.


def told(clerk: Clerk, key: str = KEY) -> tuple[str, str, str | None]:
    """Status, balance and paid day, as the list of invoices tells them."""
    ledger_id = clerk.links[key].ledger_id
    fields = clerk.books.read(ListType.INVOICE, ids=(ledger_id,))[ledger_id].fields
    return fields["status"], fields["balance"], fields["paid_on"]


def paid(clerk: Clerk, amount: float, day: str = "2026-03-09") -> str:
    """Amy pays; the payment's id."""
    link = {"TxnId": clerk.links[KEY].ledger_id, "TxnType": "Invoice"}
    said = {"CustomerRef": {"value": "1"}, "TotalAmt": amount, "TxnDate": day}
    return clerk.books.create("Payment", **said, Line=[{"Amount": amount, "LinkedTxn": [link]}])


def test_a_posted_invoice_is_open_then_partly_paid_then_paid_on_a_day(clerk: Clerk) -> None:
    clerk.post(invoice())
    assert told(clerk) == ("open", "100", None)
    paid(clerk, 40, "2026-03-05")
    assert told(clerk) == ("partly_paid", "60", None)
    paid(clerk, 60, "2026-03-09")
    assert told(clerk) == ("paid", "0", "2026-03-09")


def test_a_posted_invoice_that_is_voided_is_void(clerk: Clerk) -> None:
    clerk.post(invoice())
    void(clerk)
    assert told(clerk) == ("void", "0", None)


def void(clerk: Clerk) -> None:
    row = clerk.row(KEY)
    body = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
    clerk.books.post("invoice?operation=void", body)


@pytest.mark.parametrize("record", [invoice(sold("80")), gone("i1", RecordKind.INVOICE)])
def test_a_voided_invoice_is_neither_changed_nor_deleted(clerk: Clerk, record: Any) -> None:
    clerk.post(invoice())
    operations = clerk.planned(record)
    void(clerk)
    late = clerk.send(operations)[KEY]
    assert (late.state, late.reason) == (ItemState.FAILED, reason("voided"))
    early = clerk.post(record)[KEY]
    assert (early.state, early.reason) == (ItemState.BLOCKED, reason("voided"))
    assert clerk.row(KEY)["TotalAmt"] == 0
