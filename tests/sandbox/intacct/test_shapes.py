"""Answers have the shape of the vendor's real ones, where those are at hand."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from tests.sandbox.intacct.conftest import Books
from tests.sandbox.intacct.test_schema import vendor
from tests.sandbox.intacct.xml import el, els, function, login, request

# Old answers do not have it yet.
NEWER = {"sessiontimeout"}


def shape(element: etree._Element) -> Any:
    """Names of elements and attributes in order; of rows that look alike only the first."""
    inner: list[Any] = []
    for child in element:
        one = shape(child)
        if child.tag not in NEWER and (not inner or inner[-1] != one):
            inner.append(one)
    return (element.tag, sorted(str(name) for name, _ in element.items()), inner)


def sample(name: str) -> etree._Element:
    """Skips where the vendor's files are not beside the checkout."""
    return etree.parse(str(vendor(name))).getroot()


def errors_of(element: etree._Element) -> list[tuple[str | None, str]]:
    return [
        (e.findtext("errorno"), (e.findtext("description2") or "").split(" [Support")[0])
        for e in element.iter("error")
    ]


def within(books: Books, *functions: str) -> etree._Element:
    books.sign_in()
    return books.xml(request(el("sessionid", books.session), *functions), books.endpoint)


def project(key: str) -> str:
    return el("PROJECT", els(PROJECTID=key, NAME=key, PROJECTCATEGORY="Contract"))


def test_a_create_that_was_done_in_part(books: Books) -> None:
    within(books, function(el("create", project("Fellow PD1"))))
    answer = within(books, function(el("create", project("Fellow PD2"), project("Fellow PD1"))))
    real = sample("gateway_samples/execFuncError.xml")
    assert shape(answer) == shape(real)
    assert errors_of(answer) == errors_of(real)


def test_a_page_and_a_record(books: Books) -> None:
    fields = "RECORDNO,PROJECTID,NAME"
    page = el("readByQuery", els(object="PROJECT", query="", fields=fields, pagesize=5))
    one = el("read", els(object="PROJECT", keys="1", fields=fields))
    answer = within(books, function(page), function(one))
    assert shape(answer) == shape(sample("gateway_samples/execProjectSuccess.xml"))


def test_a_login_that_fails(books: Books) -> None:
    wrong = login("xml_gateway", books.company, "x")
    answer = books.xml(request(wrong, function("<getDimensions/>")))
    assert shape(answer) == shape(sample("gateway_samples/execLoginInvalid.xml"))


def test_a_session_that_has_ended(books: Books) -> None:
    answer = books.xml(request("<sessionid>q123</sessionid>", function("<getDimensions/>")))
    assert errors_of(answer) == [("XL03000006", "Invalid session q....")]
    assert shape(answer) == shape(sample("gateway_samples/sessionInvalid.xml"))


def test_a_document_that_is_broken(books: Books) -> None:
    body = request(books.login(), function("<getDimensions/>")).replace("</content>", "</contend>")
    answer = books.xml(body)
    assert errors_of(answer)[0][1].startswith("XML Parse schema error: Fatal Error 76: Opening")
    assert shape(answer) == shape(sample("gateway_samples/execXMLError.xml"))


def test_good_and_bad_functions_side_by_side(books: Books) -> None:
    fields = "RECORDNO,VENDORID,VENDORNAME,RECORDID"
    bad = function(el("read", els(object="APBILL", keys="1", fields="x")))
    good = function(el("read", els(object="APBILL", keys="1", fields=fields)))
    answer = within(books, bad, good, bad)
    assert shape(answer) == shape(sample("gateway_samples/functionErrorSuccess.xml"))


@pytest.mark.parametrize(
    ("name", "functions", "transaction"),
    [
        ("expected/Client.OnlineClient.response.01.xml", ["<getAPISession/>"], False),
        (
            "expected/Client.OnlineClient.response.02.xml",
            [el("getAPISession", els(locationid="no"))],
            False,
        ),
        (
            "expected/Client.OnlineClient.response.03.xml",
            ["<getAPISession/>", el("getAPISession", els(locationid="no"))],
            True,
        ),
    ],
)
def test_the_sandbox_satisfies_the_vendors_own_client(
    books: Books, name: str, functions: list[str], transaction: bool
) -> None:
    sent = [function(one) for one in functions]
    answer = books.xml(request(books.login(), *sent, transaction=transaction))
    assert shape(answer) == shape(sample(name))
