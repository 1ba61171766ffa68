"""A month of expenses and invoices made up for measuring."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta

from tests.bench.sheet import CODES, FIRST_DAY, PEOPLE, PROJECTS

REPORTS, EXPENSES, INVOICES, LINES = 800, 5_000, 500, 20
DOCUMENTS = REPORTS + INVOICES
CODE_ACCOUNTS = ("7", "13", "15", "22", "23")
PAYABLE, CHECKING, CARD = "33", "35", "42"
"""Accounts of the sandbox's new companies."""


def rules() -> Mapping[str, Mapping[str, object]]:
    """Rules for the expense codes that `lines` names."""
    codes = {
        f"expense{n}": {"action": "link", "ledger_id": account, "target": "account"}
        for n, account in enumerate(CODE_ACCOUNTS)
    }
    return {"expense-codes": codes}


def settings() -> Mapping[str, Mapping[str, object]]:
    """What the firm chose."""
    accounts = {"payable_account_id": PAYABLE, "check_account_id": CHECKING}
    return {"expenses": {**accounts, "card_account_id": CARD}}


def lines(name: str) -> Iterator[bytes]:
    """The month as JSON lines; records of another name have other keys."""
    for number in range(EXPENSES):
        yield json.dumps(_expense(name, number)).encode()
    for number in range(INVOICES):
        yield json.dumps(_invoice(name, number)).encode()


def _expense(name: str, number: int) -> Mapping[str, object]:
    report = number % REPORTS
    return {
        "kind": "expense",
        "key": f"{name}-{number:05d}",
        "staff_key": f"u{report % PEOPLE}",
        "spent_on": (FIRST_DAY + timedelta(days=number % 28)).isoformat(),
        "amount": f"{5 + number % 300}.{number % 100:02d}",
        "expense_code_key": f"expense{number % len(CODE_ACCOUNTS)}",
        "report_key": f"{name}-report-{report:03d}",
        "report_number": f"ER-{name}-{report:03d}",
        "project_key": f"p{number % PROJECTS}",
        "billable": number % 3 == 0,
        "notes": f"What it was for, expense {number}",
    }


def _invoice(name: str, number: int) -> Mapping[str, object]:
    return {
        "kind": "invoice",
        "key": f"{name}-{number:04d}",
        "project_key": f"p{number % PROJECTS}",
        "number": f"{name}-{number:04d}",
        "issued_on": (FIRST_DAY + timedelta(days=28)).isoformat(),
        "memo": "Thank you.",
        "lines": [_line(number, line) for line in range(LINES)],
    }


def _line(number: int, line: int) -> Mapping[str, object]:
    return {
        "labor_code_key": f"code{(number + line) % CODES}",
        "quantity": f"{1 + line % 8}.25",
        "unit_price": "95.00",
        "description": f"Work of line {line}",
        "service_date": (FIRST_DAY + timedelta(days=line)).isoformat(),
    }
