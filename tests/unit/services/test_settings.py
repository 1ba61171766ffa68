"""What a firm chooses for a connection: checked, stored, and taking effect."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ledgerlink.domain.errors import Invalid, NotFound
from ledgerlink.domain.model.connections import Connection, ConnectionKey, ConnectionState
from ledgerlink.domain.model.list_records import ListRecord, ListType, Sync
from ledgerlink.domain.model.schedule import FIRST_INTERVAL, NIGHTLY_SPREAD
from ledgerlink.domain.model.settings import Direction, Schedule, ScheduleMode, Settings
from ledgerlink.domain.model.time_settings import LedgerEdits
from ledgerlink.services.settings import settings as service
from ledgerlink.services.settings.settings import change_settings, get_settings

from tests.support.schedule_service import ScheduleService, schedule_service

CUSTOMER, ITEM, TAX_RATE, INVOICE = (
    ListType.CUSTOMER,
    ListType.ITEM,
    ListType.TAX_RATE,
    ListType.INVOICE,
)


@pytest.fixture
def here() -> ScheduleService:
    return schedule_service()


@pytest.fixture
def connection(here: ScheduleService) -> Connection:
    here.known.records += [
        ListRecord(type=CUSTOMER, id="58", name="A"),
        ListRecord(type=CUSTOMER, id="59", name="B", gone="deleted"),
        ListRecord(type=ITEM, id="58", name="Hours"),
    ]
    return here.connect()


def change(here: ScheduleService, connection: Connection, **patch: Any) -> Settings:
    return change_settings(here.deps, connection.key, "ada", patch)


def places(here: ScheduleService, connection: Connection, **patch: Any) -> list[str]:
    """The places that are said to be wrong."""
    with pytest.raises(Invalid) as refused:
        change(here, connection, **patch)
    assert all(problem.message and problem.remedy for problem in refused.value.problems)
    assert here.choices.rows == {}
    assert here.syncs(connection) == []
    return [problem.pointer for problem in refused.value.problems]


def syncs(here: ScheduleService, connection: Connection) -> list[Sync]:
    return [run.sync for run in here.syncs(connection) if run.sync is not None]


def test_a_connection_starts_with_the_plain_settings(
    here: ScheduleService, connection: Connection
) -> None:
    assert get_settings(here.deps, connection.key) == Settings()


def test_another_firms_connection_is_not_found(
    here: ScheduleService, connection: Connection
) -> None:
    with pytest.raises(NotFound):
        get_settings(here.deps, ConnectionKey("other", connection.id))
    with pytest.raises(NotFound):
        change_settings(
            here.deps, ConnectionKey("other", connection.id), "eve", {"direction": "out"}
        )


def test_fields_missing_from_a_patch_stay(here: ScheduleService, connection: Connection) -> None:
    change(here, connection, lists=["customer", "item"], schedule={"mode": "nightly", "hour": 3})
    after = change(here, connection, schedule={"time_zone": "Asia/Kathmandu"})
    nightly = Schedule(mode=ScheduleMode.NIGHTLY, hour=3, time_zone="Asia/Kathmandu")
    assert after == Settings(lists=(CUSTOMER, ITEM), schedule=nightly)
    assert get_settings(here.deps, connection.key) == after


def test_lists_come_in_the_ledgers_order_and_once(
    here: ScheduleService, connection: Connection
) -> None:
    after = change(here, connection, lists=["item", "customer", "item"])
    assert after.lists == (CUSTOMER, ITEM)
    assert change(here, connection, lists=None).lists is None


@pytest.mark.parametrize(
    ("patch", "pointers"),
    [
        ({"lists": ["customer", "pets"]}, ["/lists/1"]),
        ({"lists": ["term"]}, ["/lists/0"]),
        ({"lists": ["time"]}, ["/lists/0"]),
        ({"lists": []}, ["/lists"]),
        ({"direction": "sideways"}, ["/direction"]),
        ({"schedule": {"mode": "hourly"}}, ["/schedule/mode"]),
        ({"schedule": {"hour": 24}}, ["/schedule/hour"]),
        ({"schedule": {"hour": -1}}, ["/schedule/hour"]),
        ({"schedule": {"hour": True}}, ["/schedule/hour"]),
        ({"schedule": {"hour": 2.0}}, ["/schedule/hour"]),
        ({"schedule": {"time_zone": "Mars/Olympus"}}, ["/schedule/time_zone"]),
        ({"schedule": {"time_zone": ""}}, ["/schedule/time_zone"]),
        ({"schedule": {"time_zone": "America"}}, ["/schedule/time_zone"]),
        ({"schedule": {"time_zone": "localtime"}}, ["/schedule/time_zone"]),
        ({"schedule": {"time_zone": "../../etc/passwd"}}, ["/schedule/time_zone"]),
        ({"schedule": {"time_zone": None}}, ["/schedule/time_zone"]),
        ({"time_zone": "Mars/Olympus"}, ["/time_zone"]),
        ({"time_zone": ""}, ["/time_zone"]),
        ({"block": ["58"]}, ["/block/0"]),
        ({"block": ["customer:"]}, ["/block/0"]),
        ({"block": ["pet:58"]}, ["/block/0"]),
        ({"block": ["customer:58", "customer:1"]}, ["/block/1"]),
        ({"block": ["customer:58"], "unblock": ["customer:58"]}, ["/block/0"]),
        (
            {"direction": "up", "lists": ["pets"], "schedule": {"hour": 99, "time_zone": "X"}},
            ["/lists/0", "/direction", "/schedule/hour", "/schedule/time_zone"],
        ),
    ],
)
def test_everything_wrong_is_named_and_nothing_is_changed(
    here: ScheduleService, connection: Connection, patch: dict[str, Any], pointers: list[str]
) -> None:
    assert places(here, connection, **patch) == pointers


def test_too_many_blocked_records_are_refused(
    here: ScheduleService, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_BLOCKED", 1)
    assert places(here, connection, block=["customer:58", "item:58"]) == ["/block"]


def test_every_zone_of_the_database_can_be_counted_in() -> None:
    assert {"UTC", "Europe/Berlin", "Australia/Lord_Howe"} <= service.time_zones()
    for name in service.time_zones():
        ZoneInfo(name)


def test_a_new_schedule_takes_effect_at_once(here: ScheduleService, connection: Connection) -> None:
    zone = ZoneInfo("America/New_York")
    change(here, connection, schedule={"mode": "nightly", "hour": 2, "time_zone": zone.key})
    at = here.row(connection).at
    assert at is not None
    earliest = datetime(2026, 3, 3, 2, tzinfo=zone)
    assert earliest <= at < earliest + NIGHTLY_SPREAD
    change(here, connection, schedule={"mode": "off"})
    assert here.row(connection).at is None
    change(here, connection, schedule={"mode": "poll"})
    at = here.row(connection).at
    assert at is not None
    assert FIRST_INTERVAL <= at - here.clock.now() < FIRST_INTERVAL + timedelta(minutes=1)


def test_without_lists_coming_in_there_is_no_schedule(
    here: ScheduleService, connection: Connection
) -> None:
    after = change(here, connection, direction="out")
    assert after.direction is Direction.OUT
    assert (here.row(connection).at, syncs(here, connection)) == (None, [])


def test_lists_that_are_added_come_in_at_once(
    here: ScheduleService, connection: Connection
) -> None:
    change(here, connection, lists=["customer"])
    assert syncs(here, connection) == []
    change(here, connection, lists=["customer", "item"])
    assert syncs(here, connection) == [Sync(trigger="settings", wanted=(ITEM,))]
    [run] = here.syncs(connection)
    assert run.created_by == "ada"
    assert [message.run_id for message in here.lane.messages] == [run.id]


def test_all_lists_come_in_once_the_direction_lets_them(
    here: ScheduleService, connection: Connection
) -> None:
    change(here, connection, direction="out")
    change(here, connection, direction="in")
    everything = (CUSTOMER, ITEM, TAX_RATE, INVOICE)
    assert syncs(here, connection) == [Sync(trigger="settings", wanted=everything)]


@pytest.mark.parametrize("state", [ConnectionState.AUTHORIZING, ConnectionState.NEEDS_RECONNECT])
def test_lists_wait_for_the_connect(here: ScheduleService, state: ConnectionState) -> None:
    connection = here.connect(state=state)
    change(here, connection, lists=["customer"])
    change(here, connection, lists=None)
    assert syncs(here, connection) == []


def test_a_blocked_record_is_looked_at_again(here: ScheduleService, connection: Connection) -> None:
    after = change(here, connection, block=["customer:58", "item:58"])
    assert after.blocked == {"customer:58", "item:58"}
    reviewed = ("customer:58", "item:58")
    assert syncs(here, connection) == [Sync(trigger="settings", wanted=(), reviewed=reviewed)]


def test_blocking_a_blocked_record_again_starts_nothing(
    here: ScheduleService, connection: Connection
) -> None:
    here.known.records.append(ListRecord(type=CUSTOMER, id="60", name="C", blocked=True))
    here.choose(connection, Settings(blocked=frozenset({"customer:60"})))
    change(here, connection, block=["customer:60"])
    assert syncs(here, connection) == []
    assert change(here, connection, unblock=["customer:60"]).blocked == frozenset()
    assert syncs(here, connection) == [
        Sync(trigger="settings", wanted=(), reviewed=("customer:60",))
    ]


def test_a_patch_that_died_before_its_review_is_mended_by_itself(
    here: ScheduleService, connection: Connection
) -> None:
    here.choose(connection, Settings(blocked=frozenset({"customer:58"})))
    change(here, connection, block=["customer:58"])
    assert [sync.reviewed for sync in syncs(here, connection)] == [("customer:58",)]


def test_a_record_that_is_gone_can_be_blocked_and_unblocked(
    here: ScheduleService, connection: Connection
) -> None:
    assert change(here, connection, block=["customer:59"]).blocked == {"customer:59"}
    assert change(here, connection, unblock=["customer:59", "term:1"]).blocked == frozenset()
    assert syncs(here, connection) == []


def test_how_time_is_posted_changes_field_by_field(
    here: ScheduleService, connection: Connection
) -> None:
    change(here, connection, posting={"memo": "{notes}", "round_to": 15})
    after = change(here, connection, posting={"round_to": 6, "ledger_edits": "ours"}).posting
    assert (after.memo, after.round_to, after.ledger_edits) == ("{notes}", 6, LedgerEdits.OURS)
    assert change(here, connection, posting={"memo": None}).posting.memo is None


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"round_to": 7}, "/posting/round_to"),
        ({"memo": "{colour}"}, "/posting/memo"),
        ({"closed_period": "guess"}, "/posting/closed_period"),
        ({"colour": "red"}, "/posting/colour"),
    ],
)
def test_an_invalid_posting_setting_is_named(
    here: ScheduleService, connection: Connection, given: dict[str, Any], pointer: str
) -> None:
    assert places(here, connection, posting=given) == [pointer]


def test_a_move_to_the_first_open_day_is_refused_where_that_is_not_shown(
    here: ScheduleService, connection: Connection
) -> None:
    """Case general 15. The setting would have no effect; what was stored before can be changed."""
    connector: Any = here.deps.connectors[connection.ledger]
    connector.shows_closed_books = False
    assert places(here, connection, posting={"closed_period": "move"}) == ["/posting/closed_period"]
    connector.shows_closed_books = True
    moved = change(here, connection, posting={"closed_period": "move"})
    connector.shows_closed_books = False
    assert moved.posting.closed_period == "move"
    assert change(here, connection, posting={"round_to": 15}).posting.round_to == 15
    assert change(here, connection, posting={"closed_period": "stop"}).posting
