"""Change data capture: one call for all lists, and entities that QuickBooks does not report."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from ledgerlink.connectors.qbo import PRODUCTION, QuickBooksOnline
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.list_records import Gone, ListBatch, ListType

from tests.support.qbo.scripted_company import (
    REALM,
    RESPONSE_TIME,
    Responder,
    ScriptedCompany,
    fault,
    open_ledger,
    reply,
)
from tests.support.qbo.virtual_time import VirtualClock, run
from tests.unit.connectors.qbo.fake_list_server import Row, changed, deleted, row

SINCE = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
PEOPLE = (ListType.CUSTOMER, ListType.EMPLOYEE, ListType.VENDOR)


def told(*answers: Mapping[str, Any], **reads: Mapping[str, Any]) -> ScriptedCompany:
    """A company that reports these changes, one response after the other."""
    script: list[Responder | Exception | None] = [_answer(each) for each in answers]
    return ScriptedCompany(latency=lambda kind: 0.0, script=script, reads=reads)


def _answer(payload: Mapping[str, Any]) -> Responder:
    return lambda request: reply(payload)


def changes(company: ScriptedCompany, *wanted: ListType) -> Mapping[ListType, ListBatch]:
    async def main() -> Mapping[ListType, ListBatch]:
        return await open_ledger(company).changes(wanted, SINCE)

    return run(main())


def entities(company: ScriptedCompany) -> list[str]:
    """What each call asked for."""
    return [parse_qs(r.url.query.decode())["entities"][0] for r in company.calls("cdc")]


def ids(batch: ListBatch) -> list[str]:
    return [record.id for record in batch.records]


def test_one_call_asks_for_all_lists_with_the_offset_of_the_moment() -> None:
    connector = QuickBooksOnline(PRODUCTION, VirtualClock())
    names = ["CompanyInfo", "Preferences", "Account", "Term", "Class", "Department", "Item"]
    names += ["Employee", "Vendor", "Customer", "Invoice", "Payment"]
    company = told(changed({}, *names))
    answer = changes(company, *reversed(list(connector.lists)))
    (request,) = company.calls("cdc")
    assert str(request.url) == (
        f"https://qbo.example/v3/company/{REALM}/cdc?entities={','.join(names)}"
        "&changedSince=2026-03-01T17:00:00%2B00:00&minorversion=75"
    )
    assert set(answer) == {kind for kind, traits in connector.lists.items() if traits.by_changes}
    at = datetime(2026, 3, 2, 9, 0, 0, 405000, tzinfo=UTC)
    assert all(batch.as_of == at for batch in answer.values())
    assert not any([*batch.records, *batch.gone] for batch in answer.values())


def test_a_call_is_counted_under_its_metered_kind() -> None:
    company = told(changed({}))

    async def main() -> Mapping[str, int]:
        ledger = open_ledger(company)
        await ledger.changes([ListType.ITEM], SINCE)
        return ledger.calls

    assert run(main()) == {"cdc": 1}
    connector = QuickBooksOnline(PRODUCTION, VirtualClock())
    assert connector.metered == {"query", "read", "cdc"}
    assert connector.changes_reach == timedelta(days=29)


def test_changed_inactive_and_deleted_records_are_distinguished() -> None:
    inactive = row(7, Active=False, DisplayName="Amy (deleted)")
    company = told(changed({"Customer": [row(5), inactive, deleted(6)]}, "Employee", "Vendor"))
    answer = changes(company, *PEOPLE)
    batch = answer[ListType.CUSTOMER]
    assert [(r.id, r.name, r.active) for r in batch.records] == [
        ("5", "Row 5", True),
        ("7", "Amy", False),
    ]
    assert batch.gone == [Gone(id="6", at=datetime(2026, 3, 1, 18, 0, tzinfo=UTC))]
    assert batch.position is None
    assert not answer[ListType.VENDOR].records


def test_elements_go_by_their_names_wherever_they_are_and_may_be_missing() -> None:
    company = told(changed({"Vendor": [row(5)], "Customer": [row(6)]}))
    answer = changes(company, *PEOPLE)
    assert {kind: ids(batch) for kind, batch in answer.items()} == {
        ListType.CUSTOMER: ["6"],
        ListType.EMPLOYEE: [],
        ListType.VENDOR: ["5"],
    }


def many(count: int, first: int = 1) -> list[Row]:
    return [row(first + n) for n in range(count)]


def test_a_list_that_fills_a_response_alone_is_left_out_and_the_others_read_again() -> None:
    company = told(changed({"Customer": many(1000)}), changed({"Employee": [row(5)], "Vendor": []}))
    answer = changes(company, *PEOPLE)
    assert {kind: ids(batch) for kind, batch in answer.items()} == {
        ListType.EMPLOYEE: ["5"],
        ListType.VENDOR: [],
    }
    assert entities(company) == ["Employee,Vendor,Customer", "Employee,Vendor"]


def test_lists_that_fill_a_response_together_are_read_one_by_one() -> None:
    half = changed({"Customer": many(600), "Vendor": many(400, 2000)}, "Employee")
    alone = [changed({"Customer": many(600)}), changed({"Vendor": many(700)}), changed({})]
    company = told(half, *alone)
    answer = changes(company, *PEOPLE)
    assert {kind: len(batch.records) for kind, batch in answer.items()} == {
        ListType.CUSTOMER: 600,
        ListType.VENDOR: 700,
        ListType.EMPLOYEE: 0,
    }
    assert sorted(entities(company)[1:]) == ["Customer", "Employee", "Vendor"]


def test_a_list_with_a_larger_total_count_is_truncated() -> None:
    cut = {
        "CDCResponse": [{"QueryResponse": [{"Item": many(5), "totalCount": 7}]}],
        "time": RESPONSE_TIME,
    }
    company = told(cut)
    assert changes(company, ListType.ITEM) == {}
    assert len(company.log) == 1


def test_asking_ends_even_if_every_answer_is_full() -> None:
    company = ScriptedCompany(latency=lambda kind: 0.0)
    together = changed({"Customer": many(400), "Vendor": many(400), "Employee": many(400)})
    alone = changed({"Customer": many(1000), "Vendor": many(1000), "Employee": many(1000)})
    company.script = [_answer(together), *[_answer(alone)] * 50]
    assert changes(company, *PEOPLE) == {}
    assert len(company.log) == 4


def test_a_moment_that_is_too_long_ago_leaves_every_list_to_be_read_whole() -> None:
    detail = "Operation cdc with changedSince date is older than fixed days is not supported"
    company = ScriptedCompany(script=[fault("500", detail)])
    assert changes(company, *PEOPLE) == {}
    assert len(company.log) == 1


def test_a_plan_without_one_of_the_lists_leaves_them_to_be_read_one_by_one() -> None:
    company = ScriptedCompany(script=[fault("5030", "Feature Not Supported")])
    assert changes(company, ListType.CLASS, ListType.ITEM) == {}


def test_an_answer_of_another_shape_is_not_taken_for_no_changes() -> None:
    with pytest.raises(LedgerUnavailable):
        changes(told({"time": RESPONSE_TIME}), ListType.ITEM)


def test_no_list_with_changes_needs_no_call() -> None:
    company = ScriptedCompany()
    assert changes(company, ListType.TIME, ListType.TAX_CODE, ListType.TAX_RATE) == {}
    assert company.log == []


INFO = row(1, CompanyName="Craig's Design")
PREFERENCES = row(1, SalesFormsPrefs={"CustomTxnNumbers": True})
SETTINGS = (ListType.COMPANY, ListType.CUSTOM_FIELD)


def test_a_changed_half_of_the_company_is_completed_by_reading_the_other() -> None:
    one = told(
        changed({"CompanyInfo": [INFO]}, "Preferences"),
        preferences={"Preferences": PREFERENCES, "time": RESPONSE_TIME},
    )
    other = told(
        changed({"Preferences": [PREFERENCES]}, "CompanyInfo"),
        **{REALM: {"CompanyInfo": INFO, "time": RESPONSE_TIME}},
    )
    for company in (one, other):
        (record,) = changes(company, ListType.COMPANY)[ListType.COMPANY].records
        assert record.name == "Craig's Design"
        assert record.fields["custom_transaction_numbers"] is True
        assert len(company.log) == 2


def test_a_company_without_changes_is_not_read() -> None:
    company = told(changed({}, "CompanyInfo", "Preferences"))
    assert {kind: list(b.records) for kind, b in changes(company, *SETTINGS).items()} == {
        ListType.COMPANY: [],
        ListType.CUSTOM_FIELD: [],
    }
    assert len(company.log) == 1


def test_changed_preferences_bring_the_custom_fields() -> None:
    label = {"Name": "SalesFormsPrefs.SalesCustomName2", "StringValue": "Order"}
    prefs = row(1, SalesFormsPrefs={"CustomField": [{"CustomField": [label]}]})
    company = told(changed({"Preferences": [prefs]}))
    (field,) = changes(company, ListType.CUSTOM_FIELD)[ListType.CUSTOM_FIELD].records
    assert (field.id, field.name) == ("2", "Order")


def test_settings_of_which_the_ledger_is_silent_are_left_to_be_read() -> None:
    company = told(changed({"Item": [row(5)]}))
    answer = changes(company, *SETTINGS, ListType.ITEM)
    assert set(answer) == {ListType.ITEM}


def test_a_refusal_of_settings_is_repeated_without_them_and_remembered() -> None:
    refused = fault("500", "Operation cdc is not supported")
    company = ScriptedCompany(script=[refused, _answer(changed({"Item": [row(5)]}))])

    async def main() -> tuple[set[ListType], Mapping[str, Any]]:
        ledger = open_ledger(company)
        answer = await ledger.changes([*SETTINGS, ListType.ITEM], SINCE)
        return set(answer), ledger.connector_state()

    answered, state = run(main())
    assert answered == {ListType.ITEM}
    assert entities(company) == ["CompanyInfo,Preferences,Item", "Item"]

    later = told(changed({}, "Item"))

    async def again() -> set[ListType]:
        return set(await open_ledger(later, state=state).changes([*SETTINGS, ListType.ITEM], SINCE))

    assert run(again()) == {ListType.ITEM}
    assert entities(later) == ["Item"]


def test_a_refusal_for_another_reason_is_not_held_against_the_settings() -> None:
    company = ScriptedCompany(script=[fault("500"), fault("500")])

    async def main() -> Mapping[str, Any]:
        ledger = open_ledger(company)
        assert await ledger.changes([*SETTINGS, ListType.ITEM], SINCE) == {}
        return ledger.connector_state()

    assert "without_changes" not in run(main())


def test_a_deleted_invoice_is_gone() -> None:
    company = told(changed({"Invoice": [deleted(7)]}, "Payment"))
    batch = changes(company, ListType.INVOICE)[ListType.INVOICE]
    assert ([gone.id for gone in batch.gone], batch.records) == (["7"], [])


def test_reading_and_changes_have_the_same_lists() -> None:
    connector = QuickBooksOnline(PRODUCTION, VirtualClock())
    assert list(connector.lists)[:2] == [ListType.COMPANY, ListType.CUSTOM_FIELD]
    assert set(ListType) - set(connector.lists) == {
        ListType.PROJECT,
        ListType.TASK,
        ListType.DEPARTMENT,
        ListType.ENTITY,
        ListType.PROJECT_TYPE,
        ListType.TIME_TYPE,
        ListType.EXPENSE_TYPE,
        ListType.ACCOUNT_LABEL,
    }
    on_request = [kind for kind, traits in connector.lists.items() if traits.on_request]
    linked = [kind for kind, traits in connector.lists.items() if traits.linked_only]
    assert (on_request, linked) == ([ListType.TIME], [ListType.INVOICE])
