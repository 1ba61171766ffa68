"""What every store of schedules, settings and usage does."""

from dataclasses import replace
from datetime import timedelta

from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.schedule import Due
from ledgerlink.domain.model.settings import Direction, Schedule, ScheduleMode, Settings

from tests.contract.stores.samples import NEIGHBOURS
from tests.contract.stores.stores import Stores
from tests.fakes.clock import START

MINUTE = timedelta(minutes=1)


def due(firm: str = "acme", connection_id: str = "c1", minutes: int = 0) -> Due:
    return Due(firm=firm, connection_id=connection_id, at=START + minutes * MINUTE)


def test_a_row_comes_back_with_a_newer_version(stores: Stores) -> None:
    assert stores.schedules.get("acme", "c1") == Due(firm="acme", connection_id="c1")
    given = replace(due(), hinted=frozenset({ListType.ITEM}), interval=8 * MINUTE)
    assert stores.schedules.put(given)
    assert stores.schedules.get("acme", "c1") == replace(given, version=1)


def test_of_two_who_read_the_same_row_only_one_writes(stores: Stores) -> None:
    assert stores.schedules.put(due(minutes=1))
    assert not stores.schedules.put(due(minutes=2))
    row = stores.schedules.get("acme", "c1")
    assert stores.schedules.put(replace(row, at=START))
    assert not stores.schedules.put(replace(row, at=None))
    assert stores.schedules.get("acme", "c1").at == START


def test_what_is_due_is_found_once_and_only_when_its_time_has_come(stores: Stores) -> None:
    for n in range(40):
        assert stores.schedules.put(due(connection_id=f"c{n}", minutes=n))
    found = stores.schedules.due(START + 9 * MINUTE, 100)
    assert {each.connection_id for each in found} == {f"c{n}" for n in range(10)}
    assert all(each == stores.schedules.get("acme", each.connection_id) for each in found)
    assert len(stores.schedules.due(START + 39 * MINUTE, 15)) == 15
    assert stores.schedules.due(START - MINUTE, 100) == []


def test_a_row_that_is_moved_is_found_at_its_new_moment_only(stores: Stores) -> None:
    assert stores.schedules.put(due(minutes=1))
    for moment, expected in ((5, False), (1, True), (None, False)):
        at = None if moment is None else START + moment * MINUTE
        assert stores.schedules.put(replace(stores.schedules.get("acme", "c1"), at=at))
        assert bool(stores.schedules.due(START + 2 * MINUTE, 10)) is expected
    assert stores.schedules.due(START + 500 * MINUTE, 10) == []


def test_a_row_that_stays_at_its_moment_stays_due(stores: Stores) -> None:
    assert stores.schedules.put(due())
    row = stores.schedules.get("acme", "c1")
    assert stores.schedules.put(replace(row, hinted=frozenset({ListType.ITEM})))
    (found,) = stores.schedules.due(START, 10)
    assert found.hinted == {ListType.ITEM}


def test_neighbours_do_not_move_each_other(stores: Stores) -> None:
    for where in NEIGHBOURS:
        assert stores.schedules.put(due(*where))
    row = stores.schedules.get(*NEIGHBOURS[0])
    assert stores.schedules.put(replace(row, at=None))
    found = {(each.firm, each.connection_id) for each in stores.schedules.due(START, 100)}
    assert found == set(NEIGHBOURS[1:])


def test_settings_are_plain_until_chosen_and_come_back(stores: Stores) -> None:
    assert stores.settings.get("acme", "c1") == Settings()
    chosen = Settings(
        lists=(ListType.CUSTOMER, ListType.ITEM),
        direction=Direction.IN,
        schedule=Schedule(mode=ScheduleMode.NIGHTLY, hour=3, time_zone="Europe/Berlin"),
        blocked=frozenset({"customer:1", "item:a#b"}),
    )
    stores.settings.put("acme", "c1", chosen)
    assert stores.settings.get("acme", "c1") == chosen
    assert stores.settings.get("acme", "c2") == Settings()


def test_usage_adds_up_by_connection_application_and_month(stores: Stores) -> None:
    for firm, connection_id, month, calls in (
        ("acme", "c1", "2026-11", 3),
        ("acme", "c1", "2026-11", 4),
        ("acme", "c2", "2026-11", 10),
        ("other", "c1", "2026-12", 100),
    ):
        stores.usage.add("qbo", firm, connection_id, month, calls)
    assert stores.usage.of_connection("acme", "c1", "2026-11") == 7
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
