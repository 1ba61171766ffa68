"""Exchange rates by currency and day."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.errors import AuthorizationLost, Interrupted
from ledgerlink.domain.ports import never

from tests.support.qbo.scripted_company import ScriptedCompany, fault, open_ledger
from tests.support.qbo.virtual_time import run

MONDAY, TUESDAY = date(2026, 2, 2), date(2026, 2, 3)
Rated = tuple[str, date]


def rate(currency: str, day: str, value: Any) -> dict[str, Any]:
    """A row as it comes: it has no id."""
    return {
        "SourceCurrencyCode": currency,
        "TargetCurrencyCode": "USD",
        "Rate": value,
        "AsOfDate": day,
        "MetaData": {"LastUpdatedTime": "2026-02-02T08:00:00-08:00"},
    }


def asked(there: ScriptedCompany) -> list[str]:
    return [request.content.decode() for request in there.calls("query")]


def rates(there: ScriptedCompany, *wanted: Rated, stop: Any = never) -> Mapping[Rated, Decimal]:
    async def main() -> Mapping[Rated, Decimal]:
        given: Collection[Rated] = list(wanted)
        return await open_ledger(there).exchange_rates(given, stop)

    return run(main())


def company(*rows: dict[str, Any]) -> ScriptedCompany:
    def answer(statement: str) -> Mapping[str, Any]:
        found = [
            row
            for row in rows
            if f"SourceCurrencyCode = '{row['SourceCurrencyCode']}'" in statement
        ]
        return {"ExchangeRate": found} if found else {}

    return ScriptedCompany(latency=lambda kind: 0.0, rows=answer)


def test_a_rate_is_home_units_for_one() -> None:
    there = company(rate("EUR", "2026-02-02", 1.0842))
    assert rates(there, ("EUR", MONDAY)) == {("EUR", MONDAY): Decimal("1.0842")}
    assert asked(there) == [
        "SELECT * FROM ExchangeRate WHERE SourceCurrencyCode = 'EUR' AND AsOfDate = '2026-02-02'"
    ]


def test_each_currency_and_day_is_read_once() -> None:
    there = company(rate("EUR", "2026-02-02", 1.1), rate("GBP", "2026-02-02", 1.3))
    found = rates(there, ("EUR", MONDAY), ("GBP", MONDAY), ("EUR", MONDAY), ("CHF", MONDAY))
    assert found == {("EUR", MONDAY): Decimal("1.1"), ("GBP", MONDAY): Decimal("1.3")}
    assert len(asked(there)) == 3


def test_nothing_is_read_for_no_ids() -> None:
    there = company()
    assert rates(there) == {}
    assert there.log == []


@pytest.mark.parametrize(
    "row",
    [
        rate("EUR", "2026-02-01", 1.1),
        rate("EUR", "2026-02-02", 0),
        rate("EUR", "2026-02-02", None),
        {"SourceCurrencyCode": "EUR"},
    ],
)
def test_a_rate_of_another_day_or_none_is_unknown(row: dict[str, Any]) -> None:
    assert rates(company(row), ("EUR", MONDAY)) == {}


def test_the_rate_of_the_day_is_taken_from_among_others() -> None:
    there = company(rate("EUR", "2026-02-02", 1.1), rate("EUR", "2026-02-03T00:00:00-08:00", 1.2))
    assert rates(there, ("EUR", TUESDAY)) == {("EUR", TUESDAY): Decimal("1.2")}


@pytest.mark.parametrize("code", ["4001", "5030", "6000"])
def test_facts_that_the_ledger_refuses_are_unknown(code: str) -> None:
    there = company(rate("GBP", "2026-02-02", 1.3))
    there.script = [fault(code)]
    found = rates(there, ("EUR", MONDAY), ("GBP", MONDAY))
    assert found == {("GBP", MONDAY): Decimal("1.3")}


def test_a_lost_authorisation_is_not_taken_for_unknown() -> None:
    there = company()
    there.script = [fault("120", status=403, type="AuthorizationFault")]
    with pytest.raises(AuthorizationLost):
        rates(there, ("EUR", MONDAY))


def test_asking_ends_with_the_worker() -> None:
    with pytest.raises(Interrupted):
        rates(company(), ("EUR", MONDAY), stop=lambda: True)
