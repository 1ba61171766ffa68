"""What was deleted because of its age is answered with 410 and the way on."""

from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType
from ledgerlink.domain.model.rules import LinkTo, RuleKind

from tests.fakes.lists import FakeLists
from tests.fakes.service import entry, in_memory_service
from tests.unit.api.client import Api


def test_changes_that_have_expired_name_where_the_feed_goes_on(api: Api) -> None:
    term = ListType.TERM
    api.app = in_memory_service(lists={term: ListTraits(entities=("Term",), by_changes=False)})
    for number in range(3):
        api.app.company().lists.create(ListRecord(type=term, id=f"{number}", name=f"T{number}"))
    connection = api.app.connected()
    lists: FakeLists = api.app.deps.lists._inner  # type: ignore[attr-defined]
    lists.expired = 2
    path = f"/v1/connections/{connection.id}/changes"
    answer = api.get(path)
    assert (answer.status, answer.json["code"]) == (410, "changes_expired")
    assert answer.headers["Next"] == "3"
    assert api.get(path, query={"after": answer.headers["Next"]}).json["changes"] == []
    run = api.get(f"/v1/connections/{connection.id}/runs").json["runs"][0]
    assert api.get(run["href"] + "/items").status == 410


def test_items_that_have_expired_are_not_answered_as_none(api: Api) -> None:
    connection = api.app.connected()
    api.app.rules(connection, RuleKind.USERS, {"u1": LinkTo(ledger_id="P1")})
    run = api.app.post(connection, "key", [entry("e1")])
    api.app.work()
    api.app.clock.go_on(seconds=api.app.deps.retention.history.total_seconds())
    path = f"/v1/connections/{connection.id}/runs/{run.id}"
    for wanted in (f"{path}/items", f"/v1/connections/{connection.id}/exports/runs/{run.id}"):
        answer = api.get(wanted)
        assert (answer.status, answer.json["code"]) == (410, "items_expired")
    assert api.get(path).json["counts"]["posted"] == 1
