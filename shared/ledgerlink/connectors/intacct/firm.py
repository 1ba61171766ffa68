"""The company and what it offers, as far as the ledger tells it."""

from collections.abc import Sequence
from datetime import date, datetime

from ledgerlink.connectors.intacct import queries, rows
from ledgerlink.connectors.intacct.answers import Result
from ledgerlink.connectors.intacct.client import Client
from ledgerlink.connectors.intacct.entries import KIND as TIME
from ledgerlink.connectors.intacct.learning import Learned
from ledgerlink.connectors.intacct.logins import Login
from ledgerlink.connectors.intacct.periods import observed
from ledgerlink.connectors.intacct.requests import Function
from ledgerlink.connectors.intacct.rows import text
from ledgerlink.domain.documents import Company, Features
from ledgerlink.domain.lists import ListRecord, ListType
from ledgerlink.domain.ports import Stop

PROBED = ("CLASS", "DEPARTMENT", "PROJECT", "TIMESHEET")
"""Objects that tell by an answer that the company has them."""
SHEETS = 40
"""So many of the newest sheets tell of which periods the company's are."""


class Firm:
    """The company that one login leads to."""

    def __init__(self, client: Client, learned: Learned) -> None:
        self._client = client
        self._learned = learned

    async def company(self, company_id: str, login: Login, stop: Stop) -> Company:
        """The company with its features, in one request: no preference of the ledger is documented
        that would tell them, so it is asked for what depends on them. Raises as the client's
        `call`."""
        asked = [_probe(entity) for entity in PROBED]
        entity = _entity(login.entity or "")
        taught = self._learned.question()
        found = await self._client.read([*asked, entity, *taught], stop)
        has = {name: result.succeeded for name, result in zip(PROBED, found, strict=False)}
        periods = observed(_spans(found[PROBED.index("TIMESHEET")]))
        some = next(iter(found[len(asked)].rows), {})
        own, several = (some, False) if login.entity else ({}, bool(some))
        required = self._learned.required(found[len(asked) + 1 :])
        if several:
            required = {**required, TIME: {"location": ""}}
        return Company(
            company_id=company_id,
            name=text(own, "NAME") or login.company_id,
            country=text(own, "OPCOUNTRY"),
            features=Features(
                home_currency=text(own, "CURRENCY"),
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
    fields = {"country": company.country, "home_currency": company.features.home_currency}
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


def _entity(name: str) -> Function:
    """The entity that the login opens; at the top level any tells that there are some."""
    fields = ["RECORDNO", "LOCATIONID", "NAME", "CURRENCY", "OPCOUNTRY"]
    where = [queries.equal("LOCATIONID", name)] if name else []
    return queries.query("LOCATIONENTITY", "LOCATIONENTITY", fields, *where, size=1)


def _spans(sheets: Result) -> Sequence[tuple[date, date]]:
    spans = [(rows.day(row, "BEGINDATE"), rows.day(row, "ENDDATE")) for row in sheets.rows]
    return [(first, last) for first, last in spans if first and last]
