"""The ledger as a bookkeeper's own tool sees it: read by its query API, page by page."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from local.demo.errors import DemoError

PAGE = 1000
MOST_PAGES = 1000
ATTEMPTS = 5
PAUSE_SECONDS = 61.0
BILLED = frozenset({"Billable", "HasBeenBilled"})
TOO_MANY = httpx.codes.TOO_MANY_REQUESTS


@dataclass(frozen=True, slots=True)
class Activity:
    """A time activity of the ledger. `rate` is money per hour, zero when it is not billable."""

    customer_id: str
    minutes: int
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Company:
    """One company of the ledger. `token` gives an access token, `scale` is how fast it lives."""

    http: httpx.Client
    realm: str
    token: Callable[[], str]
    scale: float
    sleep: Callable[[float], None] = time.sleep

    def income_account(self) -> str:
        """The id of the first account that takes income."""
        for account in self._all("Account", "WHERE AccountType = 'Income'"):
            return str(account["Id"])
        raise DemoError("The company has no income account; add one in the ledger.")

    def customers(self) -> Mapping[str, str]:
        """Full names of customers and projects (`Client:Project`) by id, inactive ones too."""
        rows = self._all("Customer", "WHERE Active IN (true, false)")
        return {str(row["Id"]): str(row["FullyQualifiedName"]) for row in rows}

    def activities(self) -> Iterator[Activity]:
        """Every time activity that the company holds."""
        return map(_activity, self._all("TimeActivity"))

    def _all(self, entity: str, where: str = "") -> Iterator[Mapping[str, Any]]:
        for page in range(MOST_PAGES):
            start = page * PAGE + 1
            window = f"ORDERBY Id STARTPOSITION {start} MAXRESULTS {PAGE}"
            rows = self._query(" ".join(["SELECT * FROM", entity, where, window])).get(entity, [])
            yield from rows
            if len(rows) < PAGE:
                return
        raise DemoError(f"The ledger holds more than {MOST_PAGES * PAGE} of {entity}.")

    def _query(self, statement: str) -> Mapping[str, Any]:
        for _ in range(ATTEMPTS):
            answer = self.http.get(
                f"/v3/company/{self.realm}/query",
                params={"query": statement, "minorversion": "75"},
                headers={"Authorization": f"Bearer {self.token()}", "Accept": "application/json"},
            )
            if answer.status_code != TOO_MANY:
                return _response(answer)
            self.sleep(PAUSE_SECONDS / self.scale)
        raise DemoError(f"The ledger is too busy to be read (asked {ATTEMPTS} times).")


def _response(answer: httpx.Response) -> Mapping[str, Any]:
    if answer.status_code != httpx.codes.OK:
        raise DemoError(f"The ledger refused a query ({answer.status_code}): {answer.text[:500]}")
    # Amounts come as JSON numbers; a float would not keep them to the cent.
    found: Mapping[str, Any] = json.loads(answer.text, parse_float=Decimal)["QueryResponse"]
    return found


def _activity(row: Mapping[str, Any]) -> Activity:
    billable = row.get("BillableStatus") in BILLED
    return Activity(
        customer_id=str(row.get("CustomerRef", {}).get("value", "")),
        minutes=60 * int(row.get("Hours", 0)) + int(row.get("Minutes", 0)),
        rate=Decimal(row.get("HourlyRate", 0)) if billable else Decimal(0),
    )
