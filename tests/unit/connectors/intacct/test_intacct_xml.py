"""XML: safe parsing, ordered writing, requests and responses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgerlink.connectors.intacct.protocol import response, xml
from ledgerlink.connectors.intacct.protocol.requests import Call, Sender, envelope
from ledgerlink.connectors.intacct.protocol.xml import ElementOrder, Unreadable
from ledgerlink.domain.model.logins import Login

from tests.support.intacct.vendor_schema import plain
from tests.support.sampling import examples
from tests.unit.connectors.intacct.gateway_client import LOGIN, session, writing

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>
<response><control><status>success</status><controlid>&c;</controlid></control></response>"""
FILE = b"""<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<response><control><status>&x;</status></control></response>"""
DTD = b"""<!DOCTYPE response SYSTEM "http://127.0.0.1:1/evil.dtd">
<response><control><status>success</status></control></response>"""
GOOD = b"""<response><control><status>success</status><controlid>c</controlid></control><operation>
<authentication><status>success</status></authentication><result><status>success</status>
<function>query</function><controlid>q</controlid><data numremaining="0"><CLASS><NAME>A</NAME>
</CLASS></data></result></operation></response>"""


@pytest.mark.parametrize("attack", [LAUGHS, FILE, DTD], ids=["laughs", "file", "dtd"])
def test_a_document_with_a_doctype_is_rejected(attack: bytes) -> None:
    with pytest.raises(Unreadable):
        response.parse(attack)


@pytest.mark.parametrize("content", [b"", b"<html><p>Bad gateway</html>", b"{}", b"<html/>"])
def test_anything_but_a_response_is_unreadable(content: bytes) -> None:
    with pytest.raises(Unreadable):
        response.parse(content)


@settings(max_examples=examples(100), deadline=None)
@given(st.data())
def test_a_damaged_response_is_parsed_or_unreadable(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, len(GOOD)))
    damaged = GOOD[:start] + data.draw(st.binary(max_size=20)) + GOOD[end:]
    try:
        answer = response.parse(damaged)
    except Unreadable:
        return
    assert all(isinstance(each.rows, tuple) for each in answer.results.values())


RESULT = GOOD[GOOD.index(b"<result>") : GOOD.index(b"</operation>")]


@pytest.mark.parametrize("other", [b"<NAME>B</NAME>", b"<NAME/>"])
@pytest.mark.parametrize("first", [True, False])
def test_two_different_results_of_one_function_are_ignored(other: bytes, first: bool) -> None:
    second = RESULT.replace(b"<NAME>A</NAME>", other)
    both = second + RESULT if first else RESULT + second
    assert response.parse(GOOD.replace(RESULT, both)).results == {}
    assert len(response.parse(GOOD.replace(RESULT, RESULT + RESULT)).results) == 1


@pytest.mark.parametrize(("count", "known"), [(b"1", True), (b"2", False), (b"0", False)])
def test_a_result_with_another_number_of_records_than_claimed_is_ignored(
    count: bytes, known: bool
) -> None:
    said = GOOD.replace(b"<data ", b'<data count="' + count + b'" ')
    assert bool(response.parse(said).results) is known


def test_characters_that_xml_does_not_allow_are_left_out() -> None:
    node = xml.element("a", "x\x00\x0by\x1f\ufffe\n&<")
    assert plain(node) == b"<a>xy\n&amp;&lt;</a>"


def test_children_are_written_in_the_order() -> None:
    order = ElementOrder(("one", "two"), {"two": ElementOrder(("b", "a"))})
    node = xml.element("r", {"two": {"a": "2", "b": "1"}, "one": ["x", "y"], "@k": "v"}, order)
    assert plain(node) == b'<r k="v"><one>x</one><one>y</one><two><b>1</b><a>2</a></two></r>'


def test_a_child_that_the_order_does_not_know_is_an_error() -> None:
    with pytest.raises(KeyError):
        xml.element("r", {"other": "1"}, ElementOrder(("one",)))


def test_an_open_order_puts_the_others_last() -> None:
    node = xml.element("r", {"Z": "1", "A": "2", "one": "3"}, ElementOrder(("one",), open=True))
    assert [child.tag for child in node] == ["one", "A", "Z"]


@pytest.mark.parametrize("name", ["a b", "1a", "a><b", "", "é"])
def test_an_invalid_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        xml.element("r", {name: "1"})


def test_none_writes_nothing_and_an_empty_text_clears() -> None:
    assert plain(xml.element("r", {"a": None, "b": ""})) == b"<r><b></b></r>"


def test_the_same_call_is_the_same_bytes_and_writes_are_unique() -> None:
    sender, call = Sender("s", "p"), writing("f1", "f2")
    first, second = (envelope(sender, call, session()) for _ in range(2))
    assert first == second
    root = xml.parse(first)
    assert [child.tag for child in root.iterfind("control/*")] == [
        "senderid",
        "password",
        "controlid",
        "uniqueid",
        "dtdversion",
        "includewhitespace",
    ]
    assert root.findtext("control/uniqueid") == "true"
    assert [child.tag for child in root.iterfind("operation/*")] == ["authentication", "content"]
    assert root.findtext("operation/authentication/sessionid") == "kept.."


@pytest.mark.parametrize(("entity", "names"), [
    (None, ["userid", "companyid", "password"]),
    ("US", ["userid", "companyid", "password", "locationid"]),
])  # fmt: skip
def test_a_login_names_its_entity(entity: str | None, names: list[str]) -> None:
    login = Login(company_id="c", user_id="u", password="p", entity=entity)
    root = xml.parse(envelope(Sender("s", "p"), Call("c", []), login))
    login_node = root.find("operation/authentication/login")
    assert login_node is not None
    assert [child.tag for child in login_node] == names


def test_secrets_are_not_shown() -> None:
    shown = repr((LOGIN, session(), Sender("s", "s3nder")))
    assert not any(secret in shown for secret in ("p4ssword", "kept..", "s3nder"))
