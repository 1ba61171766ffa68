"""Bills, invoices and card charges: dates, numbers, labels, totals."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from local.sandboxes.intacct.books.rows import Record, Values
from local.sandboxes.intacct.engine.change import Change, Line
from local.sandboxes.intacct.engine.clean import money
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.engine.references import invalid
from local.sandboxes.intacct.engine.rules.currencies import exchanged, in_base
from local.sandboxes.intacct.engine.rules.lines import amount
from local.sandboxes.intacct.engine.rules.timesheets import its_customer
from local.sandboxes.intacct.protocol.errors import (
    Problem,
    Refusal,
    broken,
    duplicate,
    malformed,
    missing,
)
from local.sandboxes.intacct.protocol.timestamps import day_of, day_text

GIVEN: Final = ("TRX_AMOUNT", "AMOUNT", "TOTALTRXAMOUNT")
SETTLED: Final = frozenset({"Paid", "Partially Paid", "Selected", "Reversed"})
LABELS: Final = {"APBILL": "APACCOUNTLABEL", "CCTRANSACTION": "APACCOUNTLABEL"}
LABEL_MODE: Final = {"APBILL": "ap_labels", "CCTRANSACTION": "ap_labels", "ARINVOICE": "ar_labels"}
ORIGIN: Final = {"APBILL": "3.AP", "ARINVOICE": "4.AR", "CCTRANSACTION": "11.CM"}
MONTHS: Final = {"next": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "6th": 6}


def editable(change: Change) -> None:
    """What is paid keeps its amounts; what Order Entry made is changed there."""
    if change.creating or change.context.by_hand:
        return
    if change.was("STATE") in SETTLED and change.lines is not None:
        raise broken(f"The {change.entry.word} is {change.was('STATE')} and cannot be changed.")
    if change.was("MODULEKEY") == "8.SO":
        raise broken(f"The {change.entry.word} was made by Order Entry and is changed there.")


def filled(change: Change) -> None:
    """The state that the action asks for, and what the lines come to."""
    action = change.after.pop("ACTION", "")
    if change.creating or action:
        change.after["STATE"] = "Draft" if action == "Draft" else "Posted"
    if change.creating:
        change.after.setdefault("MODULEKEY", ORIGIN[change.entry.name])
        if not change.lines:
            assert change.entry.lines is not None
            raise missing(change.entry.lines.container)
    totalled(change)


def not_held(change: Change) -> None:
    """Nothing new is owed to a vendor who is on hold."""
    vendor = change.company.find("VENDOR", change.value("VENDORID"))
    if change.creating and vendor is not None and vendor.values.get("ONHOLD") == "true":
        raise broken(f"Vendor '{vendor.values['VENDORID']}' is on hold.")


def charged(change: Change) -> None:
    """A card charge; with several currencies it is made within an entity."""
    context = change.context
    if change.creating and change.company.multi_currency and not context.entity:
        raise broken("Currently, we can't create the transaction", "Sign in to the entity.")
    for line in change.lines or ():
        if _given(line.values) < 0 and not change.settings.negative_card_amounts:
            raise malformed("Payment amount cannot be negative")
    filled(change)
    if not change.value("RECORDID"):
        change.after["RECORDID"] = f"CC-{change.company.next_number('CCTRANSACTION'):04d}"


def totalled(change: Change) -> None:
    exchanged(change)
    if change.lines is None:
        return
    for line in change.lines:
        values = line.values
        if not any(values.get(name) for name in GIVEN):
            raise missing("TRX_AMOUNT" if change.entry.name == "APBILL" else "amount")
        values["TRX_AMOUNT"] = money(_given(values))
        values["AMOUNT"] = in_base(change.after, amount(values, "TRX_AMOUNT"))
        values["STATE"] = change.value("STATE")
    taxed(change)
    owed(change.after, sum(map(_whole, change.lines), Decimal(0)), paid_of(change.after))


def _given(values: Values) -> Decimal:
    """What a line says that it comes to, in the document's currency."""
    return next((amount(values, name) for name in GIVEN if values.get(name)), Decimal(0))


def _whole(line: Line) -> Decimal:
    """A line with its tax, which the ledger adds where it is said apart."""
    return amount(line.values, "TOTALTRXAMOUNT") or amount(line.values, "TRX_AMOUNT")


def paid_of(values: Values) -> Decimal:
    return amount(values, "TRX_TOTALPAID" if values.get("TRX_TOTALPAID") else "TOTALPAID")


def owed(values: Values, total: Decimal, paid: Decimal) -> None:
    """The totals of a document in its own currency, and their twins in that of the books."""
    figures = {"TOTALENTERED": total, "TOTALPAID": paid, "TOTALDUE": total - paid}
    for name, figure in figures.items():
        values[f"TRX_{name}"] = money(figure)
        values[name] = in_base(values, figure)


def taxed(change: Change) -> None:
    """Tax entries want a tax solution that the company has."""
    solution, known = change.value("TAXSOLUTIONID"), change.company.preferred("tax_solutions")
    if solution and solution not in known:
        raise broken(f"Invalid Tax Solution '{solution}' specified.")
    lines = change.lines or ()
    if not solution and any(_whole(one) != amount(one.values, "TRX_AMOUNT") for one in lines):
        raise missing("Tax Solution")


def labelled(change: Change) -> None:
    """Accounts from labels. In label mode lines take a label, otherwise an account."""
    labels = LABELS.get(change.entry.name, "ARACCOUNTLABEL")
    by_label = change.company.preferred(LABEL_MODE[change.entry.name])
    for line in change.lines or ():
        values = line.values
        label = values.get("ACCOUNTLABEL", "")
        if by_label and not label:
            raise missing("Account label")
        if label:
            record = change.context.found(labels, label)
            if record is None:
                raise invalid(labels, label)
            values["ACCOUNTNO"] = record.values["GLACCOUNTNO"]
            offset = record.values.get("OFFSETGLACCOUNTNO")
            if offset:
                values.setdefault("OFFSETGLACCOUNTNO", offset)
        if not values.get("ACCOUNTNO"):
            raise missing("Account")


def dated(change: Change) -> None:
    """A date, and a due date or terms to find one by; only a draft bill may do without."""
    loose = change.entry.name == "APBILL" and change.value("STATE") == "Draft"
    if not change.value("WHENCREATED"):
        if loose:
            return
        raise missing("Date Created")
    change.after.setdefault("WHENPOSTED", change.value("WHENCREATED"))
    if not change.value("WHENDUE") and change.value("TERMNAME"):
        terms = "ARTERM" if change.entry.name == "ARINVOICE" else "APTERM"
        record = change.company.find(terms, change.value("TERMNAME"))
        created = day_of(change.value("WHENCREATED"))
        if record is not None and created is not None:
            change.after["WHENDUE"] = day_text(due_day(created, record.values))
    if not change.value("WHENDUE") and not loose:
        raise missing("Date Due")


def due_day(created: date, term: Values) -> date:
    """The day on which something of that date is due."""
    days, start = int(term.get("DUEDATE") or 0), term.get("DUEFROM", "")
    if not start.startswith("of"):
        return created + timedelta(days=days)
    ahead = MONTHS.get(start.split()[1], 0)
    year, month = divmod(created.year * 12 + created.month - 1 + ahead, 12)
    last = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)
    return date(year, month + 1, min(max(days, 1), last.day))


def numbered(change: Change) -> None:
    """Invoices are numbered; no two invoices, and no two bills of a vendor, share a number."""
    invoice = change.entry.name == "ARINVOICE"
    number = change.value("RECORDID")
    if not number:
        if invoice and change.company.preferred("number_invoices"):
            change.after["RECORDID"] = f"INV-{change.company.next_number('ARINVOICE'):05d}"
        elif invoice:
            raise missing("Invoice Number")
        elif change.settings.bill_numbers == "sequenced":
            change.after["RECORDID"] = f"BILL-{change.company.next_number('APBILL'):05d}"
        elif change.settings.bill_numbers == "required" and not change.context.by_hand:
            raise Refusal(Problem("BL03002128", "Enter a Bill number, and try again."))
        return
    if change.settings.duplicate_numbers == "allow" or not change.changed("RECORDID"):
        return
    names = ("RECORDID",) if invoice else ("VENDORID", "RECORDID")
    values = tuple(change.value(name) for name in names)
    if change.company.named(change.entry.name, names, values) is not None:
        raise duplicate(change.entry.word, number)


def family(change: Change) -> None:
    """The customer of a line's project is the invoice's."""
    for line in change.lines or ():
        project = change.company.find("PROJECT", line.values.get("PROJECTID", ""))
        if project is not None:
            customer = line.values.get("CUSTOMERID") or change.value("CUSTOMERID")
            its_customer(change.company, project, {"CUSTOMERID": customer})


def deletable(context: Context, record: Record) -> None:
    state = record.values.get("STATE", "")
    if state in SETTLED and not context.by_hand:
        raise broken(f"A document that is {state} cannot be deleted.")
    if record.values.get("MODULEKEY") == "8.SO" and not context.by_hand:
        raise broken("The Invoice was made by Order Entry and is deleted there.")
