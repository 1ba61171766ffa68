"""Bills and purchases: accounts, billable lines and the charges they make."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from ...clock import stamp
from ...faults import Fault, business, required
from ...rows import Record, Row
from ...schema.expenses import REIMBURSE_CHARGE
from ...schema.registry import BY_NAME
from ..change import Change
from .lines import detail_of

PAYING_ACCOUNTS: Final[dict[str, tuple[str, ...]]] = {
    "Check": ("Bank",),
    "CreditCard": ("Credit Card",),
    "Cash": ("Bank", "Other Current Asset"),
}
TXN_TYPE_NUMBER: Final = {"Check": "3", "Cash": "54", "CreditCard": "54"}
CHARGE: Final = "ReimburseCharge"


def bill(change: Change) -> None:
    """The payables account: the company's only one when none is given."""
    payables = [r for r in change.company.rows("Account") if r["AccountType"] == "Accounts Payable"]
    row = change.after
    if not row.get("APAccountRef"):
        if len(payables) != 1:
            raise required("APAccountRef")
        row["APAccountRef"] = {"value": payables[0]["Id"], "name": payables[0]["Name"]}
    elif row["APAccountRef"]["value"] not in {r["Id"] for r in payables}:
        raise Fault("6430", "APAccountRef must be an Accounts Payable account", "APAccountRef")
    vendor = change.company.row("Vendor", row["VendorRef"]["value"]) or {}
    if change.creating and vendor.get("TermRef") and change.entity.name == "Bill":
        row.setdefault("SalesTermRef", dict(vendor["TermRef"]))


def purchase(change: Change) -> None:
    row = change.after
    kind = row["PaymentType"]
    if change.before is not None and change.before["PaymentType"] != kind:
        raise business("The payment type of a purchase cannot be changed.")
    account = change.company.row("Account", row["AccountRef"]["value"]) or {}
    allowed = PAYING_ACCOUNTS.get(kind)
    if allowed is not None and account.get("AccountType") not in allowed:
        words = f"PaymentType {kind} needs an account of type {' or '.join(allowed)}"
        raise Fault(change.settings.wrong_account_code, words, "AccountRef")
    if row.get("Credit") and kind != "CreditCard":
        raise business("Only a credit card purchase can be a credit.")
    if row.get("Credit") and any(Decimal(x.get("Amount") or 0) < 0 for x in row["Line"]):
        raise Fault("2290", "Amounts of a credit are positive", "Line.Amount")
    if kind == "Check":
        row.setdefault("PrintStatus", "NotSet")
        if row["PrintStatus"] == "NeedToPrint" and not row.get("DocNumber"):
            row["DocNumber"] = "To Print"
    else:
        row.pop("PrintStatus", None)
    entry = {"Name": "TxnType", "Value": TXN_TYPE_NUMBER.get(kind, "54")}
    row["PurchaseEx"] = {"any": [{"name": "NameValue", "value": entry}]}


def billable_lines(change: Change) -> None:
    tracking = change.company.preference("VendorAndPurchasesPrefs", "BillableExpenseTracking")
    for line in change.after["Line"]:
        detail = detail_of(line)
        status = detail.get("BillableStatus")
        if status == "HasBeenBilled" and not _already_billed(change, line):
            raise Fault("6320", "BillableStatus HasBeenBilled cannot be set", "BillableStatus")
        if status == "Billable" and not tracking:
            words = "Feature Not Supported Error : Billable expense tracking is turned off"
            raise Fault(change.settings.feature_off_code, words, "BillableStatus")
        if status == "Billable" and not detail.get("CustomerRef"):
            code = change.settings.billable_without_customer_code
            raise business("A billable expense needs a customer.", code)
        if line["DetailType"] != "DescriptionOnly":
            detail.setdefault("BillableStatus", "NotBillable")
            detail.setdefault("TaxCodeRef", {"value": "NON"})


def _already_billed(change: Change, line: Row) -> bool:
    for old in (change.before or {}).get("Line", ()):
        if old.get("Id") == line.get("Id"):
            return detail_of(old).get("BillableStatus") == "HasBeenBilled"
    return False


def carry_charges(change: Change) -> None:
    """Lines keep the charge they made; links to charges cannot be set from outside."""
    held = {line["Id"]: _charges(line) for line in (change.before or {}).get("Line", ())}
    for line in change.after["Line"]:
        others = [x for x in line.get("LinkedTxn", ()) if x.get("TxnType") != CHARGE]
        kept = held.get(line["Id"], []) if _makes_charge(line) else []
        line.pop("LinkedTxn", None)
        if others or kept:
            line["LinkedTxn"] = [*others, *kept]
    _mirror(change.after)


def _charges(line: Row) -> list[Row]:
    return [link for link in line.get("LinkedTxn", ()) if link.get("TxnType") == CHARGE]


def _makes_charge(line: Row) -> bool:
    return detail_of(line).get("BillableStatus") in ("Billable", "HasBeenBilled")


def _mirror(row: Row) -> None:
    others = [x for x in row.get("LinkedTxn", ()) if x.get("TxnType") != CHARGE]
    row["LinkedTxn"] = [*others, *(x for line in row["Line"] for x in _charges(line))]


def charge_open(change: Change) -> None:
    """A purchase whose charge is on an invoice stays."""
    for line in (change.before or {}).get("Line", ()):
        for link in _charges(line):
            charge = change.company.row(CHARGE, link["TxnId"]) or {}
            if charge.get("HasBeenInvoiced"):
                raise Fault("6400", "A charge of this transaction has already been invoiced")


def make_charges(change: Change) -> None:
    """Each billable line has one ReimburseCharge; those of removed lines go."""
    kept: set[str] = set()
    for line in change.after.get("Line", ()):
        if _makes_charge(line):
            kept.add(_charge(change, line))
    if change.after:
        _mirror(change.after)
    for line in (change.before or {}).get("Line", ()):
        for link in _charges(line):
            if link["TxnId"] not in kept and change.company.row(CHARGE, link["TxnId"]):
                now = change.context.seconds()
                change.company.remove(REIMBURSE_CHARGE, link["TxnId"], now, change.settings)


def _charge(change: Change, line: Row) -> str:
    links = _charges(line)
    company, now = change.company, change.context.seconds()
    record = company.table(CHARGE).records.get(links[0]["TxnId"]) if links else None
    if record is None:
        row_id = company.sequences[REIMBURSE_CHARGE.sequence].next()
        times = {"CreateTime": stamp(now), "LastUpdatedTime": stamp(now)}
        base: Row = {"Id": row_id, "SyncToken": "0", "MetaData": times, "domain": "QBO"}
        record = Record({**base, "sparse": False, "HasBeenInvoiced": False}, now, now)
        company.insert(BY_NAME[CHARGE], record, change.settings)
        line["LinkedTxn"] = [*line.get("LinkedTxn", ()), {"TxnId": row_id, "TxnType": CHARGE}]
    record.row.update(_charge_body(change.after, line))
    return str(record.row["Id"])


def _charge_body(row: Row, line: Row) -> Row:
    parent = "Purchase" if "PaymentType" in row else "Bill"
    detail = {
        name: value
        for name, value in detail_of(line).items()
        if name in ("ItemRef", "ClassRef", "Qty", "UnitPrice", "TaxCodeRef", "MarkupInfo")
    }
    return {
        "TxnDate": row["TxnDate"],
        "CustomerRef": dict(detail_of(line)["CustomerRef"]),
        "CurrencyRef": dict(row["CurrencyRef"]),
        "Amount": line["Amount"],
        "LinkedTxn": [{"TxnId": row["Id"], "TxnType": parent}],
        "Line": [
            {
                "Id": "1",
                "LineNum": 1,
                "Amount": line["Amount"],
                "DetailType": "ReimburseLineDetail",
                "ReimburseLineDetail": detail,
            }
        ],
    }
