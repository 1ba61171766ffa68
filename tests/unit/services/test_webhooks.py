"""Notices of a ledger: which of them have something read."""

import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from ledgerlink.connectors.qbo.reads.webhooks import IGNORED
from ledgerlink.domain.errors import Forbidden, NotFound
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.list_records import ListRecord, ListType, WebhookEvent
from ledgerlink.domain.model.settings import Direction, Settings
from ledgerlink.services.sync.webhooks import receive

from tests.fakes.clock import START
from tests.support.schedule_service import REALM, SIGNED, ScheduleService, schedule_service

CUSTOMER, ITEM, INVOICE = ListType.CUSTOMER, ListType.ITEM, ListType.INVOICE


@pytest.fixture
def here() -> ScheduleService:
    return schedule_service()


@pytest.fixture
def connection(here: ScheduleService) -> Connection:
    return here.connect()


def notice(record_id: str, **given: object) -> WebhookEvent:
    plain = WebhookEvent(
        company_id=REALM, type=CUSTOMER, id=record_id, operation="update", at=START
    )
    return replace(plain, **given)  # type: ignore[arg-type]


def send(here: ScheduleService, *webhook_events: WebhookEvent) -> None:
    here.connector.events = list(webhook_events)
    receive(here.deps, "fake", SIGNED, b"{}")


def known(here: ScheduleService, record_id: str, at: datetime, **given: object) -> None:
    plain = ListRecord(type=CUSTOMER, id=record_id, name="A", changed_at=at)
    here.known.records.append(replace(plain, **given))  # type: ignore[arg-type]


def written(here: ScheduleService, record_id: str, at: datetime, kind: str = "Customer") -> None:
    here.known.links.append(
        Link(
            key=f"key-{record_id}",
            kind=kind,
            ledger_id=record_id,
            version="0",
            fingerprint="",
            run_id="run",
            written_at=at,
        )
    )


def hinted(here: ScheduleService, connection: Connection) -> frozenset[ListType]:
    return here.row(connection).hinted


def test_a_notice_brings_its_connection_forward(
    here: ScheduleService, connection: Connection
) -> None:
    here.write(connection, at=here.in_minutes(90), planned=here.in_minutes(90))
    send(here, notice("1"), notice("7", type=ITEM, operation="create"))
    row = here.row(connection)
    assert row.hinted == {CUSTOMER, ITEM}
    assert row.at == here.clock.now()
    assert here.counted == {"NoticesReceived": 2, "NoticesHinted": 2} | zeros(here)
    assert here.lane.messages == []


def zeros(here: ScheduleService) -> dict[str, int]:
    return {name: 0 for name, number in here.counted.items() if number == 0}


def test_a_wrong_signature_is_refused(here: ScheduleService, connection: Connection) -> None:
    here.connector.events = [notice("1")]
    with pytest.raises(Forbidden):
        receive(here.deps, "fake", {}, b"{}")
    assert hinted(here, connection) == frozenset()


def test_an_unknown_ledger_is_not_found(here: ScheduleService) -> None:
    with pytest.raises(NotFound):
        receive(here.deps, "abacus", SIGNED, b"{}")


@pytest.mark.parametrize("company", ["realm-9", "realm-2"])
def test_a_company_that_is_not_connected_is_ignored(
    here: ScheduleService, connection: Connection, company: str
) -> None:
    gone = here.connect("c2", realm="realm-2", state=ConnectionState.DISCONNECTED)
    send(here, notice("1", company_id=company))
    assert hinted(here, connection) | hinted(here, gone) == frozenset()
    assert here.counted["NoticesIgnored"] == 1


def test_companies_in_one_webhook_are_distinguished(
    here: ScheduleService, connection: Connection
) -> None:
    other = here.connect("c2", realm="realm-2")
    send(here, notice("1"), notice("1", company_id="realm-2", type=ITEM))
    assert hinted(here, connection) == {CUSTOMER}
    assert hinted(here, other) == {ITEM}


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        pytest.param(None, Settings(), id="no list holds it"),
        pytest.param(ListType.TIME, Settings(), id="comes on request"),
        pytest.param(ListType.TERM, Settings(), id="the ledger does not offer it"),
        pytest.param(CUSTOMER, Settings(lists=(ITEM,)), id="not chosen"),
        pytest.param(CUSTOMER, Settings(direction=Direction.OUT), id="nothing comes in"),
    ],
)
def test_an_unwanted_list_is_ignored(
    here: ScheduleService, connection: Connection, kind: ListType | None, settings: Settings
) -> None:
    here.choose(connection, settings)
    send(here, notice("1", type=kind))
    assert (hinted(here, connection), here.schedules.puts) == (frozenset(), 0)
    assert here.counted["NoticesIgnored"] == 1


def test_our_own_write_is_an_echo(here: ScheduleService, connection: Connection) -> None:
    written(here, "1", START + timedelta(seconds=1))
    send(here, notice("1"))
    assert (hinted(here, connection), here.counted["NoticesEchoed"]) == (frozenset(), 1)


def test_a_change_after_our_own_write_is_no_echo(
    here: ScheduleService, connection: Connection
) -> None:
    written(here, "1", START - timedelta(seconds=1))
    send(here, notice("1"))
    assert hinted(here, connection) == {CUSTOMER}
    assert here.counted["NoticesEchoed"] == 0


def test_a_state_that_came_in_already_is_known(
    here: ScheduleService, connection: Connection
) -> None:
    known(here, "1", START)
    known(here, "2", START + timedelta(hours=1))
    send(here, notice("1"), notice("2"), notice("2", operation="create"))
    assert (hinted(here, connection), here.counted["NoticesKnown"]) == (frozenset(), 3)


def test_a_newer_state_is_not_known(here: ScheduleService, connection: Connection) -> None:
    known(here, "1", START - timedelta(seconds=1))
    send(here, notice("1"))
    assert hinted(here, connection) == {CUSTOMER}


def test_a_record_without_a_date_is_read_again(
    here: ScheduleService, connection: Connection
) -> None:
    known(here, "1", START, changed_at=None)
    send(here, notice("1"))
    assert hinted(here, connection) == {CUSTOMER}


def test_a_record_dated_to_the_second_is_known_within_its_second(
    here: ScheduleService, connection: Connection
) -> None:
    known(here, "1", START)
    send(here, notice("1", at=START + timedelta(milliseconds=657)))
    assert hinted(here, connection) == frozenset()
    send(here, notice("1", at=START + timedelta(milliseconds=1001)))
    assert hinted(here, connection) == {CUSTOMER}


def test_a_record_dated_more_exactly_is_compared_exactly(
    here: ScheduleService, connection: Connection
) -> None:
    known(here, "1", START + timedelta(milliseconds=100))
    send(here, notice("1", at=START + timedelta(milliseconds=657)))
    assert hinted(here, connection) == {CUSTOMER}


def test_a_deletion_is_known_once_the_record_is_gone(
    here: ScheduleService, connection: Connection
) -> None:
    known(here, "1", START - timedelta(days=1), gone="deleted")
    send(here, notice("1", operation="delete"))
    assert hinted(here, connection) == frozenset()
    known(here, "2", START + timedelta(days=1))
    send(here, notice("2", operation="delete"))
    assert hinted(here, connection) == {CUSTOMER}


def test_a_merge_is_known_once_the_merged_record_is_gone(
    here: ScheduleService, connection: Connection
) -> None:
    known(here, "1", START + timedelta(days=1))
    written(here, "1", START + timedelta(days=1))
    merge = notice("1", operation="merge", merged_id="2")
    known(here, "2", START, gone="merged")
    send(here, merge)
    assert hinted(here, connection) == frozenset()
    here.known.records[-1] = replace(here.known.records[-1], gone=None)
    send(here, merge)
    assert hinted(here, connection) == {CUSTOMER}


def test_an_invoice_matters_only_where_we_wrote_it(
    here: ScheduleService, connection: Connection
) -> None:
    whole_list = notice("", type=INVOICE)
    send(here, notice("9", type=INVOICE), whole_list)
    assert (hinted(here, connection), here.counted["NoticesIgnored"]) == (frozenset(), 2)
    written(here, "10", START - timedelta(days=1), kind="Invoice")
    send(here, notice("9", type=INVOICE))
    assert hinted(here, connection) == frozenset()
    send(here, whole_list)
    assert hinted(here, connection) == {INVOICE}


@pytest.mark.parametrize("operation", ["create", "update", "delete", "void"])
def test_a_notice_of_a_whole_list_has_it_read_whatever_is_known_of_its_records(
    here: ScheduleService, connection: Connection, operation: str
) -> None:
    written(here, "10", START + timedelta(days=1), kind="Invoice")
    known(here, "10", START + timedelta(days=1), type=INVOICE)
    send(here, notice("", type=INVOICE, operation=operation))
    assert hinted(here, connection) == {INVOICE}


def test_a_storm_is_one_row_written_once(here: ScheduleService, connection: Connection) -> None:
    half = [notice(str(n), at=START + timedelta(seconds=n)) for n in range(500)]
    begun = time.process_time()
    send(here, *half, *reversed(half))
    assert time.process_time() - begun < 1
    assert (here.schedules.puts, here.known.asked) == (1, 2)
    send(here, *half, *reversed(half))
    assert here.schedules.puts == 1


def test_a_storm_of_known_events_writes_nothing(
    here: ScheduleService, connection: Connection
) -> None:
    for n in range(500):
        known(here, str(n), START)
    send(here, *[notice(str(n % 500)) for n in range(1000)])
    assert here.schedules.puts == 0
    assert here.counted["NoticesKnown"] == 1000


def test_an_event_that_cannot_be_read_is_counted_as_ignored_and_the_good_one_hints(
    here: ScheduleService, connection: Connection
) -> None:
    """Case quickbooks-online 7."""
    send(here, IGNORED, notice("1"), IGNORED)
    assert hinted(here, connection) == {CUSTOMER}
    assert here.counted["NoticesReceived"] == 3
    assert here.counted["NoticesIgnored"] == 2
    assert here.counted["NoticesHinted"] == 1
