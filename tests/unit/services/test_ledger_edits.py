"""Records that a user edited or deleted in the ledger: what a post and its preview do by the
settings, and what that costs."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.connectors.shared import errors
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.rules import LinkTo, RuleKind
from ledgerlink.domain.model.time_settings import LedgerEdits, TimeSettings
from ledgerlink.services.posting.preview import preview

from tests.fakes.company import Stored
from tests.fakes.ledger import FakeLedger
from tests.fakes.service import USER, InMemoryService, entry, in_memory_service

BLOCKED, POSTED = ItemState.BLOCKED, ItemState.POSTED
UNCHANGED, SKIPPED = ItemState.UNCHANGED, ItemState.SKIPPED
CLIENT = {"kind": "client", "key": "c1", "name": "Client"}
GONE = {"key": "t1", "deleted": True}
Found = tuple[ItemState, str]


class Firm:
    """A firm that posts what others have changed in its ledger."""

    def __init__(self) -> None:
        self.app: InMemoryService = in_memory_service(chunk_size=100)
        self.connection: Connection = self.app.connected()
        self._count = 0

    def choose(self, edits: LedgerEdits) -> None:
        stored = self.app.deps.settings.get(self.connection.key)
        settings = replace(stored, posting=TimeSettings(ledger_edits=edits))
        self.app.deps.settings.put(self.connection.key, settings)

    def post(self, *records: dict[str, Any]) -> dict[str, Found]:
        """State and reason of each item."""
        self._count += 1
        run = self.app.post(self.connection, f"k{self._count}", list(records))
        self.app.work()
        return {
            item.operation.key: (
                item.state,
                item.outcome.reason.code if item.outcome.reason else "",
            )
            for item in self.app.items(run)
        }

    def calls(self, *records: dict[str, Any]) -> Counter[str]:
        """The calls that the post of these makes before it writes."""
        self._count += 1
        run = self.app.post(self.connection, f"k{self._count}", list(records))
        self.app.work()
        return Counter(self.app.run(run).planning_calls)

    def stored(self, key: str) -> Stored:
        link = self.app.links.rows[self.connection.key][key]
        return self.app.company().stored[link.ledger_id]

    def edit(self, key: str, **body: Any) -> None:
        there = self.stored(key)
        edited = replace(there, body={**there.body, **body}, version=there.version + 1)
        self.app.company().stored[there.id] = edited

    def delete(self, key: str) -> None:
        del self.app.company().stored[self.stored(key).id]

    def minutes(self) -> list[int]:
        return [stored.body["minutes"] for stored in self.app.company().of_kind("Time")]


def code_of(why: Reason | None) -> str:
    return why.code if why else ""


@pytest.fixture
def firm() -> Firm:
    return Firm()


EDITED: dict[LedgerEdits, tuple[Found, list[int]]] = {
    LedgerEdits.ASK: ((BLOCKED, "changed_in_ledger"), [7]),
    LedgerEdits.THEIRS: ((UNCHANGED, "kept_theirs"), [7]),
    LedgerEdits.OURS: ((POSTED, ""), [90]),
}
DELETED: dict[LedgerEdits, tuple[Found, list[int]]] = {
    LedgerEdits.ASK: ((BLOCKED, "gone_in_ledger"), []),
    LedgerEdits.THEIRS: ((SKIPPED, "gone_in_ledger"), []),
    LedgerEdits.OURS: ((POSTED, ""), [90]),
}


@pytest.mark.parametrize("edits", LedgerEdits)
@pytest.mark.parametrize("table", [EDITED, DELETED], ids=["edited", "deleted"])
def test_changed_time_is_dealt_with_by_the_settings_and_stays_so(
    firm: Firm, edits: LedgerEdits, table: dict[LedgerEdits, tuple[Found, list[int]]]
) -> None:
    """Case product 1."""
    firm.post(entry("t1"))
    firm.choose(edits)
    firm.edit("time:t1", minutes=7) if table is EDITED else firm.delete("time:t1")
    found, minutes = table[edits]
    for _ in range(3):
        assert firm.post(entry("t1", minutes=90)) == {"time:t1": found}
        assert firm.minutes() == minutes
        found = (UNCHANGED, "") if edits is LedgerEdits.OURS else found


def test_a_record_found_gone_only_when_its_turn_comes_is_not_created_by_the_next_post(
    firm: Firm,
) -> None:
    """Case product 1. Until now its link was removed, and the second post created it anew."""
    firm.post(entry("t1"))
    company, take = firm.app.company(), firm.app.company().take

    def delete_first(request: Any) -> Any:
        company.stored.clear()
        return take(request)

    vars(company)["take"] = delete_first
    late = firm.post(entry("t1", minutes=90))
    vars(company)["take"] = take
    assert late == {"time:t1": (ItemState.FAILED, "gone_in_ledger")}
    assert firm.post(entry("t1", minutes=90)) == {"time:t1": (BLOCKED, "gone_in_ledger")}
    assert firm.minutes() == []
    assert firm.post(GONE) == {"time:t1": (UNCHANGED, "gone_in_ledger")}
    assert firm.post(entry("t1", minutes=90)) == {"time:t1": (POSTED, "")}


@pytest.mark.parametrize("edits", LedgerEdits)
def test_a_deletion_of_edited_time_is_dealt_with_by_the_settings(
    firm: Firm, edits: LedgerEdits
) -> None:
    """Case product 1."""
    firm.post(entry("t1"))
    firm.choose(edits)
    firm.edit("time:t1", minutes=7)
    assert firm.post(GONE) == {"time:t1": EDITED[edits][0]}
    assert firm.minutes() == ([] if edits is LedgerEdits.OURS else [7])


@pytest.mark.parametrize(
    ("edits", "found", "name"),
    [
        (LedgerEdits.ASK, (BLOCKED, "changed_in_ledger"), "Theirs"),
        (LedgerEdits.THEIRS, (UNCHANGED, "kept_theirs"), "Theirs"),
        (LedgerEdits.OURS, (POSTED, ""), "Ours"),
    ],
)
def test_a_client_renamed_in_both_systems_is_dealt_with_by_the_settings(
    firm: Firm, edits: LedgerEdits, found: Found, name: str
) -> None:
    """Case product 1, for clients, projects and staff."""
    firm.post(CLIENT)
    firm.choose(edits)
    firm.edit("project:c1", name="Theirs")
    assert firm.post(CLIENT | {"name": "Ours"}) == {"project:c1": found}
    assert [stored.body["name"] for stored in firm.app.company().of_kind("Customer")] == [name]


def test_time_that_a_user_already_made_equal_to_the_change_is_no_conflict(firm: Firm) -> None:
    """Case product 1."""
    firm.post(entry("t1"))
    firm.edit("time:t1", minutes=90)
    assert firm.post(entry("t1", minutes=90)) == {"time:t1": (UNCHANGED, "")}


def test_a_project_that_another_rule_moves_is_no_edit_of_a_user(firm: Firm) -> None:
    firm.post(entry("t1"))
    firm.app.rules(firm.connection, RuleKind.PROJECTS, {"p1": LinkTo(ledger_id="C9")})
    assert firm.post(entry("t1")) == {"time:t1": (POSTED, "")}


@pytest.mark.parametrize("change", ["edit", "delete", "bill", "none"])
def test_a_preview_has_the_items_and_states_that_the_post_then_has(firm: Firm, change: str) -> None:
    """Case product 2."""
    firm.post(entry("t1"), entry("t2"))
    if change == "edit":
        firm.edit("time:t1", minutes=7)
    elif change == "delete":
        firm.delete("time:t1")
    elif change == "bill":
        firm.app.company().billed[firm.stored("time:t1").id] = "17"
    records = [entry("t1", minutes=90), entry("t2")]
    shown = preview(firm.app.deps, firm.connection.key, USER, records)
    found = {op.key: (op.state, code_of(op.reason)) for op in shown}
    expected = POSTED if change == "none" else BLOCKED
    assert found["time:t1"][0] is (ItemState.PENDING if change == "none" else BLOCKED)
    posted = firm.post(*records)
    assert posted["time:t1"][0] is expected
    if change != "none":
        assert posted == found


def test_a_preview_shows_what_the_ledger_holds(firm: Firm) -> None:
    """Case product 3."""
    firm.post(entry("t1"))
    firm.edit("time:t1", minutes=7)
    (operation,) = preview(firm.app.deps, firm.connection.key, USER, [entry("t1", minutes=90)])
    assert operation.before is not None
    assert operation.body is not None
    assert (operation.before["minutes"], operation.body["minutes"]) == (7, 90)


def test_only_time_that_would_change_is_read_and_all_of_it_at_once(firm: Firm) -> None:
    """Case product 1: a new or an unchanged entry costs no call."""
    entries = [entry(f"t{number}") for number in range(20)]
    assert firm.calls(*entries) == {"read": 1}
    assert firm.calls(*entries) == {"read": 1}
    changed = [one | {"minutes": 90} for one in entries[:9]]
    gone = [{"key": one["key"], "deleted": True} for one in entries[9:12]]
    assert firm.calls(*changed, *gone, *entries[12:]) == {"read": 2}


def test_time_that_may_not_be_read_blocks_itself_and_no_new_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Case sage-intacct 6, its kind: the plan meets the missing permission before the post does."""
    firm = Firm()
    firm.post(entry("t1"), entry("t2"))

    async def refuse(*_: object) -> None:
        raise errors.kind_refused("no_permission", "READ on timesheets", remedy="Ask.")

    monkeypatch.setattr(FakeLedger, "snapshots", refuse)
    found = firm.post(entry("t1", minutes=90), entry("t2"), entry("t3"))
    assert found == {
        "time:t1": (BLOCKED, "no_permission"),
        "time:t2": (UNCHANGED, ""),
        "time:t3": (POSTED, ""),
    }
