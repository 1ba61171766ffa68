"""ETag and If-Match: a change can be allowed for the version that was read, and for no other."""

from typing import Any

import pytest
from ledgerlink.domain.model.connections import Connection

from tests.fakes.service import entry
from tests.unit.api.client import Answer, Api

SKIP = {"action": "skip"}


@pytest.fixture
def connection(api: Api) -> Connection:
    return api.app.connected()


def patch(api: Api, connection: Connection, body: Any, if_match: str | None = None) -> Answer:
    path = f"/v1/connections/{connection.id}/settings"
    headers = {} if if_match is None else {"if-match": if_match}
    return api.call("PATCH", path, body, headers=headers)


def test_settings_have_an_etag_that_changes_with_them(api: Api, connection: Connection) -> None:
    """Case product 5."""
    path = f"/v1/connections/{connection.id}/settings"
    before = api.get(path).headers["ETag"]
    changed = patch(api, connection, {"direction": "in"}, before)
    assert changed.status == 200
    assert changed.headers["ETag"] == api.get(path).headers["ETag"] != before
    refused = patch(api, connection, {"direction": "out"}, before)
    assert (refused.status, refused.json["code"]) == (412, "version_differs")
    assert api.get(path).json["direction"] == "in"


@pytest.mark.parametrize(
    ("given", "status"),
    [("*", 200), ('"0"', 200), ('W/"0"', 200), (None, 200), ('"7"', 412), ('"x"', 412)],
)
def test_if_match_may_be_any_the_newest_or_left_out(
    api: Api, connection: Connection, given: str | None, status: int
) -> None:
    assert patch(api, connection, {"direction": "in"}, given).status == status


@pytest.mark.parametrize("given", ["", "0", '"0', '"0", "1"', "x" * 201])
def test_a_header_that_is_no_etag_is_named(api: Api, connection: Connection, given: str) -> None:
    answer = patch(api, connection, {"direction": "in"}, given)
    assert answer.status == 422
    assert answer.pointers == ["/header/if-match"]


def test_two_patches_at_once_are_both_kept_or_one_is_refused(
    api: Api, connection: Connection
) -> None:
    """Cases product 5, security 1."""
    plan = api.app.failure_plan
    for number in range(1, 13):
        tag = api.get(f"/v1/connections/{connection.id}/settings").headers["ETag"]
        other: dict[str, Any] = {"invoices": {"item_id": str(number)}}
        plan.meanwhile["before settings.put"] = lambda other=other: patch(api, connection, other)  # type: ignore[misc]
        mine = patch(api, connection, {"schedule": {"hour": number}}, tag if number % 2 else None)
        assert mine.status == (412 if number % 2 else 200)
        found = api.get(f"/v1/connections/{connection.id}/settings").json
        assert found["invoices"]["item_id"] == str(number)
        assert (found["schedule"]["hour"] == number) == (mine.status == 200)


@pytest.mark.parametrize("kind", ["users", ""])
def test_rules_have_an_etag_that_changes_with_them(
    api: Api, connection: Connection, kind: str
) -> None:
    """Case product 5."""
    path = f"/v1/connections/{connection.id}/rules/{kind}".rstrip("/")
    body = {"rules": {"u9": SKIP}} if kind else {"rules": {"users": {"u9": SKIP}}}
    tag = {"if-match": api.get(path).headers["ETag"]}
    changed = api.call("PUT", path, body, headers=tag)
    assert changed.status == 200
    assert changed.headers["ETag"] == api.get(path).headers["ETag"] != tag["if-match"]
    other = {"rules": {"u8": SKIP}} if kind else {"rules": {"users": {"u8": SKIP}}}
    refused = api.call("PUT", path, other, headers=tag)
    assert (refused.status, refused.json["code"]) == (412, "version_differs")
    assert "u8" not in api.get(path).text


def test_a_connection_is_changed_as_it_was_read(api: Api, connection: Connection) -> None:
    path = f"/v1/connections/{connection.id}"
    tag = {"if-match": api.get(path).headers["ETag"]}
    api.send(connection.id, [entry("t1")])
    api.app.work()  # the company is read again
    for step in ("disconnect", "reconnect"):
        assert api.post(f"{path}/{step}", headers=tag).status == 412
    assert api.call("DELETE", path, headers=tag).status == 412
    newest = {"if-match": api.get(path).headers["ETag"]}
    gone = api.post(f"{path}/disconnect", headers=newest)
    assert (gone.status, gone.json["state"]) == (200, "disconnected")
    assert gone.headers["ETag"] == api.get(path).headers["ETag"]
