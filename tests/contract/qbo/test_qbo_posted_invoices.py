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
from tests.contract.qbo.poster import INVOICING, Outcomes, Poster, code

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


def status(poster: Poster, key: str = TIME) -> str:
    """Whether time is still to be billed."""
    return str(poster.row(key)["BillableStatus"])


def hour(*keys: str, **given: Any) -> Any:
    """A line that bills time."""
    return sold(time_keys=keys or ("t1",), **given)


def test_an_invoice_has_its_customer_number_days_and_texts(poster: Poster) -> None:
    outcome = poster.post(
        invoice(
            sold("100", description="Plans"),
            sold("50", labor_code_key="lighting", service_date=date(2026, 2, 27)),
            number="INV-7",
            due_on=date(2026, 3, 20),
            memo="Thank you",
            private_note="For the file",
        )
    )[KEY]
    row = poster.row(KEY)
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


def test_quantity_and_price_are_sent_if_they_make_the_amount(poster: Poster) -> None:
    priced = {"quantity": Decimal("1.5"), "unit_price": Decimal("33.333")}
    poster.post(invoice(sold(None, **priced), sold("51", **priced)))
    first, second = details(poster.row(KEY))
    assert (first["Qty"], first["UnitPrice"]) == (1.5, 33.333)
    assert "Qty" not in second
    assert [line["Amount"] for line in lines(poster.row(KEY))] == [50, 51]


def test_terms_class_and_location_are_sent_and_terms_make_the_due_day(poster: Poster) -> None:
    poster.post(invoice(terms_key="net15", class_key="residential", location_key="north"))
    row = poster.row(KEY)
    assert (row["SalesTermRef"]["value"], row["DueDate"]) == ("2", "2026-03-17")
    assert (row["ClassRef"]["name"], row["DepartmentRef"]["name"]) == ("Residential", "North")


def test_a_line_can_have_a_class_of_its_own(poster: Poster) -> None:
    poster.post(invoice(sold(class_key="commercial")))
    assert details(poster.row(KEY))[0]["ClassRef"]["name"] == "Commercial"


def test_without_a_code_a_line_sells_the_firms_item(poster: Poster) -> None:
    poster.invoicing = replace(INVOICING, item_id="18")
    poster.post(invoice(sold(labor_code_key=None)))
    assert details(poster.row(KEY))[0]["ItemRef"]["value"] == "18"


def test_custom_fields_are_reported_by_their_ids(poster: Poster) -> None:
    poster.post(invoice(custom_fields={"1": "Crew 7"}))
    (field,) = poster.row(KEY)["CustomField"]
    assert (field["Name"], field["StringValue"]) == ("Crew #", "Crew 7")


def test_a_number_that_is_left_to_the_ledger_is_its_own(poster: Poster) -> None:
    poster.invoicing = replace(INVOICING, number=Number.THEIRS)
    (operation,) = poster.planned(invoice(number="INV-7"))
    assert reason("number_left", field="number", number="INV-7") in operation.warnings
    assert code(poster.send([operation])[KEY]) == ""
    row = poster.row(KEY)
    assert row["DocNumber"] == "1007"
    assert "No. INV-7" in row["PrivateNote"]


def test_summed_up_there_is_a_line_for_each_kind_of_service(poster: Poster) -> None:
    poster.invoicing = replace(INVOICING, lines=InvoiceLines.SUMMARY)
    poster.post(invoice(sold("100"), sold("50", labor_code_key="lighting"), sold("25")))
    row = poster.row(KEY)
    assert [
        (d["ItemRef"]["value"], line["Amount"])
        for d, line in zip(details(row), lines(row), strict=True)
    ] == [("4", 125), ("8", 50)]


def test_a_changed_invoice_changes_in_place(poster: Poster) -> None:
    poster.post(invoice(sold("100"), sold("50"), number="INV-7"))
    before = poster.row(KEY)
    outcome = poster.post(invoice(sold("80"), number="INV-7"))[KEY]
    row = poster.row(KEY)
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert (row["Id"], row["SyncToken"]) == (before["Id"], "1") == (outcome.ledger_id, "1")
    assert ([line["Amount"] for line in lines(row)], row["TotalAmt"]) == ([80], 80)
    assert row["Balance"] == 80


def test_an_unchanged_record_is_not_sent_again(poster: Poster) -> None:
    poster.post(invoice(memo="Thanks"))
    assert poster.post(invoice(memo="Thanks"))[KEY].state is ItemState.UNCHANGED
    assert poster.row(KEY)["SyncToken"] == "0"


def test_a_deleted_invoice_is_deleted(poster: Poster) -> None:
    poster.post(invoice())
    outcome = poster.post(gone("i1", RecordKind.INVOICE))[KEY]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert poster.ours("Invoice") == []


def test_removed_values_are_cleared(poster: Poster) -> None:
    told = {"class_key": "residential", "location_key": "north", "memo": "Thanks"}
    poster.post(invoice(**told, email="amy@birds.example"))
    poster.post(invoice())
    row = poster.row(KEY)
    assert not {"ClassRef", "DepartmentRef", "CustomerMemo"} & row.keys()
    assert row["BillEmail"] == {"Address": "amy@birds.example"}


def test_a_custom_field_is_emptied_by_a_blank_text(poster: Poster) -> None:
    poster.post(invoice(custom_fields={"1": "Crew 7"}))
    poster.post(invoice(custom_fields={"1": " "}))
    (field,) = poster.row(KEY)["CustomField"]
    assert "StringValue" not in field


def test_a_bookkeepers_additions_to_an_invoice_stay(poster: Poster) -> None:
    poster.post(invoice())
    custom = [{"DefinitionId": "1", "Type": "StringType", "StringValue": "Crew 9"}]
    added = {"TrackingNum": "4711", "SalesTermRef": {"value": "4"}, "DueDate": "2026-06-01"}
    poster.edit(KEY, **added, CustomField=custom)
    assert poster.post(invoice(sold("80")))[KEY].state is ItemState.POSTED
    row = poster.row(KEY)
    assert (row["TrackingNum"], row["DueDate"]) == ("4711", "2026-06-01")
    assert row["SalesTermRef"]["value"] == "4"
    assert row["CustomField"][0]["StringValue"] == "Crew 9"
    assert row["TotalAmt"] == 80


# The time that invoices bill.


def billed(poster: Poster, **settings: Any) -> Outcomes:
    """What becomes of two activities, and then of an invoice that bills both."""
    poster.books.admin("settings", settings)
    poster.post(worked("t1"), worked("t2"))
    return poster.post(invoice(hour("t1"), hour("t2"), sold("5")))


def test_billed_time_is_linked_line_by_line_so_that_the_ledger_marks_it(poster: Poster) -> None:
    outcome = billed(poster)[KEY]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    ids = [poster.links[key].ledger_id for key in (TIME, "time:t2")]
    assert links(poster.row(KEY)) == [[ids[0]], [ids[1]], []]
    assert (status(poster), status(poster, "time:t2")) == ("HasBeenBilled", "HasBeenBilled")
    assert poster.calls["single"] == 1


def test_time_and_its_invoice_can_be_posted_at_once(poster: Poster) -> None:
    outcomes = poster.post(worked(), invoice(hour()))
    assert {outcome.state for outcome in outcomes.values()} == {ItemState.POSTED}
    assert links(poster.row(KEY)) == [[poster.links[TIME].ledger_id]]
    assert status(poster) == "HasBeenBilled"


def test_time_is_linked_by_its_charge_if_that_works_and_so_is_the_next_invoice(
    poster: Poster,
) -> None:
    outcome = billed(poster, time_link_id="timecharge")[KEY]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    charges = [str(poster.row(key)["TimeChargeId"]) for key in (TIME, "time:t2")]
    assert links(poster.row(KEY)) == [[charges[0]], [charges[1]], []]
    assert status(poster) == "HasBeenBilled"
    poster.post(worked("t3"))
    poster.post(invoice(hour("t3"), key="i2"))
    assert poster.calls["single"] == 1
    assert status(poster, "time:t3") == "HasBeenBilled"


def test_a_document_sent_again_by_the_learned_link_method_exists_once(
    poster: Poster,
) -> None:
    poster.books.admin("settings", {"time_link_id": "timecharge"})
    poster.post(worked("t1"), worked("t2"))
    billing = [invoice(hour(f"t{n}"), key=f"i{n}") for n in (1, 2)]
    poster.post(*billing, *[invoice(key=f"i{n}") for n in (3, 4)])
    again = poster.taken_over()
    assert {outcome.state for outcome in again.values()} == {ItemState.POSTED}
    notes = sorted(row["PrivateNote"] for row in poster.ours("Invoice"))
    assert notes == [f"[invoice:i{n}]" for n in (1, 2, 3, 4)]


def test_an_invoice_is_posted_without_refused_links_and_warns(
    poster: Poster,
) -> None:
    outcome = billed(poster, time_links="refuse")[KEY]
    ids = [poster.links[key].ledger_id for key in (TIME, "time:t2")]
    keys = f"time activity {ids[0]}, time activity {ids[1]}"
    assert outcome.state is ItemState.POSTED
    assert outcome.reason == reason("link_refused", keys=keys)
    row = poster.row(KEY)
    assert (links(row), row["TotalAmt"]) == ([[], [], []], 205)
    assert len(poster.ours("Invoice")) == 1
    assert status(poster) == "Billable"


def test_an_invoice_without_its_links_is_still_ours_to_change(poster: Poster) -> None:
    billed(poster, time_links="refuse")
    outcome = poster.post(invoice(hour("t1"), hour("t2"), sold("7")))[KEY]
    assert outcome.state is ItemState.POSTED
    assert poster.row(KEY)["TotalAmt"] == 207


def test_time_on_another_invoice_is_not_billed_twice_and_that_invoice_is_named(
    poster: Poster,
) -> None:
    poster.post(worked())
    poster.post(invoice(hour(), number="INV-7"))
    outcome = poster.post(invoice(hour(), key="i2"))["invoice:i2"]
    activity = poster.links[TIME].ledger_id
    keys = f"time activity {activity} of 2026-03-02 by invoice INV-7"
    assert (outcome.state, outcome.reason) == (
        ItemState.FAILED,
        reason("time_billed", keys=keys),
    )
    assert len(poster.ours("Invoice")) == 1


def test_time_that_leaves_an_invoice_is_to_be_billed_again(poster: Poster) -> None:
    billed(poster)
    assert poster.post(invoice(hour("t1"), sold("5")))[KEY].state is ItemState.POSTED
    assert (status(poster), status(poster, "time:t2")) == ("HasBeenBilled", "Billable")


def test_an_invoice_keeps_its_time_when_something_else_of_it_changes(poster: Poster) -> None:
    billed(poster)
    outcome = poster.post(invoice(hour("t1"), hour("t2"), sold("9")))[KEY]
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert (status(poster), status(poster, "time:t2")) == ("HasBeenBilled", "HasBeenBilled")
    assert poster.row(KEY)["TotalAmt"] == 209


def test_the_time_of_a_deleted_invoice_is_to_be_billed_again(poster: Poster) -> None:
    billed(poster)
    poster.post(gone("i1", RecordKind.INVOICE))
    assert (status(poster), status(poster, "time:t2")) == ("Billable", "Billable")


def test_where_the_firm_does_not_want_it_time_is_not_linked(poster: Poster) -> None:
    poster.invoicing = replace(INVOICING, link_time=False)
    assert code(billed(poster)[KEY]) == ""
    assert links(poster.row(KEY)) == [[], [], []]
    assert status(poster) == "Billable"


def test_a_link_that_the_ledger_passes_over_is_seen_in_its_answer(poster: Poster) -> None:
    outcome = billed(poster, time_links="ignore")[KEY]
    assert outcome.state is ItemState.POSTED
    assert code(outcome) == "link_refused"


# What becomes of them in the ledger.


def told(poster: Poster, key: str = KEY) -> tuple[str, str, str | None]:
    """Status, balance and paid day, as the list of invoices tells them."""
    ledger_id = poster.links[key].ledger_id
    fields = poster.books.read(ListType.INVOICE, ids=(ledger_id,))[ledger_id].fields
    return fields["status"], fields["balance"], fields["paid_on"]


def paid(poster: Poster, amount: float, day: str = "2026-03-09") -> str:
    """Amy pays; the payment's id."""
    link = {"TxnId": poster.links[KEY].ledger_id, "TxnType": "Invoice"}
    said = {"CustomerRef": {"value": "1"}, "TotalAmt": amount, "TxnDate": day}
    return poster.books.create("Payment", **said, Line=[{"Amount": amount, "LinkedTxn": [link]}])


def test_a_posted_invoice_is_open_then_partly_paid_then_paid_on_a_day(poster: Poster) -> None:
    poster.post(invoice())
    assert told(poster) == ("open", "100", None)
    paid(poster, 40, "2026-03-05")
    assert told(poster) == ("partly_paid", "60", None)
    paid(poster, 60, "2026-03-09")
    assert told(poster) == ("paid", "0", "2026-03-09")


def test_a_posted_invoice_that_is_voided_is_void(poster: Poster) -> None:
    poster.post(invoice())
    void(poster)
    assert told(poster) == ("void", "0", None)


def void(poster: Poster) -> None:
    row = poster.row(KEY)
    body = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
    poster.books.post("invoice?operation=void", body)


@pytest.mark.parametrize("record", [invoice(sold("80")), gone("i1", RecordKind.INVOICE)])
def test_a_voided_invoice_is_neither_changed_nor_deleted(poster: Poster, record: Any) -> None:
    poster.post(invoice())
    operations = poster.planned(record)
    void(poster)
    late = poster.send(operations)[KEY]
    assert (late.state, late.reason) == (ItemState.FAILED, reason("voided"))
    early = poster.post(record)[KEY]
    assert (early.state, early.reason) == (ItemState.BLOCKED, reason("voided"))
    assert poster.row(KEY)["TotalAmt"] == 0


def test_a_line_with_several_entries_marks_each_of_them_as_billed(poster: Poster) -> None:
    """Case quickbooks-online 12."""
    entries = [worked(f"t{n}", minutes=60 * n, notes=f"Work {n}") for n in (1, 2)]
    outcomes = poster.post(*entries, invoice(hour("t1", "t2", amount=Decimal("150.00"))))
    assert {outcome.state for outcome in outcomes.values()} == {ItemState.POSTED}
    assert {status(poster, f"time:t{n}") for n in (1, 2)} == {"HasBeenBilled"}
    row = poster.row(KEY)
    assert [line["Amount"] for line in lines(row)] == [50, 100]
    assert (row["TotalAmt"], code(outcomes[KEY])) == (150, "")
    changed = poster.post(replace(entries[0], minutes=90))["time:t1"]
    assert code(changed) == "billed"
