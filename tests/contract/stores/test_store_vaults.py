"""What every vault does."""

import re
from dataclasses import replace

import pytest
from ledgerlink.domain.errors import AuthorizationLost
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.logins import Login, Session
from ledgerlink.storage import keys

from tests.contract.stores.samples import ACME, ACME_SECOND, NEIGHBOURS, STRANGE, tokens
from tests.contract.stores.stores import Stores
from tests.fakes.clock import START
from tests.fakes.vaults import CLIENT_SECRET


def test_tokens_come_back_and_the_newest_counts(stores: Stores) -> None:
    stores.vaults.put(ACME, tokens(1))
    stores.vaults.put(ACME, tokens(2))
    stores.vaults.of(ACME).save(tokens(3))
    assert stores.vaults.of(ACME).load() == tokens(3)


def test_a_connection_without_tokens_has_lost_its_authorisation(stores: Stores) -> None:
    with pytest.raises(AuthorizationLost):
        stores.vaults.of(ACME).load()


def test_removed_tokens_are_gone_and_a_late_refresh_does_not_bring_them_back(
    stores: Stores,
) -> None:
    stores.vaults.put(ACME, tokens())
    stores.vaults.remove(ACME)
    stores.vaults.remove(ACME)
    vault = stores.vaults.of(ACME)
    with pytest.raises(AuthorizationLost):
        vault.save(tokens(2))
    with pytest.raises(AuthorizationLost):
        vault.load()


def test_tokens_can_be_put_again_after_they_were_removed(stores: Stores) -> None:
    stores.vaults.put(ACME, tokens(1))
    stores.vaults.remove(ACME)
    stores.vaults.put(ACME, tokens(2))
    assert stores.vaults.of(ACME).load() == tokens(2)


def test_neighbours_have_tokens_of_their_own(stores: Stores) -> None:
    for number, neighbour in enumerate(NEIGHBOURS):
        stores.vaults.put(neighbour, tokens(number))
    for number, neighbour in enumerate(NEIGHBOURS):
        assert stores.vaults.of(neighbour).load() == tokens(number)


def test_one_holder_at_a_time_has_the_right_to_refresh(stores: Stores) -> None:
    one, other = stores.vaults.of(ACME), stores.vaults.of(ACME)
    assert one.claim(30)
    assert one.claim(30)
    assert not other.claim(30)
    assert stores.vaults.of(ACME_SECOND).claim(30)
    other.release()
    assert not other.claim(30)
    one.release()
    assert other.claim(30)


def test_the_right_to_refresh_runs_out(stores: Stores) -> None:
    one, other = stores.vaults.of(ACME), stores.vaults.of(ACME)
    assert one.claim(30)
    stores.clock.go_on(seconds=29)
    assert not other.claim(30)
    stores.clock.go_on(seconds=2)
    assert other.claim(30)
    one.release()
    assert not one.claim(30)


def test_the_applications_credentials_are_read(stores: Stores) -> None:
    assert stores.vaults.credentials("qbo")["client_secret"] == CLIENT_SECRET


def test_tokens_do_not_show_in_representations(stores: Stores) -> None:
    stores.vaults.put(ACME, tokens())
    text = f"{tokens()} {tokens()!r} {stores.vaults} {stores.vaults.of(ACME)!r}"
    assert "access-1" not in text
    assert "refresh-1" not in text


def test_secret_names_hold_only_what_secrets_manager_allows_and_stay_apart() -> None:
    names = {
        keys.secret(ConnectionKey(firm, number))
        for firm in [*STRANGE, "~", "+7E"]
        for number in STRANGE
    }
    assert len(names) == (len(STRANGE) + 2) * len(STRANGE)
    assert all(re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,512}", name) for name in names)


def test_keys_fit_into_the_table_however_long_their_parts() -> None:
    for part in STRANGE:
        assert len(keys.row("rulelog", "labor-codes", part, keys.number(1))) <= 1024
        assert len(keys.run(ConnectionKey(part, part), part)) <= 2048


def test_a_login_is_kept_with_its_session(stores: Stores) -> None:
    session = Session(id="s1", endpoint="https://ledger.example", expires_at=START)
    login = Login(company_id="acme", user_id="xml", password="pass-77a1", session=session)
    stores.vaults.put(ACME, login)
    assert stores.vaults.of(ACME).load() == login
    bare = replace(login, session=None)
    stores.vaults.of(ACME).save(bare)
    assert stores.vaults.of(ACME).load() == bare
    assert "pass-77a1" not in repr(stores.vaults.of(ACME).load())
