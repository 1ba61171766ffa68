"""A consent that is cancelled, abandoned or refused shows in its connection, which can be
deleted."""

from datetime import timedelta

import pytest
from ledgerlink.services.connections import connect

from tests.fakes.ledger import REFUSED_CODE
from tests.fakes.service import COMPANY
from tests.unit.api.client import Answer, Api


def asked(api: Api) -> tuple[str, str]:
    """A new connection: its address and the state of its consent."""
    made = api.post("/v1/connections", {"ledger": "fake"}).json
    state = made["authorize_url"].partition("state=")[2].partition("&")[0]
    return f"/v1/connections/{made['id']}", state


def decided(api: Api, state: str, decision: str, code: str = "code") -> Answer:
    given = {"state": state, "code": code, "realmId": COMPANY, "decision": decision}
    return api.form("/v1/oauth/fake/callback", given)


def test_a_new_connection_has_nothing_to_explain(api: Api) -> None:
    path, _ = asked(api)
    api.app.clock.go_on(seconds=599)
    found = api.get(path).json
    assert (found["state"], found["reason"]) == ("authorizing", None)


def test_a_cancelled_consent_shows(api: Api) -> None:
    """Case product 9."""
    path, state = asked(api)
    page = decided(api, state, "cancel")
    assert "You cancelled. Nothing was connected." in page.text
    assert api.get(path).json["reason"]["code"] == "consent_cancelled"


def test_a_consent_that_is_denied_in_the_ledger_shows(api: Api) -> None:
    path, state = asked(api)
    query = {"state": state, "error": "access_denied"}
    assert api.get("/v1/oauth/fake/callback", query=query, claims={}).status == 400
    assert api.get(path).json["reason"]["code"] == "consent_cancelled"


def test_an_abandoned_consent_shows(api: Api) -> None:
    """Case product 9."""
    path, _ = asked(api)
    api.app.clock.go_on(seconds=timedelta(minutes=10).seconds)
    found = api.get(path).json
    assert found["reason"]["code"] == "consent_expired"
    listed = api.get("/v1/connections").json["connections"]
    assert [one["reason"]["code"] for one in listed] == ["consent_expired"]


def test_a_consent_that_the_ledger_refuses_shows(api: Api) -> None:
    path, state = asked(api)
    assert decided(api, state, "connect", REFUSED_CODE).status == 400
    assert api.get(path).json["reason"]["code"] == "consent_failed"


def test_a_second_consent_takes_the_reason_away_and_connects(api: Api) -> None:
    path, state = asked(api)
    decided(api, state, "cancel")
    again = api.post(f"{path}/reconnect").json
    assert again["reason"] is None
    state = again["authorize_url"].partition("state=")[2].partition("&")[0]
    assert decided(api, state, "connect").status == 200
    found = api.get(path).json
    assert (found["state"], found["reason"]) == ("connected", None)


def test_a_cancelled_consent_of_a_connected_company_changes_nothing(api: Api) -> None:
    connection = api.app.connected()
    path = f"/v1/connections/{connection.id}"
    url = api.post(f"{path}/reconnect").json["authorize_url"]
    decided(api, url.partition("state=")[2].partition("&")[0], "cancel")
    api.app.clock.go_on(seconds=3600)
    found = api.get(path).json
    assert (found["state"], found["reason"]) == ("connected", None)


def test_a_connection_that_never_had_a_company_can_be_deleted(api: Api) -> None:
    """Case product 9."""
    path, state = asked(api)
    assert api.call("DELETE", path).status == 204
    assert api.get(path).status == 404
    assert api.get("/v1/connections").json["connections"] == []
    assert api.call("DELETE", path).status == 404
    assert decided(api, state, "connect").status == 400  # its consent leads nowhere


def test_a_connection_with_history_is_kept(api: Api) -> None:
    connection = api.app.connected()
    for _ in range(2):
        answer = api.call("DELETE", f"/v1/connections/{connection.id}")
        assert (answer.status, answer.json["code"]) == (409, "has_history")
        api.post(f"/v1/connections/{connection.id}/disconnect")


@pytest.mark.parametrize("decision", ["connect", "cancel"])
def test_a_callback_at_another_ledgers_address_is_refused(api: Api, decision: str) -> None:
    """Case security 14."""
    path, state = asked(api)
    given = {"state": state, "code": "code", "realmId": COMPANY, "decision": decision}
    for other in ("intacct", "xero", "FAKE", "%66ake2"):
        assert api.form(f"/v1/oauth/{other}/callback", given).status == 400
        assert api.get(f"/v1/oauth/{other}/callback", query=given, claims={}).status == 400
    found = api.get(path).json
    assert (found["state"], found["reason"]) == ("authorizing", None)
    assert decided(api, state, "connect").status == 200  # the state is still good


def test_abandoned_connections_are_deleted_after_a_month(api: Api) -> None:
    """Case product 17."""
    kept = api.app.connected()
    for _ in range(3):
        asked(api)
    api.app.clock.go_on(days=29)
    younger, _ = asked(api)
    api.app.clock.go_on(days=1)
    newest, _ = asked(api)
    listed = [one["id"] for one in api.get("/v1/connections").json["connections"]]
    assert listed == [kept.id, *(path.rpartition("/")[2] for path in (younger, newest))]


def test_a_firm_cannot_collect_connections_without_end(api: Api) -> None:
    """Case product 17."""
    for _ in range(connect.MOST_WAITING):
        path, _ = asked(api)
    answer = api.post("/v1/connections", {"ledger": "fake"})
    assert (answer.status, answer.json["code"]) == (409, "too_many_connections")
    api.call("DELETE", path)
    assert api.post("/v1/connections", {"ledger": "fake"}).status == 201


def test_connections_are_listed_in_pages(api: Api) -> None:
    paths = [asked(api)[0] for _ in range(3)]
    first = api.get("/v1/connections", query={"limit": "2"}).json
    rest = api.get("/v1/connections", query={"after": first["next"]}).json
    found = [*first["connections"], *rest["connections"]]
    assert [f"/v1/connections/{one['id']}" for one in found] == paths
    assert rest["next"] is None
    for cursor in ("x", "019", "../a"):
        answer = api.get("/v1/connections", query={"after": cursor})
        assert (answer.status, answer.json["code"]) == (422, "bad_cursor")
