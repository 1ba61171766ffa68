"""What every store of connections does."""

import pytest
from ledgerlink.domain.errors import Conflict, Invalid, NotFound
from ledgerlink.domain.model.connections import ConnectionKey

from tests.contract.stores.samples import ACME, NEIGHBOURS, STRANGE, authorization, connection
from tests.contract.stores.stores import Stores


def test_a_saved_connection_comes_back_as_it_was(stores: Stores) -> None:
    stores.connections.save(connection(company="realm/1"))
    assert stores.connections.get(ACME) == connection(company="realm/1")


def test_an_unknown_connection_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.connections.get(ACME)


def test_a_firm_sees_its_own_connections_only(stores: Stores) -> None:
    for neighbour in NEIGHBOURS:
        stores.connections.save(connection(neighbour.firm, neighbour.id))
    for firm in {neighbour.firm for neighbour in NEIGHBOURS}:
        mine = [neighbour.id for neighbour in NEIGHBOURS if neighbour.firm == firm]
        assert sorted(c.id for c in stores.connections.list(firm)) == sorted(mine)
    with pytest.raises(NotFound):
        stores.connections.get(ConnectionKey("acme", "x"))


def test_connections_with_strange_ids_stay_apart(stores: Stores) -> None:
    for number in STRANGE:
        stores.connections.save(connection("firm", number))
    assert sorted(c.id for c in stores.connections.list("firm")) == sorted(STRANGE)
    assert all(
        stores.connections.get(ConnectionKey("firm", number)).id == number for number in STRANGE
    )


def test_a_connection_that_is_removed_is_gone_and_its_neighbours_stay(stores: Stores) -> None:
    first, _ = (stores.connections.save(connection("acme", number)) for number in ("c1", "c2"))
    stores.connections.remove(first)
    stores.connections.remove(connection("acme", "never"))
    assert [one.id for one in stores.connections.list("acme")] == ["c2"]


def test_a_consent_works_once(stores: Stores) -> None:
    stores.connections.begin(authorization("s#1"))
    assert stores.connections.finish("s#1") == authorization("s#1")
    with pytest.raises(Invalid, match="used already"):
        stores.connections.finish("s#1")


def test_a_consent_can_be_looked_at_without_using_it_up(stores: Stores) -> None:
    stores.connections.begin(authorization("s#1"))
    for _ in range(2):
        assert stores.connections.pending("s#1") == authorization("s#1")
    stores.connections.finish("s#1")
    with pytest.raises(Invalid, match="used already"):
        stores.connections.pending("s#1")


def test_an_unknown_consent_is_refused(stores: Stores) -> None:
    stores.connections.begin(authorization("known"))
    with pytest.raises(Invalid):
        stores.connections.finish("other")


def test_a_company_belongs_to_one_connection_and_claiming_it_again_changes_nothing(
    stores: Stores,
) -> None:
    stores.connections.claim(connection(), "realm")
    stores.connections.claim(connection(), "realm")
    for other in (connection(number="c2"), connection("rival")):
        with pytest.raises(Conflict):
            stores.connections.require_free(other, "realm")
        with pytest.raises(Conflict):
            stores.connections.claim(other, "realm")
    stores.connections.require_free(connection(), "realm")
    stores.connections.require_free(connection("rival"), "another realm")


def test_a_released_company_is_free_for_other_firms_and_for_its_old_connection(
    stores: Stores,
) -> None:
    mine = connection(company="realm")
    stores.connections.claim(mine, "realm")
    stores.connections.release(mine)
    with pytest.raises(Conflict):
        stores.connections.claim(connection(number="c2"), "realm")
    stores.connections.claim(mine, "realm")
    stores.connections.release(mine)
    stores.connections.claim(connection("rival", "c9"), "realm")
    with pytest.raises(Conflict):
        stores.connections.claim(mine, "realm")


def test_releasing_twice_does_not_take_the_company_from_the_firm_that_has_it_now(
    stores: Stores,
) -> None:
    mine = connection(company="realm")
    stores.connections.claim(mine, "realm")
    stores.connections.release(mine)
    stores.connections.claim(connection("rival", "c9"), "realm")
    stores.connections.release(mine)
    with pytest.raises(Conflict):
        stores.connections.claim(connection("third", "c3"), "realm")


def test_releasing_a_connection_that_never_had_a_company_does_nothing(stores: Stores) -> None:
    stores.connections.release(connection())
    stores.connections.claim(connection("rival"), "realm")
    with pytest.raises(Conflict):
        stores.connections.require_free(connection(), "realm")


def test_connections_are_read_page_by_page(stores: Stores) -> None:
    """Case product 17."""
    for firm in ("acme", "acme2"):
        for number in range(5):
            stores.connections.save(connection(firm, f"c{number}"))
    found, after = list[str](), None
    for _ in range(3):
        page = stores.connections.page("acme", after, 2)
        found += [one.id for one in page.items]
        after = page.after
    assert (found, after) == ([f"c{number}" for number in range(5)], None)
    assert stores.connections.page("acme", None, 5).after is None
