"""Lists by the API: syncs, records, feed, settings, usage."""

from typing import Any

import pytest
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType
from ledgerlink.domain.model.rules import LinkTo, RuleKind

from tests.fakes.service import in_memory_service
from tests.unit.api.client import POST, READ, Api

LISTS = {
    ListType.CUSTOMER: ListTraits(entities=("Customer",), by_changes=True, places=True),
    ListType.ITEM: ListTraits(entities=("Item",), by_changes=True),
    ListType.TIME: ListTraits(entities=("Time",), by_changes=False, on_request=True),
}


@pytest.fixture
def connection(api: Api) -> Connection:
    """A firm with five customers, one below another, one inactive, and a linked one."""
    api.app = in_memory_service(lists=LISTS)
    lists = api.app.company().lists
    for number in range(4):
        lists.create(ListRecord(type=ListType.CUSTOMER, id=f"{number}", name=f"Client {number}"))
    low: dict[str, Any] = {
        "parent_id": "1",
        "path": "Client 1:Quay",
        "fields": {"is_project": True},
    }
    lists.create(ListRecord(type=ListType.CUSTOMER, id="4", name="Quay", **low))
    lists.change(ListType.CUSTOMER, "3", active=False)
    connected = api.app.connected()
    api.app.rules(connected, RuleKind.PROJECTS, {"p": LinkTo(ledger_id="3")})
    return connected


def path(connection: Connection, rest: str) -> str:
    return f"/v1/connections/{connection.id}/{rest}"


def sync(api: Api, connection: Connection, body: Any = None, key: str = "k", **given: Any) -> Any:
    headers = {"idempotency-key": key}
    return api.post(path(connection, "syncs"), body or {}, headers=headers, **given)


def test_a_sync_is_a_run_like_any_other(api: Api, connection: Connection) -> None:
    api.app.company().lists.change(ListType.CUSTOMER, "0", name="Renamed")
    answer = sync(api, connection, {"lists": ["customer"]})
    assert answer.status == 202
    assert sync(api, connection, {"lists": ["customer"]}).json["id"] == answer.json["id"]
    api.app.work()
    run = api.get(answer.headers["Location"]).json
    assert (run["kind"], run["state"], run["counts"]["changed"]) == ("sync", "completed", 1)
    assert run["metered"] == sum(run["calls"].values()) > 0
    (work,) = run["sync"]["lists"]
    assert (work["type"], work["mode"], work["done"]) == ("customer", "changes", True)
    assert (run["sync"]["trigger"], run["sync"]["from"]) == ("request", None)
    (item,) = api.get(answer.headers["Location"] + "/items").json["items"]
    assert (item["before"], item["after"]) == ({"name": "Client 0"}, {"name": "Renamed"})


def test_items_of_a_sync_come_by_page(api: Api, connection: Connection) -> None:
    (run,) = api.get(path(connection, "runs")).json["runs"]
    found: list[str] = []
    after = "0"
    for _ in range(9):
        page = api.get(run["href"] + "/items", query={"limit": "2", "after": after}).json
        found += [item["id"] for item in page["items"]]
        if not (after := page["next"]):
            break
    assert sorted(found) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"lists": ["time"]}, "/from"),
        ({"lists": ["time"], "from": "2026-01-01"}, "/to"),
        ({"lists": ["account"]}, "/lists/0"),
        ({"lists": ["nonsense"]}, "/lists/0"),
        ({"from": "2026-01-01", "to": "2026-01-02"}, "/from"),
        ({"kind": "half"}, "/kind"),
        ({"all": True}, "/all"),
    ],
)
def test_an_impossible_sync_is_refused_with_its_pointer(
    api: Api, connection: Connection, body: Any, pointer: str
) -> None:
    answer = sync(api, connection, body)
    assert (answer.status, answer.pointers) == (422, [pointer])
    assert answer.json["remedy"]


def test_records_are_filtered(api: Api, connection: Connection) -> None:
    def ids(**query: str) -> list[str]:
        answer = api.get(path(connection, "records/customer"), query=query)
        assert answer.status == 200, answer.text
        return [record["id"] for record in answer.json["records"]]

    assert ids() == ["0", "1", "2", "4"]
    assert ids(active="false") == ["3"]
    assert ids(active="all") == ["0", "1", "2", "3", "4"]
    assert ids(role="client") == ["0", "1", "2"]
    assert ids(role="project") == ["0", "2", "4"]
    assert ids(linked="true", active="all") == ["3"]
    assert ids(parent_id="1") == ["4"]
    assert ids(q="QUAY") == ["4"]
    assert ids(q="client 1") == ["1", "4"]
    assert ids(changed_since="2999-01-01T00:00:00Z") == []
    assert ids(after="1", limit="2") == ["2", "4"]
    assert ids(limit="3") == ["0", "1", "2"]


def test_pages_of_records_hold_each_once(api: Api, connection: Connection) -> None:
    found: list[str] = []
    query = {"limit": "2", "active": "all"}
    for _ in range(9):
        page = api.get(path(connection, "records/customer"), query=query).json
        found += [record["id"] for record in page["records"]]
        if not page["next"]:
            break
        query["after"] = page["next"]
    assert found == ["0", "1", "2", "3", "4"]


def test_a_linked_record_that_became_inactive_is_reported(api: Api, connection: Connection) -> None:
    record = api.get(path(connection, "records/customer/3")).json
    assert (record["state"], record["linked_to"]) == (
        "linked, inactive",
        [{"kind": "projects", "key": "p"}],
    )
    assert api.get(path(connection, "records/customer/0")).json["state"] == "unlinked"
    assert api.get(path(connection, "records/customer/4")).json["fields"] == {"is_project": True}


def test_a_missing_record_is_not_found(api: Api, connection: Connection) -> None:
    for rest, code in (
        ("records/nonsense", "no_list_type"),
        ("records/account", "no_list_type"),
        ("records/customer/99", "no_record"),
    ):
        answer = api.get(path(connection, rest))
        assert (answer.status, answer.json["code"]) == (404, code)


def test_the_feed_goes_on_where_a_reader_stopped(api: Api, connection: Connection) -> None:
    first = api.get(path(connection, "changes"), query={"limit": "3"}).json
    rest = api.get(path(connection, "changes"), query={"after": first["next"]}).json
    assert [change["seq"] for change in first["changes"] + rest["changes"]] == [1, 2, 3, 4, 5]
    end = api.get(path(connection, "changes"), query={"after": rest["next"]}).json
    assert end == {"changes": [], "next": "5"}
    api.app.company().lists.delete(ListType.CUSTOMER, "2")
    sync(api, connection, {"kind": "full"})
    api.app.work()
    (gone,) = api.get(path(connection, "changes"), query={"after": end["next"]}).json["changes"]
    assert (gone["tombstone"], gone["kind"], gone["record"]["name"]) == (
        True,
        "deleted",
        "Client 2",
    )
    for wrong in ("-1", "x", "99999999999"):
        answer = api.get(path(connection, "changes"), query={"after": wrong})
        assert (answer.status, answer.pointers) == (422, ["/query/after"])


def test_settings_are_shown_and_changed_in_part(api: Api, connection: Connection) -> None:
    plain = api.get(path(connection, "settings")).json
    assert (plain["lists"], plain["direction"], plain["schedule"]["mode"]) == (None, "both", "poll")
    assert plain["next_sync_at"]
    body: dict[str, Any] = {
        "schedule": {"mode": "nightly", "hour": 3, "time_zone": "Europe/Berlin"}
    }
    changed = api.call("PATCH", path(connection, "settings"), body).json
    assert changed["schedule"] == body["schedule"]
    blocked = api.call("PATCH", path(connection, "settings"), {"block": ["customer:2"]}).json
    assert (blocked["blocked"], blocked["schedule"]) == (["customer:2"], body["schedule"])
    api.app.work()
    assert api.get(path(connection, "records/customer/2")).json["blocked"]
    answer = api.get(path(connection, "records/customer"), query={"role": "client"})
    assert "2" not in [record["id"] for record in answer.json["records"]]


def test_the_firm_s_time_zone_is_set_and_taken_back(api: Api, connection: Connection) -> None:
    """Case product 16."""
    settings = path(connection, "settings")
    assert api.get(settings).json["time_zone"] is None
    for zone in ("America/Los_Angeles", None):
        assert api.call("PATCH", settings, {"time_zone": zone}).json["time_zone"] == zone
        assert api.get(settings).json["time_zone"] == zone


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"direction": "up"}, "/direction"),
        ({"time_zone": "Mars/Base"}, "/time_zone"),
        ({"time_zone": 7}, "/time_zone"),
        ({"schedule": {"mode": "daily"}}, "/schedule/mode"),
        ({"schedule": {"hour": 24}}, "/schedule/hour"),
        ({"schedule": {"hour": "x"}}, "/schedule/hour"),
        ({"schedule": {"time_zone": "Mars/Base"}}, "/schedule/time_zone"),
        ({"lists": ["time"]}, "/lists/0"),
        ({"block": ["customer:99"]}, "/block/0"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_settings_that_cannot_be_say_where(
    api: Api, connection: Connection, body: Any, pointer: str
) -> None:
    answer = api.call("PATCH", path(connection, "settings"), body)
    assert (answer.status, answer.pointers) == (422, [pointer])


def test_metered_calls_of_the_month_are_shown(api: Api, connection: Connection) -> None:
    shown = api.get("/v1/usage").json
    (mine,) = shown["connections"]
    assert (mine["connection_id"], mine["metered"] > 0) == (connection.id, True)
    (before,) = api.get("/v1/usage", query={"month": "2020-01"}).json["connections"]
    assert before["metered"] == 0
    assert api.get("/v1/usage", query={"month": "2020-13"}).status == 422


def test_a_firm_sees_no_calls_of_others(api: Api, connection: Connection) -> None:
    """Case security 13: the application's total is the operator's."""
    alone = api.get("/v1/usage").json
    api.app.connected("rival", "realm-2")
    assert api.get("/v1/usage").json == alone
    assert set(alone) == {"month", "connections"}


@pytest.mark.parametrize(
    ("method", "rest", "scopes"),
    [
        ("POST", "syncs", (READ,)),
        ("PATCH", "settings", (READ, POST)),
        ("GET", "settings", (POST,)),
        ("GET", "changes", (POST,)),
        ("GET", "records/customer", (POST,)),
    ],
)
def test_each_route_asks_for_its_right(
    api: Api, connection: Connection, method: str, rest: str, scopes: tuple[str, ...]
) -> None:
    headers = {"idempotency-key": "k"}
    body: dict[str, Any] | None = None if method == "GET" else {}
    answer = api.call(method, path(connection, rest), body, scopes=scopes, headers=headers)
    assert (answer.status, answer.json["code"]) == (403, "scope_missing")
