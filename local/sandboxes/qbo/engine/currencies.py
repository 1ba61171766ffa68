"""Rates are set, and foreign currencies begin to be used."""

from __future__ import annotations

from decimal import Decimal

from local.sandboxes.qbo.books import exchange_rates
from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Context
from local.sandboxes.qbo.engine.operations import write
from local.sandboxes.qbo.engine.seed import plant
from local.sandboxes.qbo.schema import currencies
from local.sandboxes.qbo.schema.registry import BY_NAME


def put(context: Context, body: Row) -> Row:
    """Sets a currency's rate from a day on; without a day, where it was set last."""
    company = context.company
    code = str(body.get("SourceCurrencyCode"))
    day = str(body.get("AsOfDate") or "")
    last = exchange_rates.newest(company, code)
    held = exchange_rates.on_day(company, code, day) if day else last
    if held is not None:
        token = {"Id": held["Id"], "SyncToken": held["SyncToken"], "sparse": True}
        return write(context, BY_NAME[exchange_rates.NAME], {**body, **token}, "update")
    return plant(
        context, exchange_rates.NAME, {"TargetCurrencyCode": company.home["value"], **body}
    )


def open_currency(context: Context, code: str, by_day: dict[str, Decimal]) -> Row:
    """What QuickBooks has once a company uses a foreign currency: the currency, its rates by day,
    an account of receivables and one of payables. Answers {"payable", "receivable"}."""
    company = context.company
    if all(row["Code"] != code for row in company.rows("CompanyCurrency")):
        plant(context, "CompanyCurrency", {"Code": code, "Name": currencies.named(code)["name"]})
    for day, value in by_day.items():
        put(context, {"SourceCurrencyCode": code, "AsOfDate": day, "Rate": value})
    return {
        "payable": _account(context, code, "Accounts Payable", "A/P"),
        "receivable": _account(context, code, "Accounts Receivable", "A/R"),
    }


def _account(context: Context, code: str, kind: str, short: str) -> str:
    for row in context.company.rows("Account"):
        if row["AccountType"] == kind and row["CurrencyRef"]["value"] == code:
            return str(row["Id"])
    name = f"{kind} ({short}) - {code}"
    body = {"Name": name, "AccountType": kind, "CurrencyRef": {"value": code}}
    return str(plant(context, "Account", body)["Id"])
