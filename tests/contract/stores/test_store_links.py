"""What every store of links does."""

from tests.contract.stores.samples import NEIGHBOURS, STRANGE, link
from tests.contract.stores.stores import Stores


def test_links_come_back_by_key_beyond_one_page_of_reads_and_writes(stores: Stores) -> None:
    links = {f"time:{n}": link(f"time:{n}", str(n)) for n in range(230)}
    stores.links.put("acme", "c1", list(links.values()))
    wanted = [*links, "time:missing", "time:0"]
    assert stores.links.get("acme", "c1", wanted) == links


def test_strange_keys_stay_apart(stores: Stores) -> None:
    links = {f"time:{key}": link(f"time:{key}", str(n)) for n, key in enumerate(STRANGE)}
    stores.links.put("acme", "c1", list(links.values()))
    assert stores.links.get("acme", "c1", links) == links


def test_neighbours_do_not_see_each_others_links(stores: Stores) -> None:
    for n, (firm, connection_id) in enumerate(NEIGHBOURS):
        stores.links.put(firm, connection_id, [link("time:1", str(n))])
    for n, (firm, connection_id) in enumerate(NEIGHBOURS):
        assert stores.links.get(firm, connection_id, ["time:1"])["time:1"].ledger_id == str(n)
    assert stores.links.get("a", "y", ["time:1"]) == {}


def test_a_link_is_replaced_and_deleted(stores: Stores) -> None:
    stores.links.put("acme", "c1", [link("k1"), link("k2"), link("k3")])
    stores.links.put("acme", "c1", [link("k1", version=None)])
    stores.links.delete("acme", "c1", ["k2", "never"])
    found = stores.links.get("acme", "c1", ["k1", "k2", "k3"])
    assert found == {"k1": link("k1", version=None), "k3": link("k3")}


def test_nothing_put_or_asked_is_nothing_done(stores: Stores) -> None:
    stores.links.put("acme", "c1", [])
    stores.links.delete("acme", "c1", [])
    assert stores.links.get("acme", "c1", []) == {}


def test_a_link_is_found_by_the_ledgers_id_until_it_is_tied_elsewhere(stores: Stores) -> None:
    stores.links.put("acme", "c1", [link(f"k{n}", str(n)) for n in range(150)])
    kind = link("k0").kind
    ids = [str(n) for n in range(160)]
    found = stores.links.of_records("acme", "c1", [kind], ids)
    assert {i: each.key for i, each in found.items()} == {str(n): f"k{n}" for n in range(150)}
    assert set(stores.links.ledger_ids("acme", "c1", [kind])) == {str(n) for n in range(150)}
    assert stores.links.of_records("acme", "c1", ["other"], ids) == {}
    stores.links.put("acme", "c1", [link("k1", "new")])
    stores.links.delete("acme", "c1", ["k2"])
    now = stores.links.of_records("acme", "c1", [kind], ["1", "2", "3", "new"])
    assert {i: each.key for i, each in now.items()} == {"3": "k3", "new": "k1"}
    assert len(list(stores.links.ledger_ids("acme", "c1", [kind]))) == 149


def test_links_are_found_by_how_their_keys_begin(stores: Stores) -> None:
    keys = ["receipt:expense/1/a", "receipt:expense/1/b", "receipt:expense/10/a", "receipt:x"]
    stores.links.put("acme", "c1", [link(key, str(n)) for n, key in enumerate(keys)])
    stores.links.put("acme", "c2", [link("receipt:expense/1/c", "9")])
    found = stores.links.beginning("acme", "c1", ["receipt:expense/1/", "receipt:expense/3/"])
    assert set(found) == {"receipt:expense/1/a", "receipt:expense/1/b"}
    assert stores.links.beginning("acme", "c1", ["receipt:expense/2/"]) == {}
    assert stores.links.beginning("acme", "c1", []) == {}
