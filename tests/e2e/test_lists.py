"""Lists come in: first sync, every kind of change, feed and records, pages, troubles in between."""

from typing import Any
from uuid import uuid4

import pytest

from local.machine import Machine
from tests.e2e.firm import JSON, Books, Firm, entry, sandbox_admin
from tests.support.waiting import until

EVERY = {"active": "all", "gone": "true"}
LISTS = ("customer", "employee", "vendor", "account", "item", "class", "location", "term")


def replayed(changes: list[JSON]) -> dict[tuple[str, str], JSON]:
    """The records as somebody knows them who has only the feed."""
    assert [change["seq"] for change in changes] == list(range(1, len(changes) + 1))
    return {(change["type"], change["id"]): change["record"] for change in changes}


def plain(record: JSON) -> JSON:
    """A record without what belongs to its links."""
    return {k: v for k, v in record.items() if k not in ("linked_to", "state", "written")}


def same_as_feed(firm: Firm, connection_id: str) -> None:
    """The feed from its start tells the same as the records."""
    changes, _ = firm.changes(connection_id)
    feed = replayed(changes)
    kinds = {kind for kind, _ in feed}
    for kind in kinds:
        told = {i: plain(r) for (k, i), r in feed.items() if k == kind}
        known = {r["id"]: plain(r) for r in firm.records(connection_id, kind, **EVERY)}
        for each in (*told.values(), *known.values()):
            each.pop("version", None)  # the feed speaks when a reader sees a difference
            each.pop("changed_at", None)
        assert told == known


def counts(run: JSON) -> dict[str, int]:
    """What is not zero, unchanged records left out."""
    return {k: v for k, v in run["counts"].items() if v and k != "unchanged"}


def changed(firm: Firm, run: JSON) -> dict[str, JSON]:
    """The changes of a sync by record id."""
    return {item["id"]: item for item in firm.items(run)}


def test_the_first_sync_comes_by_itself_and_counts_every_row(machine: Machine) -> None:
    books, firm = Books.new(machine, seed="sample"), Firm(machine)
    connection_id, run = firm.first_synced(books.realm)
    assert (run["kind"], run["state"], run["sync"]["trigger"]) == ("sync", "completed", "connect")
    assert set(counts(run)) == {"created"}
    by_list = {work["type"]: work["counts"]["created"] for work in run["sync"]["lists"]}
    for kind, entity in (("customer", "Customer"), ("vendor", "Vendor"), ("account", "Account")):
        assert by_list[kind] == len(books.rows(entity)) > 0
        assert len(firm.records(connection_id, kind, active="all")) == by_list[kind]
    assert run["metered"] > 0
    same_as_feed(firm, connection_id)


def test_every_kind_of_change_is_reported_once_with_before_and_after(machine: Machine) -> None:
    books, firm = Books.new(machine), Firm(machine)
    one, two, three, four = (
        str(books.create("Customer", DisplayName=f"Customer {n}")["Id"]) for n in range(4)
    )
    connection_id, _ = firm.first_synced(books.realm)
    # Otherwise a tick may bring the changes in before the syncs that are asked for.
    firm.change_settings(connection_id, schedule={"mode": "off"})

    new = str(books.create("Customer", DisplayName="Newcomer")["Id"])
    books.change("Customer", one, DisplayName="Renamed")
    books.change("Customer", two, Active=False)
    books.change("Customer", three, ParentRef={"value": four}, Job=True)
    run = firm.synced(connection_id)
    assert run["counts"] | {"unchanged": 0} == {
        "created": 1,
        "changed": 3,
        "deactivated": 1,
        "reactivated": 0,
        "deleted": 0,
        "unchanged": 0,
    }
    told = changed(firm, run)
    assert told[new]["kind"] == "created"
    assert told[one]["before"]["name"] == "Customer 0"
    assert told[one]["after"]["name"] == "Renamed"
    assert told[two]["kind"] == "deactivated"
    assert told[three]["after"]["path"] == "Customer 3:Customer 2"
    assert told[three]["after"]["roles"] == ["project"]
    assert told[four]["before"]["roles"] == ["client", "project"]
    assert told[four]["after"]["roles"] == ["client"]

    books.change("Customer", two, Active=True)
    assert counts(firm.synced(connection_id)) == {"reactivated": 1}
    assert counts(firm.synced(connection_id)) == {}
    same_as_feed(firm, connection_id)


def test_time_history_comes_by_days_and_is_not_posted_back(machine: Machine) -> None:
    books, firm = Books.new(machine, seed="sample"), Firm(machine)
    connection_id, _ = firm.first_synced(books.realm)
    firm.map_one_of_each(connection_id, books.income_account_id)
    firm.posted(connection_id, [entry("mine", work_date="2026-03-02")])
    run = firm.synced(connection_id, lists=["time"], **{"from": "2026-03-01", "to": "2026-03-31"})
    records = firm.records(connection_id, "time")
    march = [row for row in books.rows("TimeActivity") if row["TxnDate"].startswith("2026-03")]
    assert counts(run) == {"created": len(march)}
    assert {record["id"] for record in records} == {str(row["Id"]) for row in march}
    mine = [record for record in records if record["fields"]["origin"] == "product"]
    assert [record["fields"]["key"] for record in mine] == ["mine"]
    before = len(books.rows("TimeActivity"))
    again = firm.posted(connection_id, [entry(f"ledger:{connection_id}:{records[0]['id']}")])
    assert again["counts"]["skipped"] == 1
    assert len(books.rows("TimeActivity")) == before


def test_lists_that_come_by_days_need_them(machine: Machine) -> None:
    books, firm = Books.new(machine), Firm(machine)
    connection_id, _ = firm.first_synced(books.realm)
    answer = firm.client.post(
        f"/v1/connections/{connection_id}/syncs",
        json={"lists": ["time"]},
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["errors"][0]["pointer"]) == (
        "range_needed",
        "/from",
    )


def test_a_blocked_record_is_reported_and_can_be_unblocked(machine: Machine) -> None:
    books, firm = Books.new(machine), Firm(machine)
    one = str(books.create("Customer", DisplayName="Not for us")["Id"])
    connection_id, _ = firm.first_synced(books.realm)
    path = f"/v1/connections/{connection_id}/records/customer/{one}"
    firm.change_settings(connection_id, block=[f"customer:{one}"])
    until(lambda: firm.get(path)["blocked"])
    firm.change_settings(connection_id, unblock=[f"customer:{one}"])
    until(lambda: not firm.get(path)["blocked"])
    same_as_feed(firm, connection_id)


def test_a_connection_that_only_posts_is_not_synced(machine: Machine) -> None:
    books, firm = Books.new(machine), Firm(machine)
    connection_id, _ = firm.first_synced(books.realm)
    firm.change_settings(connection_id, direction="out")
    answer = firm.client.post(
        f"/v1/connections/{connection_id}/syncs", json={}, headers={"Idempotency-Key": "x"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "syncing_off")
    firm.change_settings(connection_id, direction="in")
    refused = firm.post(connection_id, [entry("a")])
    assert (refused.status_code, refused.json()["code"]) == (409, "posting_off")


def fault(machine: Machine, **given: Any) -> JSON:
    """A failure that the ledger shows to some of the requests to come."""
    return dict(sandbox_admin(machine, "POST", "faults", json=given))


def test_a_sync_whose_authorisation_is_lost_goes_on_after_a_reconnect(machine: Machine) -> None:
    books, firm = Books.new(machine, seed="sample"), Firm(machine)
    connection_id, _ = firm.first_synced(books.realm)
    tokens = {"realm": books.realm, "access": False, "refresh": True}
    sandbox_admin(machine, "POST", "tokens/expire", json=tokens)
    match = {"kind": "query", "realm": books.realm}
    fault(machine, name=books.realm, action="401", when="before", match=match, skip=4, times=1)
    run = firm.synced(connection_id, kind="full")
    assert (run["state"], run["reason"]["code"]) == ("parked", "needs_reconnect")
    assert firm.connection(connection_id)["state"] == "needs_reconnect"

    again = firm.client.post(f"/v1/connections/{connection_id}/reconnect").json()
    firm.consent(again["authorize_url"], books.realm)
    until(lambda: firm.get(run["href"])["state"] == "completed")
    run = firm.get(run["href"])
    rows = {work["type"]: work["counts"]["unchanged"] for work in run["sync"]["lists"]}
    assert rows["customer"] == len(books.rows("Customer"))
    assert counts(run) == {}
    same_as_feed(firm, connection_id)


def test_a_throttled_sync_waits_and_reads_every_row_once(machine: Machine) -> None:
    books, firm = Books.new(machine, seed="sample"), Firm(machine)
    match = {"kind": "query", "realm": books.realm}
    given = {"when": "before", "match": match, "skip": 3, "times": 2}
    shown = fault(machine, name=f"busy {books.realm}", action="429json", **given)
    connection_id, run = firm.first_synced(books.realm)
    faults = sandbox_admin(machine, "GET", "faults")["faults"]
    assert next(one["hits"] for one in faults if one["name"] == shown["name"]) == 2
    assert run["state"] == "completed"
    created = {work["type"]: work["counts"]["created"] for work in run["sync"]["lists"]}
    assert created["customer"] == len(books.rows("Customer"))
    same_as_feed(firm, connection_id)


def test_the_ledgers_webhook_brings_a_change_in(machine: Machine) -> None:
    books, firm = Books.new(machine), Firm(machine)
    connection_id, _ = firm.first_synced(books.realm)
    firm.change_settings(connection_id, schedule={"mode": "off"})
    new = str(books.create("Customer", DisplayName="Told by webhook")["Id"])
    path = f"/v1/connections/{connection_id}/records/customer/{new}"
    until(lambda: firm.client.get(path).status_code == 200)
    assert firm.runs(connection_id)[0]["sync"]["trigger"] == "webhook"


def test_a_merged_customer_is_found_by_the_full_comparison_and_keeps_its_link(
    machine: Machine,
) -> None:
    books, firm = Books.new(machine), Firm(machine)
    loser, survivor = (
        str(books.create("Customer", DisplayName=name)["Id"]) for name in ("Twice", "Once")
    )
    connection_id, _ = firm.first_synced(books.realm)
    firm.put_rules(connection_id, "projects", {"p": {"action": "link", "ledger_id": loser}})
    books.merge("Customer", loser, survivor)
    run = firm.synced(connection_id, kind="full")
    assert changed(firm, run)[loser]["kind"] == "deleted"
    assert changed(firm, run)[loser]["linked"]
    record = firm.get(f"/v1/connections/{connection_id}/records/customer/{loser}")
    assert (record["state"], record["gone"]) == ("linked, inactive", "deleted")
    assert [rule["key"] for rule in _rules(firm, connection_id)] == ["p"]
    same_as_feed(firm, connection_id)


def _rules(firm: Firm, connection_id: str) -> list[JSON]:
    return list(firm.get(f"/v1/connections/{connection_id}/rules/projects")["rules"])


@pytest.mark.parametrize("rows", [999, 1000, 1001, 1999])
def test_no_row_is_lost_or_doubled_at_the_edge_of_a_page(machine: Machine, rows: int) -> None:
    sizes = {"customers": rows, "items": 3, "employees": 2, "time_activities": 0}
    books, firm = Books.new(machine, seed="large", sizes=sizes), Firm(machine)
    connection_id, run = firm.first_synced(books.realm)
    created = {work["type"]: work["counts"]["created"] for work in run["sync"]["lists"]}
    assert created["customer"] == len(books.rows("Customer")) >= rows
    ids = [record["id"] for record in firm.records(connection_id, "customer", active="all")]
    assert sorted(ids) == sorted(str(row["Id"]) for row in books.rows("Customer"))


def test_a_storm_of_webhooks_makes_few_syncs(machine: Machine) -> None:
    sizes = {"customers": 600, "items": 20, "employees": 2, "time_activities": 0}
    books, firm = Books.new(machine, seed="large", sizes=sizes), Firm(machine)
    connection_id, _ = firm.first_synced(books.realm)
    before = len(firm.runs(connection_id))
    new = str(books.create("Customer", DisplayName="In the storm")["Id"])
    storm = {"count": 1000, "duplicates": 1.0, "shuffle": True, "format": "cloudevents"}
    # The ledger gives three seconds; on a busy machine some answers may take longer.
    sandbox_admin(machine, "POST", "settings", json={"webhook_answer_seconds": 60.0})
    sent = sandbox_admin(machine, "POST", f"companies/{books.realm}/storm", json=storm)
    sandbox_admin(machine, "POST", "settings", json={"webhook_answer_seconds": 3.0})
    assert sent["notifications"] == 1000
    assert set(sent["statuses"]) == {"200"}
    assert sent["in_time"] >= 0.9
    path = f"/v1/connections/{connection_id}/records/customer/{new}"
    until(lambda: firm.client.get(path).status_code == 200)
    assert len(firm.runs(connection_id)) - before <= 3
    same_as_feed(firm, connection_id)
