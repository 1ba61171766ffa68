"""From the front door to the ledger and back."""

import gzip
import json
from typing import Any

import httpx
import pytest

from local.machine import Machine
from tests.e2e.firm import Books, Firm, entry, sandbox_admin


class Bookkeeping:
    """A firm with one connected company and one rule of each kind."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.firm = Firm(machine)
        self.books = Books.new(machine)
        self.id = self.firm.connected(self.books.realm)
        self.firm.map_one_of_each(self.id, self.books.income_account_id)


@pytest.fixture(scope="module")
def bookkeeping(machine: Machine) -> Bookkeeping:
    return Bookkeeping(machine)


def test_a_connected_company_is_shown_by_name_with_its_health(bookkeeping: Bookkeeping) -> None:
    shown = bookkeeping.firm.connection(bookkeeping.id)
    assert shown["state"] == "connected"
    assert shown["company_id"] == bookkeeping.books.realm
    assert shown["company_name"].startswith("Books ")
    assert shown["health"]["token"] == "valid"
    assert shown["health"]["time_tracking"] is True


def test_an_entry_arrives_with_its_people_customer_and_item(bookkeeping: Bookkeeping) -> None:
    run = bookkeeping.firm.posted(bookkeeping.id, [entry("first")])
    assert run["state"] == "completed", bookkeeping.firm.items(run)
    item = bookkeeping.firm.items(run, state="posted")[-1]
    assert item["members"] == ["first"]
    row = next(r for r in bookkeeping.books.rows("TimeActivity") if r["Id"] == item["ledger_id"])
    assert (row["Hours"], row["Minutes"], row["TxnDate"]) == (3, 30, "2026-03-02")
    assert row["BillableStatus"] == "Billable"
    assert row["HourlyRate"] == 95
    assert "Notes of first" in row["Description"]
    customer = next(
        r for r in bookkeeping.books.rows("Customer") if r["Id"] == row["CustomerRef"]["value"]
    )
    assert customer["FullyQualifiedName"] == "Rossi & Söhne:Website"
    assert "StartTime" not in row


def test_the_same_entries_again_write_nothing_and_a_change_writes_itself(
    bookkeeping: Bookkeeping,
) -> None:
    batch = [entry(f"again-{n}") for n in range(40)]
    bookkeeping.firm.posted(bookkeeping.id, batch)
    again = bookkeeping.firm.posted(bookkeeping.id, batch)
    assert again["counts"]["unchanged"] == 40
    assert again["calls"] == {"read": 2}
    changed = bookkeeping.firm.posted(bookkeeping.id, [batch[0] | {"minutes": 90}, *batch[1:]])
    assert changed["counts"]["unchanged"] == 39
    assert [i["action"] for i in bookkeeping.firm.items(changed, state="posted")] == ["update"]
    rows = [r for r in bookkeeping.books.rows("TimeActivity") if "again-0" in r["Description"]]
    assert [(r["Hours"], r["Minutes"]) for r in rows] == [(1, 30)]


def test_an_upload_is_posted_like_a_call(bookkeeping: Bookkeeping) -> None:
    place = bookkeeping.firm.client.post(f"/v1/connections/{bookkeeping.id}/uploads").json()
    lines = "\n".join(json.dumps(entry(f"up-{n}")) for n in range(70))
    assert httpx.put(place["url"], content=gzip.compress(lines.encode())).status_code == 200
    answer = bookkeeping.firm.client.post(
        f"/v1/connections/{bookkeeping.id}/posts",
        json={"upload_id": place["upload_id"]},
        headers={"Idempotency-Key": place["upload_id"]},
    )
    run = bookkeeping.firm.at_rest(answer.json()["href"])
    assert run["counts"]["posted"] == 70


def test_an_idempotency_key_makes_one_run(bookkeeping: Bookkeeping) -> None:
    first = bookkeeping.firm.post(bookkeeping.id, [entry("idem")], "key-1")
    assert (
        bookkeeping.firm.post(bookkeeping.id, [entry("idem")], "key-1").json()["id"]
        == first.json()["id"]
    )
    other = bookkeeping.firm.post(bookkeeping.id, [entry("other")], "key-1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    bookkeeping.firm.at_rest(first.json()["href"])


BAD: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "25 hours": ({"minutes": 1500}, "invalid_record", "minutes"),
    "negative": ({"minutes": -5}, "invalid_record", "minutes"),
    "no such day": ({"work_date": "2026-02-30"}, "invalid_record", "work_date"),
    "unknown field": ({"colour": "red"}, "invalid_record", "colour"),
    "long note": ({"notes": "x" * 5000}, "text_too_long", "notes"),
    "control": ({"notes": "a\x07b"}, "control_characters", "notes"),
    "no rule": ({"staff_key": "nobody"}, "no_rule", None),
    "not approved": ({"approval": "draft"}, "not_approved", "approval"),
}


def test_every_bad_record_has_a_reason_and_the_others_are_posted(bookkeeping: Bookkeeping) -> None:
    bad = [entry(f"bad {name}", **changes) for name, (changes, _, _) in BAD.items()]
    twins = [entry("bad twin"), entry("bad twin", minutes=30)]
    good = [entry("good 1"), entry("good 2")]
    run = bookkeeping.firm.posted(bookkeeping.id, [good[0], *bad, *twins, good[1]])
    assert run["state"] == "completed_with_problems"
    assert run["counts"]["posted"] == 2
    assert run["counts"]["blocked"] == len(bad) + 2
    items = {item["members"][0]: item for item in bookkeeping.firm.items(run, state="blocked")}
    for name, (_, code, field) in BAD.items():
        reason = items[f"bad {name}"]["reason"]
        assert reason["code"] == code, name
        assert reason["remedy"]
        assert field is None or field in reason["field"]
    assert items["bad twin"]["reason"]["code"] == "duplicate_key"


def test_a_rule_that_points_nowhere_is_refused_and_blocks_its_entries_alone(
    bookkeeping: Bookkeeping,
) -> None:
    """Cases general 02, product 4: refused when it is set; one that was set before the lists came
    in (`gone`, whose customer was deleted since) blocks what needs it."""
    gone = str(bookkeeping.books.create("Customer", DisplayName="Soon gone")["Id"])
    kept = str(bookkeeping.books.create("Customer", DisplayName="Kept")["Id"])
    bookkeeping.firm.synced(bookkeeping.id, kind="full", lists=["customer"])
    nowhere = {"ghost": {"action": "link", "ledger_id": "99999"}}
    refused = bookkeeping.firm.put_rules(bookkeeping.id, "projects", nowhere)
    assert refused.status_code == 422
    (problem,) = refused.json()["errors"]
    assert problem["pointer"] == "/rules/ghost/ledger_id"
    assert "99999" in problem["detail"]
    link = {"ghost": {"action": "link", "ledger_id": gone}}
    assert bookkeeping.firm.put_rules(bookkeeping.id, "projects", link).status_code == 200
    bookkeeping.books.merge("Customer", gone, kept)
    bookkeeping.firm.synced(bookkeeping.id, kind="full", lists=["customer"])
    run = bookkeeping.firm.posted(
        bookkeeping.id, [entry("on ghost", project_key="ghost"), entry("beside ghost")]
    )
    failed = bookkeeping.firm.items(run, state="failed") + bookkeeping.firm.items(
        run, state="blocked"
    )
    assert [item["members"] for item in failed] == [["on ghost"]]
    assert failed[0]["reason"]["code"] == "target_missing"
    assert run["counts"]["posted"] == 1


def test_time_in_closed_books_is_blocked_before_it_is_sent(machine: Machine) -> None:
    bookkeeping = Bookkeeping(machine)
    sandbox_admin(
        machine,
        "POST",
        f"companies/{bookkeeping.books.realm}/preferences",
        json={"AccountingInfoPrefs": {"BookCloseDate": "2026-02-28"}},
    )
    run = bookkeeping.firm.posted(
        bookkeeping.id,
        [entry("closed", work_date="2026-02-28"), entry("open", work_date="2026-03-01")],
    )
    (blocked,) = bookkeeping.firm.items(run, state="blocked")
    assert (blocked["members"], blocked["reason"]["code"]) == (["closed"], "closed_period")
    assert blocked["reason"]["field"] == "work_date"
    assert bookkeeping.firm.items(run, state="posted")[-1]["members"] == ["open"]


def test_an_answer_lost_after_commit_doubles_nothing(bookkeeping: Bookkeeping) -> None:
    for action in ("cut", "status500", "html502"):
        fault = {
            "match": {"kind": "batch", "realm": bookkeeping.books.realm},
            "action": action,
            "when": "after",
            "times": 1,
        }
        sandbox_admin(bookkeeping.machine, "POST", "faults", json=fault)
        run = bookkeeping.firm.posted(
            bookkeeping.id, [entry(f"lost {action} {n}") for n in range(35)]
        )
        assert run["counts"]["posted"] == 35
        rows = bookkeeping.books.rows("TimeActivity")
        texts = [r["Description"] for r in rows if f"lost {action} " in r["Description"]]
        assert len(texts) == len(set(texts)) == 35
    sandbox_admin(bookkeeping.machine, "DELETE", "faults")
