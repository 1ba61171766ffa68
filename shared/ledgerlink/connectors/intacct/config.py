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

LATEST_EFFECT = 910.0
"""Ledger seconds after which a request without an answer has finished: the gateway runs one for 15
minutes, also when the client has given up."""


OURS, LEDGERS = "ours", "ledger"
"""Whose numbers documents get: made of their key, or given by Sage Intacct."""


class InvoiceModule(StrEnum):
    """Where invoices are created: as transactions of Order Entry, or as invoices of Receivables."""

    ORDER_ENTRY = "order_entry"
    RECEIVABLES = "receivables"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The choices in effect for one company. `OFFERED` explains each of them, and the settings of
    companies show it."""

    timesheet_state: str = "Draft"
    report_state: str = "Submitted"
    action: str = "Submit"
    bill_numbers: str = OURS
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
        about="Where new invoices are created: in Order Entry, or as AR invoices",
        one_of=tuple(InvoiceModule),
    ),
    "transaction_type": Choice(
        about="The Order Entry transaction definition for invoices", longest=30
    ),
    "unit": Choice(about="The unit of measure of lines in Order Entry"),
    "tax_subtotal": Choice(
        about="The subtotal of the transaction definition into which the tax goes"
    ),
    "revenue_account_id": Choice(
        about="The account or AR account label to which lines of AR invoices are posted",
        ids={
            "glaccount/": Use(ListType.ACCOUNT, "income"),
            "araccountlabel/": Use(ListType.ACCOUNT_LABEL, "accounts_receivable"),
        },
    ),
    "action": Choice(
        about="Whether AR invoices and AP bills are submitted, or kept as drafts",
        one_of=("Submit", "Draft"),
    ),
    "bill_numbers": Choice(
        about="Whose number an AP bill gets whose report has none: a short one of Ledgerlink's, or"
        " that of Sage Intacct's document sequencing",
        one_of=(OURS, LEDGERS),
    ),
    "timesheet_state": Choice(about="The state of a new timesheet", one_of=("Draft", "Submitted")),
    "report_state": Choice(
        about="The state of a new expense report", one_of=("Submitted", "Draft")
    ),
    "project_category": Choice(
        about="The category of new projects, such as Contract or Internal Billable", longest=30
    ),
    "location_id": Choice(
        about="The location or entity of documents at the top level of a company with several"
        " entities, if neither the record nor its project or person has one",
        ids={
            "location/": Use(ListType.LOCATION),
            "locationentity/": Use(ListType.ENTITY),
        },
    ),
    "department_id": Choice(
        about="The department of lines, if neither the record nor its project or person has one",
        ids={"department/": Use(ListType.DEPARTMENT)},
    ),
    "class_id": Choice(
        about="The class of lines, if neither the record nor its project or person has one",
        ids={"class/": Use(ListType.CLASS)},
    ),
    "folder": Choice(about="The attachment folder for receipts"),
    "base_currency": Choice(
        about="The currency of the books, if the company's entities do not show it",
        form="[A-Z]{3}",
        example="USD",
    ),
    "multi_currency": Choice(
        about="Whether documents may be in other currencies, if Sage Intacct does not show it",
        one_of=("yes", "no"),
    ),
    "exchange_rate_type": Choice(
        about="The exchange rate type for records without an exchange rate"
    ),
    "tax_solution": Choice(about="The tax solution of AR invoices with tax"),
    "tax_detail": Choice(
        about="The tax detail of lines of AR invoices whose tax code is not mapped"
    ),
    "item_gl_group": Choice(about="The GL group of new items, which decides their accounts"),
}

OFFERED: Offered = {
    name: replace(choice, default=getattr(Choices(), name)) for name, choice in _ABOUT.items()
}
"""What a company may choose, by the name of the setting."""
