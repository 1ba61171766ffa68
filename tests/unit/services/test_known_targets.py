"""Rules and settings that point at records which cannot be used: when set, and in plans."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.imports import Scope
from ledgerlink.domain.model.money_settings import ExpenseSettings, InvoiceSettings
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import (
    CreateLaborCode,
    CreateProject,
    LinkExpenseCode,
    LinkTo,
    RuleKind,
)
from ledgerlink.domain.model.rules import Mapping as RuleMapping
from ledgerlink.domain.model.settings import Direction, Settings
from ledgerlink.domain.model.targets import Purpose
from ledgerlink.services.posting.preview import preview
from ledgerlink.services.settings.rules import put_all_rules
from ledgerlink.services.settings.settings import change_settings

from tests.fakes.service import USER, InMemoryService, entry
from tests.support.listed import RECORDS, lists_came_in
from tests.support.money_service import invoice, money_service, spent

K = RuleKind
RULES: dict[RuleKind, dict[str, RuleMapping]] = {
    K.USERS: {
        "u9": LinkTo(ledger_id="P9"),
        "uv": LinkTo(ledger_id="V1"),
        "v9": LinkTo(ledger_id="V9", person="vendor"),
        "un": LinkTo(ledger_id="99999"),
    },
    K.PROJECTS: {
        "p9": LinkTo(ledger_id="C9"),
        "pn": LinkTo(ledger_id="99999"),
        "below": CreateProject(name="Below", parent_id="C9"),
    },
    K.LABOR_CODES: {
        "l1": LinkTo(ledger_id="I1", rate=None),
        "l9": LinkTo(ledger_id="I9"),
        "new": CreateLaborCode(name="New", income_account_id="IN", parent_id="99999"),
    },
    K.LEAVE_TYPES: {"sick": LinkTo(ledger_id="I9")},
    K.EXPENSE_CODES: {
        "meals": LinkExpenseCode(ledger_id="A1"),
        "old": LinkExpenseCode(ledger_id="A9"),
        "wrong": LinkExpenseCode(ledger_id="AR"),
        "ghost": LinkExpenseCode(ledger_id="424242"),
        "bought": LinkExpenseCode(ledger_id="I9", target="item"),
    },
    K.CARDS: {
        "visa": LinkTo(ledger_id="CARDS"),
        "debit": LinkTo(ledger_id="BANK"),
        "payable": LinkTo(ledger_id="AP"),
        "nonsense": LinkTo(ledger_id="99999"),
    },
    K.VENDORS: {"v9": LinkTo(ledger_id="V9")},
    K.CLASSES: {"k9": LinkTo(ledger_id="K9")},
    K.TERMS: {"tn": LinkTo(ledger_id="T7")},
    K.TAX_CODES: {"xn": LinkTo(ledger_id="X7")},
}
CARD = {"paid_with": "company_card", "card_key": "visa"}
RECORDS_OF_RULES: Mapping[str, tuple[dict[str, Any], str, str]] = {
    "inactive employee": (entry("a", staff_key="u9"), "target_missing", "John Johnson"),
    "vendor as employee": (entry("a", staff_key="uv"), "wrong_kind", "Airline Inc"),
    "inactive vendor": (spent("a", staff_key="v9"), "target_missing", "Lee Advertising"),
    "unknown person": (entry("a", staff_key="un"), "target_missing", "99999"),
    "inactive project": (entry("a", project_key="p9"), "target_missing", "Old client"),
    "unknown project": (entry("a", project_key="pn"), "target_missing", "99999"),
    "inactive project of an expense": (spent("a", project_key="p9"), "target_missing", "Old"),
    "inactive customer of an invoice": (invoice("a", project_key="p9"), "target_missing", "Old"),
    "below an inactive customer": (entry("a", project_key="below"), "target_missing", "Old"),
    "inactive service": (entry("a", labor_code_key="l9"), "target_missing", "Old design"),
    "new item below nothing": (entry("a", labor_code_key="new"), "target_missing", "99999"),
    "inactive leave": (entry("a", leave_type_key="sick"), "target_missing", "Old design"),
    "inactive item of a line": (
        invoice("a", {"amount": "1.00", "labor_code_key": "l9"}),
        "target_missing",
        "Old design",
    ),
    "inactive account": (spent("a", expense_code_key="old"), "target_missing", "Old (A9)"),
    "receivables": (spent("a", expense_code_key="wrong"), "wrong_account", "A/R (AR)"),
    "unknown account": (spent("a", expense_code_key="ghost"), "target_missing", "424242"),
    "inactive item": (spent("a", expense_code_key="bought"), "target_missing", "Old design"),
    "debit card": (spent("a", **CARD | {"card_key": "debit"}), "wrong_account", "Checking (BANK)"),
    "payable as card": (spent("a", **CARD | {"card_key": "payable"}), "wrong_account", "A/P"),
    "unknown card": (spent("a", **CARD | {"card_key": "nonsense"}), "target_missing", "99999"),
    "inactive merchant": (spent("a", vendor_key="v9", **CARD), "target_missing", "Lee"),
    "inactive class": (entry("a", class_key="k9"), "target_missing", "West"),
    "class of a line": (
        invoice("a", {"amount": "1.00", "class_key": "k9"}),
        "target_missing",
        "West",
    ),
    "unknown terms": (invoice("a", terms_key="tn"), "target_missing", "T7"),
    "unknown tax code": (spent("a", tax_code_key="xn"), "target_missing", "X7"),
}


def service(*, checked_when_set: bool = False) -> tuple[InMemoryService, Connection]:
    """The service with these rules, as they were set before the lists came in."""
    app, connection = money_service()
    if not checked_when_set:
        put_all_rules(app.deps, connection.key, USER, RULES)
    lists_came_in(app, connection)
    return app, connection


@pytest.mark.parametrize("name", RECORDS_OF_RULES)
def test_the_plan_blocks_what_the_lists_know_to_be_unusable(name: str) -> None:
    """Case general 02: in the preview as in the post, with the name."""
    record, code, words = RECORDS_OF_RULES[name]
    app, connection = service()
    shown = preview(app.deps, connection.key, USER, [record])
    run = app.post(connection, "key", [record])
    app.work()
    items = app.items(run)
    for operation, state, why in [
        *((each, each.state, each.reason) for each in shown),
        *((item.operation, item.state, item.outcome.reason) for item in items),
    ]:
        assert state is ItemState.BLOCKED, operation
        assert why is not None
        assert (why.code, words in why.message) == (code, True), why
    assert [each.key for each in shown] == [item.operation.key for item in items]
    assert app.company().received == []


def test_the_neighbours_of_what_is_blocked_are_posted() -> None:
    app, connection = service()
    run = app.post(connection, "key", [entry("bad", staff_key="u9"), entry("good"), spent("e")])
    app.work()
    states = app.states(run)
    assert states.pop("time:bad") is ItemState.BLOCKED
    assert set(states.values()) == {ItemState.POSTED}


def test_a_wrong_card_does_not_fall_back_to_the_card_of_the_settings() -> None:
    """Case general 13: that is for a card without a rule only."""
    app, connection = service()
    shown = preview(app.deps, connection.key, USER, [spent("a", **CARD | {"card_key": "debit"})])
    assert [(one.state, one.reason and one.reason.code) for one in shown] == [
        (ItemState.BLOCKED, "wrong_account")
    ]
    shown = preview(app.deps, connection.key, USER, [spent("a", **CARD | {"card_key": "other"})])
    assert [one.state for one in shown] == [ItemState.PENDING]


SETTINGS: Mapping[str, tuple[Settings, dict[str, Any]]] = {
    "payables": (Settings(expenses=ExpenseSettings(payable_account_id="BANK")), spent("a")),
    "checks": (Settings(expenses=ExpenseSettings(check_account_id="CARDS")), spent("a")),
    "cards": (Settings(expenses=ExpenseSettings(card_account_id="AP")), spent("a", **CARD)),
    "items": (Settings(invoices=InvoiceSettings(item_id="I9")), invoice("a")),
    "unknown": (Settings(invoices=InvoiceSettings(item_id="99999")), invoice("a")),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_the_plan_checks_what_the_settings_name(name: str) -> None:
    """Case general 02: a payable account in the settings."""
    settings, record = SETTINGS[name]
    app, connection = service()
    app.rules(connection, K.USERS, {"vic": LinkTo(ledger_id="V1", person="vendor")})
    app.rules(connection, K.CARDS, {})
    stored = app.deps.settings.get(connection.key)
    app.deps.settings.put(connection.key, replace(settings, version=stored.version))
    if name == "payables":
        record |= {"staff_key": "vic"}
    if name == "cards":
        record |= {"card_key": None}
    (shown,) = preview(app.deps, connection.key, USER, [record])
    assert shown.state is ItemState.BLOCKED
    assert shown.reason
    assert shown.reason.code in ("wrong_account", "target_missing")


def test_an_import_blocks_the_same() -> None:
    """Case general 02: through the door of imports."""
    from ledgerlink.services.imports.mapping import mapping_of
    from ledgerlink.services.imports.service import ImportRequest, User, create, order_plan

    app, connection = service()
    user = User(connection.firm, USER)
    given = [entry("bad", staff_key="u9"), entry("worse", project_key="pn"), entry("good")]
    day = date(2026, 2, 27)
    wanted = ImportRequest(scope=Scope(first_day=day, last_day=day), records=given)
    draft = create(app.deps, user, connection.id, "key", wanted)
    app.work()
    page = mapping_of(app.deps, connection, app.run(draft), K.USERS)
    problems = {one.entity.key: one.unfit for one in page.mapped}
    assert problems == {"u1": None, "u9": "The employee John Johnson (P9) is inactive."}
    order_plan(app.deps, user, connection.id, draft.id)
    app.work()
    found = {item.operation.key: item.outcome.reason for item in app.items(draft)}
    codes = {key.partition(":")[2]: why.code for key, why in found.items() if why}
    assert codes == {"bad": "target_missing", "worse": "target_missing"}


@pytest.mark.parametrize("kind", RULES)
def test_rules_are_checked_when_they_are_set(kind: RuleKind) -> None:
    """Cases general 02, 13, product 4: refused, naming what it may be; nothing is stored."""
    fine = {"l1", "meals", "visa"}
    for key, mapping in RULES[kind].items():
        app, connection = service(checked_when_set=True)
        before = list(app.deps.rules.list(connection.key))
        if key in fine:
            app.rules(connection, kind, {key: mapping})
            continue
        with pytest.raises(Invalid) as refused:
            app.rules(connection, kind, {key: mapping})
        problems = refused.value.problems
        assert problems[0].pointer.startswith(f"/rules/{key}/")
        assert all(each.message.endswith(".") for each in problems)
        assert "Use the id of a" in problems[0].remedy
        with pytest.raises(Invalid) as refused:
            put_all_rules(app.deps, connection.key, USER, {kind: {key: mapping}})
        assert refused.value.problems[0].pointer.startswith(f"/rules/{kind}/{key}/")
        assert list(app.deps.rules.list(connection.key)) == before


def test_a_rule_that_stays_as_it_is_is_not_checked_again() -> None:
    app, connection = service()
    kept = put_all_rules(app.deps, connection.key, USER, RULES)
    assert {rule.version for rules in kept.rules.values() for rule in rules} == {1}


def test_what_did_not_come_in_yet_is_accepted() -> None:
    app, connection = money_service()
    put_all_rules(app.deps, connection.key, USER, RULES)
    lists_came_in(app, connection)
    stored = app.deps.settings.get(connection.key)
    app.deps.settings.put(connection.key, replace(stored, direction=Direction.OUT))
    more = {"later": LinkTo(ledger_id="55555")}
    app.rules(connection, K.PROJECTS, dict(more))
    stored_rules = {rule.key: rule.mapping for rule in app.deps.rules.list(connection.key)}
    assert stored_rules["later"] == more["later"]


@pytest.mark.parametrize(
    ("patch", "pointer"),
    [
        ({"expenses": {"payable_account_id": "BANK"}}, "/expenses/payable_account_id"),
        ({"expenses": {"card_account_id": "99999"}}, "/expenses/card_account_id"),
        ({"expenses": {"catch_all_vendor_id": "P1"}}, "/expenses/catch_all_vendor_id"),
        ({"invoices": {"item_id": "I9"}}, "/invoices/item_id"),
    ],
)
def test_settings_are_checked_when_they_are_set(patch: Any, pointer: str) -> None:
    """Case product 4: an id that is not there is refused, too."""
    app, connection = service()
    with pytest.raises(Invalid) as refused:
        change_settings(app.deps, connection.key, USER, patch)
    assert [problem.pointer for problem in refused.value.problems] == [pointer]


def test_each_target_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan of 100,000 entries checks a rule's record once, not for each entry."""
    from ledgerlink.domain.mapping.targets import KnownTargets

    app, connection = service()
    judged: list[tuple[Purpose, str]] = []
    judge = KnownTargets._judge

    def counted(self: KnownTargets, purpose: Purpose, ledger_id: str) -> Any:
        judged.append((purpose, ledger_id))
        return judge(self, purpose, ledger_id)

    monkeypatch.setattr(KnownTargets, "_judge", counted)
    preview(app.deps, connection.key, USER, [entry(f"t{n}") for n in range(50)])
    assert sorted(judged) == [(Purpose.EMPLOYEE, "P1"), (Purpose.WORKED_FOR, "C1")]


def test_a_created_record_that_was_made_inactive_is_blocked_and_a_new_one_is_not() -> None:
    """Case general 02: the lists need not have what we created yet."""
    from ledgerlink.domain.model.list_records import ListRecord, ListType

    app, connection = service()
    client = {"kind": "client", "key": "c", "name": "New"}
    app.post(connection, "one", [client, entry("t1", project_key=None, client_key="c")])
    app.work()
    second = app.post(connection, "two", [entry("t2", project_key=None, client_key="c")])
    app.work()
    assert app.states(second) == {"time:t2": ItemState.POSTED}
    link = app.links.rows[connection.key]["project:c"]
    made = ListRecord(type=ListType.CUSTOMER, id=link.ledger_id, name="New", active=False)
    lists_came_in(app, connection, [*RECORDS, made])
    third = app.post(connection, "three", [entry("t3", project_key=None, client_key="c")])
    app.work()
    (item,) = app.items(third)
    assert item.state is ItemState.BLOCKED
    assert item.outcome.reason
    assert "New" in item.outcome.reason.message
