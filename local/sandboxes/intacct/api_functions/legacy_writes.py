"""Functions older than create and update, carried out by the same rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from lxml import etree

from local.sandboxes.intacct.api_functions import legacy_payments
from local.sandboxes.intacct.api_functions.answer import Answer
from local.sandboxes.intacct.api_functions.call import Call, text_of
from local.sandboxes.intacct.api_functions.legacy_names import (
    BILL,
    CHARGE,
    EXPENSES,
    INVOICE,
    ORDER,
    PAYMENT_TYPE,
    TERMS,
    TIMESHEET,
    TIMETYPE,
    Family,
)
from local.sandboxes.intacct.api_functions.legacy_values import day, header, lines, subtotals
from local.sandboxes.intacct.books.rows import Record, Values, counting
from local.sandboxes.intacct.engine import operations
from local.sandboxes.intacct.engine.audit import CHANGED, audit
from local.sandboxes.intacct.engine.change import Sent
from local.sandboxes.intacct.engine.rules import payments
from local.sandboxes.intacct.engine.rules.periods import closed_through, shut
from local.sandboxes.intacct.protocol.errors import broken, missing
from local.sandboxes.intacct.protocol.timestamps import day_of
from local.sandboxes.intacct.schema.fields import Object
from local.sandboxes.intacct.schema.registry import BY_NAME

Handler: TypeAlias = Callable[[Call, etree._Element], Answer]
# The state of a new document whose request does not say.
FIRST_STATE: Final = {"TIMESHEET": "Submitted", "EEXPENSES": "Submitted", "SODOCUMENT": "Pending"}


def _create(family: Family) -> Handler:
    def create(call: Call, element: etree._Element) -> Answer:
        entry = family.entry
        values = header(family, element)
        if entry.name in FIRST_STATE and not values.get("STATE"):
            values["STATE"] = FIRST_STATE[entry.name]
        said = lines(call.context.company, family, element, family.lines, None)
        sent = Sent(values, said, subtotals=subtotals(element))
        return _key(call, entry, operations.create(call.context, entry, sent))

    return create


def _key(call: Call, entry: Object, record: Record) -> Answer:
    note = call.context.note
    note.object, note.objects, note.metered = entry.name, 1, 1
    key = record.values.get(entry.key) if entry.name == "SODOCUMENT" else None
    return Answer(key=key or str(record.recordno))


def meant(call: Call, entry: Object, element: etree._Element, attribute: str = "key") -> Record:
    """The record that an attribute names by record number, id, or external id."""
    key = element.get(attribute, "")
    company = call.context.company
    record = company.find(entry.name, key)
    if record is None:
        record = company.record(entry.name, counting(key))
    if element.get("externalkey") == "true":
        rows = company.tables[entry.name].rows()
        record = next((row for row in rows if row.values.get("EXTERNALID") == key), None)
    if record is None or not call.context.sees(record):
        raise broken(f"Cannot find {entry.word.lower()} with key '{key}'.")
    return record


def _update(family: Family) -> Handler:
    def update(call: Call, element: etree._Element) -> Answer:
        entry = family.entry
        before = meant(call, entry, element)
        values = {**header(family, element), "RECORDNO": str(before.recordno)}
        sent = Sent(values, lines(call.context.company, family, element, family.edits, before))
        return _key(call, entry, operations.update(call.context, entry, sent))

    return update


def _delete(name: str, attribute: str) -> Handler:
    def delete(call: Call, element: etree._Element) -> Answer:
        entry = BY_NAME[name]
        record = meant(call, entry, element, attribute)
        operations.delete(call.context, entry, record)
        _key(call, entry, record)
        return Answer()

    return delete


def _reverse(name: str) -> Handler:
    """Marks a document as reversed, on a day whose period is open."""

    def reverse(call: Call, element: etree._Element) -> Answer:
        entry, context = BY_NAME[name], call.context
        context.permit("UPDATE", entry)
        record = meant(call, entry, element)
        if record.values["STATE"] not in ("Posted", "Approved", "Submitted", "Complete"):
            raise broken(f"A document that is {record.values['STATE']} cannot be reversed.")
        on, closed = (
            day_of(day(element, "datereversed")),
            closed_through(context.company, entry.module),
        )
        if on is None:
            raise missing("datereversed")
        if closed is not None and on <= closed:
            raise shut(entry.module, on, closed)
        if name == "ARPYMT":
            payments.withdraw(context, record)
        state = "Voided" if name == "ARPYMT" else "Reversed"
        values = {**record.values, "STATE": state, "TOTALDUE": "0.00", "TRX_TOTALDUE": "0.00"}
        changed = replace(
            record, values=values, modified=context.seconds(), modifiedby=context.user
        )
        audit(context, entry, changed, CHANGED, "Reverse")
        return _key(call, entry, context.company.put(name, changed))

    return reverse


def _simple(name: str, names: dict[str, str], attribute: str = "") -> Handler:
    """Creates or, named by an attribute, updates a setup record."""

    def write(call: Call, element: etree._Element) -> Answer:
        entry = BY_NAME[name]
        values = _said(element, names)
        if attribute:
            before = meant(call, entry, element, attribute)
            sent = Sent({**values, "RECORDNO": str(before.recordno)})
            record = operations.update(call.context, entry, sent)
        else:
            record = operations.create(call.context, entry, Sent(values))
        _key(call, entry, record)
        return Answer(key=record.values[entry.key])

    return write


def _said(element: etree._Element, names: dict[str, str]) -> Values:
    """The texts of all elements that have a meaning, however deep."""
    return {
        names[str(item.tag)]: (item.text or "").strip()
        for item in element.iterdescendants()
        if item.tag in names
    }


def create_payment(call: Call, element: etree._Element) -> Answer:
    entry = BY_NAME["ARPYMT"]
    record = operations.create(call.context, entry, legacy_payments.received(call.context, element))
    return _key(call, entry, record)


def apply_payment(call: Call, element: etree._Element) -> Answer:
    """Shares out what a payment has left over."""
    entry = BY_NAME["ARPYMT"]
    key = text_of(element, "arpaymentkey")
    payment = call.context.company.record("ARPYMT", counting(key))
    if payment is None or not call.context.sees(payment):
        raise broken(f"Cannot find payment with key '{key}'.")
    return _key(call, entry, legacy_payments.spread(call.context, payment, element))


_FAMILIES: Final = {
    "timesheet": TIMESHEET,
    "expensereport": EXPENSES,
    "bill": BILL,
    "invoice": INVOICE,
    "sotransaction": ORDER,
}
_DELETED: Final = {
    "timesheet": ("TIMESHEET", "key"),
    "expensereport": ("EEXPENSES", "key"),
    "bill": ("APBILL", "key"),
    "invoice": ("ARINVOICE", "key"),
    "sotransaction": ("SODOCUMENT", "key"),
    "customer": ("CUSTOMER", "customerid"),
    "vendor": ("VENDOR", "vendorid"),
    "employee": ("EMPLOYEE", "employeeid"),
    "contact": ("CONTACT", "contactname"),
    "project": ("PROJECT", "key"),
    "task": ("TASK", "key"),
    "item": ("ITEM", "itemid"),
    "class": ("CLASS", "key"),
    "department": ("DEPARTMENT", "departmentid"),
    "location": ("LOCATION", "locationid"),
    "glaccount": ("GLACCOUNT", "glaccountno"),
    "expensetype": ("EEACCOUNTLABEL", "expensetype"),
    "araccountlabel": ("ARACCOUNTLABEL", "accountlabel"),
    "apaccountlabel": ("APACCOUNTLABEL", "accountlabel"),
    "arterm": ("ARTERM", "name"),
    "timetype": ("TIMETYPE", "key"),
}
# The object that a legacy function is about.
OBJECTS: Final = {
    **{f"create_{name}": family.object for name, family in _FAMILIES.items()},
    **{f"update_{name}": family.object for name, family in _FAMILIES.items()},
    **{f"delete_{name}": target for name, (target, _) in _DELETED.items()},
    **dict.fromkeys(("record_cctransaction", "update_cctransaction"), CHARGE.object),
    **dict.fromkeys(("create_arpayment", "apply_arpayment"), "ARPYMT"),
}
HANDLERS: Final[dict[str, Handler]] = {
    **{f"create_{name}": _create(family) for name, family in _FAMILIES.items()},
    **{f"update_{name}": _update(family) for name, family in _FAMILIES.items()},
    **{f"delete_{name}": _delete(*target) for name, target in _DELETED.items()},
    "record_cctransaction": _create(CHARGE),
    "update_cctransaction": _update(CHARGE),
    "reverse_cctransaction": _reverse("CCTRANSACTION"),
    "reverse_expensereport": _reverse("EEXPENSES"),
    "reverse_invoice": _reverse("ARINVOICE"),
    "reverse_bill": _reverse("APBILL"),
    "reverse_arpayment": _reverse("ARPYMT"),
    "create_arpayment": create_payment,
    "apply_arpayment": apply_payment,
    "create_arterm": _simple("ARTERM", TERMS),
    "update_arterm": _simple("ARTERM", TERMS, "name"),
    "create_timetype": _simple("TIMETYPE", TIMETYPE),
    "update_timetype": _simple("TIMETYPE", TIMETYPE, "key"),
    "create_expensepaymenttype": _simple("EXPENSEPAYMENTTYPE", PAYMENT_TYPE),
}
