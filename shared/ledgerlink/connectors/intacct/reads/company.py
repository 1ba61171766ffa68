"""The company: its name, country, currencies and features, as far as the ledger shows them.

No preference of the ledger is documented that would show its features, so the connector tries what
depends on them. Each entity has a currency in which its books are kept; without entities the ledger
shows none. Whether a company uses several currencies is seen from its customers and invoices.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from ledgerlink.connectors.intacct.auth.login import Login
from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents.time_entry import TIME_ENTRY
from ledgerlink.connectors.intacct.documents.timesheet_periods import most_common_periods
from ledgerlink.connectors.intacct.protocol import error_codes, queries, values
from ledgerlink.connectors.intacct.protocol.faults import main_fault
from ledgerlink.connectors.intacct.protocol.record_ids import parse_ref
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.response import Result
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.reads.changes import deletes_are_hidden, deletes_probe
from ledgerlink.connectors.intacct.reads.learned_requirements import (
    EVERY_ACCOUNT,
    LearnedRequirements,
)
from ledgerlink.connectors.intacct.reads.refused_fields import named_fields
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.model.company import Company, Features
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.ports import Stop

PROBED = ("CLASS", "DEPARTMENT", "PROJECT", "TIMESHEET")
"""Objects that can be queried only if the company has the feature."""
PROJECTS = "Projects"
SUBSCRIPTIONS = {"PROJECT": PROJECTS, "TIMESHEET": PROJECTS}
"""The subscription that each of them needs."""
NO_DRAFTS = ", so its timesheets are submitted at once: without it there are no drafts"
TIMESHEETS_READ = 40
"""How many of the newest timesheets show which periods the company's have."""
WITH_CURRENCY = ("CUSTOMER", "ARINVOICE")
"""Objects whose records have a currency."""
CURRENCIES_READ = 40
"""How many of the newest of these records are read."""

ENTITY_FIELDS = ("RECORDNO", "LOCATIONID", "NAME", "CURRENCY", "OPCOUNTRY")

Entities = Mapping[str, Row]
"""Entities by their ids."""


class CompanyReader:
    """Reads the company that one login leads to."""

    def __init__(
        self,
        client: Client,
        learned: LearnedRequirements,
        time: LedgerTime,
        choices: Choices | None = None,
    ) -> None:
        self._client = client
        self._choices = choices or Choices()
        self._learned = learned
        self._time = time

    async def read(self, company_id: str, login: Login, stop: Stop) -> Company:
        """The company with its features, in one request. Raises as the client's `call`."""
        groups = [
            [_probe(entity) for entity in PROBED],
            [_entities_query()],
            _currency_queries(self._choices),
            self._learned.account_queries(),
            [deletes_probe(self._time.wall())],
        ]
        found = await self._client.read([each for group in groups for each in group], stop)
        probes, entity_results, currency_results, account_results, audit = _split(found, groups)
        shown = await self._shown_entities(entity_results[0], stop)
        entities = {text(row, "LOCATIONID") or "": row for row in shown.rows}
        own = entities.get(login.entity or "", {})
        is_top_level = bool(entities) and not login.entity
        required = self._learned.required(account_results, needs_location=is_top_level)
        if is_top_level:
            required = {**required, TIME_ENTRY: {"location": EVERY_ACCOUNT}}
        has = {entity: probe.succeeded for entity, probe in zip(PROBED, probes, strict=True)}
        unsubscribed = _unsubscribed(dict(zip(PROBED, probes, strict=True)))
        self._learned.has_drafts = PROJECTS not in unsubscribed
        periods = most_common_periods(_spans(probes[PROBED.index("TIMESHEET")]))
        home = home_currency(entities, login.entity, self._choices)
        rows = [row for result in currency_results for row in result.rows]
        return Company(
            company_id=company_id,
            name=text(own, "NAME") or login.company_id,
            country=text(own, "OPCOUNTRY"),
            features=Features(
                home_currency=home,
                multi_currency=uses_several_currencies(entities, rows, home, self._choices),
                time_tracking=has["TIMESHEET"],
                classes=has["CLASS"],
                departments=has["DEPARTMENT"],
                projects=has["PROJECT"],
                timesheet_period=str(periods) if periods else None,
                required=required,
                fills=("location",) if login.entity else (),
                limits=tuple(_limits(unsubscribed, audit[0])),
            ),
        )

    async def _shown_entities(self, result: Result, stop: Stop) -> Result:
        """The entities; without currency and country where the company does not show these."""
        if result.succeeded or not named_fields(main_fault(result.faults), ENTITY_FIELDS):
            return result
        (found,) = await self._client.read([_entities_query(ENTITY_FIELDS[:3])], stop)
        return found


def company_record(company: Company, at: datetime) -> ListRecord:
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


def home_currency(entities: Entities, signed_in_to: str | None, choices: Choices) -> str | None:
    """The currency of the books: that of the entity that is signed in to, or of the one that is the
    default location; else the one that all entities have; else the one that the company chose."""
    default_location = parse_ref(choices.location_id or "").id
    own = entities.get(signed_in_to or "") or entities.get(default_location)
    if own is not None and (currency := text(own, "CURRENCY")):
        return currency
    common = _currencies(entities.values())
    return next(iter(common)) if len(common) == 1 else choices.base_currency


def uses_several_currencies(
    entities: Entities, rows: Iterable[Row], home: str | None, choices: Choices
) -> bool | None:
    """Whether documents may be in other currencies: what the company chose, else what its entities,
    customers and invoices show; None where they show nothing."""
    if choices.multi_currency is not None:
        return choices.multi_currency == "yes"
    seen = _currencies(rows) | ({home} if home else set())
    return len(seen) > 1 or len(_currencies(entities.values())) > 1 or None


def _probe(entity: str) -> Function:
    if entity != "TIMESHEET":
        return queries.query(entity, entity, ["RECORDNO"], size=1)
    fields = ["RECORDNO", "BEGINDATE", "ENDDATE"]
    return queries.query(entity, entity, fields, size=TIMESHEETS_READ, newest_first=True)


def _unsubscribed(probes: Mapping[str, Result]) -> list[str]:
    """The subscriptions that the company does not have."""
    missing = [
        SUBSCRIPTIONS[entity]
        for entity, probe in probes.items()
        if entity in SUBSCRIPTIONS and _is_unsubscribed(probe)
    ]
    return list(dict.fromkeys(missing))


def _is_unsubscribed(probe: Result) -> bool:
    refused = not probe.succeeded
    return refused and error_codes.meaning(main_fault(probe.faults)).code == "not_subscribed"


def _limits(unsubscribed: Sequence[str], audit: Result) -> Iterator[Reason]:
    """What the company has not subscribed to, and whether its user may not see deletes."""
    for name in unsubscribed:
        yield reason("subscription_missing", name=name, effect=NO_DRAFTS)
    if deletes_are_hidden(audit):
        yield reason("deletions_unseen")


def _entities_query(fields: Sequence[str] = ENTITY_FIELDS) -> Function:
    return queries.query("LOCATIONENTITY", "LOCATIONENTITY", list(fields))


def _currency_queries(choices: Choices) -> Sequence[Function]:
    """Queries that show several currencies; none if the company chose whether it has them."""
    if choices.multi_currency is not None:
        return []
    fields = ["RECORDNO", "CURRENCY"]
    return [
        queries.query(entity, entity, fields, size=CURRENCIES_READ, newest_first=True)
        for entity in WITH_CURRENCY
    ]


def _split(
    results: Sequence[Result], groups: Sequence[Sequence[Function]]
) -> list[Sequence[Result]]:
    """The results of each group of functions."""
    remaining = iter(results)
    return [[next(remaining) for _ in group] for group in groups]


def _spans(sheets: Result) -> Sequence[tuple[date, date]]:
    """The first and last days of timesheets."""
    spans = [(values.day(row, "BEGINDATE"), values.day(row, "ENDDATE")) for row in sheets.rows]
    return [(first, last) for first, last in spans if first and last]


def _currencies(rows: Iterable[Row]) -> set[str]:
    return {code for row in rows if (code := text(row, "CURRENCY"))}
