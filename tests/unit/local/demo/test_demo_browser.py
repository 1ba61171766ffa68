import httpx
import pytest

from local.demo.errors import DemoError
from local.demo.qbo.browser import give_consent, read_form

PAGE = """<html><body><form method="post" action="/connect/decide">
<input type="hidden" name="state" value="s&amp;1">
<label><input type="radio" name="realm" value="1">One</label>
<label><input type="radio" name="realm" value="2">Two</label>
<button name="choice" value="cancel">Cancel</button>
<button name="choice" value="connect">Connect</button></form></body></html>"""

CONFIRM = """<form method="post" action="callback"><input type="hidden" name="state" value="s">
<button name="decision" value="connect">Connect</button>
<button name="decision" value="cancel">Cancel</button></form>"""


def browser(last_status: int = 200) -> tuple[httpx.Client, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.path == "/connect/decide":
            return httpx.Response(302, headers={"location": "http://app/qbo/callback?code=c"})
        if request.url.host == "app" and request.method == "GET":
            return httpx.Response(200, html=CONFIRM)
        if request.url.host == "app":
            return httpx.Response(last_status, text="the end")
        return httpx.Response(200, html=PAGE)

    return httpx.Client(transport=httpx.MockTransport(answer), follow_redirects=True), seen


def test_consent_sends_the_chosen_company_and_confirms_it_where_it_is_sent_back() -> None:
    client, seen = browser()
    give_consent(client, "http://ledger/connect?x=1", "2")
    assert seen[1].content == b"state=s%261&choice=connect&realm=2"
    assert str(seen[2].url) == "http://app/qbo/callback?code=c"
    assert (seen[3].method, str(seen[3].url)) == ("POST", "http://app/qbo/callback")
    assert seen[3].content == b"state=s&decision=connect"


def test_a_company_that_is_not_offered_is_refused() -> None:
    with pytest.raises(DemoError, match="company 3"):
        give_consent(browser()[0], "http://ledger/connect", "3")


def test_a_failing_callback_is_reported() -> None:
    with pytest.raises(DemoError, match=r"\(400\): the end"):
        give_consent(browser(400)[0], "http://ledger/connect", "1")


def test_choices_of_a_select_are_read() -> None:
    form = read_form("<form><select name=r><option value=7>x</select><button value=Connect>")
    assert form.choosing("7") == {"r": "7"}
    assert form.pressing("connect") == {"": "Connect"}


def test_a_page_without_the_button_is_reported() -> None:
    with pytest.raises(DemoError, match="no button"):
        read_form("<form></form>").pressing("connect")
