"""Expenses, invoices and receipts of a firm, by the HTTP API, and what its ledger has of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from local.machine import Machine
from tests.e2e.firm import JSON, Firm
from tests.e2e.ledger import Chart, Ledger

PDF = "application/pdf"
PEOPLE: JSON = {
    "clients": [{"key": "c1", "name": "Rossi & Söhne"}],
    "projects": [{"key": "p1", "name": "Website", "client_key": "c1"}],
    "staff": [
        {"key": "u1", "name": "Ada Lovelace"},
        {"key": "v1", "name": "Vera Contractor", "person": "vendor"},
    ],
}
"""A client, a project, and who works on it; u1 is an employee, v1 sends bills."""


@dataclass(frozen=True, slots=True)
class Bookkeeping:
    """A firm with one connected company, and rules for all that it spends and sells."""

    firm: Firm
    ledger: Ledger
    id: str
    chart: Chart

    @classmethod
    def opened(cls, machine: Machine, ledger: Ledger) -> "Bookkeeping":
        firm, chart = Firm(machine), ledger.chart()
        bookkeeping = cls(firm, ledger, ledger.connected(firm), chart)
        bookkeeping._set_up()
        return bookkeeping

    def _set_up(self) -> None:
        chart = self.chart
        dev = {"action": "create", "name": "Programming", "rate": "95.00"}
        rules = {
            "labor-codes": {"dev": dev | {"income_account_id": chart.income}},
            "expense-codes": {"travel": _linked(chart.expense)},
            "cards": {"visa": _linked(chart.card)},
            "vendors": {"hotel": _linked(chart.hotel)},
        }
        answer = self.firm.client.put(self.path("rules"), json={"rules": rules})
        assert answer.status_code == 200, answer.text
        self.firm.change_settings(
            self.id,
            expenses={"payable_account_id": chart.payable, "check_account_id": chart.bank},
            invoices={"item_id": chart.item},
        )

    def path(self, of: str) -> str:
        return f"/v1/connections/{self.id}/{of}"

    def post(self, **lists: Any) -> httpx.Response:
        """A post of records, by their lists."""
        key = {"Idempotency-Key": uuid4().hex}
        return self.firm.client.post(self.path("posts"), json=lists, headers=key)

    def ended(self, **lists: Any) -> JSON:
        """Its run, once it has come to rest."""
        answer = self.post(**lists)
        assert answer.status_code == 202, answer.text
        return self.firm.at_rest(answer.json()["href"])

    def posted(self, **lists: Any) -> JSON:
        """The same, of a post without problems."""
        run = self.ended(**lists)
        problems = [item for item in self.firm.items(run) if item["reason"]]
        assert run["state"] == "completed", problems
        return run

    def preview(self, **lists: Any) -> JSON:
        answer = self.firm.client.post(self.path("posts?preview=true"), json=lists)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def items(self, run: JSON, **filters: str) -> dict[str, JSON]:
        """Its items by key."""
        return {item["key"]: item for item in self.firm.items(run, **filters)}

    def blocked(self, **lists: Any) -> list[str]:
        """Why items of such a post are blocked."""
        found = self.items(self.ended(**lists), state="blocked")
        return [item["reason"]["code"] for item in found.values()]

    def told_of_invoice(self, invoice_id: str) -> JSON:
        """What the newest entry of the feed says of an invoice; nothing while there is none."""
        feed, _ = self.firm.changes(self.id)
        told = [c for c in feed if c["type"] == "invoice" and c["id"] == invoice_id]
        return dict(told[-1]["record"]["fields"]) if told else {}

    def place(self) -> JSON:
        """Where a file may be PUT."""
        answer = self.firm.client.post(self.path("uploads"))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def uploaded(self, content: bytes) -> str:
        """The id of an upload."""
        place = self.place()
        put(place, content)
        return str(place["upload_id"])

    @contextmanager
    def choosing(self, **settings: Any) -> Iterator[None]:
        """With other settings for a while."""
        before = self.firm.get(self.path("settings"))
        self.firm.change_settings(self.id, **settings)
        yield
        again = {
            section: {name: before[section][name] for name in chosen}
            for section, chosen in settings.items()
        }
        self.firm.change_settings(self.id, **again)


def put(place: JSON, content: bytes) -> None:
    answer = httpx.put(place["url"], content=content, timeout=30, trust_env=False)
    assert answer.status_code == 200, answer.text


def _linked(ledger_id: str) -> JSON:
    return {"action": "link", "ledger_id": ledger_id}


def expense(key: str, amount: str, **changes: Any) -> JSON:
    """What u1 spent on travel."""
    plain = {"key": key, "staff_key": "u1", "spent_on": "2026-03-03", "amount": amount}
    return plain | {"expense_code_key": "travel", "notes": f"Notes of {key}"} | changes


def report(number: str, staff_key: str, *amounts: str) -> list[JSON]:
    """The expenses of a report; keys and report number come from `number`."""
    told = {"report_key": number, "report_number": number, "staff_key": staff_key}
    return [expense(f"{number}-{n}", amount, **told) for n, amount in enumerate(amounts)]


def card(key: str, amount: str, **changes: Any) -> JSON:
    """A charge of the company's card."""
    return expense(key, amount, paid_with="company_card", card_key="visa", **changes)


def receipt(key: str, upload_id: str, name: str) -> JSON:
    return {"key": key, "upload_id": upload_id, "file_name": name, "content_type": PDF}


def invoice(number: str, *lines: JSON, **changes: Any) -> JSON:
    """An invoice for the client of p1, of these lines or one of 100.00."""
    some = lines or ({"amount": "100.00", "labor_code_key": "dev"},)
    plain = {"key": number, "number": number, "issued_on": "2026-03-31", "project_key": "p1"}
    return plain | {"lines": list(some)} | changes


def gone(*keys: str) -> list[JSON]:
    """Records that the product has no more."""
    return [{"key": key, "deleted": True} for key in keys]
