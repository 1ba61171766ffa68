"""What every store of schedules, settings and usage does."""

from dataclasses import replace
from datetime import timedelta

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.schedule import Due
from ledgerlink.domain.model.settings import Direction, Schedule, ScheduleMode, Settings

from tests.contract.stores.samples import ACME, ACME_SECOND, NEIGHBOURS
from tests.contract.stores.stores import Stores
from tests.fakes.clock import START

MINUTE = timedelta(minutes=1)


def due(connection_key: ConnectionKey = ACME, minutes: int = 0) -> Due:
    return Due(
        firm=connection_key.firm, connection_id=connection_key.id, at=START + minutes * MINUTE
    )


def test_a_row_comes_back_with_a_newer_version(stores: Stores) -> None:
    assert stores.schedules.get(ACME) == Due(firm="acme", connection_id="c1")
    given = replace(due(), hinted=frozenset({ListType.ITEM}), interval=8 * MINUTE)
    assert stores.schedules.put(given)
    assert stores.schedules.get(ACME) == replace(given, version=1)


def test_of_two_who_read_the_same_row_only_one_writes(stores: Stores) -> None:
    assert stores.schedules.put(due(minutes=1))
    assert not stores.schedules.put(due(minutes=2))
    row = stores.schedules.get(ACME)
    assert stores.schedules.put(replace(row, at=START))
    assert not stores.schedules.put(replace(row, at=None))
    assert stores.schedules.get(ACME).at == START


def test_due_connections_are_found_once_and_at_their_time(stores: Stores) -> None:
    for n in range(40):
        assert stores.schedules.put(due(ConnectionKey("acme", f"c{n}"), minutes=n))
    found = stores.schedules.due(START + 9 * MINUTE, 100)
    assert {each.connection_id for each in found} == {f"c{n}" for n in range(10)}
    assert all(each == stores.schedules.get(each.connection_key) for each in found)
    assert len(stores.schedules.due(START + 39 * MINUTE, 15)) == 15
    assert stores.schedules.due(START - MINUTE, 100) == []


def test_a_row_that_is_moved_is_found_at_its_new_moment_only(stores: Stores) -> None:
    assert stores.schedules.put(due(minutes=1))
    for moment, expected in ((5, False), (1, True), (None, False)):
        at = None if moment is None else START + moment * MINUTE
        assert stores.schedules.put(replace(stores.schedules.get(ACME), at=at))
        assert bool(stores.schedules.due(START + 2 * MINUTE, 10)) is expected
    assert stores.schedules.due(START + 500 * MINUTE, 10) == []


def test_a_row_that_stays_at_its_moment_stays_due(stores: Stores) -> None:
    assert stores.schedules.put(due())
    row = stores.schedules.get(ACME)
    assert stores.schedules.put(replace(row, hinted=frozenset({ListType.ITEM})))
    (found,) = stores.schedules.due(START, 10)
    assert found.hinted == {ListType.ITEM}


def test_neighbours_do_not_move_each_other(stores: Stores) -> None:
    for where in NEIGHBOURS:
        assert stores.schedules.put(due(where))
    row = stores.schedules.get(NEIGHBOURS[0])
    assert stores.schedules.put(replace(row, at=None))
    found = {each.connection_key for each in stores.schedules.due(START, 100)}
    assert found == set(NEIGHBOURS[1:])


def test_settings_are_plain_until_chosen_and_come_back(stores: Stores) -> None:
    assert stores.settings.get(ACME) == Settings()
    chosen = Settings(
        lists=(ListType.CUSTOMER, ListType.ITEM),
        direction=Direction.IN,
        time_zone="Pacific/Auckland",
        schedule=Schedule(mode=ScheduleMode.NIGHTLY, hour=3, time_zone="Europe/Berlin"),
        blocked=frozenset({"customer:1", "item:a#b"}),
    )
    stores.settings.put(ACME, chosen)
    assert stores.settings.get(ACME) == chosen
    assert stores.settings.get(ACME_SECOND) == Settings()


def test_usage_adds_up_by_connection_application_and_month(stores: Stores) -> None:
    for connection_key, month, calls in (
        (ACME, "2026-11", 3),
        (ACME, "2026-11", 4),
        (ACME_SECOND, "2026-11", 10),
        (ConnectionKey("other", "c1"), "2026-12", 100),
    ):
        stores.usage.add("qbo", connection_key, month, calls)
    assert stores.usage.of_connection(ACME, "2026-11") == 7
    assert stores.usage.of_application("qbo", "2026-11") == 17
    assert stores.usage.of_application("qbo", "2026-12") == 100
    assert stores.usage.of_application("intacct", "2026-11") == 0


def test_a_companys_connection_is_the_one_that_has_it_now(stores: Stores) -> None:
    from tests.contract.stores.samples import connection

    mine = connection(company="realm")
    assert stores.connections.of_company("qbo", "realm") is None
    stores.connections.save(mine)
    stores.connections.claim(mine, "realm")
    assert stores.connections.of_company("qbo", "realm") == mine
    assert stores.connections.of_company("other", "realm") is None
    stores.connections.release(mine)
    assert stores.connections.of_company("qbo", "realm") is None
