"""Previews: the plan that a post would apply, with nothing written and nothing kept."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from ledgerlink.domain.errors import AuthorizationLost, LedgerStopped, LedgerUnavailable
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.services.posting import preview as previewing

from tests.fakes.service import COMPANY, entry
from tests.unit.api.client import POST, READ, Answer, Api
from tests.unit.api.papers import (
    SAMPLES,
    Items,
    attached,
    by_key,
    choose,
    claims,
    client,
    expense,
    furnished,
    invoice,
    posted,
    preview,
    project,
    send,
    staff,
    upload,
)

PLANNED = ("number", "action", "kind", "record", "members", "day", "minutes", "total", "currency")
TOLD = (*PLANNED, "before", "after", "warnings")


@pytest.fixture
def connection(api: Api) -> Connection:
    return furnished(api)


def plan_of(answer: Answer) -> Items:
    assert answer.status == 200, answer.text
    return by_key(answer.json["items"])


def kept(api: Api, connection: Connection) -> dict[str, Any]:
    """All that a preview must leave as it is."""
    place = api.app
    company = place.company()
    rules = api.get(f"/v1/connections/{connection.id}/rules").json
    return {
        "rules": rules,
        "runs": repr(place.runs.rows),
        "links": repr(place.links.rows),
        "connections": repr(place.connections.rows),
        "files": sorted(place.staging.files),
        "plans": sorted(place.staging.plans),
        "messages": list(place.lane.messages),
        "events": list(place.bus.events),
        "memory": place.deps.connector_states.load(connection.key),
        "received": len(company.received),
        "stored": dict(company.stored),
    }


def mixed(api: Api, connection: Connection) -> dict[str, Any]:
    """Records of all kinds: new ones, changed ones, deleted ones, and all ways to be left out."""
    early = {
        "time_entries": [entry("old"), entry("same"), entry("gone")],
        "expenses": [expense("old"), expense("gone"), expense("r1", report_key="R")],
        "invoices": [invoice("old"), invoice("gone")],
        "clients": [client("c7")],
    }
    posted(api, connection, early, "early")
    return {
        "time_entries": [
            entry("old", minutes=90),
            entry("same"),
            entry("skipped", staff_key="u2"),
            entry("nobody", staff_key="x"),
            entry("closed", work_date="2020-01-01"),
            {"key": "gone", "deleted": True},
        ],
        "expenses": [
            expense("old", amount="13"),
            expense("card", paid_with="company_card", vendor_key="v1"),
            expense("r1", report_key="R"),
            expense("r2", report_key="R", amount="3", receipts=[attached(api, connection, "f")]),
            {"key": "gone", "deleted": True},
            {"key": "wrong"},
        ],
        "invoices": [invoice("old", memo="x"), invoice("new"), {"key": "gone", "deleted": True}],
        "clients": [client("c7", name="Renamed"), client("c8")],
        "projects": [project("p8", client_key="c8"), project("lost", client_key="unknown")],
        "staff": [staff("u8"), staff("u2")],
        "receipts": [{"key": "none/none", "deleted": True}],
    }


def test_a_preview_has_the_items_that_the_run_then_has(api: Api, connection: Connection) -> None:
    api.app.company().features = Features(books_closed_through=date(2020, 12, 31))
    body = mixed(api, connection)
    seen = plan_of(preview(api, connection, body))
    done = posted(api, connection, body)
    assert list(seen) == list(done)
    for key, item in seen.items():
        # Once posted, a new record is shown by its id.
        told = [n for n in TOLD if n != "after" or "(new)" not in str(item[n])]
        assert {n: item[n] for n in told} == {n: done[key][n] for n in told}
        if item["state"] == "pending":
            assert done[key]["state"] == "posted"
        else:
            assert (item["state"], item["reason"]) == (done[key]["state"], done[key]["reason"])
    actions = {(item["action"], item["state"]) for item in seen.values()}
    assert {("create", "pending"), ("update", "pending"), ("delete", "pending")} <= actions
    assert {("none", state) for state in ("unchanged", "skipped", "blocked")} <= actions


def test_the_preview_counts_the_planned_actions(api: Api, connection: Connection) -> None:
    posted(api, connection, {"expenses": [expense("old"), expense("same"), expense("gone")]})
    body = {
        "expenses": [expense("old", amount="3"), expense("same"), {"key": "gone", "deleted": True}],
        "invoices": [invoice("i1"), {"key": "wrong"}],
        "staff": [staff("u2")],
    }
    counts = preview(api, connection, body).json["counts"]
    # The labor code's item is created for the invoice.
    ways = {"update": 1, "unchanged": 1, "delete": 1, "create": 2, "blocked": 1, "skipped": 1}
    assert counts == ways


@pytest.mark.parametrize("name", SAMPLES)
def test_a_preview_of_any_kind_leaves_everything_as_it_was(
    api: Api, connection: Connection, name: str
) -> None:
    kind, record = SAMPLES[name]
    before = kept(api, connection)
    item = next(i for i in plan_of(preview(api, connection, {name: [record]})).values())
    assert (item["state"], item["ledger_id"]) == ("pending", None)
    assert kept(api, connection) == before
    lines = {"upload_id": upload(api, connection, [{"kind": kind} | record])}
    before = kept(api, connection)
    assert plan_of(preview(api, connection, lines)) == plan_of(
        preview(api, connection, {name: [record]})
    )
    assert kept(api, connection) == before


def test_a_preview_of_everything_leaves_everything_as_it_was(
    api: Api, connection: Connection
) -> None:
    body = mixed(api, connection)
    before = kept(api, connection)
    assert plan_of(preview(api, connection, body)) == plan_of(preview(api, connection, body))
    assert kept(api, connection) == before


def test_a_preview_asks_the_ledger_and_writes_nothing_to_it(
    api: Api, connection: Connection
) -> None:
    posted(api, connection, {"expenses": [expense("e1")]})
    before = api.get("/v1/usage").json["connections"][0]["metered"]
    written = len(api.app.company().received)
    preview(api, connection, {"expenses": [expense("e1")]})
    # Once for the company and once for what it holds of the expense.
    assert api.get("/v1/usage").json["connections"][0]["metered"] == before + 2
    assert len(api.app.company().received) == written


def test_a_preview_sees_edits_in_the_ledger(api: Api, connection: Connection) -> None:
    first = posted(api, connection, {"expenses": [expense("e1")]})
    company = api.app.company()
    stored = company.stored[first["expense:e1"]["ledger_id"]]
    company.stored[stored.id] = replace(stored, body={**stored.body, "note": ["by hand"]})
    changed = {"expenses": [expense("e1", amount="3")]}
    item = plan_of(preview(api, connection, changed))["expense:e1"]
    assert (item["state"], item["reason"]["code"]) == ("blocked", "changed_in_ledger")
    assert (item["before"]["note"], item["after"]["note"]) == (["by hand"], [])
    choose(api, connection, {"posting": {"ledger_edits": "ours"}})
    assert plan_of(preview(api, connection, changed))["expense:e1"]["action"] == "update"


def test_a_preview_needs_no_idempotency_key_and_takes_none_away(
    api: Api, connection: Connection
) -> None:
    path = f"/v1/connections/{connection.id}/posts"
    body = {"expenses": [expense("e1")]}
    given: Mapping[str, Any] = {"query": {"preview": "true"}, "headers": {"idempotency-key": "k"}}
    assert api.post(path, body, **given).status == 200
    assert send(api, connection, {"invoices": [invoice("i1")]}, "k").status == 202


@pytest.mark.parametrize("way", ["call", "upload"])
def test_more_than_2000_records_are_too_many(api: Api, connection: Connection, way: str) -> None:
    records = [entry(f"t{n}", staff_key="u2") for n in range(2001)]

    def asked(some: list[dict[str, Any]]) -> Answer:
        if way == "call":
            return preview(api, connection, {"time_entries": some})
        return preview(api, connection, {"upload_id": upload(api, connection, some)})

    assert len(asked(records[:2000]).json["items"]) == 2000
    answer = asked(records)
    assert (answer.status, answer.json["code"]) == (422, "too_many_records")
    assert "2,000" in answer.json["detail"]
    assert answer.json["remedy"] == "Preview fewer records at once."


def test_a_plan_that_no_answer_could_hold_is_refused(
    api: Api, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"expenses": [expense(f"e{n}", notes="ж" * 1000) for n in range(10)]}
    length = len(preview(api, connection, body).text)
    monkeypatch.setattr(previewing, "LONGEST_PLAN", length // 2)
    answer = preview(api, connection, body)
    assert (answer.status, answer.json["code"]) == (422, "too_many_records")
    monkeypatch.setattr(previewing, "LONGEST_PLAN", length * 2)
    assert preview(api, connection, body).status == 200


@pytest.mark.parametrize(
    "trouble",
    [
        LedgerUnavailable("ledger_unavailable", "The ledger is down.", "Resume the run later."),
        LedgerStopped("ledger_stopped", "The subscription ended."),
        AuthorizationLost("needs_reconnect", "The token is refused."),
    ],
)
def test_an_unreachable_ledger_is_reported_with_a_remedy(
    api: Api, connection: Connection, trouble: Any
) -> None:
    before = kept(api, connection)
    api.app.company().trouble = [trouble]
    answer = preview(api, connection, {"expenses": [expense("e1")]})
    assert (answer.status, answer.json["code"]) == (502, trouble.code)
    assert answer.json["detail"] == trouble.message
    assert "preview again" in answer.json["remedy"].lower()
    assert kept(api, connection) == before
    assert preview(api, connection, {"expenses": [expense("e1")]}).status == 200


def test_a_slow_ledger_is_reported_with_a_remedy(
    api: Api, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted(api, connection, {"expenses": [expense("e1")]})
    monkeypatch.setattr(previewing, "READ_SECONDS", -1.0)
    answer = preview(api, connection, {"expenses": [expense("e1")]})
    assert (answer.status, answer.json["code"]) == (502, "ledger_unavailable")
    assert "fewer records" in answer.json["remedy"]


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (ConnectionState.AUTHORIZING, "not_connected"),
        (ConnectionState.NEEDS_RECONNECT, "needs_reconnect"),
        (ConnectionState.DISCONNECTED, "disconnected"),
    ],
)
def test_without_a_ledger_there_is_no_preview(
    api: Api, connection: Connection, state: ConnectionState, code: str
) -> None:
    api.app.connections.save(replace(connection, state=state))
    answer = preview(api, connection, {"invoices": [invoice("i1")]})
    assert (answer.status, answer.json["code"]) == (409, code)
    assert answer.json["remedy"]


def test_a_connection_that_only_brings_lists_in_has_no_preview(
    api: Api, connection: Connection
) -> None:
    choose(api, connection, {"direction": "in"})
    answer = preview(api, connection, {"expenses": [expense("e1")]})
    assert (answer.status, answer.json["code"]) == (409, "posting_off")


def test_an_upload_that_is_not_there_or_cannot_be_read_is_reported(
    api: Api, connection: Connection
) -> None:
    assert preview(api, connection, {"upload_id": "0" * 32}).status == 404
    upload_id = upload(api, connection, ["\x1f\ufffd"])
    place = next(n for n in api.app.staging.files if upload_id in n)
    api.app.staging.files[place] = b"\x1f\x8bdamaged"
    answer = preview(api, connection, {"upload_id": upload_id})
    assert (answer.status, answer.json["code"]) == (422, "unreadable_upload")


def test_another_firms_connection_and_upload_have_no_preview(
    api: Api, connection: Connection
) -> None:
    upload_id = upload(api, connection, [expense("e1", kind="expense")])
    body = {"expenses": [expense("e1")]}
    assert preview(api, connection, body, firm="rival").status == 404
    rival = api.app.connected("rival", f"{COMPANY}-2")
    assert preview(api, rival, {"upload_id": upload_id}, firm="rival").status == 404


def test_lines_that_are_no_records_at_all_are_previewed_as_they_are_posted(
    api: Api, connection: Connection
) -> None:
    lines = [
        '{"kind": "expense", "key": "\\ud800"}',
        '{"kind": "invoice", "key": 7, "lines": [NaN]}',
        '{"kind": "client"',
        "[" * 50_000,
        '"text"',
        expense("e1", kind="expense"),
    ]
    body = {"upload_id": upload(api, connection, lines)}
    seen = plan_of(preview(api, connection, body))
    done = posted(api, connection, body)
    assert {k: i["reason"] for k, i in seen.items()} == {k: i["reason"] for k, i in done.items()}
    assert [key for key, item in seen.items() if item["state"] == "pending"] == ["expense:e1"]


def test_a_wrong_word_for_preview_names_the_parameter(api: Api, connection: Connection) -> None:
    path = f"/v1/connections/{connection.id}/posts"
    answer = api.post(path, {"expenses": []}, query={"preview": "perhaps"})
    assert (answer.status, answer.pointers) == (422, ["/query/preview"])


def test_a_preview_asks_for_the_right_to_post(api: Api, connection: Connection) -> None:
    body = {"expenses": [expense("e1")]}
    assert preview(api, connection, body, scopes=[READ]).status == 403
    assert preview(api, connection, body, scopes=[POST]).status == 200


def test_a_preview_heeds_the_kinds_of_the_token(api: Api, connection: Connection) -> None:
    body = {"expenses": [expense("e1")]}
    refused = preview(api, connection, body, claims=claims("time"))
    assert (refused.status, refused.json["code"]) == (403, "kind_not_allowed")
    lines = [expense("e1", kind="expense"), entry("t1")]
    given = {"upload_id": upload(api, connection, lines)}
    items = plan_of(preview(api, connection, given, claims=claims("time")))
    assert items["expense:e1"]["reason"]["code"] == "kind_not_allowed"
    assert items["time:t1"]["state"] == "pending"
