import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs

import httpx
import pytest

from local.demo.errors import DemoError
from local.demo.ledger import Activity, Invoice
from local.demo.qbo.company import PAGE, QuickBooksCompany

Answer = Callable[[str], httpx.Response]


def company(answer: Answer, sleeps: list[float] | None = None) -> QuickBooksCompany:
    def handle(request: httpx.Request) -> httpx.Response:
        return answer(parse_qs(request.url.query.decode())["query"][0])

    client = httpx.Client(transport=httpx.MockTransport(handle), base_url="http://ledger")
    waited = sleeps if sleeps is not None else []
    return QuickBooksCompany(client, "42", lambda: "token", 10.0, waited.append)


def rows(entity: str, found: list[dict[str, object]]) -> httpx.Response:
    return httpx.Response(200, json={"QueryResponse": {entity: found} if found else {}})


def test_activities_are_read_page_by_page_to_the_end() -> None:
    activity = {"Id": "1", "Hours": 1, "Minutes": 30, "BillableStatus": "NotBillable"}
    pages = {1: [activity] * PAGE, PAGE + 1: [activity] * 2}

    def answer(statement: str) -> httpx.Response:
        return rows("TimeActivity", pages[int(statement.split("STARTPOSITION ")[1].split()[0])])

    found = list(company(answer).activities())
    assert len(found) == PAGE + 2
    assert found[0] == Activity("", 90, Decimal(0))


def test_billed_time_is_reported() -> None:
    row = {"Hours": 1, "Minutes": 0, "HourlyRate": 80, "BillableStatus": "HasBeenBilled"}
    [found] = company(lambda _: rows("TimeActivity", [row])).activities()
    assert found == Activity("", 60, Decimal(80), billed=True)


def test_people_are_employees_and_vendors() -> None:
    def answer(statement: str) -> httpx.Response:
        entity = statement.split()[3]
        return rows(entity, [{"DisplayName": f"{entity} One"}])

    assert company(answer).people() == {"Employee One", "Vendor One"}


def test_a_payment_repeats_under_the_same_id_and_keeps_its_cents() -> None:
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(429 if len(seen) == 1 else 200, json={})

    client = httpx.Client(transport=httpx.MockTransport(handle), base_url="http://ledger")
    payer = QuickBooksCompany(client, "42", lambda: "token", 10.0, lambda _: None)
    invoice = {"Id": "7", "SyncToken": "1", "CustomerRef": {"value": "3", "name": "C"}}
    due = Decimal("1234567.10")
    payer.pay(Invoice("7", "M-1", due, due, invoice), date(2026, 4, 14))
    first, second = seen
    assert first.url == second.url
    assert second.url.params["requestid"] == "demo-pays-7-1"
    assert second.content.decode() == (
        '{"CustomerRef": {"value": "3"}, "TxnDate": "2026-04-14", "TotalAmt": 1234567.10, '
        '"Line": [{"Amount": 1234567.10, "LinkedTxn": [{"TxnId": "7", "TxnType": "Invoice"}]}]}'
    )


def test_a_rate_keeps_its_cents() -> None:
    text = json.dumps(
        {"Id": "1", "BillableStatus": "Billable", "Hours": 2, "CustomerRef": {"value": "9"}}
    )
    body = f'{{"QueryResponse":{{"TimeActivity":[{text[:-1]},"HourlyRate":85.10}}]}}}}'
    [found] = company(lambda _: httpx.Response(200, text=body)).activities()
    assert found == Activity("9", 120, Decimal("85.10"))


def test_the_first_income_account_is_found() -> None:
    assert company(lambda _: rows("Account", [{"Id": "79"}, {"Id": "80"}])).income_account() == "79"


def test_a_company_without_income_account_is_reported() -> None:
    with pytest.raises(DemoError, match="no income account"):
        company(lambda _: rows("Account", [])).income_account()


def test_a_busy_ledger_is_asked_again_after_a_minute_of_its_own() -> None:
    answers = [httpx.Response(429), rows("Customer", [{"Id": "1", "FullyQualifiedName": "A:B"}])]
    sleeps: list[float] = []
    assert company(lambda _: answers.pop(0), sleeps).customers() == {"1": "A:B"}
    assert sleeps == [6.1]


def test_a_ledger_that_stays_busy_is_given_up() -> None:
    with pytest.raises(DemoError, match="too busy"):
        company(lambda _: httpx.Response(429)).customers()


def test_a_refused_query_shows_the_answer() -> None:
    with pytest.raises(DemoError, match=r"\(400\): why"):
        company(lambda _: httpx.Response(400, text="why")).customers()
