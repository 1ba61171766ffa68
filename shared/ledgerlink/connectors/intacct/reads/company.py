"""The company and what it offers, as far as the ledger tells it."""

from collections.abc import Sequence
from datetime import date, datetime

from ledgerlink.connectors.intacct.auth.login import Login
from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.intacct.documents.timesheet_periods import most_common_periods
from ledgerlink.connectors.intacct.protocol import queries, values
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.response import Result
from ledgerlink.connectors.intacct.protocol.values import text
from ledgerlink.connectors.intacct.reads import company_currencies
from ledgerlink.connectors.intacct.reads.learned_requirements import (
    EVERY_ACCOUNT,
    LearnedRequirements,
)
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.domain.model.company import Company, Features
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.ports import Stop

PROBED = ("CLASS", "DEPARTMENT", "PROJECT", "TIMESHEET")
"""Objects that tell by an answer that the company has them."""
SHEETS = 40
"""So many of the newest sheets tell of which periods the company's are."""


class CompanyReader:
    """The company that one login leads to, and what it chose."""

    def __init__(
        self, client: Client, learned: LearnedRequirements, choices: Choices | None = None
    ) -> None:
        self._client = client
        self._choices = choices or Choices()
        self._learned = learned

    async def company(self, company_id: str, login: Login, stop: Stop) -> Company:
        """The company with its features, in one request: no preference of the ledger is documented
        that would tell them, so it is asked for what depends on them. Raises as the client's
        `call`."""
        choices, taught = self._choices, self._learned.question()
        asked = [*[_probe(entity) for entity in PROBED], company_currencies.entities()]
        dealt = company_currencies.dealt(choices)
        found = await self._client.read([*asked, *dealt, *taught], stop)
        has = {name: result.succeeded for name, result in zip(PROBED, found, strict=False)}
        periods = most_common_periods(_spans(found[PROBED.index("TIMESHEET")]))
        entities = {text(row, "LOCATIONID") or "": row for row in found[len(PROBED)].rows}
        own = entities.get(login.entity or "", {})
        home = company_currencies.home(entities, login.entity, choices)
        last = len(asked) + len(dealt)
        seen = [row for result in found[len(asked) : last] for row in result.rows]
        located = bool(entities) and not login.entity
        required = self._learned.required(found[last:], located=located)
        if located:
            required = {**required, TIME_ENTRY: {"location": EVERY_ACCOUNT}}
        return Company(
            company_id=company_id,
            name=text(own, "NAME") or login.company_id,
            country=text(own, "OPCOUNTRY"),
            features=Features(
                home_currency=home,
                multi_currency=company_currencies.several(entities, seen, home, choices),
                time_tracking=has["TIMESHEET"],
                classes=has["CLASS"],
                departments=has["DEPARTMENT"],
                projects=has["PROJECT"],
                timesheet_period=str(periods) if periods else None,
                required=required,
                fills=("location",) if login.entity else (),
            ),
        )


def record(company: Company, at: datetime) -> ListRecord:
    """The company as a list record."""
    features = company.features
    fields = {
        "country": company.country,
        "home_currency": features.home_currency,
        "multi_currency": features.multi_currency,
    }
    return ListRecord(
        type=ListType.COMPANY,
        id=company.company_id,
        name=company.name,
        changed_at=at,
        fields=fields,
    )


def _probe(entity: str) -> Function:
    if entity != "TIMESHEET":
        return queries.query(entity, entity, ["RECORDNO"], size=1)
    fields = ["RECORDNO", "BEGINDATE", "ENDDATE"]
    return queries.query(entity, entity, fields, size=SHEETS, newest_first=True)


def _spans(sheets: Result) -> Sequence[tuple[date, date]]:
    spans = [(values.day(row, "BEGINDATE"), values.day(row, "ENDDATE")) for row in sheets.rows]
    return [(first, last) for first, last in spans if first and last]
