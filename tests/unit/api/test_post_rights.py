"""Which kinds of records a token may post: asked before anything is queued, and in the lane."""

from typing import Any

import pytest
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.connections import Connection

from tests.fakes.service import entry
from tests.unit.api.client import ADMIN, NEW_IMPORT, POST, READ, Api
from tests.unit.api.papers import (
    SAMPLES,
    WRITTEN,
    attached,
    claims,
    client,
    expense,
    furnished,
    invoice,
    posted,
    send,
    states,
    upload,
)

KINDS = {name: kind for name, (kind, _) in SAMPLES.items()}


@pytest.fixture
def connection(api: Api) -> Connection:
    return furnished(api)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_token_without_the_claim_may_post_every_kind(
    api: Api, connection: Connection, name: str
) -> None:
    kind, record = SAMPLES[name]
    items = posted(api, connection, {name: [record]}, claims=claims(None))
    assert items[WRITTEN[kind]]["state"] == "posted"


@pytest.mark.parametrize("name", SAMPLES)
def test_a_token_may_post_the_kinds_that_it_names_and_no_others(
    api: Api, connection: Connection, name: str
) -> None:
    for other, (kind, record) in SAMPLES.items():
        answer = send(api, connection, {other: [record]}, other, claims=claims(KINDS[name]))
        if other == name:
            assert answer.status == 202
            continue
        assert (answer.status, answer.json["code"]) == (403, "kind_not_allowed")
        assert kind in answer.json["detail"]
        assert f"post_kinds contains {kind}" in answer.json["remedy"]
    assert [message.step for message in api.app.lane.messages] == ["plan"]


def test_one_record_that_may_not_be_posted_stops_the_post_before_it_is_queued(
    api: Api, connection: Connection
) -> None:
    body = {"time_entries": [entry("t1")], "invoices": [invoice("i1")]}
    files, runs = dict(api.app.staging.files), repr(api.app.runs.rows)
    assert send(api, connection, body, claims=claims("time expense")).status == 403
    assert api.app.lane.messages == []
    assert (api.app.staging.files, repr(api.app.runs.rows)) == (files, runs)
    assert send(api, connection, body, claims=claims("invoice,time")).status == 202


def test_an_empty_list_of_another_kind_takes_no_right(api: Api, connection: Connection) -> None:
    body = {"time_entries": [entry("t1")], "invoices": []}
    assert send(api, connection, body, claims=claims("time")).status == 202


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("time", 202),
        ("[time expense]", 202),
        ("expense,time", 202),
        ("  time  ", 202),
        ("", 403),
        ("[]", 403),
        ("times", 403),
        ("TIME", 403),
        ("all", 403),
        ("*", 403),
        ("null", 403),
    ],
)
def test_the_claim_names_kinds_as_scopes_are_named(
    api: Api, connection: Connection, claim: str, status: int
) -> None:
    answer = send(api, connection, {"time_entries": [entry("t1")]}, claims=claims(claim))
    assert answer.status == status


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("time_entries", expense("x", kind="expense")),
        ("time_entries", {"key": "x", "deleted": True, "kind": "expense"}),
        ("expenses", {"key": "x", "deleted": True}),
        ("expenses", {"key": "x"}),
        ("expenses", "nonsense"),
        ("receipts", {"key": "expense/x/r", "deleted": True}),
    ],
)
def test_no_list_and_no_form_is_a_way_around_the_claim(
    api: Api, connection: Connection, name: str, record: Any
) -> None:
    answer = send(api, connection, {name: [record]}, claims=claims("time invoice"))
    assert (answer.status, answer.json["code"]) == (403, "kind_not_allowed")
    assert "expense" in answer.json["detail"]
    assert send(api, connection, {name: [record]}, claims=claims("expense")).status == 202


def test_records_of_an_upload_that_may_not_be_posted_are_blocked_and_the_others_are_posted(
    api: Api, connection: Connection
) -> None:
    lines = [
        entry("t1"),
        expense("e1", kind="expense"),
        client("c1", kind="client"),
        {"kind": "invoice", "key": "i1", "deleted": True},
    ]
    body = {"upload_id": upload(api, connection, lines)}
    items = posted(api, connection, body, claims=claims("time client"))
    refused = {"expense:e1": "blocked", "invoice:i1": "blocked"}
    assert states(items) == {"time:t1": "posted", "project:c1": "posted", **refused}
    for key in refused:
        why = items[key]["reason"]
        assert (why["code"], why["field"]) == ("kind_not_allowed", "kind")
        assert "ada" in why["message"]
        assert items[key]["record"] in why["message"]


def test_a_receipt_is_deleted_by_the_right_to_post_its_record(
    api: Api, connection: Connection
) -> None:
    receipt = attached(api, connection, "r")
    posted(api, connection, {"expenses": [expense("e1", receipts=[receipt])]})
    line = {"kind": "receipt", "key": "expense/e1/r", "deleted": True}
    for number, (kinds, state) in enumerate([("time invoice", "blocked"), ("expense", "posted")]):
        body = {"upload_id": upload(api, connection, [line])}
        items = posted(api, connection, body, f"k{number}", claims=claims(kinds))
        assert states(items) == {"receipt:expense/e1/r": state}


def test_a_resumed_run_keeps_the_rights_of_its_creator(api: Api, connection: Connection) -> None:
    body = {"upload_id": upload(api, connection, [expense("e1", kind="expense"), entry("t1")])}
    href = send(api, connection, body, claims=claims("time")).json["href"]
    api.app.company().trouble = [LedgerUnavailable("down", "The ledger is down.")]
    api.app.work()
    assert api.get(href).json["state"] == "parked"
    assert api.post(f"{href}/resume", claims=claims(None)).status == 200
    api.app.work()
    items = {i["key"]: i["state"] for i in api.get(f"{href}/items").json["items"]}
    assert items == {"expense:e1": "blocked", "time:t1": "posted"}


@pytest.mark.parametrize(
    ("scopes", "status"), [((READ,), 403), ((ADMIN,), 403), ((READ, ADMIN), 403), ((POST,), 202)]
)
@pytest.mark.parametrize("name", SAMPLES)
def test_kinds_do_not_stand_in_for_the_scope(
    api: Api, connection: Connection, name: str, scopes: tuple[str, ...], status: int
) -> None:
    kind, record = SAMPLES[name]
    answer = send(api, connection, {name: [record]}, claims=claims(kind, scopes))
    assert answer.status == status
    assert status == 202 or answer.json["code"] == "scope_missing"


def test_the_kinds_claim_does_not_restrict_reading_or_rules(
    api: Api, connection: Connection
) -> None:
    path = f"/v1/connections/{connection.id}"
    assert api.get(f"{path}/runs", claims=claims("")).status == 200
    rules = {"rules": {"u7": {"action": "skip"}}}
    assert api.call("PUT", f"{path}/rules/users", rules, claims=claims("")).status == 200


def test_an_import_takes_the_right_to_post_time(api: Api, connection: Connection) -> None:
    path = f"/v1/connections/{connection.id}/imports"
    given: dict[str, Any] = {"headers": {"idempotency-key": "k"}}
    refused = api.post(path, NEW_IMPORT, claims=claims("expense invoice"), **given)
    assert (refused.status, refused.json["code"]) == (403, "kind_not_allowed")
    draft = api.post(path, NEW_IMPORT, claims=claims("time"), **given)
    assert draft.status == 202
    for rest in (f"imports/{draft.json['id']}/resume", f"runs/{draft.json['id']}/resume"):
        address = f"/v1/connections/{connection.id}/{rest}"
        answer = api.post(address, claims=claims("expense"))
        assert (answer.status, answer.json["code"]) == (403, "kind_not_allowed")


@pytest.mark.parametrize("name", SAMPLES)
def test_the_firm_comes_from_the_token_only(api: Api, connection: Connection, name: str) -> None:
    _, record = SAMPLES[name]
    rival = api.app.connected("rival", "realm-2")
    assert send(api, rival, {name: [record]}).status == 404
    assert send(api, connection, {name: [record], "firm": "rival"}).pointers == ["/firm"]
    for field in ("firm", "firm_id", "connection_id"):
        items = posted(api, connection, {name: [record | {field: "rival"}]}, field)
        (item,) = items.values()
        assert (item["state"], item["reason"]["field"]) == ("blocked", field)
    assert api.app.company("realm-2").received == []


def test_a_receipts_file_is_looked_for_among_the_firms_own(
    api: Api, connection: Connection
) -> None:
    rival = api.app.connected("rival", "realm-2")
    made = api.post(f"/v1/connections/{rival.id}/uploads", firm="rival").json
    api.app.staging.files[made["url"].removeprefix("memory:")] = b"%PDF theirs"
    receipt = attached(api, connection, "r", upload_id=made["upload_id"])
    items = posted(api, connection, {"expenses": [expense("e1", receipts=[receipt])]})
    found = items["receipt:expense/e1/r"]
    assert (found["state"], found["reason"]["code"]) == ("blocked", "receipt_missing")
