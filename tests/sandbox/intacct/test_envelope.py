"""Control, authentication, sessions and the shape of answers."""

from __future__ import annotations

from datetime import datetime

import pytest
from lxml import etree

from local.sandboxes.intacct.web.gateway import SUFFIX
from tests.sandbox.intacct.conftest import Books
from tests.sandbox.intacct.xml import el, els, errors, function, login, request

LIST = el("readByQuery", els(object="CLASS", query="", fields="CLASSID"))


def control(answer: etree._Element) -> dict[str, str]:
    block = answer.find("control")
    assert block is not None
    return {str(child.tag): child.text or "" for child in block}


def test_a_login_gets_a_session_and_the_address_to_use_it_at(books: Books) -> None:
    answer = books.xml(request(books.login(), function("<getAPISession/>", "f"), controlid="r"))
    assert control(answer) == {
        "status": "success",
        "senderid": "sandbox-sender",
        "controlid": "r",
        "uniqueid": "false",
        "dtdversion": "3.0",
    }
    block = answer.find("operation/authentication")
    assert block is not None
    assert [child.tag for child in block] == [
        "status",
        "userid",
        "companyid",
        "locationid",
        "sessiontimestamp",
        "sessiontimeout",
    ]
    started = datetime.fromisoformat(block.findtext("sessiontimestamp") or "")
    ended = datetime.fromisoformat(block.findtext("sessiontimeout") or "")
    assert started.tzinfo is not None
    assert abs((ended - started).total_seconds() - 1800) <= 1
    result = answer.find("operation/result")
    assert result is not None
    assert (result.findtext("function"), result.findtext("controlid")) == ("getAPISession", "f")
    api = result.find("data/api")
    assert api is not None
    assert [child.tag for child in api] == ["sessionid", "endpoint", "locationid"]
    assert (api.findtext("endpoint") or "").startswith(books.running.url)
    assert not api.findtext("locationid")


def test_each_result_is_found_by_its_controlid(books: Books) -> None:
    one, two = books.send(function(LIST, "one"), function("<getDimensions/>", "two"))
    assert (one.findtext("controlid"), two.findtext("controlid")) == ("one", "two")
    assert (one.findtext("function"), two.findtext("function")) == ("readByQuery", "getDimensions")


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"password": "wrong"}, "Incorrect Intacct XML Partner ID or password."),
        ({"senderid": "Sandbox-sender"}, "Incorrect Intacct XML Partner ID or password."),
    ],
)
def test_a_wrong_partner_fails_at_the_control_level(
    books: Books, change: dict[str, str], text: str
) -> None:
    answer = books.xml(request(books.login(), function(LIST), **change))
    assert control(answer)["status"] == "failure"
    assert answer.find("operation") is None
    assert errors(answer).numbers == ["XL03000006"]
    assert errors(answer).first == text


@pytest.mark.parametrize(
    ("user", "company", "password"),
    [
        ("sandbox-user", "", "wrong"),
        ("nobody", "", "user-secret"),
        ("Sandbox-User", "", "user-secret"),
        ("sandbox-user", "no-such-company", "user-secret"),
    ],
)
def test_a_wrong_login_fails_at_the_operation_level(
    books: Books, user: str, company: str, password: str
) -> None:
    answer = books.xml(request(login(user, company or books.company, password), function(LIST)))
    assert control(answer)["status"] == "success"
    operation = answer.find("operation")
    assert operation is not None
    assert operation.findtext("authentication/status") == "failure"
    assert operation.findtext("authentication/userid") == user
    assert operation.find("result") is None
    assert errors(operation).numbers == ["XL03000006"]
    assert errors(operation).first == "Sign-in information is incorrect"


def test_a_wrong_login_can_be_a_401_of_the_newer_gateway(books: Books) -> None:
    books.set(bad_login="control_401")
    answer = books.post(request(login("nobody", books.company, "x"), function(LIST)))
    assert answer.status_code == 401
    assert errors(etree.fromstring(answer.content)).numbers == ["XMLGW_JPP0002"]


def test_a_sender_must_be_authorized_by_the_company(books: Books) -> None:
    books.about(body={"senders": ["another"]})
    operation = books.xml(request(books.login(), function(LIST))).find("operation")
    assert operation is not None
    error = operation.find("errormessage/error")
    assert error is not None
    assert error.findtext("description") == "Invalid Web Services Authorization"
    assert f"to company ID '{books.company}'" in (error.findtext("description2") or "")
    assert "grant Web Services authorization" in (error.findtext("correction") or "")


def test_another_sender_cannot_use_the_session(books: Books) -> None:
    books.sign_in()
    books.admin("/senders", {"sender": "second", "password": "p2"})
    books.about(body={"senders": ["sandbox-sender", "second"]})
    session = el("sessionid", books.session)
    body = request(session, function(LIST), senderid="second", password="p2")
    assert "Invalid session" in errors(books.xml(body, books.endpoint).find("operation")).first


@pytest.mark.parametrize(
    ("flags", "number", "text"),
    [
        ({"web_services": False}, "XL03000006", "Please subscribe to the XML Gateway."),
        ({"expired": True}, "PL04000055", "This company is a demo company and has expired."),
    ],
)
def test_a_company_can_be_shut(
    books: Books, flags: dict[str, bool], number: str, text: str
) -> None:
    books.about(body=flags)
    found = errors(books.xml(request(books.login(), function(LIST))))
    assert found.numbers == [number]
    assert text in found.first


def test_an_unknown_or_expired_session_is_invalid(books: Books) -> None:
    books.sign_in()
    books.admin("/clock", {"advance_seconds": 1801})
    body = request(el("sessionid", books.session), function(LIST))
    operation = books.xml(body, books.endpoint).find("operation")
    assert operation is not None
    assert operation.findtext("authentication/status") == "failure"
    assert operation.findtext("authentication/userid") == ""
    assert errors(operation).numbers == ["XL03000006"]
    assert errors(operation).first.startswith("Invalid session ")


@pytest.mark.parametrize(("slides", "alive"), [(True, True), (False, False)])
def test_a_session_slides_with_use(books: Books, slides: bool, alive: bool) -> None:
    books.set(session_slides=slides)
    books.sign_in()
    for _ in range(3):
        books.admin("/clock", {"advance_seconds": 1000})
        body = request(el("sessionid", books.session), function(LIST))
        answer = books.xml(body, books.endpoint)
    found = answer.findtext("operation/authentication/status") == "success"
    assert found is alive


@pytest.mark.parametrize(
    ("bound", "first", "third"),
    [
        ("first_too", "success", "failure"),
        ("alone", "failure", "failure"),
        ("anywhere", "success", "success"),
    ],
)
def test_a_session_is_bound_to_its_address_and_the_first(
    books: Books, bound: str, first: str, third: str
) -> None:
    """fyle's SDK never leaves the first address."""
    books.set(session_bound=bound)
    books.sign_in()
    body = request(el("sessionid", books.session), function(LIST))
    path = "operation/authentication/status"
    assert books.xml(body).findtext(path) == first
    assert books.xml(body, f"{books.running.url}/elsewhere{SUFFIX}").findtext(path) == third
    assert books.xml(body, books.endpoint).findtext(path) == "success"


def test_a_wrong_sender_can_look_like_a_wrong_request(books: Books) -> None:
    """Two production taps: GW-0011 for wrong sender credentials."""
    books.set(bad_sender="gw0011")
    body = request(books.login(), function(LIST), password="wrong")
    answer = books.post(body)
    assert answer.status_code == 400
    assert etree.fromstring(answer.content).findtext("errormessage/error/errorno") == "GW-0011"


def test_a_login_can_be_to_an_entity(group: Books) -> None:
    answer = group.xml(request(group.login("UK"), function("<getAPISession/>")))
    assert answer.findtext("operation/authentication/locationid") == "UK"
    assert answer.findtext("operation/result/data/api/locationid") == "UK"


def test_a_wrong_entity_cannot_be_signed_in_to(group: Books) -> None:
    for entity in ("NY", "XX"):
        operation = group.xml(request(group.login(entity), function(LIST))).find("operation")
        assert "is invalid" in errors(operation).first


def test_a_session_can_go_to_an_entity_and_back(group: Books) -> None:
    group.sign_in()
    there = group.ok(el("getAPISession", els(locationid="US"))).find("data/api")
    assert there is not None
    assert there.findtext("locationid") == "US"
    assert there.findtext("sessionid") != group.session
    group.session = there.findtext("sessionid") or ""
    back = group.ok(el("getAPISession", "<locationid/>")).find("data/api")
    assert back is not None
    assert not back.findtext("locationid")


def test_a_switch_can_keep_the_session(group: Books) -> None:
    group.set(switch_new_session=False)
    group.sign_in()
    there = group.ok(el("getAPISession", els(locationid="US")))
    assert there.findtext("data/api/sessionid") == group.session


def test_a_broken_document_is_answered_in_the_words_of_the_parser(books: Books) -> None:
    body = request(books.login(), function(LIST), controlid="r7").replace("</query>", "</quer>")
    answer = books.xml(body)
    assert control(answer)["controlid"] == "r7"
    found = errors(answer)
    assert set(found.numbers) == {"XL03000003"}
    assert "Fatal Error 76: Opening and ending tag mismatch: query line 1 and quer" in found.first
    assert "Line: 1, column:" in found.first


def test_no_control_block_comes_back_if_none_could_be_read(books: Books) -> None:
    answer = books.xml("<request><control><senderid>x")
    assert control(answer) == {"status": "failure"}


@pytest.mark.parametrize(
    "body", ["", "no xml", "<other/>", '<!DOCTYPE request [<!ENTITY a "b">]><request/>']
)
def test_an_invalid_request_is_refused(books: Books, body: str) -> None:
    assert errors(books.xml(body)).numbers[0] == "XL03000003"


def test_an_external_entity_is_not_read(books: Books) -> None:
    head = '<!DOCTYPE request [<!ENTITY leak SYSTEM "file:///etc/hostname">]>'
    answer = books.post(head + request(books.login(), function(LIST), controlid="&leak;"))
    assert errors(etree.fromstring(answer.content)).numbers[0] == "XL03000003"


def test_an_unknown_function_fails_the_whole_request(books: Books) -> None:
    answer = books.xml(request(books.login(), function("<create_everything/>")))
    assert "Element 'create_everything': This element is not expected" in errors(answer).first


def test_the_order_of_the_control_block_matters(books: Books) -> None:
    body = request(books.login(), function(LIST)).replace(
        "<senderid>sandbox-sender</senderid><password>sender-secret</password>",
        "<password>sender-secret</password><senderid>sandbox-sender</senderid>",
    )
    assert errors(books.xml(body)).numbers == ["XL03000003"]


def test_empty_credentials_are_an_invalid_request(books: Books) -> None:
    answer = books.post(request(books.login(), function(LIST), senderid=""))
    assert answer.status_code == 400
    root = etree.fromstring(answer.content)
    assert control(root) == {"status": "failure"}
    assert errors(root).numbers == ["GW-0011"]
    assert "Request ID" in (root.findtext("errormessage/error/description") or "")


def test_only_post_is_answered(books: Books) -> None:
    assert books.http.get(books.running.api).status_code == 400


def test_the_older_dtd_knows_legacy_functions_only(books: Books) -> None:
    legacy = function(el("get_list", object="class"))
    answer = books.xml(request(books.login(), function(LIST), legacy, dtdversion="2.1"))
    statuses = [r.findtext("status") for r in answer.iterfind("operation/result")]
    assert statuses == ["failure", "success"]
    assert errors(books.xml(request(books.login(), function(LIST), dtdversion="4.0"))).numbers


def test_whitespace_is_as_asked(books: Books) -> None:
    plain = books.post(request(books.login(), function(LIST))).text
    pretty = books.post(request(books.login(), function(LIST), end={})).text
    assert "\n  <control>" in pretty
    assert plain.count("\n") <= 1


def test_errors_can_carry_additional_information(books: Books) -> None:
    end = {"includewhitespace": "false", "showadditionalerrorinfo": "true"}
    bad = function(el("delete", els(object="CLASS", keys="99")))
    answer = books.xml(request(books.login(), bad, end=end))
    assert answer.find(".//error/additionalinfo") is not None


def test_a_content_without_functions_has_no_results(books: Books) -> None:
    answer = books.xml(request(books.login()))
    assert answer.findtext("operation/authentication/status") == "success"
    assert answer.find("operation/result") is None


def test_an_unknown_transport_policy_is_refused(books: Books) -> None:
    body = request(books.login(), function(LIST), policyid="mine")
    assert errors(books.xml(body)).first == "mine is not a valid transport policy."


def test_a_known_policy_gets_an_acknowledgement(books: Books) -> None:
    books.set(transport_policies=["mine"])
    made = function(el("create", el("CLASS", els(CLASSID="A", NAME="A"))))
    answer = books.xml(request(books.login(), made, policyid="mine"))
    assert answer.findtext("acknowledgement/status") == "success"
    assert answer.find("operation") is None
    assert any(row["CLASSID"] == "A" for row in books.rows("CLASS"))


def test_an_asynchronous_request_has_a_limit(books: Books) -> None:
    books.set(transport_policies=["mine"])
    long = function(el("create", el("CLASS", els(CLASSID="A", NAME="A", X="x" * 500_000))))
    answer = books.xml(request(books.login(), long, policyid="mine"))
    assert "500000 characters" in errors(answer).first


def test_a_console_user_names_the_company_behind_a_bar(group: Books) -> None:
    user = login("sandbox-user", f"console|{group.company}|US", "user-secret")
    answer = group.xml(request(user, function(LIST)))
    assert answer.findtext("operation/authentication/locationid") == "US"


def test_secrets_are_not_in_the_journal(books: Books) -> None:
    books.set(journal_bodies=True)
    books.send(function(LIST))
    text = str(books.journal())
    assert "sender-secret" not in text
    assert "user-secret" not in text
    assert books.session not in text
    assert "<password>***</password>" in text
