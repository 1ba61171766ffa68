"""The connector port, logins, and the table of error codes."""

import pytest
from ledgerlink.connectors.intacct.outcomes.rejected import explain
from ledgerlink.connectors.intacct.protocol.error_codes import meaning
from ledgerlink.connectors.intacct.protocol.fault_rules import FUNCTION, SIGNING_IN
from ledgerlink.connectors.intacct.protocol.faults import Fault, faults, main_fault
from ledgerlink.connectors.intacct.protocol.response import Stage
from ledgerlink.connectors.intacct.protocol.xml import parse
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.errors import Disposition, Meaning
from ledgerlink.domain.errors import Forbidden, Invalid
from ledgerlink.domain.model.company import Features
from ledgerlink.domain.model.new_records import NewCustomer
from ledgerlink.domain.model.reasons import REASONS
from ledgerlink.domain.ports import Composer, Connector, Ledger

from tests.unit.connectors.intacct.open_company import OpenCompany

GIVEN = {"company_id": " acme ", "user_id": "ws", "password": "p4ss word "}


@pytest.mark.parametrize(("more", "place", "entity"), [
    ({}, "acme", None),
    ({"entity": "US"}, "acme:US", "US"),
    ({"entity": " "}, "acme", None),
])  # fmt: skip
def test_a_login_is_for_a_company_or_one_of_its_entities(
    more: dict[str, str], place: str, entity: str | None
) -> None:
    found, login = OpenCompany().connector.login({**GIVEN, **more})
    assert (found, login.entity, login.company_id) == (place, entity, "acme")
    assert login.password == "p4ss word "


@pytest.mark.parametrize(("change", "pointers"), [
    ({"password": ""}, ["/login/password"]),
    ({"company_id": "x" * 201}, ["/login/company_id"]),
    ({"user_id": "", "company_id": " "}, ["/login/company_id", "/login/user_id"]),
    ({"colour": "red"}, ["/login/colour"]),
])  # fmt: skip
def test_an_invalid_login_names_its_fields(change: dict[str, str], pointers: list[str]) -> None:
    with pytest.raises(Invalid) as wrong:
        OpenCompany().connector.login({**GIVEN, **change})
    assert [problem.pointer for problem in wrong.value.problems] == pointers
    assert "p4ss" not in str(wrong.value)


async def test_it_is_a_connector_with_a_ledger_and_a_composer() -> None:
    company = OpenCompany()
    connector: Connector = company.connector
    ledger: Ledger = company.ledger
    composer: Composer = connector.composer_for(Features())
    assert (connector.name, ledger.calls, ledger.connector_state()) == ("intacct", {}, {})
    assert composer.list_record(NewCustomer(key="client:c", name="Acme")).kind == "CUSTOMER"
    assert await ledger.exchange_rates([]) == {}
    await ledger.close()


def test_there_are_neither_consents_nor_webhooks() -> None:
    with pytest.raises(Invalid):
        OpenCompany().connector.consents({})
    with pytest.raises(Forbidden):
        OpenCompany().connector.webhook_events({}, b"{}", dict)


@pytest.mark.parametrize("each", [*FUNCTION, *SIGNING_IN], ids=lambda m: m.words or m.errorno)
def test_every_rule_for_a_fault_has_a_reason_and_a_remedy(each: Meaning) -> None:
    assert each.code in REASONS
    lane = each.disposition in (Disposition.STOP, Disposition.RECONNECT)
    assert not lane or each.remedy


@pytest.mark.parametrize(("errorno", "words", "code"), [
    ("BL01001973", "Invalid Project '10064' specified.", "target_missing"),
    ("BL01001973", "Invalid Job '10064' specified.", "target_missing"),
    ("BL01001973", "The employee 'E1' is invalid.", "target_missing"),
    ("BL01001973", "Vendor 'V' specified is not valid.", "target_missing"),
    ("BL01001973", "Activate the vendor V, then try again.", "target_missing"),
    ("BL01001973", "Location 'US' is not valid", "target_missing"),
    ("BL01001973", "Invalid Department 10 selected", "target_missing"),
    ("BL01001973", "The employee is not a resource of the project 'P'.", "not_assigned"),
    ("BL01001973", "The Project 'P' has a project status that prevents expense submittal.",
     "not_open"),
    ("BL01001973", "The account number '6000' requires a department.", "missing_dimension"),
    ("BL01001973", "This transaction is missing the Department dimension for the Account 6000",
     "missing_dimension"),
    ("BL01001973", "Required field Date Due is missing", "missing_dimension"),
    ("BL01001973", "Date must be on or after 01/01/2026", "closed_period"),
    ("BL34000061", "Another Project with the given value(s) P1  already exists", "name_taken"),
    ("PL05000104", "record exists", "name_taken"),
    ("BL01001973", "Currently, we can't create the transaction", "refused"),
    ("XL03000009", "Object definition BADOBJECT not found", "our_request_wrong"),
    ("XL03000006", "The following fields cannot be queried: X", "our_request_wrong"),
])  # fmt: skip
def test_the_words_of_a_fault_decide_its_reason(errorno: str, words: str, code: str) -> None:
    why = explain(Fault(errorno, words), {})
    assert why.code == code
    assert why.message
    assert why.remedy


def test_a_fault_without_words_has_a_text() -> None:
    assert "no explanation given" in explain(Fault("X1"), {}).message


@pytest.mark.parametrize("stage", list(Stage))
def test_an_unknown_fault_at_sign_in_stops_the_lane(stage: Stage) -> None:
    what = meaning(Fault("ZZ", "something new"), stage)
    assert errors.lane_error(what.disposition, "something new", remedy=what.remedy) is not None


def test_words_of_a_fault_are_plain_and_without_support_ids() -> None:
    root = parse(
        b"<r><errormessage><error><errorno>A</errorno><description>Bad</description>"
        b"<description2>it isn&#039;t  &amp;quot;so&amp;quot; [Support ID: a%7Eb]</description2>"
        b"<correction>Try again.</correction></error></errormessage></r>"
    )
    assert str(main_fault(faults(root))) == ('Bad it isn\'t "so" Try again. (Sage Intacct error A)')
