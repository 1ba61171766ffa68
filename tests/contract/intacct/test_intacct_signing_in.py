"""Signing in and sessions behind the port, against the sandbox over HTTP."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ledgerlink.connectors.intacct.ledger import IntacctLedger
from ledgerlink.domain.errors import (
    AuthorizationLost,
    LedgerError,
    LedgerStopped,
    LedgerUnavailable,
)
from ledgerlink.domain.model.company import Company
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.logins import Session

from tests.contract.intacct.books import CREDENTIALS, PASSWORD, USER, Books


def company(books: Books) -> Company:
    return books.ask(lambda ledger: ledger.company())


def sessions(books: Books) -> int:
    """How often somebody has signed in."""
    asked = [note.function for entry in books.journal() for note in entry.functions]
    return asked.count("getAPISession")


def refused(books: Books, kind: type[LedgerError]) -> LedgerError:
    with pytest.raises(kind) as caught:
        company(books)
    words = f"{caught.value.message} {caught.value.remedy}"
    assert PASSWORD not in words
    assert CREDENTIALS["sender_password"] not in words
    return caught.value


def test_a_session_is_stored_before_it_is_used_and_used_again(books: Books) -> None:
    company(books)
    (kept,) = {login.session.id for login in books.desk.saved if login.session}
    company(books)
    assert books.desk.login.session is not None
    assert books.desk.login.session.id == kept
    assert sessions(books) == 1


def test_a_session_is_used_at_the_address_that_it_was_given_for(books: Books) -> None:
    company(books)
    session = books.desk.login.session
    assert session is not None
    assert session.endpoint != books.served.api
    first, *others = (entry.path for entry in books.journal())
    assert books.served.api.endswith(first)
    assert set(others) == {session.endpoint.removeprefix(books.served.url)}


def test_a_session_that_the_ledger_has_ended_is_renewed_once(books: Books) -> None:
    company(books)
    books.admin("sessions/expire", {"company": books.company})
    assert company(books).name == books.company
    assert sessions(books) == 2


def test_a_session_that_has_run_out_is_not_begun_with(books: Books) -> None:
    company(books)
    session = books.desk.login.session
    assert session is not None
    old = replace(session, expires_at=books.time.now() - timedelta(seconds=1))
    books.desk.login = replace(books.desk.login, session=old)
    before = len(books.journal())
    company(books)
    assert sessions(books) == 2
    assert len(books.journal()) == before + 2


def test_a_session_that_is_never_good_is_tried_again_later(books: Books) -> None:
    """Case general 19: the sign-in works, so no person is asked for a password."""
    books.fail("invalid_session", times=99, match={"function": "query"})
    with pytest.raises(LedgerUnavailable, match="Invalid session"):
        company(books)
    assert sessions(books) <= 7


def test_a_session_that_is_refused_twice_is_renewed_twice(books: Books) -> None:
    """Case general 19."""
    books.fail("invalid_session", times=2, match={"function": "query"})
    assert company(books).name


def test_every_answer_lets_the_session_live_on(books: Books) -> None:
    company(books)
    session = books.desk.login.session
    assert session is not None
    soon = books.time.now() + timedelta(minutes=6)
    books.desk.login = replace(books.desk.login, session=replace(session, expires_at=soon))
    company(books)
    assert books.desk.login.session is not None
    assert books.desk.login.session.expires_at > soon + timedelta(minutes=20)
    assert sessions(books) == 1


def test_a_session_for_another_host_is_never_used(books: Books) -> None:
    there = Session(
        id="stolen..",
        endpoint="https://intacct.com.evil.example/ia/xml/xmlgw.phtml",
        expires_at=datetime(2999, 1, 1, tzinfo=UTC),
    )
    books.desk.login = replace(books.desk.login, session=there)
    assert company(books).name == books.company
    assert sessions(books) == 1


@pytest.mark.parametrize("way", ["operation", "control_401"])
@pytest.mark.parametrize("wrong", [{"password": "User-Secret"}, {"user_id": "nobody"}])
def test_a_wrong_user_or_password_asks_for_a_reconnect_with_the_way_there(
    books: Books, wrong: dict[str, str], way: str
) -> None:
    books.admin("settings", {"bad_login": way})
    books.desk.change(**wrong)
    error = refused(books, AuthorizationLost)
    assert "Sign-in information is incorrect" in error.message
    assert "Web Services users" in error.remedy


def test_a_company_that_does_not_exist_asks_for_a_reconnect(books: Books) -> None:
    books.desk.change(company_id="nowhere")
    assert "company ID" in refused(books, AuthorizationLost).remedy


def test_an_unknown_sender_is_a_matter_of_ours(books: Books) -> None:
    stranger = replace(books, credentials={"sender_id": "stranger", "sender_password": "x"})
    error = refused(stranger, LedgerStopped)
    assert "Partner ID or password" in error.message
    assert "support" in error.remedy


def test_a_sender_whom_the_company_has_not_authorized_is_reported_where_to_do_it(
    books: Books,
) -> None:
    books.about("", {"senders": ["somebody-else"]})
    error = refused(books, LedgerStopped)
    assert CREDENTIALS["sender_id"] in error.message
    assert "Web Services authorizations" in error.remedy


def test_credentials_that_are_missing_are_named(books: Books) -> None:
    error = refused(replace(books, credentials={"sender_id": "s"}), LedgerStopped)
    assert "sender_password" in error.message


@pytest.mark.parametrize(
    ("flag", "words"),
    [({"web_services": False}, "Subscribe to Web Services"), ({"expired": True}, "extend")],
)
def test_a_closed_company_is_reported_with_a_remedy(
    books: Books, flag: dict[str, bool], words: str
) -> None:
    books.about("", flag)
    assert words in refused(books, LedgerStopped).remedy


def test_an_entity_has_its_own_session_and_its_own_books(group: Books) -> None:
    group.desk.change(entity="UK")
    read = company(group)
    assert (read.name, read.features.home_currency) == ("Britain", "GBP")
    assert {entry.entity for entry in group.journal()} == {"UK"}


def test_an_unknown_entity_is_distinguished_from_an_unknown_user(group: Books) -> None:
    group.desk.change(entity="MARS")
    error = refused(group, AuthorizationLost)
    assert "MARS" in error.message
    assert "Entities" in error.remedy


def test_a_permission_that_is_missing_is_named_with_the_way_there(books: Books) -> None:
    user = {"id": USER, "password": PASSWORD, "denied": ["READ CUSTOMER"]}
    books.about("", {"users": [user]})
    with pytest.raises(LedgerStopped) as caught:
        books.read(ListType.CUSTOMER)
    assert "customer" in caught.value.message
    assert "Subscriptions" in caught.value.remedy


def test_the_company_is_read_with_its_features_in_one_request(books: Books) -> None:
    read = company(books)
    features = read.features
    assert (read.company_id, read.name) == (books.company, books.company)
    assert features.time_tracking
    assert features.classes
    assert features.departments
    assert features.projects
    assert len(books.journal()) == 2


def test_an_unsubscribed_module_is_no_feature(books: Books) -> None:
    books.about("", {"applications": ["AR", "AP", "CM", "SO"]})
    features = company(books).features
    assert features.time_tracking is False
    assert features.departments


@pytest.mark.parametrize("action", ["429", "html502", "html503", "524", "cut", "unavailable"])
def test_a_gateway_that_stumbles_while_signing_in_is_asked_again(books: Books, action: str) -> None:
    books.fail(action, match={"function": "getAPISession"})
    assert company(books).name == books.company


def test_requests_of_one_connection_never_run_at_once(books: Books) -> None:
    async def main(ledger: IntacctLedger) -> None:
        await asyncio.gather(*(ledger.company() for _ in range(5)))

    books.ask(main)
    assert books.served.sandbox.journal.peak_concurrency == 1
