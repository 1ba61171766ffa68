"""Payments by the legacy functions: received first, shared out then or later."""

from __future__ import annotations

from decimal import Decimal

from lxml import etree

from local.sandboxes.intacct.api_functions.call import text_of
from local.sandboxes.intacct.api_functions.legacy_values import day
from local.sandboxes.intacct.books.rows import Record, Values
from local.sandboxes.intacct.engine import operations
from local.sandboxes.intacct.engine.change import Sent
from local.sandboxes.intacct.engine.clean import money
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.engine.rules import payments
from local.sandboxes.intacct.protocol.errors import broken, malformed
from local.sandboxes.intacct.protocol.timestamps import day_text
from local.sandboxes.intacct.query.paths import number_of
from local.sandboxes.intacct.schema.registry import BY_NAME


def received(context: Context, element: etree._Element) -> Sent:
    """A payment; what no item asks for is kept as an overpayment."""
    shares = [_share(item) for item in element.iterfind("arpaymentitem")]
    given = number_of(text_of(element, "paymentamount"))
    if given is None or given <= 0:
        raise malformed("paymentamount must be above 0")
    left = given - sum((Decimal(share["TRX_PAYMENTAMOUNT"]) for share in shares), Decimal(0))
    if left < 0:
        raise broken("The items come to more than the payment.")
    today = day_text(context.clock.today())
    values = {
        "CUSTOMERID": text_of(element, "customerid"),
        "FINANCIALENTITY": text_of(element, "bankaccountid"),
        "UNDEPOSITEDACCOUNTNO": text_of(element, "undepfundsacct"),
        "PRBATCH": text_of(element, "batchkey"),
        "DOCNUMBER": text_of(element, "refid"),
        "RECEIPTDATE": day(element, "datereceived") or today,
        "PAYMENTMETHOD": text_of(element, "paymentmethod") or "Printed Check",
        "CURRENCY": text_of(element, "currency") or context.company.currency,
        "OVERPAYMENTAMOUNT": money(left) if left else "",
    }
    return Sent(values, shares)


def _share(item: etree._Element) -> Values:
    amount = number_of(text_of(item, "amount"))
    if amount is None:
        raise malformed(f"Illegal format for Payment : amount {text_of(item, 'amount')}")
    key = text_of(item, "invoicekey")
    return {"RECORDKEY": key, "TRX_PAYMENTAMOUNT": money(amount)}


def spread(context: Context, payment: Record, element: etree._Element) -> Record:
    """Shares out what a payment has left over; the payment as it is then."""
    shares = [_share(item) for item in element.iterfind("arpaymentitems/arpaymentitem")]
    asked = sum((Decimal(share["TRX_PAYMENTAMOUNT"]) for share in shares), Decimal(0))
    left = Decimal(payment.values.get("OVERPAYMENTAMOUNT") or 0) - asked
    if payment.values["STATE"] != "Complete" or left < 0:
        raise broken("The payment has not so much left to apply.")
    earlier = [
        {name: line.values[name] for name in ("RECORDKEY", "ENTRYKEY", "TRX_PAYMENTAMOUNT")}
        for line in context.company.lines("ARPYMTDETAIL", payment.recordno)
    ]
    rest = money(left) if left else ""
    sent = Sent({"OVERPAYMENTAMOUNT": rest, "ACTION": "Submit"}, [*earlier, *shares])
    with context.company.attempt():
        payments.withdraw(context, payment)
        context.by_hand = True
        try:
            return operations.amend(context, BY_NAME["ARPYMT"], payment, sent)
        finally:
            context.by_hand = False
