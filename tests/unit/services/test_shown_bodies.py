"""What items show of the ledger: before and after side by side, with names.

Case product 3.
"""

from typing import Any

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import ListRecord, ListType, change
from ledgerlink.domain.model.runs import Run
from ledgerlink.services.posting.preview import preview
from ledgerlink.services.runs.history import planned
from ledgerlink.services.runs.shown_bodies import ShownBodies, shown_bodies

from tests.fakes.service import USER, InMemoryService, entry
from tests.support.money_service import money_service, spent

SITE = {"kind": "project", "key": "p9", "name": "Site", "client_key": "c1", "client_name": "Ann"}
TIME = entry("t1", project_key="p9")


def listed(app: InMemoryService, connection: Connection, kind: ListType, i: str, name: str) -> None:
    """A sync has brought in this record."""
    record = ListRecord(type=kind, id=i, name=name, path=f"Top:{name}")
    new = change(None, record, "r0", app.clock.now(), linked=False)
    assert new is not None
    app.deps.lists.record(connection.key, "r0", [new])


def previewed(
    app: InMemoryService, connection: Connection, *records: dict[str, Any]
) -> dict[str, ShownBodies]:
    operations = preview(app.deps, connection.key, USER, list(records))
    items = [planned(operation) for operation in operations]
    found = shown_bodies(app.deps, connection, items)
    return dict(zip((operation.key for operation in operations), found, strict=True))


def posted(
    app: InMemoryService, connection: Connection, key: str, *records: dict[str, Any]
) -> dict[str, ShownBodies]:
    run: Run = app.post(connection, key, list(records))
    app.work()
    items = app.items(run)
    found = shown_bodies(app.deps, connection, items)
    return dict(zip((item.operation.key for item in items), found, strict=True))


def test_a_preview_and_the_run_show_what_the_ledger_held_and_what_it_gets() -> None:
    app, connection = money_service()
    posted(app, connection, "one", entry("t1"), spent("e1"))
    changed = (entry("t1", minutes=90), spent("e1", amount="11.00"))
    for shown in (
        previewed(app, connection, *changed),
        posted(app, connection, "two", *changed),
    ):
        time, report = shown["time:t1"], shown["expense-report:R"]
        assert time.before is not None
        assert time.after is not None
        assert (time.before["minutes"], time.after["minutes"]) == (60, 90)
        assert time.before.keys() == time.after.keys()
        assert report.before is not None
        assert report.after is not None
        assert report.before["lines"][0]["net"] == "10.00"
        assert report.after["lines"][0]["net"] == "11.00"


def test_a_record_to_be_created_is_shown_by_its_name_and_then_by_its_id() -> None:
    app, connection = money_service()
    shown = previewed(app, connection, SITE, TIME)["time:t1"].after
    assert shown is not None
    assert shown["customer"] == "Site (new)"
    project = previewed(app, connection, SITE, TIME)["project:p9"].after
    assert project == {"name": "Site", "parent": "Ann (new)"}
    after = posted(app, connection, "one", SITE, TIME)
    link = app.links.rows[connection.key]["project:p9"]
    assert after["time:t1"].after is not None
    assert after["time:t1"].after["customer"] == link.ledger_id


def test_a_run_whose_record_failed_to_be_created_shows_its_name() -> None:
    app, connection = money_service()
    app.company().refuse.add("Site")
    after = posted(app, connection, "one", SITE, TIME)["time:t1"].after
    assert after is not None
    assert after["customer"] == "Site (new)"


def test_a_name_that_is_not_in_the_page_comes_from_the_rules() -> None:
    app, connection = money_service()
    app.company().refuse.add("Site")
    run = app.post(connection, "one", [SITE, TIME])
    app.work()
    (item,) = (item for item in app.items(run) if item.operation.key == "time:t1")
    (shown,) = shown_bodies(app.deps, connection, [item])
    assert shown.after is not None
    assert shown.after["customer"] == "Site (new)"


def test_existing_records_are_named_as_the_lists_name_them() -> None:
    app, connection = money_service()
    listed(app, connection, ListType.CUSTOMER, "C1", "Web")
    listed(app, connection, ListType.EMPLOYEE, "P1", "Ada")
    shown = previewed(app, connection, entry("t1"))["time:t1"]
    assert shown.names == {"customer:C1": "Top:Web", "employee:P1": "Top:Ada"}
    assert shown.before is None
