"""Order entry: numbered documents of user-named definitions, some of which make an AR invoice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from local.sandboxes.intacct.books.company import Company
from local.sandboxes.intacct.books.rows import Record, Values
from local.sandboxes.intacct.engine.audit import CREATED, DELETED, audit
from local.sandboxes.intacct.engine.change import Change
from local.sandboxes.intacct.engine.clean import money
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.engine.references import invalid
from local.sandboxes.intacct.engine.rules.currencies import exchanged, in_base
from local.sandboxes.intacct.engine.rules.lines import amount, demanded
from local.sandboxes.intacct.engine.rules.payables import due_day, owed
from local.sandboxes.intacct.protocol.errors import Problem, Refusal, broken, malformed, missing
from local.sandboxes.intacct.protocol.timestamps import day_of, day_text
from local.sandboxes.intacct.schema.dimensions import DIMENSIONS
from local.sandboxes.intacct.schema.registry import BY_NAME

LOCKED: Final = frozenset({"In Progress", "Converted", "Partially Converted"})
CARRIED: Final = tuple(field.name for field in DIMENSIONS if not field.path)


def definition(change: Change) -> Record:
    """The definition of a document; one of an entity alone is not there at the top level."""
    found = change.context.found("SODOCUMENTPARAMS", change.value("DOCPARID"))
    elsewhere = found is not None and found.entity != "" and not change.context.entity
    if found is None or elsewhere:
        raise invalid("SODOCUMENTPARAMS", change.value("DOCPARID"))
    return found


def editable(change: Change) -> None:
    if change.creating or change.context.by_hand:
        return
    if change.was("STATE") in LOCKED:
        raise broken(f"The document is {change.was('STATE')} and cannot be changed.")
    if paid(change.company.record("ARINVOICE", int(change.was("PRRECORDKEY") or 0))):
        raise broken("The document has been paid and cannot be changed.")


def paid(invoice: Record | None) -> bool:
    return invoice is not None and amount(invoice.values, "TOTALPAID") != 0


def filled(change: Change) -> None:
    """Number, due date, prices and totals."""
    kind = definition(change)
    if change.creating:
        _number(change, kind)
        if not change.lines:
            raise missing("sotransitems")
        if change.value("STATE") not in ("Draft", "Pending", "Closed"):
            raise broken("STATE of a document can be Draft, Pending or Closed.")
    _due(change)
    exchanged(change)
    if change.lines is None:
        return
    for line in change.lines:
        _price(change, line.values)
    lines = sum((amount(line.values, "TRX_VALUE") for line in change.lines), Decimal(0))
    beneath = sum((Decimal(figure) for _, figure in change.sent.subtotals), Decimal(0))
    for name, figure in (("SUBTOTAL", lines), ("TOTAL", lines + beneath)):
        change.after[f"TRX_{name}"] = money(figure)
        change.after[name] = in_base(change.after, figure)


def _number(change: Change, kind: Record) -> None:
    if not change.value("DOCNO"):
        if kind.values.get("NUMBERED") != "true":
            raise Refusal(Problem("PL01000127", "Document Number is missing"))
        count = change.company.next_number(f"SODOCUMENT {kind.values['DOCID']}")
        change.after["DOCNO"] = f"{kind.values.get('PREFIX', '')}{count:04d}"
    change.after["DOCID"] = f"{change.value('DOCPARID')}-{change.value('DOCNO')}"


def _due(change: Change) -> None:
    term = change.company.find("ARTERM", change.value("TERM.NAME"))
    created = day_of(change.value("WHENCREATED"))
    change.after.setdefault("WHENPOSTED", change.value("WHENCREATED"))
    if not change.value("WHENDUE") and term is not None and created is not None:
        change.after["WHENDUE"] = day_text(due_day(created, term.values))
    if not change.value("WHENDUE"):
        raise missing("Date Due")


def _price(change: Change, values: Values) -> None:
    item = change.context.found("ITEM", values.get("ITEMID", ""))
    if item is None:
        raise invalid("ITEM", values.get("ITEMID", ""))
    if not values.get("UNIT"):
        if change.settings.unit_required:
            raise malformed("Missing unit")
        values["UNIT"] = "Each"
    values.setdefault("PRICE", item.values.get("BASEPRICE", "0"))
    values.setdefault("ITEMDESC", item.values["NAME"])
    values["DOCHDRID"] = change.value("DOCID")
    gross = amount(values, "QUANTITY") * amount(values, "PRICE")
    net = gross * (1 - amount(values, "DISCOUNTPERCENT") / 100)
    values["TRX_VALUE"] = values["UIVALUE"] = money(net)
    values["TOTAL"] = in_base(change.after, net)
    if change.value("PROJECT"):
        values.setdefault("PROJECTID", change.value("PROJECT"))


def complete(change: Change) -> None:
    """The invoice that a document makes has the dimensions that its accounts demand."""
    posts = definition(change).values.get("POSTTOAR") == "true"
    if not posts or change.value("STATE") == "Draft":
        return
    for line in change.lines or ():
        demanded(change, line.values, _revenue_account(change.company, line.values))


def converted(change: Change) -> None:
    """A document made from another uses that one up."""
    source = change.value("CREATEDFROM")
    if not source or not change.creating:
        return
    record = change.context.found("SODOCUMENT", source)
    if record is None or record.values["STATE"] not in ("Pending", "Partially Converted"):
        raise broken(f"Document '{source}' cannot be converted.")
    values = {**record.values, "STATE": "Converted"}
    change.company.put("SODOCUMENT", replace(record, values=values))


def posted(change: Change, record: Record) -> None:
    """A document of a definition that posts makes an AR invoice; an edit makes another."""
    kind = definition(change)
    posts = kind.values.get("POSTTOAR") == "true" and record.values["STATE"] != "Draft"
    old = int(record.values.get("PRRECORDKEY") or 0)
    if not posts or not (change.creating or not old or _matters(change)):
        return
    renew = not old or change.settings.so_edit_renews_invoice
    number = change.company.tables["ARINVOICE"].next() if renew else old
    if old:
        unpost(change.context, old)
    _post(change, record, number)
    values = {**record.values, "PRRECORDKEY": str(number)}
    change.company.put("SODOCUMENT", replace(record, values=values))


def _matters(change: Change) -> bool:
    """Whether an edit is one that the invoice shows."""
    shown = ("WHENCREATED", "WHENDUE", "TERM.NAME", "PONUMBER", "MESSAGE", "STATE")
    return change.lines is not None or any(change.changed(name) for name in shown)


def unpost(context: Context, number: int) -> None:
    invoice = context.company.record("ARINVOICE", number)
    if invoice is not None:
        for line in context.company.lines("ARINVOICEITEM", number):
            context.company.drop("ARINVOICEITEM", line.recordno)
        context.company.drop("ARINVOICE", number)
        audit(context, BY_NAME["ARINVOICE"], invoice, DELETED)


def _post(change: Change, order: Record, number: int) -> None:
    company, values = change.company, order.values
    header: Values = {
        "CUSTOMERID": values["CUSTVENDID"],
        "RECORDID": values["DOCNO"],
        "DOCNUMBER": values.get("PONUMBER", ""),
        "STATE": "Posted",
        "WHENCREATED": values["WHENCREATED"],
        "WHENPOSTED": values["WHENPOSTED"],
        "WHENDUE": values["WHENDUE"],
        "TERMNAME": values.get("TERM.NAME", ""),
        "DESCRIPTION": values.get("MESSAGE", ""),
        "SUPDOCID": values.get("SUPDOCID", ""),
        "MODULEKEY": "8.SO",
        "CURRENCY": values["CURRENCY"],
        "BASECURR": values["BASECURR"],
        "EXCHANGE_RATE": values.get("EXCHANGE_RATE", ""),
        "DESCRIPTION2": values["DOCID"],
    }
    owed(header, amount(values, "TRX_TOTAL"), Decimal(0))
    kept = {name: value for name, value in header.items() if value}
    now, user = order.modified, order.modifiedby
    invoice = Record(number, kept, order.entity, 0, now, now, user, user)
    company.put("ARINVOICE", invoice)
    lines = [
        _invoice_line(change, line) for line in company.lines("SODOCUMENTENTRY", order.recordno)
    ]
    lines += _beneath(change, len(lines))
    for made in lines:
        place = company.tables["ARINVOICEITEM"].next()
        record = Record(place, made, order.entity, number, now, now, user, user)
        company.put("ARINVOICEITEM", record)
    audit(change.context, BY_NAME["ARINVOICE"], invoice, CREATED)


def _revenue_account(company: Company, values: Values) -> str:
    item = company.find("ITEM", values["ITEMID"])
    group = company.find("ITEMGLGROUP", item.values.get("GLGROUP", "") if item else "")
    account = group.values.get("REVENUEACCOUNT") if group else None
    return account or str(company.preferred("revenue_account"))


def _invoice_line(change: Change, line: Record) -> Values:
    values = line.values
    made: Values = {
        "LINE_NO": values["LINE_NO"],
        "ACCOUNTNO": _revenue_account(change.company, values),
        "AMOUNT": values["TOTAL"],
        "TRX_AMOUNT": values["TRX_VALUE"],
        "ENTRYDESCRIPTION": values.get("MEMO") or values["ITEMDESC"],
        "STATE": "Posted",
        "TOTALPAID": "0.00",
    }
    made |= {name: values[name] for name in CARRIED if values.get(name)}
    return made


def _beneath(change: Change, count: int) -> list[Values]:
    """The lines of the invoice that subtotals make, such as tax."""
    return [
        {
            "LINE_NO": str(count + place),
            "ACCOUNTNO": str(change.company.preferred("revenue_account")),
            "AMOUNT": in_base(change.after, Decimal(figure)),
            "TRX_AMOUNT": money(Decimal(figure)),
            "ENTRYDESCRIPTION": words,
            "STATE": "Posted",
            "TOTALPAID": "0.00",
        }
        for place, (words, figure) in enumerate(change.sent.subtotals, 1)
    ]


def deletable(context: Context, record: Record) -> None:
    """Its invoice goes with it, unless somebody has paid."""
    if record.values["STATE"] in LOCKED and not context.by_hand:
        raise broken(f"The document is {record.values['STATE']} and cannot be deleted.")
    number = int(record.values.get("PRRECORDKEY") or 0)
    if paid(context.company.record("ARINVOICE", number)):
        raise broken("The document has been paid and cannot be deleted.")
    if number:
        unpost(context, number)
