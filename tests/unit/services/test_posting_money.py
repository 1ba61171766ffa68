"""Posting expenses, receipts, invoices, time and lists together, and again, and otherwise."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.list_records import ListTraits, ListType
from ledgerlink.domain.model.money_settings import GroupBy
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import CreateProject, LinkTo, RuleKind
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.model.time_settings import LedgerEdits
from ledgerlink.services.posting import accept

from tests.fakes.lists import FakeLists
from tests.fakes.rows import FakeLinks
from tests.fakes.service import InMemoryService, entry
from tests.support.money_service import (
    EXPENSING,
    SETTINGS,
    choose,
    expenses_in_ledger,
    gone,
    invoice,
    money_service,
    receipt,
    spent,
    uploaded,
)

POSTED, BLOCKED, UNCHANGED = ItemState.POSTED, ItemState.BLOCKED, ItemState.UNCHANGED
A, B = "expense-report:A", "expense-report:B"
CLIENT = {"kind": "client", "key": "c1", "name": "Client"}
PROJECT = {"kind": "project", "key": "p9", "name": "Site", "client_key": "c1"}
STAFF = {"kind": "staff", "key": "s1", "name": "Sam Staff", "person": "vendor"}


class Office:
    """A firm that posts, and what comes of it."""

    def __init__(self) -> None:
        self.app, self.connection = money_service()
        self.count = 0

    def post(self, *records: dict[str, Any], kinds: tuple[RecordKind, ...] | None = None) -> Run:
        self.count += 1
        key = f"k{self.count}"
        run = accept.post(self.app.deps, self.connection.key, "ada", key, list(records), kinds)
        self.app.work()
        return self.app.run(run)

    def states(self, *records: dict[str, Any], **given: Any) -> dict[str, ItemState]:
        return self.app.states(self.post(*records, **given))

    def reasons(self, run: Run) -> dict[str, str]:
        items = self.app.items(run)
        found = {item.operation.key: item.outcome.reason for item in items}
        return {key: why.code for key, why in found.items() if why}

    def held(self) -> dict[str, Decimal]:
        return expenses_in_ledger(self.app, self.connection)

    def writes(self) -> int:
        return len(self.app.company().received)

    def id_of(self, key: str) -> str:
        return self.app.links.rows[self.connection.key][key].ledger_id


def mixed(app: InMemoryService, connection: Any) -> list[dict[str, Any]]:
    receipts = [receipt(uploaded(app, connection))]
    return [
        entry("t1", project_key="p9", staff_key="s1"),
        entry("t2"),
        spent("e1", receipts=receipts),
        spent("e2"),
        spent("e3", None, staff_key="vic", project_key="p9"),
        invoice("i1", {"amount": "100.00", "time_keys": ["t1"]}, project_key="p9"),
        CLIENT,
        PROJECT,
        STAFF,
    ]


def test_everything_is_posted_together_and_once() -> None:
    firm = Office()
    records = mixed(firm.app, firm.connection)
    run = firm.post(*records)
    assert run.state is RunState.COMPLETED
    assert set(firm.app.states(run)) == {
        "time:t1",
        "time:t2",
        "expense-report:R",
        "receipt:expense/e1/r1",
        "expense:e3",
        "invoice:i1",
        "project:c1",
        "project:p9",
        "user:s1",
    }
    (billed,) = firm.app.company().of_kind("Invoice")
    assert billed.body["lines"][0]["time"] == firm.id_of("time:t1")
    (file,) = firm.app.company().of_kind("File")
    assert file.body["document"] == firm.id_of("expense-report:R")
    assert firm.held() == {"e1": 10, "e2": 10, "e3": 10}
    before = firm.writes()
    assert set(firm.states(*records).values()) == {UNCHANGED}
    assert firm.writes() == before
    assert len(firm.app.company().of_kind("Customer")) == 2


def test_the_rules_that_lists_make_are_kept_with_who_posted_them() -> None:
    firm = Office()
    firm.post(CLIENT, PROJECT, STAFF)
    rules = firm.app.deps.rules
    (first,) = rules.history(firm.connection.key, RuleKind.PROJECTS, "c1")
    assert (first.mapping, first.set_by) == (CreateProject(name="Client"), "ada")
    firm.post(CLIENT | {"name": "Renamed"}, PROJECT)
    named = [r.mapping for r in rules.history(firm.connection.key, RuleKind.PROJECTS, "c1")]
    assert named == [CreateProject(name="Client"), CreateProject(name="Renamed")]
    assert len(rules.history(firm.connection.key, RuleKind.PROJECTS, "p9")) == 1
    names = {one.body["name"] for one in firm.app.company().of_kind("Customer")}
    assert names == {"Renamed", "Site"}


def test_two_records_of_one_key_make_no_rule() -> None:
    firm = Office()
    assert set(firm.reasons(firm.post(CLIENT, CLIENT | {"name": "Other"})).values()) == {
        "duplicate_key"
    }
    rules = firm.app.deps.rules
    assert rules.history(firm.connection.key, RuleKind.PROJECTS, "c1") == []


def test_a_client_that_time_brought_along_is_the_one_that_is_posted() -> None:
    firm = Office()
    firm.post(PROJECT | {"client_name": "Client"})
    firm.post(CLIENT, PROJECT)
    assert len(firm.app.company().of_kind("Customer")) == 2
    assert firm.states(gone("c1", "client")) == {"client:c1": POSTED}


def test_a_users_rule_is_not_overruled_by_a_record() -> None:
    firm = Office()
    firm.app.rules(firm.connection, RuleKind.PROJECTS, {"c1": LinkTo(ledger_id="C7")})
    assert firm.states(CLIENT) == {"project:c1": UNCHANGED}


def test_records_of_kinds_that_the_user_may_not_post_are_refused_alone() -> None:
    firm = Office()
    run = firm.post(
        entry("t1"),
        spent("e1"),
        gone("i1", "invoice"),
        gone("expense/e1/r1", "receipt"),
        CLIENT,
        kinds=(RecordKind.TIME,),
    )
    reasons = firm.reasons(run)
    assert set(reasons.values()) == {"kind_not_allowed"}
    assert len(reasons) == 4
    assert firm.app.states(run)["time:t1"] is POSTED


@pytest.mark.parametrize("key", ["i1", "e1"])
def test_a_receipt_that_was_not_uploaded_fails_alone_and_is_mended_by_a_new_upload(
    key: str,
) -> None:
    firm = Office()
    make = spent if key == "e1" else invoice
    missing = make(key, receipts=[receipt("f" * 32)])
    run = firm.post(missing, spent("other", None))
    kind = "expense" if key == "e1" else "invoice"
    assert firm.reasons(run) == {f"receipt:{kind}/{key}/r1": "receipt_missing"}
    assert run.counts()["posted"] == 2
    again = make(key, receipts=[receipt(uploaded(firm.app, firm.connection))])
    states = firm.states(again, spent("other", None))
    assert states.pop(f"receipt:{kind}/{key}/r1") is POSTED
    assert set(states.values()) == {UNCHANGED}


def test_an_entry_moves_from_report_to_report_in_two_posts() -> None:
    firm = Office()
    firm.post(spent("e1", "A"), spent("e2", "A"), spent("e3", "B"))
    run = firm.post(spent("e1", "B"), spent("e2", "A"), spent("e3", "B"))
    assert firm.app.states(run) == {A: POSTED, B: POSTED}
    assert firm.held() == {"e1": 10, "e2": 10, "e3": 10}
    run = firm.post(spent("e1", "A"), spent("e2", "A"), spent("e3", "A"))
    assert firm.app.states(run) == {A: POSTED, B: POSTED}
    assert firm.held() == {"e1": 10, "e2": 10, "e3": 10}
    assert len(firm.app.company().of_kind("Spending")) == 1


def test_two_posts_sent_together_move_an_entry_there_and_on() -> None:
    firm = Office()
    firm.post(spent("e1", "A"), spent("e2", "A"))
    for number, report in enumerate("BC"):
        records = [spent("e1", report), spent("e2", "A")]
        firm.app.post(firm.connection, f"m{number}", records)
    firm.app.work()
    assert firm.held() == {"e1": 10, "e2": 10}
    assert "expense-report:B" not in firm.app.links.rows[firm.connection.key]


def test_two_reports_swap_their_entries() -> None:
    firm = Office()
    firm.post(spent("e1", "A"), spent("e2", "B", amount="20.00"))
    swapped = [spent("e1", "B"), spent("e2", "A", amount="20.00")]
    run = firm.post(*swapped)
    assert run.state is RunState.COMPLETED
    assert firm.held() == {"e1": 10, "e2": 20}
    before = firm.writes()
    assert set(firm.states(*swapped).values()) == {UNCHANGED}
    assert firm.writes() == before


def test_a_document_paid_since_the_plan_keeps_its_entries() -> None:
    firm = Office()
    firm.post(spent("e1", "A"), spent("e2", "A"))
    company, take = firm.app.company(), firm.app.company().take
    paid = firm.id_of(A)

    def pay_first(request: Any) -> Any:
        company.paid.add(paid)
        return take(request)

    vars(company)["take"] = pay_first
    run = firm.post(spent("e1", "A"), spent("e2", "B"))
    assert firm.reasons(run) == {A: "paid", B: "stays_in_ledger"}
    assert firm.held() == {"e1": 10, "e2": 10}


def test_a_report_that_is_refused_after_its_entry_was_let_go_is_posted_the_next_time() -> None:
    firm = Office()
    firm.post(spent("e1", "A"), spent("e2", "A"), spent("e3", "B"))
    company, store = firm.app.company(), firm.app.company().take
    grown: list[int] = []

    def change_first(request: Any) -> Any:
        if any(write.key == B for write in request.writes) and not grown:
            grown.append(1)
            there = company.stored[firm.id_of(B)]
            company.stored[there.id] = replace(there, version=there.version + 1)
        return store(request)

    vars(company)["take"] = change_first
    records = [spent("e1", "A"), spent("e2", "B"), spent("e3", "B")]
    assert firm.reasons(firm.post(*records)) == {B: "changed_in_ledger"}
    assert firm.held() == {"e1": 10, "e3": 10}
    assert firm.post(*records).state is RunState.COMPLETED
    assert firm.held() == {"e1": 10, "e2": 10, "e3": 10}


@pytest.mark.parametrize("second", [g for g in GroupBy if g is not GroupBy.REPORT])
def test_another_grouping_makes_other_documents(second: GroupBy) -> None:
    firm = Office()
    records = [spent("e1", "A"), spent("e2", "A"), spent("e3", "B")]
    firm.post(*records)
    settings = replace(SETTINGS, expenses=replace(EXPENSING, group_by=second))
    firm.app.choose(firm.connection.key, settings)
    assert firm.post(*records).state is RunState.COMPLETED
    assert firm.held() == {"e1": 10, "e2": 10, "e3": 10}
    before = firm.writes()
    firm.post(*records)
    assert firm.writes() == before


def test_an_employee_who_becomes_a_vendor_is_owed_and_no_more_paid() -> None:
    firm = Office()
    firm.post(spent("e1"))
    rule = LinkTo(ledger_id="V9", person="vendor")
    firm.app.rules(firm.connection, RuleKind.USERS, {"u1": rule})
    assert firm.post(spent("e1")).state is RunState.COMPLETED
    assert firm.held() == {"e1": 10}
    assert [one.kind for one in firm.app.company().stored.values()] == ["Bill"]


def test_all_entries_of_a_report_are_deleted_and_come_again() -> None:
    firm = Office()
    firm.post(spent("e1"), spent("e2"))
    firm.post(gone("e1"), gone("e2"))
    assert firm.held() == {}
    firm.post(spent("e1"), spent("e2"))
    assert firm.held() == {"e1": 10, "e2": 10}


# What somebody does in the ledger


@pytest.mark.parametrize("edits", LedgerEdits)
def test_an_expense_whose_document_was_deleted_by_a_user_can_move(edits: LedgerEdits) -> None:
    firm = Office()
    firm.post(spent("e1", "A"))
    choose(firm.app, firm.connection, edits)
    firm.app.company().stored.clear()
    assert firm.states(spent("e1", "B")) == {A: UNCHANGED, B: POSTED}
    assert firm.held() == {"e1": 10}


@pytest.mark.parametrize("edits", LedgerEdits)
def test_an_expense_deleted_on_both_sides_can_come_again(edits: LedgerEdits) -> None:
    firm = Office()
    firm.post(spent("e1", "A"))
    choose(firm.app, firm.connection, edits)
    firm.app.company().stored.clear()
    assert firm.states(gone("e1")) == {A: UNCHANGED}
    assert firm.states(gone("e1")) == {"expense:e1": ItemState.SKIPPED}
    assert firm.states(spent("e1", "A")) == {A: POSTED}


@pytest.mark.parametrize(
    ("edits", "state", "held"),
    [
        (LedgerEdits.OURS, POSTED, {"e1": 10}),
        (LedgerEdits.ASK, BLOCKED, {}),
        (LedgerEdits.THEIRS, ItemState.SKIPPED, {}),
    ],
)
def test_with_edits_overwritten_a_document_deleted_by_a_user_is_created_again(
    edits: LedgerEdits, state: ItemState, held: dict[str, int]
) -> None:
    firm = Office()
    firm.post(spent("e1", "A"))
    choose(firm.app, firm.connection, edits)
    firm.app.company().stored.clear()
    assert firm.states(spent("e1", "A")) == {A: state}
    firm_held = {one.body["lines"][0]["text"][0] for one in firm.app.company().stored.values()}
    assert firm_held == {f"spent {key}" for key in held}


def test_a_missing_rate_is_read_from_the_ledger_once() -> None:
    firm = Office()
    company = firm.app.company()
    company.features = Features(home_currency="USD", multi_currency=True)
    company.rates[("EUR", date(2026, 2, 27))] = Decimal("1.08")
    charge = {"paid_with": "company_card", "currency": "EUR"}
    records = [spent("e1", None, **charge), spent("e2", None, **charge, spent_on="2026-02-26")]
    run = firm.post(*records)
    assert firm.reasons(run) == {"expense:e2": "no_exchange_rate"}
    (stored,) = company.of_kind("Spending")
    assert stored.body["rate"] == "1.08"
    company.rates.clear()
    assert firm.states(*records) == {"expense:e1": UNCHANGED, "expense:e2": BLOCKED}


def test_an_invoice_waits_for_time_that_is_changed_in_the_same_post() -> None:
    firm = Office()
    firm.post(entry("t1"))
    line = {"amount": "100.00", "time_keys": ["t1"]}
    run = firm.post(invoice("i1", line), entry("t1", minutes=90))
    assert run.state is RunState.COMPLETED
    levels = {item.operation.key: item.operation.level for item in firm.app.items(run)}
    assert levels["time:t1"] < levels["invoice:i1"]


def test_a_time_entry_and_an_expense_of_one_key_are_two_records() -> None:
    firm = Office()
    firm.post(entry("7"), spent("7", None), invoice("7"))
    assert firm.states(gone("7"), entry("7"), invoice("7")) == {
        "expense:7": POSTED,
        "time:7": UNCHANGED,
        "invoice:7": UNCHANGED,
    }


def test_a_project_stays_below_the_customer_whom_its_rule_names() -> None:
    firm = Office()
    rule = CreateProject(name="Site", parent_id="C1")
    firm.app.rules(firm.connection, RuleKind.PROJECTS, {"p9": rule})
    firm.post(PROJECT | {"name": "New site"}, CLIENT)
    rules = firm.app.deps.rules.list(firm.connection.key, RuleKind.PROJECTS)
    assert {each.key: each.mapping for each in rules}["p9"] == replace(rule, name="New site")
    found = [stored.body for stored in firm.app.company().of_kind("Customer")]
    assert {"name": "New site", "parent": "C1"} in found


def test_clients_of_new_projects_are_asked_for_together(monkeypatch: pytest.MonkeyPatch) -> None:
    firm = Office()
    asked: list[list[str]] = []
    get = FakeLinks.get

    def counted(links: FakeLinks, connection_key: ConnectionKey, keys: Any) -> Any:
        asked.append(list(keys))
        return get(links, connection_key, asked[-1])

    monkeypatch.setattr(FakeLinks, "get", counted)
    firm.post(*[PROJECT | {"key": f"q{n}", "client_key": f"d{n}"} for n in range(20)])
    assert sum(any(key.startswith("client:d") for key in keys) for keys in asked) == 1


@pytest.mark.parametrize(
    ("record", "lists"),
    [
        (entry("t1"), {"customer"}),
        (invoice("i1"), {"customer"}),
        (spent("e1"), {"account", "vendor"}),
        (gone("e1"), set()),
    ],
)
def test_currency_lists_are_read_for_records_that_need_them(
    record: dict[str, Any], lists: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = Office()
    firm.app.company().features = Features(home_currency="USD", multi_currency=True)
    kinds = (ListType.ACCOUNT, ListType.CUSTOMER, ListType.VENDOR)
    traits = ListTraits(entities=("List",), by_changes=False)
    firm.app.connector.lists = dict.fromkeys(kinds, traits)
    read: set[str] = set()
    page = FakeLists.page

    def noted(shelf: FakeLists, connection_key: ConnectionKey, kind: Any, *app: Any) -> Any:
        read.add(str(kind))
        return page(shelf, connection_key, kind, *app)

    monkeypatch.setattr(FakeLists, "page", noted)
    firm.post(record)
    assert read == lists
