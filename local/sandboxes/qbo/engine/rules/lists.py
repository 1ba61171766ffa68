"""Items, accounts, terms, classes and departments."""

from __future__ import annotations

from local.sandboxes.qbo.engine.change import Change
from local.sandboxes.qbo.protocol.errors import Fault, required
from local.sandboxes.qbo.schema.accounts import CLASSIFICATION, SUBTYPES, TYPE_OF_SUBTYPE


def item(change: Change) -> None:
    row = change.after
    kind = row.setdefault("Type", "Service")
    if kind in ("Service", "Inventory") and not row.get("IncomeAccountRef"):
        raise required("IncomeAccountRef")
    if kind == "Inventory":
        for name in ("ExpenseAccountRef", "AssetAccountRef", "QtyOnHand", "InvStartDate"):
            if row.get(name) is None:
                raise required(name)
        if not row.get("TrackQtyOnHand"):
            raise required("TrackQtyOnHand")
    if kind == "NonInventory" and not (row.get("IncomeAccountRef") or row.get("ExpenseAccountRef")):
        raise required("IncomeAccountRef")
    parent_needed(change, "SubItem")


def parent_needed(change: Change, marker: str) -> None:
    row = change.after
    if row.get(marker) and not row.get("ParentRef"):
        raise Fault("6150", f"{marker} needs a ParentRef", "ParentRef")


def account(change: Change) -> None:
    row = change.after
    kind, subtype = row.get("AccountType"), row.get("AccountSubType")
    if not kind and not subtype:
        raise required("AccountType")
    if not kind:
        kind = TYPE_OF_SUBTYPE.get(subtype or "")
        if kind is None:
            raise Fault("2170", f"Invalid Enumeration : {subtype}", "AccountSubType")
    subtype = subtype or next(iter(SUBTYPES[kind]), "")
    if TYPE_OF_SUBTYPE.get(subtype, kind) != kind:
        words = f"AccountSubType {subtype} does not belong to AccountType {kind}"
        raise Fault("6010", words, "AccountSubType")
    row.update(AccountType=kind, AccountSubType=subtype, Classification=CLASSIFICATION[kind])
    row.setdefault("CurrencyRef", change.company.home)
    if any(mark in row["Name"] for mark in '":'):
        raise Fault("2040", "Name contains characters that are not supported", "Name")
    _number_free(change)
    if change.creating:
        parent_needed(change, "SubAccount")


def _number_free(change: Change) -> None:
    number = change.after.get("AcctNum")
    for other in change.company.rows("Account") if number else ():
        if other.get("AcctNum") == number and other["Id"] != change.after.get("Id"):
            raise Fault("6240", f"The account number supplied already exists. : Id={other['Id']}")


def term(change: Change) -> None:
    row = change.after
    driven = any(row.get(n) is not None for n in ("DayOfMonthDue", "DueNextMonthDays"))
    row["Type"] = "DATE_DRIVEN" if driven else "STANDARD"
    if not driven and row.get("DueDays") is None:
        raise required("DueDays")


def tracking_class(change: Change) -> None:
    _feature(change, ("ClassTrackingPerTxn", "ClassTrackingPerTxnLine"))


def department(change: Change) -> None:
    _feature(change, ("TrackDepartments",))


def _feature(change: Change, preferences: tuple[str, ...]) -> None:
    if not change.company.preferred(preferences):
        words = f"Feature Not Supported Error : {change.entity.name} tracking is turned off"
        raise Fault(change.settings.feature_off_code, words)
