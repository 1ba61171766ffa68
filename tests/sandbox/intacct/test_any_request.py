"""Whatever is sent, the books stay whole: chance changes good requests into odd ones."""

from __future__ import annotations

import copy
import logging
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import pytest
from lxml import etree

from local.sandboxes.intacct.books.company import Company
from tests.sandbox.intacct.conftest import Books, op, query
from tests.sandbox.intacct.test_sales import invoice, order, payment
from tests.sandbox.intacct.test_spending import bill, charge, report
from tests.sandbox.intacct.test_timesheets import decide, entry, sheet
from tests.sandbox.intacct.xml import day, el, els, function, request

REQUESTS: Final = 150
VALUES: Final = (
    *(
        "",
        "0",
        "-1",
        "x",
        "1",
        "2",
        "²",
        "9" * 21,
        "1e400",
        "NaN",
        "1E5",
        "03/03/2025",
        "13/45/2025",
    ),
    *("C1", "P-1", "E1", "T-1", "V1", "US", "true", "Draft", "Approved", "a" * 3000, "%", "é"),
)
FIELDS: Final = (
    *("TASKKEY", "PARENTKEY", "RECORDNO", "STATE", "LOCATIONID", "CUSTOMERID", "ENTRYKEY"),
    *("RECORDKEY", "AMOUNT", "WHENCREATED", "EXCHANGE_RATE", "PRRECORDKEY", "TOTALPAID", "DOCID"),
)
LINES: Final = {
    "TIMESHEETENTRY": "TIMESHEET",
    "EEXPENSESITEM": "EEXPENSES",
    "APBILLITEM": "APBILL",
    "ARINVOICEITEM": "ARINVOICE",
    "CCTRANSACTIONENTRY": "CCTRANSACTION",
    "SODOCUMENTENTRY": "SODOCUMENT",
    "ARPYMTDETAIL": "ARPYMT",
}


def create(name: str, values: dict[str, Any]) -> str:
    return el("create", el(name, els(**values)))


def update(name: str, values: dict[str, Any]) -> str:
    return el("update", el(name, els(**values)))


def good() -> list[str]:
    """One request of each kind that changes something, and some that read."""
    edit = el("updatelineitem", els(amount="1"), line_num=1)
    share = {"arpaymentitem": {"invoicekey": "1", "amount": "1"}}
    received = {"customerid": "C1", "paymentamount": "5", "bankaccountid": "BANK1"}
    return [
        report(),
        charge(),
        invoice(),
        order(),
        create("TIMESHEET", sheet(entry(TASKID="T-1"))),
        create("APBILL", bill()),
        create("ARPYMT", payment({"RECORDKEY": "1", "TRX_PAYMENTAMOUNT": "7"})),
        update("PROJECT", {"RECORDNO": 1, "PARENTID": "P-2", "BEGINDATE": "01/02/2025"}),
        update("TASK", {"RECORDNO": 1, "PARENTKEY": "2", "NAME": "x"}),
        update("TIMESHEET", {"RECORDNO": 1, **sheet(entry(RECORDNO=1))}),
        el("update_invoice", el("updateinvoiceitems", edit), key=1),
        el("update_sotransaction", els(message="x"), key="Sales Invoice-INV0001"),
        el("create_arpayment", els(**received)),
        el(
            "apply_arpayment",
            els(arpaymentkey="1", paymentdate=day("2026-01-01"), arpaymentitems=share),
        ),
        el("reverse_arpayment", els(datereversed=day("2026-02-01")), key="1"),
        *(el("delete", els(object=n, keys="1")) for n in ("TIMESHEET", "ARINVOICE", "CONTACT")),
        el("delete_sotransaction", key="Sales Invoice-INV0001"),
        decide("approve", "1"),
        query(
            "PROJECT", "NAME CUSTOMER.NAME", op("in", "RECORDNO", 1, 2), order="-NAME", pagesize=3
        ),
        el("readByQuery", els(object="APBILL", query="STATE = 'A' and TOTALDUE > 3")),
        el("get", object="invoice", key="1"),
    ]


def odd(chance: random.Random, body: str) -> str:
    """The same with up to three changes of value, element or attribute."""
    root = etree.fromstring(body)
    for _ in range(chance.randint(0, 3)):
        element = chance.choice(list(root.iter()))
        parent, kind = element.getparent(), chance.random()
        if kind < 0.5 and not len(element):
            element.text = chance.choice(VALUES)
        elif kind < 0.6 and parent is not None:
            parent.remove(element)
        elif kind < 0.75:
            etree.SubElement(element, chance.choice(FIELDS)).text = chance.choice(VALUES)
        elif kind < 0.85 and parent is not None:
            parent.append(copy.deepcopy(element))
        elif element.items():
            element.set(element.items()[0][0], chance.choice(VALUES))
    return etree.tostring(root).decode()


def held(company: Company) -> dict[str, Any]:
    """Everything in the books, to compare with."""
    return {
        name: (dict(table.records), dict(table.unique), copy.deepcopy(table.children))
        for name, table in company.tables.items()
    }


def flaws(company: Company) -> Iterator[str]:
    for name, parent in LINES.items():
        for line in company.tables[name].rows():
            if line.parent not in company.tables[parent].records:
                yield f"{name} {line.recordno} has no document"
    for row in company.tables["ARINVOICE"].rows():
        lines = company.lines("ARINVOICEITEM", row.recordno)
        for total, one in (("TOTALENTERED", "AMOUNT"), ("TOTALPAID", "TOTALPAID")):
            amounts = (Decimal(line.values.get(one) or 0) for line in lines)
            if sum(amounts) != Decimal(row.values[total]):
                yield f"{total} of invoice {row.recordno} is not that of its lines"
    for name, table in company.tables.items():
        for key, number in table.unique.items():
            if number not in table.records:
                yield f"{key} leads to no {name}"


@pytest.mark.parametrize("seed", range(4))
def test_odd_requests_leave_the_books_whole(
    books: Books, group: Books, caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    chance, bodies = random.Random(seed), good()
    caplog.set_level(logging.ERROR)
    one = group if seed % 2 else books
    one.sign_in("US" if seed == 3 else "")
    company = one.running.sandbox.companies[one.company]
    for _ in range(REQUESTS):
        together = chance.random() < 0.4
        before = held(company) if together else {}
        sent = [function(odd(chance, chance.choice(bodies))) for _ in range(chance.randint(1, 3))]
        body = request(el("sessionid", one.session), *sent, transaction=together)
        answer = one.xml(body, one.endpoint)
        failed = (
            answer.find("operation") is None or answer.find(".//result/errormessage") is not None
        )
        if together and failed:
            assert held(company) == before
    assert list(flaws(company)) == []
    assert [entry.getMessage() for entry in caplog.records] == []
