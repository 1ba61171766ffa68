"""Setting rules, taking posts in, reading runs and items."""

import gzip
import json

import pytest
from ledgerlink.domain.errors import Conflict, NotFound
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import LinkTo, RuleKind, Skip
from ledgerlink.domain.model.runs import RunState
from ledgerlink.services.posting import accept
from ledgerlink.services.runs.history import RunFilter, list_items, list_runs
from ledgerlink.services.settings.rules import list_rules, put_rules, rule_history

from tests.fakes.service import FIRM, InMemoryService, entry, in_memory_service


def people(app: InMemoryService, connection_id: str) -> dict[str, int]:
    found = list_rules(app.deps, ConnectionKey(FIRM, connection_id), RuleKind.USERS)
    return {rule.key: rule.version for rule in found}


def test_setting_some_rules_leaves_the_others() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.rules(connection, RuleKind.USERS, {"u3": LinkTo(ledger_id="P3")})
    assert people(app, connection.id) == {"u1": 1, "u2": 1, "u3": 1}


def test_a_rule_that_stays_as_it_was_keeps_its_version_and_a_changed_one_its_history() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.rules(
        connection, RuleKind.USERS, {"u1": LinkTo(ledger_id="P1"), "u2": LinkTo(ledger_id="9")}
    )
    assert people(app, connection.id) == {"u1": 1, "u2": 2}
    history = rule_history(app.deps, connection.key, RuleKind.USERS, "u2")
    assert [(r.version, r.mapping) for r in history] == [(1, Skip()), (2, LinkTo(ledger_id="9"))]
    assert {r.set_by for r in history} == {"ada"}


def test_two_users_cannot_share_a_person() -> None:
    app = in_memory_service()
    connection = app.connected()
    with pytest.raises(Conflict) as clash:
        app.rules(connection, RuleKind.USERS, {"u3": LinkTo(ledger_id="P1")})
    assert "u1" in clash.value.message
    assert "u3" in clash.value.message
    assert people(app, connection.id) == {"u1": 1, "u2": 1}


def test_an_employee_and_a_vendor_of_the_same_id_are_two_people() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.rules(connection, RuleKind.USERS, {"u3": LinkTo(ledger_id="P1", person="vendor")})
    assert "u3" in people(app, connection.id)


def test_users_can_swap_their_people_in_one_call() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.rules(connection, RuleKind.USERS, {"u2": LinkTo(ledger_id="P2")})
    app.rules(
        connection, RuleKind.USERS, {"u1": LinkTo(ledger_id="P2"), "u2": LinkTo(ledger_id="P1")}
    )
    assert people(app, connection.id) == {"u1": 2, "u2": 3}


def test_projects_may_share_a_customer() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.rules(connection, RuleKind.PROJECTS, {"p2": LinkTo(ledger_id="C1")})
    assert len(list_rules(app.deps, connection.key, RuleKind.PROJECTS)) == 2


def test_rules_of_another_firms_connection_are_not_found() -> None:
    app = in_memory_service()
    theirs = ConnectionKey("rival", app.connected().id)
    with pytest.raises(NotFound):
        put_rules(app.deps, theirs, "eve", RuleKind.USERS, {"u1": Skip()})
    with pytest.raises(NotFound):
        list_rules(app.deps, theirs, RuleKind.USERS)
    with pytest.raises(NotFound):
        rule_history(app.deps, theirs, RuleKind.USERS, "u1")


def test_the_same_key_and_records_return_the_run_of_the_first_time() -> None:
    app = in_memory_service()
    connection = app.connected()
    first = app.post(connection, "key", [entry("t1")])
    app.work()
    second = app.post(connection, "key", [entry("t1")])
    app.work()
    assert second.id == first.id
    assert len(app.company().received) == 1


def test_the_same_key_with_other_records_is_a_conflict() -> None:
    app = in_memory_service()
    connection = app.connected()
    app.post(connection, "key", [entry("t1")])
    with pytest.raises(Conflict):
        app.post(connection, "key", [entry("t1", minutes=61)])


@pytest.mark.parametrize("squeeze", [bytes, gzip.compress])
def test_an_upload_is_posted_like_records_in_the_call(squeeze: type[bytes]) -> None:
    app = in_memory_service()
    connection = app.connected()
    upload_id, address = accept.upload(app.deps, connection.key)
    lines = "\n".join(json.dumps(entry(f"t{n}")) for n in range(3))
    app.staging.files[address.removeprefix("memory:")] = squeeze(lines.encode())
    run = app.post(connection, "key", upload_id)
    app.work()
    assert app.run(run).counts()["posted"] == 3
    assert app.post(connection, "key", upload_id).id == run.id


def test_an_upload_that_never_came_is_not_found() -> None:
    app = in_memory_service()
    connection = app.connected()
    upload_id, _ = accept.upload(app.deps, connection.key)
    with pytest.raises(NotFound):
        app.post(connection, "key", upload_id)


def test_a_damaged_upload_fails_its_run_with_a_reason_and_frees_the_lane() -> None:
    app = in_memory_service()
    connection = app.connected()
    upload_id, address = accept.upload(app.deps, connection.key)
    app.staging.files[address.removeprefix("memory:")] = b"\x1f\x8bdamaged"
    run = app.post(connection, "bad", upload_id)
    good = app.post(connection, "good", [entry("t1")])
    app.work()
    failed = app.run(run)
    assert failed.state is RunState.FAILED
    assert failed.finished_at is not None
    assert failed.reason is not None
    assert failed.reason.code == "unreadable_upload"
    assert app.run(good).state is RunState.COMPLETED


def test_a_post_of_nothing_is_complete_at_once() -> None:
    app = in_memory_service()
    run = app.post(app.connected(), "key", [])
    app.work()
    assert app.run(run).state is RunState.COMPLETED
    assert app.items(run) == []


POISON = [
    b'{"key": "\\ud800"}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"\xff\xfe",
    b'"text"',
    b"null",
    b'{"key": 7}',
    b'{"key": ""}',
    b'{"key": "' + b"k" * 5000 + b'"}',
    b'{"key": "k", "minutes": ' + b"9" * 5000 + b"}",
    b'{"key": "k", "bill_rate": NaN}',
    b'{"key": "k", "{field}": "{detail}"}',
    b"\x00",
]


def test_records_that_are_no_entries_at_all_block_themselves_alone() -> None:
    app = in_memory_service()
    connection = app.connected()
    upload_id, address = accept.upload(app.deps, connection.key)
    lines = [*POISON, json.dumps(entry("t1")).encode()]
    app.staging.files[address.removeprefix("memory:")] = b"\n".join(lines)
    run = app.post(connection, "key", upload_id)
    app.work()
    counts = app.run(run).counts()
    assert (counts["blocked"], counts["posted"]) == (len(POISON), 1)
    for item in app.items(run):
        if item.state is ItemState.BLOCKED:
            assert item.outcome.reason is not None
            assert item.outcome.reason.code == "invalid_record"
            json.dumps(item.outcome.reason.message).encode()
            item.operation.key.encode()


def test_items_are_paged_in_the_order_of_the_plan_and_filtered_by_state() -> None:
    app = in_memory_service(chunk_size=3)
    connection = app.connected()
    records = [entry(f"t{n}", staff_key="u2" if n % 3 else "u1") for n in range(11)]
    run = app.post(connection, "key", records)
    app.work()
    run = app.run(run)
    for state in (None, ItemState.SKIPPED, ItemState.POSTED, ItemState.FAILED):
        seen: list[int] = []
        after = "0"
        for _ in range(20):
            page = list_items(app.deps, run, int(after), 2, state)
            seen += [item.operation.seq for item in page.items]
            if page.after is None:
                break
            after = page.after
        whole = [i.operation.seq for i in app.items(run) if state in (None, i.state)]
        assert seen == whole
    assert run.counts()["skipped"] == 7


def test_runs_are_listed_newest_first() -> None:
    app = in_memory_service()
    connection = app.connected()
    made = [app.post(connection, f"k{n}", [entry(f"t{n}")]) for n in range(3)]
    page = list_runs(app.deps, connection.key, RunFilter(viewer="ada"), None, 2)
    assert [run.id for run in page.items] == [made[2].id, made[1].id]
    rest = list_runs(app.deps, connection.key, RunFilter(viewer="ada"), page.after, 2)
    assert [run.id for run in rest.items] == [made[0].id]
    assert rest.after is None


def test_counts_add_up_to_the_plan_while_the_run_is_under_way() -> None:
    app = in_memory_service()
    connection = app.connected()
    run = app.post(connection, "key", [entry(f"t{n}") for n in range(9)])
    sums: list[int] = []

    def look() -> bool:
        if app.run(run).chunks:
            sums.append(sum(app.run(run).counts().values()))
        return False

    app.work(stop=look)
    assert len(sums) > 4
    assert set(sums) == {9}
    assert app.run(run).counts()["posted"] == 9
