"""The client: sessions, retries, and unanswered writes."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from ledgerlink.connectors.intacct.config import Endpoints
from ledgerlink.connectors.intacct.protocol.requests import Sender
from ledgerlink.connectors.intacct.transport.client import Client, Unanswered
from ledgerlink.domain.errors import (
    AuthorizationLost,
    Interrupted,
    LedgerStopped,
    LedgerUnavailable,
)

from tests.fakes.clock import START, FakeClock
from tests.unit.connectors.intacct.gateway_client import (
    LOGIN,
    InMemoryLoginVault,
    client_of,
    reading,
    session,
    writing,
)
from tests.unit.connectors.intacct.in_memory_gateway import InMemoryGateway, Step, failing, raw

CUT = httpx.ReadError("cut")
HTML = raw(b"<html><h1>502 Bad Gateway</h1></html>", 502)
ELSEWHERE = "https://evil.example/ia/xml/xmlgw.phtml"


async def test_a_session_is_stored_before_it_is_used() -> None:
    gateway = InMemoryGateway()
    vault = InMemoryLoginVault()
    await client_of(gateway, vault).read([reading()])
    assert [login.session.id for login in vault.saved if login.session] == ["session1.."]
    assert gateway.hosts == ["api.intacct.com", "na12.intacct.com"]
    assert gateway.log[0].findtext("operation/authentication/login/password") == "p4ssword"
    assert gateway.log[1].find("operation/authentication/login") is None


async def test_a_stored_session_is_used_until_it_ends() -> None:
    gateway = InMemoryGateway(valid={"kept.."})
    vault = InMemoryLoginVault(replace(LOGIN, session=session()))
    client = client_of(gateway, vault)
    for _ in range(3):
        await client.read([reading()])
    assert client.calls == {"read": 3, "transactions": 3}
    assert vault.saved == []


@pytest.mark.parametrize("kept", [session(minutes=1), session(endpoint=ELSEWHERE)])
async def test_a_session_near_its_end_or_of_another_host_is_not_used(kept: object) -> None:
    gateway = InMemoryGateway(valid={"kept.."})
    vault = InMemoryLoginVault(replace(LOGIN, session=kept))  # type: ignore[arg-type]
    await client_of(gateway, vault).read([reading()])
    assert gateway.hosts == ["api.intacct.com", "na12.intacct.com"]


async def test_a_session_that_the_ledger_rejects_is_renewed_once() -> None:
    gateway = InMemoryGateway()
    vault = InMemoryLoginVault(replace(LOGIN, session=session()))
    await client_of(gateway, vault).call(writing("f1"))
    assert gateway.hosts == ["na12.intacct.com", "api.intacct.com", "na12.intacct.com"]
    assert len(gateway.rows("CUSTOMER")) == 1


INVALID = failing("XL03000006", "Invalid session q....")


@pytest.mark.parametrize("times", [2, 3, 5])
async def test_a_session_that_is_refused_several_times_is_renewed_with_pauses(times: int) -> None:
    """Case general 19: nobody is asked for a password, because the sign-in works."""
    gateway, clock = InMemoryGateway(script=[None, INVALID] * times), FakeClock()
    await client_of(gateway, clock=clock).call(writing("f1"))
    assert len(gateway.rows("CUSTOMER")) == 1
    assert (clock.now() > START) is (times > 1)


@pytest.mark.parametrize("script", [[None, INVALID] * 9, [INVALID] * 9])
async def test_a_session_that_stays_invalid_makes_the_ledger_unavailable(
    script: list[Step],
) -> None:
    """Case general 19: bounded, then the run waits; only a refused sign-in asks for a person."""
    gateway = InMemoryGateway(script=script)
    with pytest.raises(LedgerUnavailable, match="Invalid session"):
        await client_of(gateway).call(writing("f1"))
    assert len(gateway.log) <= 14


async def test_a_session_for_another_host_is_refused() -> None:
    gateway = InMemoryGateway(endpoint=ELSEWHERE)
    with pytest.raises(LedgerStopped, match="host that is not allowed"):
        await client_of(gateway).read([reading()])
    assert gateway.hosts == ["api.intacct.com"]


@pytest.mark.parametrize(("url", "allowed"), [
    ("https://na12.intacct.com/x", True),
    ("https://INTACCT.com.evil.example/x", False),
    ("https://evilintacct.com/x", False),
    ("http://na12.intacct.com/x", False),
    ("https://na12.intacct.com@evil.example/x", False),
    ("https://user@na12.intacct.com/x", False),
    ("nonsense", False),
    ("https://[na12.intacct.com/x", False),
    ("https://na12.intacct.com/a\nb", False),
    ("https://evil.example\\.intacct.com/x", False),
    ("https://evil.example%2f.intacct.com/x", False),
])  # fmt: skip
def test_only_the_vendors_hosts_are_allowed(url: str, allowed: bool) -> None:
    assert Endpoints().allow(url) is allowed


def test_a_loopback_host_can_be_allowed() -> None:
    there = Endpoints("http://127.0.0.1:9/gw", hosts=("127.0.0.1",))
    assert there.allow("http://127.0.0.1:9/gw")
    assert not there.allow("http://127.0.0.2:9/gw")


async def test_the_end_of_a_session_is_extended_and_stored_at_intervals() -> None:
    gateway = InMemoryGateway(valid={"kept.."})
    vault = InMemoryLoginVault(replace(LOGIN, session=session(minutes=30)))
    client = client_of(gateway, vault)
    await client.read([reading()])
    assert vault.login.session is not None
    assert vault.login.session.expires_at == START + timedelta(hours=1)
    for minutes, stored in ((60, 1), (69, 1), (70, 2), (75, 2)):
        gateway.lives = timedelta(minutes=minutes)
        await client.read([reading()])
        assert len(vault.saved) == stored


async def test_a_session_without_an_end_lasts_half_an_hour() -> None:
    gateway = InMemoryGateway(lives=None)
    vault = InMemoryLoginVault()
    await client_of(gateway, vault).read([reading()])
    assert vault.login.session is not None
    assert vault.login.session.expires_at == START + timedelta(minutes=30)


@pytest.mark.parametrize("trouble", [
    HTML, CUT, httpx.ConnectError("no"), raw(b"<response/>"), raw(b"", 524), raw(b"<p>", 404),
    failing("PL04000050", "", control=True), failing("X", "The Service is Temporarily Off-line"),
    failing("GW-0010", "", control=True, status=429), raw(b"slow down", 429),
])  # fmt: skip
async def test_a_read_is_repeated_until_it_has_a_response(trouble: Step) -> None:
    gateway = InMemoryGateway(script=[None, trouble, trouble])
    gateway.add("CLASS", NAME="A")
    (result,) = await client_of(gateway).read([reading()])
    assert [row["NAME"] for row in result.rows] == ["A"]


async def test_a_read_fails_after_the_last_try() -> None:
    gateway, clock = InMemoryGateway(script=[None, *[HTML] * 9]), FakeClock()
    with pytest.raises(LedgerUnavailable, match="6 times in a row"):
        await client_of(gateway, clock=clock).read([reading()])
    assert len(gateway.log) == 7


@pytest.mark.parametrize("trouble", [CUT, HTML, raw(b"<html/>"), raw(b"", 524)])
async def test_an_unanswered_write_is_not_sent_again(trouble: Step) -> None:
    gateway = InMemoryGateway(script=[None, trouble])
    client = client_of(gateway)
    with pytest.raises(Unanswered):
        await client.call(writing("f1"))
    assert client.calls["write"] == 1
    assert client.unanswered.state() == {
        "silent_until": (START + timedelta(seconds=910)).isoformat(),
    }


@pytest.mark.parametrize("trouble", [
    httpx.ConnectError("no"), raw(b"slow down", 429), failing("GW-0010", "", control=True),
    failing("PL04000050", "", control=True),
])  # fmt: skip
async def test_a_write_that_was_never_received_is_sent_again_unchanged(trouble: Step) -> None:
    gateway = InMemoryGateway(script=[None, trouble])
    client = client_of(gateway)
    await client.call(writing("f1"))
    assert len(gateway.rows("CUSTOMER")) == 1
    assert client.unanswered.state() == {}
    control_ids = {root.findtext("control/controlid") for root in gateway.log[1:]}
    assert control_ids == {"call"}


async def test_the_next_worker_waits_for_unanswered_writes() -> None:
    clock = FakeClock()
    state = {"silent_until": (START + timedelta(seconds=60)).isoformat()}
    client = client_of(InMemoryGateway(), clock=clock, state=state)
    await client.unanswered.wait(lambda: False)
    assert clock.now() == START + timedelta(seconds=60)
    with pytest.raises(Interrupted):
        await client_of(InMemoryGateway(), state=state).unanswered.wait(lambda: True)


async def test_one_request_is_sent_at_a_time() -> None:
    flying, most = 0, 0
    gateway = InMemoryGateway()

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0)
        flying -= 1
        return gateway(request)

    client = client_of(gateway)
    client._http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    await asyncio.gather(*(client.read([reading(f"q{n}")]) for n in range(5)))
    assert most == 1


async def test_a_response_to_another_request_is_ignored() -> None:
    gateway = InMemoryGateway(script=[None, raw(OTHER, kind="text/xml")])
    with pytest.raises(Unanswered):
        await client_of(gateway).call(writing("f1"))


OTHER = b"""<response><control><status>success</status><controlid>other</controlid></control>
<operation><authentication><status>success</status></authentication></operation></response>"""


@pytest.mark.parametrize(("step", "error", "where"), [
    (failing("XL03000006", "Incorrect Intacct XML Partner ID or password.", control=True),
     LedgerStopped, "our support"),
    (failing("XL03000006", "Invalid Web Services Authorization The sender ID 'x' is not authorized"
             " to make Web Services requests to company ID 'y'."),
     LedgerStopped, "Web Services authorizations"),
    (failing("XL03000006", "Sign-in information is incorrect"),
     AuthorizationLost, "Web Services users"),
    (failing("XMLGW_JPP0002", "Sign-in information is incorrect. Please check your request.",
             control=True, status=401), AuthorizationLost, "Web Services users"),
    (failing("X", "This company is not authorized for XML transactions. Please subscribe to the"
             " XML Gateway.", control=True), LedgerStopped, "Admin > Subscriptions"),
    (failing("X", "You do not have permission for API operation CREATE on objects of type class"),
     LedgerStopped, "permission"),
    (failing("XL03000006", "The entity 'US' is invalid."), AuthorizationLost, "Setup > Entities"),
    (failing("PL04000055", "This company is a demo company and has expired.", control=True),
     LedgerStopped, "Ask Sage"),
    (failing("GW-0011", "", control=True, status=400), LedgerStopped, "our support"),
])  # fmt: skip
async def test_an_error_at_sign_in_names_the_next_click(
    step: Step, error: type[Exception], where: str
) -> None:
    with pytest.raises(error) as outcomes:
        await client_of(InMemoryGateway(script=[step])).read([reading()])
    assert where in outcomes.value.remedy  # type: ignore[attr-defined]
    assert str(outcomes.value).startswith("Sage Intacct did not accept this sign-in: ")
    assert "p4ssword" not in str(outcomes.value)


def test_missing_sender_credentials_stop_the_lane() -> None:
    with pytest.raises(LedgerStopped, match="sender_password"):
        Sender.of({"sender_id": "x"})


async def test_a_passing_fault_of_a_read_is_retried_once() -> None:
    gateway = InMemoryGateway(
        refusals={"CLASS": [("DL02000001", "There was an error processing it.")]}
    )
    client: Client = client_of(gateway)
    assert not (await client.read([reading()]))[0].succeeded
    assert gateway.requests("query") == 2
    gateway.refusals.clear()
    assert (await client.read([reading()]))[0].succeeded


async def test_a_worker_that_stops_interrupts_its_call() -> None:
    client = client_of(InMemoryGateway(script=[None, *[HTML] * 9]))
    with pytest.raises(Interrupted):
        await client.read([reading()], lambda: True)
