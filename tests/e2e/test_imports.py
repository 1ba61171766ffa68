"""Imports from the draft to the ledger and back, by the HTTP API."""

import csv
import random
import time
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest

from local.machine import Machine
from tests.e2e.firm import Books, Firm, entry
from tests.e2e.importing import Bookkeeper
from tests.support.sampling import sampled

READ, POST = "ledger:read", "ledger:post"


@pytest.fixture
def ada(machine: Machine) -> Bookkeeper:
    """A bookkeeper with new books and one rule of each kind."""
    firm, books = Firm(machine), Books.new(machine)
    connection_id = firm.connected(books.realm)
    firm.map_one_of_each(connection_id, books.income_account_id)
    return Bookkeeper(firm, connection_id, books)


def entries(count: int, first: int = 0, **changes: Any) -> list[dict[str, Any]]:
    return [entry(f"t{n}", minutes=60, **changes) for n in range(first, first + count)]


def test_an_import_is_drafted_planned_looked_at_and_written(ada: Bookkeeper) -> None:
    draft = ada.draft(entries(70))
    assert (draft["state"], draft["records"]) == ("draft", 70)
    ready = ada.planned(draft)
    assert ready["totals"]["create"] == {"items": 70, "minutes": 4200}
    assert ready["totals"]["create_list"]["items"] == 4
    page = ada.preview(ready, action="create")
    assert len(page) == 74
    assert page[-1]["after"]["Hours"] == 1
    assert ada.books.rows("TimeActivity") == []
    ada.start(ready)
    done = ada.at_rest(ready)
    assert (done["state"], done["progress"]["done"]) == ("completed", 74)
    assert ada.minutes() == {f"t{n}": 60 for n in range(70)}


def test_only_the_difference_is_written_and_a_repeat_writes_nothing(ada: Bookkeeper) -> None:
    ada.imported(entries(50))
    before = ada.times()
    again = ada.imported(entries(50))
    assert (again["counts"]["unchanged"], again["counts"]["posted"]) == (50, 0)
    changed = [entry("t0", minutes=15), *entries(48, first=1), entry("new", minutes=30)]
    third = ada.imported(changed)
    totals = {name: found["items"] for name, found in third["totals"].items()}
    assert totals == {"create": 1, "update": 1, "delete": 1, "unchanged": 48, "warnings": 0}
    assert ada.minutes() == {"t0": 15, "new": 30} | {f"t{n}": 60 for n in range(1, 49)}
    assert {n: i for n, (i, _) in ada.times().items() if n != "new"} == {
        n: i for n, (i, _) in before.items() if n != "t49"
    }


def test_an_undo_leaves_the_ledger_as_it_was(ada: Bookkeeper) -> None:
    ada.imported(entries(20))
    before = ada.minutes()
    second = ada.imported([entry("t0", minutes=15), *entries(18, first=1), entry("new")])
    assert ada.minutes() != before
    taking = ada.undone(second)
    assert taking["state"] == "completed"
    assert ada.minutes() == before
    assert ada.get(f"imports/{second['id']}")["state"] == "undone"


def test_an_undo_makes_the_records_that_it_created_inactive(ada: Bookkeeper) -> None:
    first = ada.imported(entries(3))
    assert ada.undone(first)["state"] == "completed"
    assert ada.books.rows("TimeActivity") == []
    for entity in ("Customer", "Employee", "Item"):
        ours = [r for r in ada.books.rows(entity) if r["Active"]]
        assert [r for r in ours if r.get("Type") != "Category" and _is_ours(r)] == [], entity


def _is_ours(row: dict[str, Any]) -> bool:
    name = row.get("DisplayName") or row.get("Name")
    return name in ("Ada Lovelace", "Website", "Rossi & Söhne", "Development")


def test_a_rule_changed_to_skip_takes_the_periods_activities_out(ada: Bookkeeper) -> None:
    ada.imported(entries(5))
    ada.firm.put_rules(ada.connection_id, "labor-codes", {"dev": {"action": "skip"}})
    again = ada.imported(entries(5))
    assert again["totals"]["delete"]["items"] == 5
    assert ada.books.rows("TimeActivity") == []


def test_a_rule_that_points_elsewhere_deletes_and_creates(ada: Bookkeeper) -> None:
    ada.imported(entries(5))
    before = ada.times()
    other = ada.books.create("Customer", DisplayName="Another")["Id"]
    ada.firm.synced(ada.connection_id, kind="full", lists=["customer"])
    link = {"action": "link", "ledger_id": other}
    ada.firm.put_rules(ada.connection_id, "projects", {"p1": link})
    ada.imported(entries(5))
    assert ada.minutes() == {f"t{n}": 60 for n in range(5)}
    rows = ada.books.rows("TimeActivity")
    assert {row["CustomerRef"]["value"] for row in rows} == {other}
    assert not {i for i, _ in before.values()} & {row["Id"] for row in rows}


def test_suggestions_have_a_score_and_a_reason_and_are_not_applied(ada: Bookkeeper) -> None:
    ada.books.create("Employee", DisplayName="Grace Hopper", GivenName="Grace", FamilyName="Hopper")
    ada.firm.synced(ada.connection_id, kind="full", lists=["employee"])
    draft = ada.draft(
        [entry("x", staff_key="u9")], names={"users": {"u9": {"name": "Hopper, Grace"}}}
    )
    page = ada.get(f"imports/{draft['id']}/mapping/users")
    (found,) = page["entities"]
    assert (found["key"], found["name"], found["rule"]) == ("u9", "Hopper, Grace", None)
    best = found["suggestions"][0]
    assert (best["name"], best["type"], best["match"]) == ("Grace Hopper", "employee", "name")
    assert best["score"] >= 90
    assert best["reason"]
    assert page["open"] == 1
    blocked = ada.preview(ada.planned(draft), state="blocked")
    assert [item["reason"]["code"] for item in blocked] == ["no_rule"]


def test_a_name_that_is_taken_is_found_before_the_call(ada: Bookkeeper) -> None:
    ada.books.create("Vendor", DisplayName="Ada Lovelace")
    ada.firm.synced(ada.connection_id, kind="full")
    ready = ada.planned(ada.draft(entries(2)))
    blocked = {i["key"]: i["reason"]["code"] for i in ada.preview(ready, state="blocked")}
    assert blocked["user:u1"] == "name_taken"


def test_drafts_are_private_and_two_users_take_turns(ada: Bookkeeper) -> None:
    bob = ada.as_user("bob", READ, POST)
    first = ada.planned(ada.draft(entries(150)))
    assert bob.client.get(f"{bob.path}/imports/{first['id']}").status_code == 404
    assert bob.get("imports")["imports"] == []
    second = bob.planned(bob.draft([entry("b1", work_date="2026-03-09", minutes=30)]))
    ada.start(first)
    waiting = bob.start(second)
    if waiting["state"] == "queued":
        assert waiting["progress"]["waiting"] == "turn"
        assert waiting["progress"]["ahead"] == {"run_id": first["id"], "user": "user"}
    assert ada.at_rest(first)["state"] == "completed"
    assert bob.at_rest(second)["state"] in ("completed", "completed_with_problems")
    assert bob.get(f"imports/{first['id']}")["state"] == "completed"


def test_another_user_may_not_interrupt_and_an_administrator_may(ada: Bookkeeper) -> None:
    bob = ada.as_user("bob", READ, POST)
    ready = ada.planned(ada.draft(entries(300)))
    ada.start(ready)
    assert bob.call("POST", f"imports/{ready['id']}/interrupt").status_code in (403, 409)
    boss = ada.as_user("boss", READ, POST, "ledger:admin")
    answer = boss.call("POST", f"imports/{ready['id']}/interrupt")
    assert answer.status_code in (200, 409)
    if answer.status_code == 200:
        ada.ask("POST", f"imports/{ready['id']}/resume")
    assert ada.at_rest(ready)["state"] == "completed"
    assert len(ada.books.rows("TimeActivity")) == 300


@sampled("seed", range(20), one_in=5)
def test_interrupted_at_any_moment_and_resumed_it_writes_each_entry_once(
    interrupted: Bookkeeper, came_in_time: list[bool], seed: int
) -> None:
    chance, ada = random.Random(seed), interrupted
    mine = [entry(f"s{seed}-{n}", work_date=f"2026-03-{seed + 1:02d}") for n in range(200)]
    ready = ada.planned(ada.draft(mine, filters={}))
    ada.start(ready)
    time.sleep(chance.uniform(0, 2.0))
    answer = ada.call("POST", f"imports/{ready['id']}/interrupt")
    came_in_time.append(answer.status_code == 200)
    if came_in_time[-1]:
        ada.ask("POST", f"imports/{ready['id']}/resume")
    assert ada.at_rest(ready)["state"] == "completed"
    names = [row["Description"].rpartition(" ")[2] for row in ada.books.rows("TimeActivity")]
    assert sorted(n for n in names if n.startswith(f"s{seed}-")) == sorted(
        one["key"] for one in mine
    )


@pytest.fixture(scope="module")
def came_in_time(
    record_testsuite_property: Callable[[str, object], None],
) -> Iterator[list[bool]]:
    """Of each interrupt whether the import was still at work. It says how many were, and fails if
    there was none: then the moments have to be earlier."""
    found: list[bool] = []
    yield found
    words = f"{sum(found)} of {len(found)}"
    record_testsuite_property("interrupts that came in time", words)
    print(f"interrupts that came in time: {words}")
    assert any(found), f"interrupts that came in time: {words}"


@pytest.fixture(scope="module")
def interrupted(machine: Machine) -> Bookkeeper:
    firm, books = Firm(machine), Books.new(machine)
    connection_id = firm.connected(books.realm)
    firm.map_one_of_each(connection_id, books.income_account_id)
    return Bookkeeper(firm, connection_id, books)


def test_documents_edited_deleted_or_billed_after_the_preview_are_not_overwritten(
    ada: Bookkeeper,
) -> None:
    ada.imported(entries(4))
    ids = {name: row_id for name, (row_id, _) in ada.times().items()}
    ready = ada.planned(ada.draft([entry(f"t{n}", minutes=30) for n in range(4)]))
    assert ready["totals"]["update"]["items"] == 4
    ada.books.change("TimeActivity", ids["t0"], Hours=7)
    ada.books.delete("TimeActivity", ids["t1"])
    ada.books.change("TimeActivity", ids["t2"], BillableStatus="HasBeenBilled")
    ada.start(ready)
    done = ada.at_rest(ready)
    assert done["state"] == "completed_with_problems"
    why = {
        i["members"][0]: (i["state"], (i["reason"] or {}).get("code")) for i in ada.preview(done)
    }
    assert why["t0"] == ("failed", "changed_in_ledger")
    assert why["t1"] == ("failed", "gone_in_ledger")
    assert why["t2"] == ("failed", "billed")
    assert why["t3"] == ("posted", None)
    assert ada.minutes() == {"t0": 420, "t2": 60, "t3": 30}


@pytest.mark.parametrize(("edits", "expected"), [("ask", 420), ("theirs", 420), ("ours", 30)])
def test_the_settings_say_whose_word_stands(ada: Bookkeeper, edits: str, expected: int) -> None:
    ada.imported(entries(1))
    ada.books.change("TimeActivity", ada.times()["t0"][0], Hours=7)
    ada.imported([entry("t0", minutes=30)], posting={"ledger_edits": edits})
    assert ada.minutes() == {"t0": expected}


def test_entries_that_agree_in_everything_posted_become_one_activity(ada: Bookkeeper) -> None:
    run = ada.imported(entries(6), posting={"description": "neither"})
    (item,) = [i for i in ada.preview(run) if i["kind"] == "TimeActivity"]
    assert sorted(item["members"]) == [f"t{n}" for n in range(6)]
    (row,) = ada.books.rows("TimeActivity")
    assert (row["Hours"], row["Minutes"]) == (6, 0)


def test_the_history_names_users_and_actions_and_can_be_exported(ada: Bookkeeper) -> None:
    run = ada.imported(entries(3))
    found = ada.get("runs", kind="import", user="user", sort="state")["runs"]
    assert [(r["id"], r["state"]) for r in found] == [(run["id"], "completed")]
    then = ada.get(f"imports/{run['id']}/rules")
    assert {(r["kind"], r["key"]) for r in then["rules"]} >= {("users", "u1"), ("projects", "p1")}
    assert then["posting"]["description"] == "task_and_notes"
    text = ada.client.get(f"{ada.path}/exports/runs/{run['id']}").text
    rows = [r for r in csv.DictReader(StringIO(text)) if r["kind"] == "TimeActivity"]
    assert [(r["person"], r["project"], r["state"]) for r in rows] == [("u1", "p1", "posted")] * 3


def test_reconciliation_names_every_difference(ada: Bookkeeper) -> None:
    ada.imported(entries(3))
    ids = {name: row_id for name, (row_id, _) in ada.times().items()}
    same = ada.get("reconciliation", **{"from": "2026-03-01", "to": "2026-03-31"})
    assert same["differences"] == []
    assert same["total"]["ours_minutes"] == same["total"]["ledger_minutes"] == 180
    assert same["total"]["ours_money"] == same["total"]["ledger_money"] == "285.00"
    ada.books.change("TimeActivity", ids["t0"], Hours=2)
    ada.books.delete("TimeActivity", ids["t1"])
    found = ada.get("reconciliation", **{"from": "2026-03-01", "to": "2026-03-31"})
    assert {d["members"][0]: d["what"] for d in found["differences"]} == {
        "t0": "hours",
        "t1": "gone",
    }
    assert found["groups"][0]["ledger_minutes"] == 180


def test_rules_travel_from_one_connection_to_another(ada: Bookkeeper) -> None:
    exported = ada.get("rules")
    assert set(exported["rules"]["users"]) == {"u1"}
    answer = ada.ask("PUT", "rules", **exported)
    assert answer["rules"]["projects"] == 1


def test_a_discarded_draft_is_gone_for_good(ada: Bookkeeper) -> None:
    draft = ada.draft(entries(1))
    assert ada.ask("DELETE", f"imports/{draft['id']}")["state"] == "discarded"
    assert ada.call("POST", f"imports/{draft['id']}/plan").status_code == 409
