"""The consent flow, and the refresh of tokens."""

import asyncio
import base64
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from ledgerlink.connectors.qbo import PRODUCTION, QuickBooksOnline
from ledgerlink.connectors.qbo.auth.consent import TIME_LIMIT, QuickBooksConsents
from ledgerlink.connectors.qbo.auth.token_endpoint import Application
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.errors import AuthorizationLost, Invalid, LedgerStopped, LedgerUnavailable
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.ports import Consents, Tokens
from ledgerlink.services.connections.verify_company import UnverifiedTokens

from tests.support.qbo.scripted_company import (
    CREDENTIALS,
    REALM,
    Responder,
    ScriptedCompany,
    open_ledger,
    reply,
    write_all,
)
from tests.support.qbo.token_vault import InMemoryTokenVault, tokens
from tests.support.qbo.virtual_time import START, VirtualClock, run
from tests.support.qbo.writes import OutcomeCollector, requests


def dead(request: httpx.Request) -> httpx.Response:
    return reply({"error": "invalid_grant", "error_description": "Token invalid"}, 400)


class Standing(VirtualClock):
    """A clock for what happens outside of any loop."""

    def monotonic(self) -> float:
        return 0.0


def consents(answer: Responder, scale: float = 1.0) -> Consents:
    endpoints = replace(PRODUCTION, clock_scale=scale)
    connector = QuickBooksOnline(endpoints, Standing(), httpx.MockTransport(answer))
    return connector.consents(CREDENTIALS)


def test_consent_is_asked_for_with_scope_state_and_return_address() -> None:
    url = urlsplit(consents(dead).authorize_url("st&te", "https://us.example/back"))
    assert (url.netloc, url.path) == ("appcenter.intuit.com", "/connect/oauth2")
    assert dict(parse_qsl(url.query)) == {
        "client_id": "app",
        "response_type": "code",
        "scope": "com.intuit.quickbooks.accounting",
        "redirect_uri": "https://us.example/back",
        "state": "st&te",
    }


def test_a_code_is_exchanged_by_a_form_under_basic_credentials() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        life = {"expires_in": 3600, "x_refresh_token_expires_in": 8640000}
        return reply({"access_token": "A", "refresh_token": "R", **life})

    assert consents(answer, scale=2).exchange("c0de", "https://us.example/back") == Tokens(
        access_token="A",
        refresh_token="R",
        access_expires_at=START + timedelta(seconds=1800),
        refresh_expires_at=START + timedelta(days=50),
    )
    (request,) = seen
    basic = base64.b64encode(b"app:s3cret").decode()
    assert request.headers["Authorization"] == f"Basic {basic}"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(request.content.decode()) == {
        "grant_type": ["authorization_code"],
        "code": ["c0de"],
        "redirect_uri": ["https://us.example/back"],
    }


def test_the_hard_end_of_an_authorisation_is_asked_for_and_stored() -> None:
    """Case quickbooks-online 13."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        life = {"x_refresh_token_expires_in": 86400, "x_refresh_token_hard_expires_in": 864000}
        return reply({"access_token": "A", "refresh_token": "R", **life})

    found = consents(answer).exchange("c0de", "https://us.example/back")
    assert found.authorization_ends_at == START + timedelta(days=10)
    assert seen[0].headers["x-include-refresh-token-hard-expires-in"] == "true"


@pytest.mark.parametrize("seconds", [None, "soon", -1, True, {}])
def test_an_end_that_is_no_number_of_seconds_is_unknown(seconds: object) -> None:
    given = {"access_token": "A", "refresh_token": "R", "x_refresh_token_hard_expires_in": seconds}
    found = consents(lambda request: reply(given)).exchange("c0de", "https://us.example/back")
    assert found.authorization_ends_at is None


@pytest.mark.parametrize(("days", "codes"), [(41, ["authorization_ends"]), (43, []), (None, [])])
def test_a_company_says_weeks_before_that_its_authorisation_ends(
    days: int | None, codes: list[str]
) -> None:
    """Case quickbooks-online 13: it was stored, and read by nobody."""
    ends = None if days is None else START + timedelta(days=days)
    vault = InMemoryTokenVault(replace(tokens(), authorization_ends_at=ends))
    reads = {REALM: {"CompanyInfo": {"Id": "1"}}, "preferences": {"Preferences": {"Id": "1"}}}
    company = ScriptedCompany(reads=reads)

    async def main() -> Features:
        return (await open_ledger(company, vault).company()).features

    features = run(main())
    assert features.authorization_ends_at == ends
    assert [why.code for why in features.limits] == codes


def test_a_refused_code_needs_a_new_consent() -> None:
    with pytest.raises(AuthorizationLost, match="Token invalid") as lost:
        consents(dead).exchange("old", "https://us.example/back")
    assert lost.value.code == "needs_reconnect"
    assert lost.value.trace_id == "1-tid"


def test_refused_application_credentials_are_no_matter_of_consent() -> None:
    with pytest.raises(LedgerStopped):
        consents(lambda request: reply({"error": "invalid_client"}, 401)).exchange("c", "https://u")


def test_missing_application_credentials_are_named() -> None:
    connector = QuickBooksOnline(PRODUCTION, Standing())
    with pytest.raises(LedgerStopped, match="client_secret"):
        connector.consents({"client_id": "app"})


@pytest.mark.parametrize("status", [200, 400])
def test_revoking_a_dead_token_is_no_error(status: int) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return reply({}, status)

    consents(answer).revoke(tokens())
    assert json.loads(seen[0].content) == {"token": "R-A0"}


def test_a_revocation_without_an_answer_is_an_error() -> None:
    with pytest.raises(LedgerUnavailable):
        consents(lambda request: reply({}, 503)).revoke(tokens())


@pytest.mark.parametrize(
    "given",
    [
        *("", "0", "./9130", "9130/", "9130%2F.", "9130%2f.", "9130\n", " 9130", "09130"),
        *("9130?x", "9130#x", "..", "9130;a=b", "٩١٣٠", "1" * 21),
    ],
)
def test_a_company_id_is_a_plain_number_and_nothing_that_means_the_same(given: str) -> None:
    with pytest.raises(Invalid) as refused:
        consents(dead).company_id(given)
    assert refused.value.remedy


@pytest.mark.parametrize("given", ["1", "9130347957983576", "1" * 20])
def test_a_realm_id_is_a_company_id(given: str) -> None:
    assert consents(dead).company_id(given) == given


class Silent(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        raise AssertionError("waited to the end")


def test_a_user_does_not_wait_for_a_token_endpoint_that_never_answers() -> None:
    assert TIME_LIMIT == 10
    time = LedgerTime(Standing())
    silent = QuickBooksConsents(PRODUCTION, Application("a", "b"), time, Silent(), time_limit=0.01)
    with pytest.raises(LedgerUnavailable, match="TimeoutError"):
        silent.exchange("code", "https://us.example/back")
    with pytest.raises(LedgerUnavailable, match="TimeoutError"):
        silent.revoke(tokens())


async def test_tokens_on_trial_that_are_refused_are_not_refreshed() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return reply({}, 401)

    connector = QuickBooksOnline(PRODUCTION, VirtualClock(), httpx.MockTransport(answer))
    ledger = connector.open("9130", UnverifiedTokens(tokens()), CREDENTIALS, {})
    with pytest.raises(AuthorizationLost):
        await ledger.company()
    await ledger.close()
    assert set(asked) == {"quickbooks.api.intuit.com"}


def bearers(company: ScriptedCompany) -> list[str]:
    return [request.headers["Authorization"] for request in company.calls("timeactivity")]


def test_a_token_with_little_life_left_is_refreshed_once_before_use() -> None:
    company, vault = ScriptedCompany(), InMemoryTokenVault(tokens(seconds=590))
    run(write_all(company, requests([1] * 3), vault=vault))
    assert bearers(company) == ["Bearer A1"] * 3
    assert vault.events == ["claim", "save A1", "release"]
    assert vault.tokens.refresh_expires_at is not None


def test_a_token_with_life_left_is_used_as_it_is() -> None:
    company = ScriptedCompany()
    run(write_all(company, requests([1]), vault=InMemoryTokenVault(tokens(seconds=610))))
    assert bearers(company) == ["Bearer A0"]


def test_tokens_are_stored_before_they_are_used() -> None:
    company, vault = ScriptedCompany(), InMemoryTokenVault(tokens(seconds=-1))

    def disk_full(tokens: Tokens) -> None:
        raise OSError("disk full")

    vault.save = disk_full  # type: ignore[method-assign]  # a vault that fails at this one thing
    with pytest.raises(OSError, match="disk full"):
        run(write_all(company, requests([1]), vault=vault))
    assert bearers(company) == []
    assert vault.events == ["claim", "release"]


def unauthorized(request: httpx.Request) -> httpx.Response:
    return reply({"fault": {"error": [{"code": "3200"}], "type": "AUTHENTICATION"}}, 401)


def test_after_a_401_the_same_request_goes_out_again_with_a_fresh_token() -> None:
    company = ScriptedCompany(script=[unauthorized])
    report = run(write_all(company, requests([1])))
    first, second = company.calls("timeactivity")
    assert (first.url, first.content) == (second.url, second.content)
    assert second.headers["Authorization"] == "Bearer A1"
    assert set(report.outcomes) == {0}


def test_tasks_that_are_refused_together_share_one_refresh() -> None:
    company = ScriptedCompany()

    def only_fresh(request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"] == "Bearer A0":
            return unauthorized(request)
        return company.accept(request.url.path.rpartition("/")[2], request)

    company.script = [only_fresh] * 8
    report = run(write_all(company, requests([1] * 4)))
    assert len(company.calls("bearer")) == 1
    assert set(report.outcomes) == {0, 1, 2, 3}


def test_a_second_401_means_that_the_authorisation_is_lost() -> None:
    company = ScriptedCompany(script=[unauthorized, lambda request: company.grant(), unauthorized])
    with pytest.raises(AuthorizationLost):
        run(write_all(company, requests([1])))
    assert len(company.calls("timeactivity")) == 2


def test_a_dead_refresh_token_asks_for_a_reconnect() -> None:
    company, vault = ScriptedCompany(script=[dead]), InMemoryTokenVault(tokens(seconds=-1))
    with pytest.raises(AuthorizationLost) as lost:
        run(write_all(company, requests([1] * 5), vault=vault))
    assert lost.value.code == "needs_reconnect"
    assert len(company.calls("bearer")) == 1
    assert company.calls("timeactivity") == []
    assert vault.events == ["claim", "release"]


@pytest.mark.parametrize("trouble", [httpx.ReadTimeout("late"), lambda request: reply({}, 502)])
def test_a_refresh_without_an_answer_is_sent_once_more_with_the_old_token(
    trouble: Exception | Responder,
) -> None:
    company = ScriptedCompany(script=[trouble])
    run(write_all(company, requests([1]), vault=InMemoryTokenVault(tokens(seconds=-1))))
    first, second = company.calls("bearer")
    assert parse_qs(first.content.decode())["refresh_token"] == ["R-A0"]
    assert first.content == second.content
    assert bearers(company) == ["Bearer A1"]


def test_tokens_that_another_worker_refreshed_are_adopted() -> None:
    company = ScriptedCompany(script=[unauthorized])

    class Shared(InMemoryTokenVault):
        def claim(self, seconds: float) -> bool:
            self.tokens = tokens("theirs")
            return super().claim(seconds)

    run(write_all(company, requests([1]), vault=Shared(tokens())))
    assert company.calls("bearer") == []
    assert bearers(company)[-1] == "Bearer theirs"


def test_a_worker_waits_for_the_tokens_of_the_refreshing_one() -> None:
    company, vault = ScriptedCompany(), InMemoryTokenVault(tokens(seconds=-1), held_elsewhere=1000)

    async def main() -> OutcomeCollector:
        async def other() -> None:
            await asyncio.sleep(7)
            vault.tokens = tokens("theirs")

        waiting = asyncio.create_task(other())
        report = await write_all(company, requests([1]), vault=vault)
        await waiting
        return report

    assert set(run(main()).outcomes) == {0}
    assert bearers(company) == ["Bearer theirs"]


def test_a_refresh_that_another_worker_never_finishes_is_given_up() -> None:
    company, vault = ScriptedCompany(), InMemoryTokenVault(tokens(seconds=-1), held_elsewhere=1000)
    with pytest.raises(LedgerUnavailable):
        run(write_all(company, requests([1]), vault=vault))
    assert vault.events.count("claim") == 50


def test_a_failing_early_refresh_does_not_stop_a_token_that_is_still_good() -> None:
    down: list[Responder | Exception | None] = [
        httpx.ConnectError("down"),
        httpx.ConnectError("down"),
    ]
    company = ScriptedCompany(script=down)
    report = run(
        write_all(company, requests([1] * 5), vault=InMemoryTokenVault(tokens(seconds=300)))
    )
    assert len(report.outcomes) == 5
    assert len(company.calls("bearer")) == 2
    assert bearers(company) == ["Bearer A0"] * 5


def test_tokens_never_appear_in_text() -> None:
    assert "A0" not in repr(tokens())
    assert "s3cret" not in repr(Application.of(CREDENTIALS))
