"""A firm's company in the Sage Intacct sandbox, seen by the sandbox's admin calls."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx

from local.machine import Machine
from tests.e2e.firm import JSON, Firm
from tests.support.waiting import until

USER = {"user_id": "sandbox-user", "password": "user-secret"}
Sheet = tuple[str, str]
"""Whose it is, and its first day."""
RULES: dict[str, JSON] = {
    "users": {
        "u1": {"action": "link", "ledger_id": "employee/E1"},
        "u2": {"action": "link", "ledger_id": "employee/E2"},
    },
    "projects": {"p1": {"action": "link", "ledger_id": "project/P-1"}},
    "labor-codes": {"dev": {"action": "link", "ledger_id": "item/LAB-2"}},
}
"""Two people, a project and a labor code, linked to what the sample company has."""


@dataclass(frozen=True, slots=True)
class Company:
    """A company of the sandbox by its id."""

    machine: Machine
    id: str

    @classmethod
    def new(cls, machine: Machine, **given: Any) -> "Company":
        company = cls(machine, f"co-{uuid4().hex[:8]}")
        company.ask("POST", "companies", json={"company": company.id, "seed": "sample"} | given)
        return company

    def login(self, **changes: str) -> dict[str, str]:
        """The login of its Web Services user, with changes."""
        return {"company_id": self.id, **USER} | changes

    def connected(self, firm: Firm) -> str:
        """The id of a new connection to it, once its first sync is done and the rules are set."""
        answer = sign_in(firm, self.login())
        assert answer.status_code == 201, answer.text
        connection_id = str(answer.json()["id"])
        first_sync(firm, connection_id)
        for kind, rules in RULES.items():
            put = firm.put_rules(connection_id, kind, rules)
            assert put.status_code == 200, put.text
        return connection_id

    def rows(self, entity: str) -> list[JSON]:
        """What is stored."""
        return list(self.ask("GET", f"companies/{self.id}/{entity}")["rows"])

    def decide(self, sheet: Sheet, state: str) -> None:
        """A manager decides over a timesheet, in the screens."""
        numbers = [row["RECORDNO"] for row in self.rows("TIMESHEET") if of(row) == sheet]
        body = {"object": "TIMESHEET", "recordno": numbers[0], "changes": {"STATE": state}}
        self.ask("POST", f"companies/{self.id}/edit", json=body)

    def change_password(self, password: str) -> None:
        """An administrator gives the Web Services user another one; who is signed in is put out."""
        user = {"id": USER["user_id"], "password": password}
        self.ask("POST", f"companies/{self.id}", json={"users": [user]})
        self.ask("POST", "sessions/expire", json={"company": self.id})

    def sheets(self) -> dict[Sheet, dict[str, Decimal]]:
        """The hours of each timesheet of ours, by the key that its entries were posted under."""
        mine = [row for row in self.rows("TIMESHEETENTRY") if row["NOTES"].endswith("]")]
        sheets = {row["RECORDNO"]: of(row) for row in self.rows("TIMESHEET")}
        found: dict[Sheet, dict[str, Decimal]] = {}
        for row in mine:
            key = row["NOTES"].rpartition("[time:")[2].rstrip("]")
            found.setdefault(sheets[row["parent"]], {})[key] = Decimal(row["QTY"])
        return found

    def written(self) -> list[str]:
        """The functions by which this company was changed so far."""
        entries = self.ask("GET", "journal", params={"limit": 50_000})["entries"]
        told = [f for entry in entries if entry["company"] == self.id for f in entry["functions"]]
        return [one["function"] for one in told if one["function"] in WRITING]

    def create(self, entity: str, *lines: JSON, **values: Any) -> JSON:
        """Somebody adds a record in the screens."""
        body = {"object": entity, "create": values} | ({"lines": lines} if lines else {})
        return dict(self.ask("POST", f"companies/{self.id}/edit", json=body))

    def ask(self, method: str, path: str, **given: Any) -> Any:
        """An admin call of the sandbox."""
        url = f"{self.machine.sandbox_url('intacct')}/_sandbox/{path}"
        answer = httpx.request(method, url, timeout=30, trust_env=False, **given)
        assert answer.status_code == 200, answer.text
        return answer.json()


WRITING = ("create", "update", "delete", "create_timesheet", "update_timesheet")


def of(row: JSON) -> Sheet:
    return row["EMPLOYEEID"], row["BEGINDATE"]


def sign_in(firm: Firm, login: dict[str, str]) -> httpx.Response:
    """Asks for a connection with this login."""
    return firm.client.post("/v1/connections", json={"ledger": "intacct", "login": login})


def first_sync(firm: Firm, connection_id: str) -> JSON:
    """The sync that a new connection begins with, once it is done."""
    until(lambda: firm.runs(connection_id))
    return firm.at_rest(firm.runs(connection_id)[-1]["href"])
