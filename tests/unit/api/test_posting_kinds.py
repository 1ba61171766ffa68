"""Posts of every kind of record: what they take, what becomes of it, what is refused and where."""

import csv
from io import StringIO
from typing import Any

import pytest
from ledgerlink.domain.model.connections import Connection
from ledgerlink.services.posting import accept

from tests.fakes.service import USER, entry
from tests.unit.api.client import Api
from tests.unit.api.papers import (
    SAMPLES,
    WRITTEN,
    attached,
    client,
    expense,
    furnished,
    invoice,
    posted,
    project,
    send,
    staff,
    states,
    upload,
)


@pytest.fixture
def connection(api: Api) -> Connection:
    return furnished(api)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_record_of_every_kind_is_posted_and_the_same_again_is_unchanged(
    api: Api, connection: Connection, name: str
) -> None:
    kind, record = SAMPLES[name]
    first = posted(api, connection, {name: [record]})
    key = WRITTEN[kind]
    assert first[key]["state"] == "posted"
    assert first[key]["ledger_id"] in api.app.company().stored
    again = posted(api, connection, {name: [record]}, "again")
    assert states(again) == {key: "unchanged"}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_record_that_the_product_has_no_more_is_taken_out_again(
    api: Api, connection: Connection, name: str
) -> None:
    kind, record = SAMPLES[name]
    first = posted(api, connection, {name: [record]})
    gone = posted(api, connection, {name: [{"key": "k1", "deleted": True}]}, "gone")
    item = gone[WRITTEN[kind]]
    assert (item["state"], item["action"]) == ("posted", "delete")
    assert first[WRITTEN[kind]]["ledger_id"] not in api.app.company().stored
    twice = posted(api, connection, {name: [{"key": "k1", "deleted": True}]}, "twice")
    assert twice[WRITTEN[kind]]["reason"]["code"] == "undeletable"


def test_one_post_takes_records_of_all_kinds_in_dependency_order(
    api: Api, connection: Connection
) -> None:
    receipt = attached(api, connection, "r1")
    body = {
        "invoices": [invoice("i1", project_key="p8", lines=[_billing("t1")])],
        "expenses": [expense("e1", staff_key="u8", project_key="p8", receipts=[receipt])],
        "time_entries": [entry("t1", staff_key="u8", project_key="p8", labor_code_key="dev")],
        "staff": [staff("u8", person="vendor")],
        "projects": [project("p8", client_key="c8")],
        "clients": [client("c8")],
    }
    items = posted(api, connection, body)
    order = [key for key in items if items[key]["state"] == "posted"]
    assert set(order) == set(items)
    for before, after in (
        ("project:c8", "project:p8"),
        ("project:p8", "time:t1"),
        ("user:u8", "time:t1"),
        ("time:t1", "invoice:i1"),
        ("user:u8", "expense:e1"),
        ("expense:e1", "receipt:expense/e1/r1"),
    ):
        assert order.index(before) < order.index(after)
    (sold,) = items["invoice:i1"]["after"]["lines"]
    assert sold["time"] == items["time:t1"]["ledger_id"]


def _billing(*keys: str) -> dict[str, Any]:
    return {"amount": "95.00", "labor_code_key": "dev", "time_keys": list(keys)}


def test_money_items_have_their_kind_and_total(api: Api, connection: Connection) -> None:
    body = {"expenses": [expense("e1", tax_amount="2.50")], "invoices": [invoice("i1")]}
    items = posted(api, connection, body)
    spent, sold = items["expense:e1"], items["invoice:i1"]
    assert (spent["record"], spent["total"], spent["currency"]) == ("expense", "15.00", None)
    assert (sold["record"], sold["total"], sold["members"]) == ("invoice", "95.00", ["i1"])
    assert spent["day"] == "2026-02-27"


def test_the_export_of_a_run_has_kinds_and_money(api: Api, connection: Connection) -> None:
    body = {
        "expenses": [expense("e1", tax_amount="2.50")],
        "time_entries": [entry("t1")],
        "invoices": [invoice("i1", lines=[{"amount": "7.5", "labor_code_key": "dev"}])],
    }
    href = send(api, connection, body).json["href"]
    api.app.work()
    text = api.get(href.replace("/runs/", "/exports/runs/")).text
    rows = {row["key"]: row for row in csv.DictReader(StringIO(text))}
    spent, time = rows["expense:e1"], rows["time:t1"]
    assert (spent["record"], spent["total"], spent["state"]) == ("expense", "15.00", "posted")
    assert (time["record"], time["total"], time["minutes"]) == ("time", "", "60")
    assert rows["invoice:i1"]["total"] == "7.50"


WRONG: list[tuple[str, Any, str]] = [
    ("expenses", {"key": "x", "staff_key": "u1"}, "spent_on, amount, expense_code_key"),
    ("expenses", expense("x", amount="0"), "amount"),
    ("expenses", expense("x", amount="-3"), "amount"),
    ("expenses", expense("x", amount="1e99"), "amount"),
    ("expenses", expense("x", currency="usd"), "currency"),
    ("expenses", expense("x", colour="red"), "colour"),
    ("expenses", expense("x", paid_with="cash"), "paid_with"),
    ("expenses", expense("x", receipts=[{"key": "r"}]), "receipts/0/upload_id"),
    ("invoices", invoice("x", lines=[]), "lines"),
    ("invoices", invoice("x", lines=[{"amount": "ten"}]), "lines/0/amount"),
    ("invoices", invoice("x", lines=[{"amount": "1", "sku": "7"}]), "lines/0/sku"),
    ("invoices", invoice("x", custom_fields={"1": 7}), "custom_fields/1"),
    ("clients", {"key": "x"}, "name"),
    ("clients", client("x", parent="y"), "parent"),
    ("projects", project("x", name=""), "name"),
    ("projects", project("x", client_key=7), "client_key"),
    ("staff", staff("x", person="robot"), "person"),
    ("receipts", {"key": "x", "file_name": "f"}, "kind"),
    ("expenses", {"key": "x", "deleted": True, "amount": "3"}, "amount"),
    ("time_entries", {"key": "x", "deleted": False}, "deleted"),
    ("clients", {"deleted": True}, "key"),
    ("clients", {"name": "x"}, "key"),
    ("staff", "x", "name"),
    ("invoices", None, "key"),
    ("expenses", [], "key"),
    ("expenses", expense("x", kind="invoice"), "issued_on"),
    ("invoices", invoice("x", kind="pet"), "kind"),
    ("projects", project("x", kind=["project"]), "kind"),
]


@pytest.mark.parametrize(("name", "record", "field"), WRONG)
def test_a_record_that_is_not_valid_is_blocked_with_its_field_and_its_neighbours_are_posted(
    api: Api, connection: Connection, name: str, record: Any, field: str
) -> None:
    body: dict[str, Any] = {
        "time_entries": [entry("t1")],
        "expenses": [expense("e1")],
        "clients": [client("c1")],
    }
    body[name] = [*body.get(name, ()), record]
    items = posted(api, connection, body)
    found = [item for item in items.values() if item["state"] == "blocked"]
    (wrong,) = [item for item in found if item["reason"]["code"] == "invalid_record"]
    assert found == [wrong]
    assert field in wrong["reason"]["field"]
    assert wrong["reason"]["remedy"]
    assert all(i["state"] == "posted" for i in items.values() if i is not wrong)


def test_a_record_without_a_key_is_named_by_its_place(api: Api, connection: Connection) -> None:
    body = {"time_entries": [entry("t1")], "clients": [{"name": "Rossi"}]}
    items = posted(api, connection, body)
    assert items["client:record 2"]["reason"]["code"] == "invalid_record"
    assert items["client:record 2"]["record"] == "client"


def test_the_same_key_is_another_record_in_every_kind(api: Api, connection: Connection) -> None:
    body = {n: [r] for n, (_, r) in SAMPLES.items() if n not in ("clients", "projects")}
    items = posted(api, connection, body)
    keys = {"time:k1", "expense:k1", "invoice:k1", "user:k1"}
    assert {key: items[key]["state"] for key in keys} == dict.fromkeys(keys, "posted")


def test_a_key_that_comes_twice_is_blocked_in_each_kind(api: Api, connection: Connection) -> None:
    gone = {"key": "k2", "deleted": True}
    body = {
        "expenses": [expense("k1"), expense("k1", amount="3"), expense("k2"), gone],
        "invoices": [invoice("k1"), invoice("k1"), invoice("k3")],
    }
    answer = send(api, connection, body)
    api.app.work()
    items = api.get(answer.json["href"] + "/items").json["items"]
    told = {(i["key"], i["reason"]["code"]) for i in items if i["state"] == "blocked"}
    twice = {("expense:k1", "duplicate_key"), ("expense:k2", "duplicate_key")}
    assert told == {*twice, ("invoice:k1", "duplicate_key")}
    assert [i["state"] for i in items if i["key"] == "invoice:k3"] == ["posted"]


def test_a_records_own_kind_overrides_that_of_its_list(api: Api, connection: Connection) -> None:
    body = {"time_entries": [expense("e1", kind="expense"), entry("t1", kind="time")]}
    items = posted(api, connection, body)
    assert states(items) == {"expense:e1": "posted", "time:t1": "posted"}


def test_lines_of_an_upload_say_their_kind_and_are_time_where_they_say_none(
    api: Api, connection: Connection
) -> None:
    lines = [{"kind": kind} | record for kind, record in SAMPLES.values() if kind != "project"]
    upload_id = upload(api, connection, [*lines, entry("t2")])
    items = posted(api, connection, {"upload_id": upload_id})
    wanted = {key for kind, key in WRITTEN.items() if kind != "project"}
    assert items.keys() >= {*wanted, "time:t2"}
    assert set(states(items).values()) == {"posted"}


@pytest.mark.parametrize("kind", ["pet", "", "EXPENSE", "receipt", None, 7])
def test_a_line_of_an_unknown_kind_is_blocked_alone(
    api: Api, connection: Connection, kind: Any
) -> None:
    upload_id = upload(api, connection, [{"kind": kind, "key": "x"}, expense("e1", kind="expense")])
    items = posted(api, connection, {"upload_id": upload_id})
    (wrong,) = [item for item in items.values() if item["state"] == "blocked"]
    assert (wrong["reason"]["code"], wrong["reason"]["field"]) == ("invalid_record", "kind")
    assert "one of: time, expense, invoice" in wrong["reason"]["message"]
    assert items["expense:e1"]["state"] == "posted"


def test_a_post_without_a_key_is_refused_and_nothing_is_queued(
    api: Api, connection: Connection
) -> None:
    path = f"/v1/connections/{connection.id}/posts"
    answer = api.post(path, {"expenses": [expense("e1")]})
    assert (answer.status, answer.pointers) == (422, ["/header/idempotency-key"])
    assert "Idempotency-Key" in answer.json["remedy"]
    assert api.app.lane.messages == []


@pytest.mark.parametrize("name", SAMPLES)
def test_the_same_key_makes_one_run_and_refuses_other_records(
    api: Api, connection: Connection, name: str
) -> None:
    _, record = SAMPLES[name]
    first = send(api, connection, {name: [record]})
    again = send(api, connection, {name: [record]})
    assert (again.status, again.json["id"]) == (202, first.json["id"])
    other = send(api, connection, {name: [record, record | {"key": "other"}]})
    assert (other.status, other.json["code"]) == (409, "idempotency_key_reused")


def test_the_same_fields_of_another_kind_are_other_records(
    api: Api, connection: Connection
) -> None:
    same = {"key": "k", "name": "Rossi"}
    assert send(api, connection, {"clients": [same]}).status == 202
    assert send(api, connection, {"projects": [same]}).status == 409


@pytest.mark.parametrize("beside", [{}, {"expenses": []}, {"clients": [], "receipts": []}])
def test_a_post_of_time_alone_has_the_content_that_it_always_had(
    api: Api, connection: Connection, beside: dict[str, Any]
) -> None:
    records = [entry("t1"), entry("t2", notes="more")]
    answer = send(api, connection, {"time_entries": records, **beside})
    before = accept.post(api.app.deps, connection.key, USER, "key", records)
    assert answer.json["id"] == before.id


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"expenses": [], "upload_id": "1"}, ""),
        ({"expenses": None, "upload_id": None}, ""),
        ({"expenses": {"key": "e1"}}, "/expenses"),
        ({"invoices": "i1"}, "/invoices"),
        ({"bills": []}, "/bills"),
    ],
)
def test_an_impossible_body_is_refused_with_its_pointer(
    api: Api, connection: Connection, body: Any, pointer: str
) -> None:
    answer = send(api, connection, body)
    assert (answer.status, answer.pointers) == (422, [pointer])


def test_a_receipt_comes_with_its_record_and_leaves_by_its_own_key(
    api: Api, connection: Connection
) -> None:
    receipts = [attached(api, connection, name) for name in ("r1", "r2")]
    body = {"expenses": [expense("e1", receipts=receipts)]}
    items = posted(api, connection, body)
    assert items["receipt:expense/e1/r1"]["record"] == "receipt"
    assert items["receipt:expense/e1/r1"]["members"] == ["expense/e1/r1"]
    gone = {"receipts": [{"key": "expense/e1/r1", "deleted": True}]}
    assert states(posted(api, connection, gone, "gone")) == {"receipt:expense/e1/r1": "posted"}
    assert [one.body["file"] for one in api.app.company().of_kind("File")] == ["r2.pdf"]


def test_a_receipt_whose_file_is_not_there_fails_alone(api: Api, connection: Connection) -> None:
    lost = attached(api, connection, "r1", upload_id="f" * 32)
    bad = attached(api, connection, "r2", file_name="r2.exe")
    items = posted(api, connection, {"expenses": [expense("e1", receipts=[lost, bad])]})
    assert states(items) == {
        "expense:e1": "posted",
        "receipt:expense/e1/r1": "blocked",
        "receipt:expense/e1/r2": "blocked",
    }
    assert items["receipt:expense/e1/r1"]["reason"]["code"] == "receipt_missing"
    assert items["receipt:expense/e1/r2"]["reason"]["code"] == "receipt_refused"


def test_a_posted_client_is_used_by_later_posts(api: Api, connection: Connection) -> None:
    posted(api, connection, {"clients": [client("c8")], "staff": [staff("u8")]})
    rules = api.get(f"/v1/connections/{connection.id}/rules").json["rules"]
    assert rules["projects"]["c8"] == {"action": "create", "name": "Client c8"}
    time = entry("t1", staff_key="u8", project_key=None, client_key="c8")
    assert states(posted(api, connection, {"time_entries": [time]}, "later")) == {
        "time:t1": "posted"
    }
