"""What a ledger lets a company choose, as settings: shown, changed, refused, and in effect."""

from typing import Any

import pytest
from ledgerlink.connectors.intacct.config import OFFERED
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.list_records import ListRecord, ListTraits, ListType, change

from tests.unit.api.client import Answer, Api
from tests.unit.api.papers import client, furnished, posted

PLAIN = {name: choice.default for name, choice in OFFERED.items()}
RECORDS = (
    ListRecord(type=ListType.ACCOUNT, id="glaccount/4000", name="Fees", roles=("income",)),
    ListRecord(type=ListType.ACCOUNT, id="glaccount/6000", name="Travel", roles=("expense",)),
    ListRecord(
        type=ListType.ACCOUNT_LABEL,
        id="araccountlabel/Fees",
        name="Fees",
        roles=("accounts_receivable",),
    ),
    ListRecord(
        type=ListType.ACCOUNT_LABEL,
        id="araccountlabel/Other",
        name="Other",
        roles=("accounts_payable",),
    ),
    ListRecord(type=ListType.LOCATION, id="location/US", name="US"),
    ListRecord(type=ListType.ENTITY, id="locationentity/UK", name="UK", active=False),
)


@pytest.fixture
def connection(api: Api) -> Connection:
    """A company of which accounts and locations have come in."""
    connection = furnished(api)
    api.app.connector.choices = OFFERED
    kinds = {record.type for record in RECORDS}
    api.app.connector.lists = {
        kind: ListTraits(entities=(kind.value,), by_changes=True) for kind in kinds
    }
    entries = [change(None, one, "r", api.app.clock.now(), linked=False) for one in RECORDS]
    found = [entry for entry in entries if entry is not None]
    api.app.deps.lists.record(connection.key, "r", found)
    return connection


def shown(api: Api, connection: Connection) -> dict[str, Any]:
    answer = api.get(f"/v1/connections/{connection.id}/settings")
    assert answer.status == 200, answer.text
    return dict(answer.json)


def choose(api: Api, connection: Connection, **chosen: Any) -> Answer:
    return api.call("PATCH", f"/v1/connections/{connection.id}/settings", {"ledger": chosen})


def test_current_and_possible_choices_are_shown(api: Api, connection: Connection) -> None:
    found = shown(api, connection)
    assert found["ledger"] == PLAIN
    offered = {one["name"]: one for one in found["ledger_choices"]}
    assert list(offered) == list(OFFERED)
    assert offered["sales"]["values"] == ["order_entry", "receivables"]
    assert offered["unit"]["default"] == "Each"
    assert (offered["base_currency"]["example"], offered["unit"]["example"]) == ("USD", None)
    assert offered["location_id"]["ids"] == [
        {"begins": "location/", "list": "location", "role": None},
        {"begins": "locationentity/", "list": "entity", "role": None},
    ]
    assert all(one["about"] for one in offered.values())


def test_a_ledger_without_choices_shows_none_and_takes_none(api: Api) -> None:
    connection = api.app.connected()
    found = shown(api, connection)
    assert (found["ledger"], found["ledger_choices"]) == ({}, [])
    answer = choose(api, connection, sales="receivables")
    assert (answer.status, answer.pointers) == (422, ["/ledger/sales"])
    assert choose(api, connection).status == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sales", "receivables"),
        ("transaction_type", "Consulting Invoice"),
        ("unit", "Hour"),
        ("tax_subtotal", "Sales tax"),
        ("revenue_account_id", "glaccount/4000"),
        ("revenue_account_id", "araccountlabel/Fees"),
        ("revenue_account_id", "glaccount/9999"),
        ("action", "Draft"),
        ("timesheet_state", "Submitted"),
        ("report_state", "Draft"),
        ("project_category", "Internal Billable"),
        ("location_id", "location/US"),
        ("folder", "Scans"),
        ("base_currency", "CHF"),
        ("multi_currency", "no"),
        ("exchange_rate_type", "Our rate"),
        ("tax_solution", "United Kingdom - VAT"),
        ("tax_detail", "UK standard"),
        ("item_gl_group", "Services"),
    ],
)
def test_a_choice_is_changed_by_itself_kept_and_taken_back(
    api: Api, connection: Connection, name: str, value: str
) -> None:
    answer = choose(api, connection, **{name: value})
    assert (answer.status, answer.json["ledger"]) == (200, PLAIN | {name: value})
    other = "folder" if name != "folder" else "unit"
    assert choose(api, connection, **{other: "Box"}).status == 200
    assert shown(api, connection)["ledger"] == PLAIN | {name: value, other: "Box"}
    assert choose(api, connection, **{name: None, other: None}).json["ledger"] == PLAIN


@pytest.mark.parametrize(
    ("chosen", "pointers"),
    [
        ({"sales": "gifts"}, ["/ledger/sales"]),
        ({"sales": 7}, ["/ledger/sales"]),
        ({"colour": "red"}, ["/ledger/colour"]),
        ({"timesheet_state": "Approved"}, ["/ledger/timesheet_state"]),
        ({"report_state": "Paid"}, ["/ledger/report_state"]),
        ({"action": "Post"}, ["/ledger/action"]),
        ({"unit": ""}, ["/ledger/unit"]),
        ({"base_currency": "usd"}, ["/ledger/base_currency"]),
        ({"base_currency": "Euro"}, ["/ledger/base_currency"]),
        ({"multi_currency": True}, ["/ledger/multi_currency"]),
        ({"transaction_type": "x" * 31}, ["/ledger/transaction_type"]),
        ({"revenue_account_id": "4000"}, ["/ledger/revenue_account_id"]),
        ({"revenue_account_id": "glaccount/6000"}, ["/ledger/revenue_account_id"]),
        ({"revenue_account_id": "araccountlabel/Other"}, ["/ledger/revenue_account_id"]),
        ({"location_id": "department/10"}, ["/ledger/location_id"]),
        ({"location_id": "locationentity/UK"}, ["/ledger/location_id"]),
        ({"folder": "a\nb", "sales": "x"}, ["/ledger/folder", "/ledger/sales"]),
    ],
)
def test_a_wrong_choice_names_its_place_and_changes_nothing(
    api: Api, connection: Connection, chosen: dict[str, Any], pointers: list[str]
) -> None:
    answer = choose(api, connection, **chosen)
    assert (answer.status, answer.pointers) == (422, pointers)
    assert all(one["remedy"] for one in answer.json["errors"])
    assert shown(api, connection)["ledger"] == PLAIN


@pytest.mark.parametrize("body", [{"ledger": "receivables"}, {"ledger": ["sales"]}])
def test_choices_are_given_by_name(api: Api, connection: Connection, body: Any) -> None:
    answer = api.call("PATCH", f"/v1/connections/{connection.id}/settings", body)
    assert (answer.status, answer.pointers) == (422, ["/ledger"])


def test_a_choice_reaches_the_ledger_and_the_composer(api: Api, connection: Connection) -> None:
    heard = api.app.connector.heard
    posted(api, connection, {"clients": [client("c8")]})
    assert heard
    assert all(chosen == {} for chosen in heard)
    choose(api, connection, sales="receivables", unit="Hour")
    heard.clear()
    posted(api, connection, {"clients": [client("c9")]}, "another")
    assert len(heard) >= 2
    assert all(chosen == {"sales": "receivables", "unit": "Hour"} for chosen in heard)
