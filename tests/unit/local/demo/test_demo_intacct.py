"""The demonstration's look at Sage Intacct: its records, its journal, its companies."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
from lxml import etree

from local.demo.api import Api
from local.demo.errors import DemoError
from local.demo.intacct.company import IntacctCompany
from local.demo.intacct.company_connector import IntacctCompanyConnector
from local.demo.intacct.gateway import PAGE
from local.demo.intacct.sandbox import IntacctSandbox
from local.demo.ledger import Activity, Document, Kind

Row = Mapping[str, str]
ENTRY = {"QTY": "0.3333", "BILLABLE": "true", "EXTBILLRATE": "95", "CUSTOMERID": "C1"}
ROWS: dict[str, list[Row]] = {
    "GLACCOUNT": [
        {"ACCOUNTNO": "5000", "ACCOUNTTYPE": "incomestatement", "NORMALBALANCE": "debit"},
        {"ACCOUNTNO": "4000", "ACCOUNTTYPE": "incomestatement", "NORMALBALANCE": "credit"},
    ],
    "CUSTOMER": [{"CUSTOMERID": "C1", "NAME": "Brandt"}],
    "PROJECT": [
        {"PROJECTID": "P1", "NAME": "Hall", "CUSTOMERID": "C1"},
        {"PROJECTID": "P2", "NAME": "Inside", "CUSTOMERID": ""},
    ],
    "TIMESHEETENTRY": [
        {**ENTRY, "PROJECTID": "P1"},
        {**ENTRY, "QTY": "0.0167", "BILLABLE": "false", "PROJECTID": ""},
        {**ENTRY, "QTY": "8", "PROJECTID": "", "CUSTOMERID": "", "EXTBILLRATE": ""},
    ],
}


def company(
    rows: Mapping[str, list[Row]] = ROWS, asked: list[etree._Element] | None = None
) -> IntacctCompany:
    def handle(request: httpx.Request) -> httpx.Response:
        function = etree.fromstring(request.content).find(".//function")
        assert function is not None
        (asked if asked is not None else []).append(function)
        query = function.find("query")
        if query is None:
            return answered(SUPDOC if function.find("get") is not None else "")
        first = int(query.findtext("offset", "0"))
        found = [row for row in rows[query.findtext("object", "")] if meets(query, row)]
        left = max(0, len(found) - first - PAGE)
        data = etree.Element("data", numremaining=str(left))
        for row in found[first : first + PAGE]:
            record = etree.SubElement(data, "ROW")
            for field in query.findall("select/field"):
                etree.SubElement(record, str(field.text)).text = row.get(str(field.text))
        return answered(etree.tostring(data).decode())

    return opened(handle)


def meets(query: etree._Element, row: Row) -> bool:
    """Whether a row is what one `equalto` says; days are left to the gateway."""
    wanted = query.find("filter/equalto")
    return wanted is None or row[wanted.findtext("field", "")] == wanted.findtext("value")


SUPDOC = """<data><supdoc><attachments><attachment/><attachment/></attachments></supdoc></data>"""


def answered(data: str) -> httpx.Response:
    whole = f"<response><operation><result>{data}</result></operation></response>"
    return httpx.Response(200, text=whole)


def opened(handle: Callable[[httpx.Request], httpx.Response]) -> IntacctCompany:
    return IntacctCompany(http(handle), "co")


def http(handle: Callable[[httpx.Request], httpx.Response]) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(handle), base_url="http://ledger")


def test_entries_of_timesheets_are_whole_minutes_at_their_rates() -> None:
    assert list(company().activities()) == [
        Activity("project/P1", 20, Decimal(95)),
        Activity("customer/C1", 1, Decimal(0)),
        Activity("", 480, Decimal(0)),
    ]


def test_projects_are_named_below_their_customers() -> None:
    names = {"customer/C1": "Brandt", "project/P1": "Brandt:Hall", "project/P2": "Inside"}
    assert company().customers() == names


def test_income_goes_to_an_account_that_grows_by_credit() -> None:
    assert company().income_account() == "glaccount/4000"
    with pytest.raises(DemoError, match="no income account"):
        company(ROWS | {"GLACCOUNT": []}).income_account()


def test_people_are_employees_and_vendors() -> None:
    rows: dict[str, list[Row]] = {
        "EMPLOYEE": [{"CONTACT.CONTACTNAME": "Ada"}],
        "VENDOR": [{"NAME": "Quill"}],
    }
    assert company(rows).people() == {"Ada", "Quill"}


def test_existing_documents_are_listed_with_their_files_and_refunds_without_a_sign() -> None:
    rows: dict[str, list[Row]] = {
        "APBILL": [{"TOTALENTERED": "211.50", "STATE": "Posted", "SUPDOCID": "S1"}],
        "EEXPENSES": [{"TOTALENTERED": "1.25", "STATE": "Submitted"}],
        "CCTRANSACTION": [
            {"TOTALENTERED": "7.10", "STATE": "Posted"},
            {"TOTALENTERED": "-58.40", "STATE": "Posted"},
            {"TOTALENTERED": "7.10", "STATE": "Reversed", "SUPDOCID": "S2"},
        ],
        "SODOCUMENT": [{"TOTAL": "3049.05", "STATE": "Pending"}],
    }
    asked: list[etree._Element] = []
    found = list(company(rows, asked).documents(date(2026, 3, 2), date(2026, 3, 31)))
    assert found == [
        Document(Kind.OWED_TO_VENDORS, Decimal("211.50")),
        Document(Kind.FILE),
        Document(Kind.FILE),
        Document(Kind.OWED_TO_EMPLOYEES, Decimal("1.25")),
        Document(Kind.CHARGE, Decimal("7.10")),
        Document(Kind.REFUND, Decimal("58.40")),
        Document(Kind.INVOICE, Decimal("3049.05")),
    ]
    days = [each.text for each in asked[0].iterfind("query/filter/between/*")]
    assert days == ["WHENCREATED", "03/02/2026", "03/31/2026"]


SALE = {"DOCID": "Sales Invoice-M-1", "DOCNO": "M-1", "CUSTVENDID": "C1", "TOTAL": "100.10"}
SOLD: dict[str, list[Row]] = {
    "SODOCUMENT": [{**SALE, "PRRECORDKEY": "7"}, {**SALE, "DOCNO": "M-2", "PRRECORDKEY": "8"}],
    "ARINVOICE": [
        {"RECORDNO": "8", "TOTALDUE": "1", "CURRENCY": "USD"},
        {"RECORDNO": "7", "TOTALDUE": "60.05", "CURRENCY": "USD"},
    ],
    "CHECKINGACCOUNT": [{"BANKACCOUNTID": "BANK1"}],
}


def test_an_invoices_open_amount_comes_from_its_receivable_and_is_paid_once() -> None:
    asked: list[etree._Element] = []
    payer = company(SOLD, asked)
    invoice = payer.invoice("M-1")
    assert (invoice.id, invoice.total, invoice.due) == (
        "Sales Invoice-M-1",
        Decimal("100.10"),
        Decimal("60.05"),
    )
    payer.pay(invoice, date(2026, 4, 14))
    assert asked[-1].get("controlid") == "demo-pays-7"
    assert etree.tostring(asked[-1][0]).decode() == (
        "<create><ARPYMT><FINANCIALENTITY>BANK1</FINANCIALENTITY>"
        "<PAYMENTMETHOD>EFT</PAYMENTMETHOD><CUSTOMERID>C1</CUSTOMERID>"
        "<RECEIPTDATE>04/14/2026</RECEIPTDATE><PAYMENTDATE>04/14/2026</PAYMENTDATE>"
        "<CURRENCY>USD</CURRENCY><ARPYMTDETAILS><ARPYMTDETAIL><RECORDKEY>7</RECORDKEY>"
        "<TRX_PAYMENTAMOUNT>60.05</TRX_PAYMENTAMOUNT></ARPYMTDETAIL></ARPYMTDETAILS>"
        "</ARPYMT></create>"
    )
    control = asked[-1].getroottree().find("control")
    assert control is not None
    assert control.findtext("uniqueid") == "true"


def test_an_invoice_or_a_bank_that_is_not_there_is_reported() -> None:
    with pytest.raises(DemoError, match="no invoice M-9"):
        company(SOLD).invoice("M-9")
    poor = company(SOLD | {"CHECKINGACCOUNT": []})
    with pytest.raises(DemoError, match="no checking account"):
        poor.pay(poor.invoice("M-1"), date(2026, 4, 14))


def test_all_pages_are_read() -> None:
    many: list[Row] = [{**ENTRY, "QTY": "1", "PROJECTID": "P1"}] * (PAGE * 2 + 1)
    assert len(list(company(ROWS | {"TIMESHEETENTRY": many}).activities())) == PAGE * 2 + 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("<html>", "is no XML"),
        ("<r><error><description2>Sign-in failed</description2></error></r>", "Sign-in failed"),
        ("<response/>", "did not answer for CUSTOMER"),
    ],
)
def test_a_refusal_is_reported_in_the_ledgers_words(answer: str, words: str) -> None:
    refused = opened(lambda _request: httpx.Response(200, text=answer))
    with pytest.raises(DemoError, match=words):
        refused.customers()


class FakeApi:
    """The API and the sandbox, as far as connecting goes."""

    def __init__(self, *connections: dict[str, Any], entries: list[dict[str, Any]] | None = None):
        self.connections, self.entries = connections, entries or []
        self.asked: list[tuple[str, Any]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        path, body = request.url.path, json.loads(request.content or b"null")
        if path == "/_sandbox/journal":
            after = int(request.url.params["after"])
            found = [entry for entry in self.entries if entry["n"] > after]
            return httpx.Response(200, json={"entries": found, "next": len(self.entries)})
        if request.method == "GET":
            return httpx.Response(200, json={"connections": self.connections})
        self.asked.append((path, body))
        return httpx.Response(200, json=connection("new", "connected"))

    def company_connector(self) -> IntacctCompanyConnector:
        client = http(self.answer)
        return IntacctCompanyConnector(
            Api(client, client), IntacctSandbox(client), lambda: "0123456789"
        )


def connection(name: str, state: str, company_id: str = "demo-of-x-csv-1") -> dict[str, Any]:
    return {"id": name, "state": state, "created_at": name, "company_id": company_id}


LOGIN = {"user_id": "sandbox-user", "password": "user-secret"}


def test_a_new_company_is_connected_with_the_login_of_its_user() -> None:
    fake_api = FakeApi(
        connection("other", "connected", "another"), connection("gone", "disconnected")
    )
    assert fake_api.company_connector().company("Demo of x.csv", fresh=False).id == "new"
    name = "demo-of-x-csv-01234567"
    assert fake_api.asked == [
        ("/_sandbox/companies", {"company": name, "seed": "empty"}),
        ("/v1/connections", {"ledger": "intacct", "login": {"company_id": name, **LOGIN}}),
    ]


def test_the_newest_company_of_that_name_is_used_again() -> None:
    fake_api = FakeApi(connection("1", "needs_reconnect"), connection("2", "connected"))
    assert fake_api.company_connector().company("Demo of x.csv", fresh=False).id == "2"
    assert fake_api.asked == []


def test_a_lost_one_is_signed_in_to_again() -> None:
    fake_api = FakeApi(connection("1", "needs_reconnect"))
    fake_api.company_connector().company("Demo of x.csv", fresh=False)
    login = {"company_id": "demo-of-x-csv-1", **LOGIN}
    assert fake_api.asked == [("/v1/connections/1/reconnect", {"login": login})]


def test_the_journal_lists_calls_and_records_of_one_company_since_a_mark() -> None:
    def entry(n: int, functions: dict[str, int], company: str = "co", status: int = 200) -> Any:
        notes = [
            {"function": name, "objects": count, "status": "failure" if count > 9 else "success"}
            for name, count in functions.items()
        ]
        return {"n": n, "company": company, "functions": notes, "status": status}

    entries = [
        entry(1, {"create": 1}),
        entry(2, {"getAPISession": 0, "query": 7, "get": 1}),
        entry(3, {"create": 3, "update": 0, "delete": 10}),
        entry(4, {"create": 9}, company="another"),
        entry(5, {}, status=429),
    ]
    fake_api = FakeApi(entries=entries)
    traffic = IntacctSandbox(http(fake_api.answer)).traffic("co", 1)
    assert traffic.calls == {"read": 2, "write": 1}
    assert (traffic.written, traffic.throttled) == (4, 1)
