"""The addresses of Sage Intacct, its limits in time, and what a company chooses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import httpx

from ledgerlink.domain.model.ledger_choices import Choice, Chosen, Offered, Use, in_effect
from ledgerlink.domain.model.list_records import ListType

HOST = re.compile(r"[\w.-]+", re.ASCII)
"""Host names and addresses. Anything else may be there to pass for another host."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses of one environment."""

    gateway_url: str = "https://api.intacct.com/ia/xml/xmlgw.phtml"
    """Where sessions are opened."""
    hosts: tuple[str, ...] = (".intacct.com",)
    """Hosts for which the gateway may open sessions; with a leading dot all hosts of a domain."""
    clock_scale: float = 1.0
    """Ledger seconds per real second: waits, timeouts and lifetimes are divided by it."""

    def allow(self, url: str) -> bool:
        """Whether a session may be used at this address, to which credentials are sent: its host
        must be allowed, and its scheme that of the gateway."""
        try:
            parts, first = httpx.URL(url), httpx.URL(self.gateway_url)
        except httpx.InvalidURL:
            return False
        host = parts.host.lower()
        is_plain = HOST.fullmatch(host) is not None and not parts.userinfo
        is_allowed = any(_matches(host, allowed.lower()) for allowed in self.hosts)
        return is_allowed and is_plain and parts.scheme == first.scheme


def _matches(host: str, allowed: str) -> bool:
    return host.endswith(allowed) if allowed.startswith(".") else host == allowed


PRODUCTION = Endpoints()

LATEST = 910.0
"""Ledger seconds after which a request without an answer has finished: the gateway runs one for 15
minutes, also when the client has given up."""


class InvoiceModule(StrEnum):
    """Where invoices are created: as transactions of Order Entry, or as invoices of Receivables."""

    ORDER_ENTRY = "order_entry"
    RECEIVABLES = "receivables"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The choices in effect for one company. What each is for is said in `OFFERED`, by which
    companies are offered them in their settings."""

    timesheet_state: str = "Draft"
    report_state: str = "Submitted"
    action: str = "Submit"
    sales: InvoiceModule = InvoiceModule.ORDER_ENTRY
    transaction_type: str = "Sales Invoice"
    unit: str = "Each"
    tax_subtotal: str | None = None
    revenue_account_id: str | None = None
    project_category: str = "Contract"
    location_id: str | None = None
    department_id: str | None = None
    class_id: str | None = None
    folder: str = "Receipts"
    base_currency: str | None = None
    multi_currency: str | None = None
    exchange_rate_type: str = "Intacct Daily Rate"
    tax_solution: str | None = None
    tax_detail: str | None = None
    item_gl_group: str | None = None

    @classmethod
    def of(cls, chosen: Chosen) -> "Choices":
        """The choices in effect where a company has chosen these."""
        values: dict[str, Any] = in_effect(OFFERED, chosen)
        return cls(**{**values, "sales": InvoiceModule(values["sales"])})


_ABOUT: Mapping[str, Choice] = {
    "sales": Choice(
        about="What a new invoice becomes: a transaction of Order Entry, or an AR invoice",
        one_of=tuple(InvoiceModule),
    ),
    "transaction_type": Choice(
        about="The Order Entry transaction definition that invoices are of", longest=30
    ),
    "unit": Choice(about="The unit that lines of Order Entry are measured in"),
    "tax_subtotal": Choice(
        about="The subtotal of the transaction definition that takes the product's tax"
    ),
    "revenue_account_id": Choice(
        about="The account or AR account label that lines of AR invoices are booked on",
        ids={
            "glaccount/": Use(ListType.ACCOUNT, "income"),
            "araccountlabel/": Use(ListType.ACCOUNT_LABEL, "accounts_receivable"),
        },
    ),
    "action": Choice(
        about="Whether AR invoices and AP bills are submitted, or kept as drafts",
        one_of=("Submit", "Draft"),
    ),
    "timesheet_state": Choice(about="The state of a new timesheet", one_of=("Draft", "Submitted")),
    "report_state": Choice(
        about="The state of a new expense report", one_of=("Submitted", "Draft")
    ),
    "project_category": Choice(
        about="The category of new projects, such as Contract or Internal Billable", longest=30
    ),
    "location_id": Choice(
        about="The location or entity of what is written at the top level of a company of several"
        " entities, where neither the record nor what it is for has one",
        ids={
            "location/": Use(ListType.LOCATION),
            "locationentity/": Use(ListType.ENTITY),
        },
    ),
    "department_id": Choice(
        about="The department of lines, where neither the record nor what it is for has one",
        ids={"department/": Use(ListType.DEPARTMENT)},
    ),
    "class_id": Choice(
        about="The class of lines, where neither the record nor what it is for has one",
        ids={"class/": Use(ListType.CLASS)},
    ),
    "folder": Choice(about="The attachment folder that receipts are kept in"),
    "base_currency": Choice(
        about="The currency of the books, where the ledger does not say it by its entities",
        form="[A-Z]{3}",
        example="USD",
    ),
    "multi_currency": Choice(
        about="Whether documents may be in other currencies, where the ledger does not show it",
        one_of=("yes", "no"),
    ),
    "exchange_rate_type": Choice(
        about="The exchange rate type that is applied where a record has no exchange_rate"
    ),
    "tax_solution": Choice(about="The tax solution that taxed AR invoices are of"),
    "tax_detail": Choice(about="The tax detail of lines of AR invoices whose tax has no rule"),
    "item_gl_group": Choice(about="The item GL group of new items, by which they are booked"),
}

OFFERED: Offered = {
    name: replace(choice, default=getattr(Choices(), name)) for name, choice in _ABOUT.items()
}
"""What a company may choose, by the name of the setting."""
