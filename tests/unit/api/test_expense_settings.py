"""Settings of expenses and invoices: every field by itself, taken back, refused with its place."""

from typing import Any

import pytest
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType, change
from ledgerlink.domain.model.money_settings import ExpenseSettings, InvoiceSettings

from tests.fakes.targets import TARGETS
from tests.unit.api.client import Answer, Api
from tests.unit.api.papers import expense, furnished, invoice, posted

PLAIN: dict[str, dict[str, Any]] = {
    "expenses": {
        "group_by": "report",
        "period": "month",
        "date": "spent",
        "number": "ours",
        "payable_account_id": None,
        "check_account_id": None,
        "card_account_id": None,
        "missing_payee": "refuse",
        "catch_all_vendor_id": None,
    },
    "invoices": {
        "lines": "entries",
        "number": "ours",
        "item_id": None,
        "link_time": True,
        "send": False,
    },
}
CHANGES = [
    *(("expenses", "group_by", value) for value in ("entry", "person_and_period", "report")),
    *(("expenses", "period", value) for value in ("week", "month")),
    *(("expenses", "date", value) for value in ("approved", "period_end", "today", "spent")),
    *(("expenses", "number", value) for value in ("theirs", "ours")),
    ("expenses", "payable_account_id", "33"),
    ("expenses", "check_account_id", "35"),
    ("expenses", "card_account_id", "41"),
    ("expenses", "catch_all_vendor_id", "56"),
    ("expenses", "missing_payee", "refuse"),
    *(("invoices", "lines", value) for value in ("summary", "entries")),
    *(("invoices", "number", value) for value in ("theirs", "ours")),
    ("invoices", "item_id", "19"),
    *(("invoices", "link_time", value) for value in (False, True)),
    *(("invoices", "send", value) for value in (True, False)),
]
ACCOUNTS = {
    "33": ("Payables", "accounts_payable"),
    "34": ("Payables EUR", "accounts_payable"),
    "35": ("Checking", "bank"),
    "41": ("Visa", "credit_card"),
    "60": ("Travel", "expense"),
}


@pytest.fixture
def connection(api: Api) -> Connection:
    """A company of which accounts, vendors and items have come in."""
    connection = api.app.connected()
    records = [_account(number, name, role) for number, (name, role) in ACCOUNTS.items()]
    records += [
        _account("36", "Old checking", "bank", active=False),
        _account("42", "Gone card", "credit_card", gone="deleted"),
        ListRecord(type=ListType.VENDOR, id="56", name="Sundry"),
        ListRecord(type=ListType.VENDOR, id="57", name="Former", active=False),
        ListRecord(type=ListType.ITEM, id="19", name="Services"),
        ListRecord(type=ListType.ITEM, id="20", name="Old service", active=False),
    ]
    api.app.connector.targets = TARGETS
    api.app.connector.lists = {
        kind: ListTraits(entities=(kind.value,), by_changes=True)
        for kind in {r.type for r in records}
    }
    entries = [change(None, one, "r", api.app.clock.now(), linked=False) for one in records]
    found = [entry for entry in entries if entry is not None]
    api.app.deps.lists.record(connection.key, "r", found)
    return connection


def _account(number: str, name: str, role: str, **given: Any) -> ListRecord:
    return ListRecord(type=ListType.ACCOUNT, id=number, name=name, roles=(role,), **given)


def shown(api: Api, connection: Connection) -> dict[str, Any]:
    found = api.get(f"/v1/connections/{connection.id}/settings").json
    return {part: found[part] for part in PLAIN}


def patch(api: Api, connection: Connection, body: Any) -> Answer:
    return api.call("PATCH", f"/v1/connections/{connection.id}/settings", body)


def test_a_connection_starts_with_the_plain_settings(api: Api, connection: Connection) -> None:
    assert shown(api, connection) == PLAIN


def test_every_field_of_both_parts_is_tried_here() -> None:
    tried = {(part, name) for part, name, _ in CHANGES}
    fields = {("expenses", name) for name in ExpenseSettings.__slots__}
    assert tried == fields | {("invoices", name) for name in InvoiceSettings.__slots__}


@pytest.mark.parametrize(("part", "name", "value"), CHANGES)
def test_a_field_is_changed_by_itself_and_kept(
    api: Api, connection: Connection, part: str, name: str, value: Any
) -> None:
    answer = patch(api, connection, {part: {name: value}})
    assert answer.status == 200, answer.text
    wanted = PLAIN | {part: PLAIN[part] | {name: value}}
    assert {p: answer.json[p] for p in PLAIN} == wanted
    assert shown(api, connection) == wanted
    patch(api, connection, {"schedule": {"mode": "off"}})
    assert shown(api, connection) == wanted


@pytest.mark.parametrize(("part", "name"), [(p, n) for p, n, _ in CHANGES if n.endswith("_id")])
def test_null_takes_an_id_back_and_leaves_everything_else(
    api: Api, connection: Connection, part: str, name: str
) -> None:
    (value,) = [v for p, n, v in CHANGES if (p, n) == (part, name)]
    patch(api, connection, {part: {name: value}})
    patch(api, connection, {part: {"number": None}})
    assert shown(api, connection)[part][name] == value
    assert patch(api, connection, {part: {name: None}}).status == 200
    assert shown(api, connection) == PLAIN


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"expenses": {"group_by": "vendor"}}, ["/expenses/group_by"]),
        ({"expenses": {"period": "year"}}, ["/expenses/period"]),
        ({"expenses": {"date": "2026-01-01"}}, ["/expenses/date"]),
        ({"expenses": {"number": "both"}}, ["/expenses/number"]),
        ({"expenses": {"number": 7}}, ["/expenses/number"]),
        ({"expenses": {"missing_payee": "guess"}}, ["/expenses/missing_payee"]),
        ({"expenses": {"payable_account_id": ""}}, ["/expenses/payable_account_id"]),
        ({"expenses": {"check_account_id": "x" * 201}}, ["/expenses/check_account_id"]),
        ({"expenses": {"card_account_id": 41}}, ["/expenses/card_account_id"]),
        ({"expenses": {"colour": "red"}}, ["/expenses/colour"]),
        ({"expenses": "report"}, ["/expenses"]),
        ({"invoices": {"lines": "short"}}, ["/invoices/lines"]),
        ({"invoices": {"number": ""}}, ["/invoices/number"]),
        ({"invoices": {"item_id": ""}}, ["/invoices/item_id"]),
        ({"invoices": {"link_time": "perhaps"}}, ["/invoices/link_time"]),
        ({"invoices": {"send": 7}}, ["/invoices/send"]),
        ({"invoices": {"copies": 2}}, ["/invoices/copies"]),
        (
            {"expenses": {"period": "day", "date": "now"}, "invoices": {"lines": "x"}},
            ["/expenses/period", "/expenses/date", "/invoices/lines"],
        ),
    ],
)
def test_a_wrong_value_names_its_place_and_changes_nothing(
    api: Api, connection: Connection, body: Any, pointers: list[str]
) -> None:
    answer = patch(api, connection, body)
    assert (answer.status, answer.pointers) == (422, pointers)
    assert shown(api, connection) == PLAIN


@pytest.mark.parametrize(
    ("part", "name", "value", "words"),
    [
        ("expenses", "payable_account_id", "35", "an accounts payable account"),
        ("expenses", "payable_account_id", "60", "an accounts payable account"),
        ("expenses", "check_account_id", "41", "a bank account"),
        ("expenses", "check_account_id", "36", "a bank account"),
        ("expenses", "card_account_id", "35", "a credit card account"),
        ("expenses", "card_account_id", "42", "a credit card account"),
        ("expenses", "catch_all_vendor_id", "57", "a vendor"),
        ("invoices", "item_id", "20", "a product or service"),
    ],
)
def test_an_account_vendor_or_item_that_cannot_be_used_for_it_is_refused(
    api: Api, connection: Connection, part: str, name: str, value: str, words: str
) -> None:
    answer = patch(api, connection, {part: {name: value}})
    assert (answer.status, answer.pointers) == (422, [f"/{part}/{name}"])
    (problem,) = answer.json["errors"]
    assert value in problem["detail"]
    assert words in problem["remedy"]
    assert shown(api, connection) == PLAIN


@pytest.mark.parametrize(("part", "name"), [(p, n) for p, n, _ in CHANGES if n.endswith("_id")])
def test_an_id_that_has_not_come_in_yet_is_left_to_the_ledger(
    api: Api, connection: Connection, part: str, name: str
) -> None:
    assert patch(api, connection, {part: {name: "999"}}).status == 200
    assert shown(api, connection)[part][name] == "999"


def test_an_account_that_was_closed_later_does_not_hinder_other_changes(
    api: Api, connection: Connection
) -> None:
    assert patch(api, connection, {"expenses": {"check_account_id": "35"}}).status == 200
    closed = _account("35", "Checking", "bank", active=False)
    entry = change(None, closed, "r2", api.app.clock.now(), linked=False)
    assert entry is not None
    api.app.deps.lists.record(connection.key, "r2", [entry])
    assert patch(api, connection, {"expenses": {"group_by": "entry"}}).status == 200
    assert shown(api, connection)["expenses"]["check_account_id"] == "35"


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ({}, {"missing_payee": "catch_all"}),
        ({}, {"missing_payee": "catch_all", "catch_all_vendor_id": None}),
        (
            {"missing_payee": "catch_all", "catch_all_vendor_id": "56"},
            {"catch_all_vendor_id": None},
        ),
    ],
)
def test_a_catch_all_needs_a_vendor(
    api: Api, connection: Connection, before: dict[str, Any], body: dict[str, Any]
) -> None:
    assert patch(api, connection, {"expenses": before}).status == 200
    answer = patch(api, connection, {"expenses": body})
    assert (answer.status, answer.pointers) == (422, ["/expenses/catch_all_vendor_id"])
    both = {"missing_payee": "catch_all", "catch_all_vendor_id": "56"}
    assert patch(api, connection, {"expenses": both}).status == 200
    neither = {"missing_payee": "refuse", "catch_all_vendor_id": None}
    assert patch(api, connection, {"expenses": neither}).status == 200


def test_settings_take_effect_on_the_next_post(api: Api) -> None:
    connection = furnished(api)
    patch(api, connection, {"expenses": {"number": "theirs", "date": "period_end"}})
    patch(api, connection, {"invoices": {"number": "theirs", "send": True}})
    report = {"report_key": "R", "report_number": "7", "spent_on": "2026-02-03"}
    body = {
        "expenses": [expense("e1", **report), expense("e2", **report)],
        "invoices": [invoice("i1", email="c@client.example")],
    }
    items = posted(api, connection, body)
    spent, sold = items["expense-report:R"]["after"], items["invoice:i1"]["after"]
    assert (spent["day"], "number" in spent) == ("2026-02-28", False)
    assert ("number" in sold, sold["note"]) == (False, ["No. N-i1"])
    assert "email:invoice/i1" in items
