"""What every store of links does."""

from ledgerlink.domain.model.connections import ConnectionKey

from tests.contract.stores.samples import ACME, ACME_SECOND, NEIGHBOURS, STRANGE, link
from tests.contract.stores.stores import Stores


def test_links_come_back_by_key_beyond_one_page_of_reads_and_writes(stores: Stores) -> None:
    links = {f"time:{n}": link(f"time:{n}", str(n)) for n in range(230)}
    stores.links.put(ACME, list(links.values()))
    wanted = [*links, "time:missing", "time:0"]
    assert stores.links.get(ACME, wanted) == links


def test_strange_keys_stay_apart(stores: Stores) -> None:
    links = {f"time:{key}": link(f"time:{key}", str(n)) for n, key in enumerate(STRANGE)}
    stores.links.put(ACME, list(links.values()))
    assert stores.links.get(ACME, links) == links


def test_neighbours_do_not_see_each_others_links(stores: Stores) -> None:
    for n, neighbour in enumerate(NEIGHBOURS):
        stores.links.put(neighbour, [link("time:1", str(n))])
    for n, neighbour in enumerate(NEIGHBOURS):
        assert stores.links.get(neighbour, ["time:1"])["time:1"].ledger_id == str(n)
    assert stores.links.get(ConnectionKey("a", "y"), ["time:1"]) == {}


def test_a_link_is_replaced_and_deleted(stores: Stores) -> None:
    stores.links.put(ACME, [link("k1"), link("k2"), link("k3")])
    stores.links.put(ACME, [link("k1", version=None)])
    stores.links.delete(ACME, ["k2", "never"])
    found = stores.links.get(ACME, ["k1", "k2", "k3"])
    assert found == {"k1": link("k1", version=None), "k3": link("k3")}


def test_nothing_put_or_asked_is_nothing_done(stores: Stores) -> None:
    stores.links.put(ACME, [])
    stores.links.delete(ACME, [])
    assert stores.links.get(ACME, []) == {}


def test_a_link_is_found_by_the_ledgers_id_until_it_is_tied_elsewhere(stores: Stores) -> None:
    stores.links.put(ACME, [link(f"k{n}", str(n)) for n in range(150)])
    kind = link("k0").kind
    ids = [str(n) for n in range(160)]
    found = stores.links.of_records(ACME, [kind], ids)
    assert {i: each.key for i, each in found.items()} == {str(n): f"k{n}" for n in range(150)}
    assert set(stores.links.ledger_ids(ACME, [kind])) == {str(n) for n in range(150)}
    assert stores.links.of_records(ACME, ["other"], ids) == {}
    stores.links.put(ACME, [link("k1", "new")])
    stores.links.delete(ACME, ["k2"])
    now = stores.links.of_records(ACME, [kind], ["1", "2", "3", "new"])
    assert {i: each.key for i, each in now.items()} == {"3": "k3", "new": "k1"}
    assert len(list(stores.links.ledger_ids(ACME, [kind]))) == 149


def test_links_are_found_by_how_their_keys_begin(stores: Stores) -> None:
    keys = ["receipt:expense/1/a", "receipt:expense/1/b", "receipt:expense/10/a", "receipt:x"]
    stores.links.put(ACME, [link(key, str(n)) for n, key in enumerate(keys)])
    stores.links.put(ACME_SECOND, [link("receipt:expense/1/c", "9")])
    found = stores.links.beginning(ACME, ["receipt:expense/1/", "receipt:expense/3/"])
    assert set(found) == {"receipt:expense/1/a", "receipt:expense/1/b"}
    assert stores.links.beginning(ACME, ["receipt:expense/2/"]) == {}
    assert stores.links.beginning(ACME, []) == {}
