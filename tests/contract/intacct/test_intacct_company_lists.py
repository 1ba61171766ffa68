"""The lists behind the port, against the sandbox over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ledgerlink.connectors.intacct.ledger import IntacctLedger
from ledgerlink.connectors.intacct.reads.catalog import LIST_SOURCES
from ledgerlink.connectors.intacct.reads.map_lists import (
    ACCOUNT_LABEL,
    DEPARTMENT,
    ENTITY,
    EXPENSE_TYPE,
    PROJECT,
    PROJECT_TYPE,
    TASK,
    TIME_TYPE,
)
from ledgerlink.domain.errors import Invalid, LedgerStopped
from ledgerlink.domain.model.list_records import ListRead, ListType

from tests.contract.intacct.books import PASSWORD, USER, Books, Make
from tests.contract.intacct.poster import Poster


def keys(books: Books, kind: ListType) -> set[str]:
    """The ids that the records of a list should come in with."""
    stocked = {row["ITEMID"] for row in books.rows("ITEM") if row["ITEMTYPE"] == "Inventory"}
    return {
        f"{source.entity.lower()}/{row[source.key]}"
        for source in LIST_SOURCES[kind]
        for row in books.rows(source.entity)
        if row[source.key] not in stocked
    }


@pytest.mark.parametrize("kind", LIST_SOURCES)
def test_every_record_of_every_list_comes_in(company: Make, kind: ListType) -> None:
    books = company(multi_entity=kind == ENTITY)
    read = books.read(kind)
    assert set(read) == keys(books, kind)
    assert read
    assert all(record.name for record in read.values())
    assert all(record.type == kind for record in read.values())


def test_lists_are_read_from_an_entity_too(group: Books) -> None:
    group.desk.change(entity="US")
    assert set(group.read(ListType.CUSTOMER)) == {f"customer/C{n}" for n in (1, 2, 3, 9)}


def test_a_customer_comes_with_its_contact_and_terms(books: Books) -> None:
    record = books.read(ListType.CUSTOMER)["customer/C2"]
    assert record.name == "Borealis & Sons"
    assert record.fields["email"] == "ap@borealis.example"
    assert record.fields["phone"] == "555-0100"
    assert "Springfield" in str(record.fields["address"])
    assert record.fields["term_id"] == "arterm/Net 15"


def test_a_project_comes_with_its_customer_manager_type_and_orders(books: Books) -> None:
    more = {"PONUMBER": "PO-7", "POAMOUNT": "1200.50", "SONUMBER": "SO-9", "CLASSID": "CL1"}
    books.change("PROJECT", books.number("PROJECT", "P-2"), **more, DEPARTMENTID="10")
    record = books.read(PROJECT)["project/P-2"]
    assert (record.name, record.parent_id) == ("Acme hosting", "project/P-1")
    told = record.fields
    assert told["customer_id"] == "customer/C1"
    assert told["manager_id"] == "employee/E2"
    assert told["type_id"] == "projecttype/Time and materials"
    assert (told["purchase_order"], told["sales_order"]) == ("PO-7", "SO-9")
    assert told["purchase_order_amount"] == "1200.5"
    assert told["department_id"] == "department/10"
    assert told["class_id"] == "class/CL1"
    assert told["begins"] == "2025-01-01"


def test_a_task_comes_with_its_project_and_item(books: Books) -> None:
    by_name = {(r.fields["project_id"], r.name): r for r in books.read(TASK).values()}
    design = by_name["project/P-1", "Design"]
    assert (design.fields["number"], design.fields["item_id"]) == ("T-1", "item/LAB-1")
    assert ("project/P-3", "Fieldwork") in by_name


def test_an_employee_comes_with_contact_title_and_cost_centers(books: Books) -> None:
    record = books.read(ListType.EMPLOYEE)["employee/E2"]
    assert record.name == "Bo Cruz"
    told = record.fields
    assert (told["email"], told["title"]) == ("bo@example.com", "Consultant")
    assert told["department_id"] == "department/10"
    assert told["location_id"] == "location/US"
    assert told["supervisor_id"] == "employee/E1"


def test_accounts_have_their_roles_and_requirements(books: Books) -> None:
    read = books.read(ListType.ACCOUNT)
    roles = {key: set(record.roles) for key, record in read.items()}
    assert roles["glaccount/1200"] == {"accounts_receivable"}
    assert roles["glaccount/2000"] == {"accounts_payable"}
    assert roles["glaccount/6000"] == {"expense"}
    assert roles["glaccount/4000"] == {"income"}
    assert roles["checkingaccount/BANK1"] == {"bank"}
    assert roles["creditcard/CORP-VISA"] == {"credit_card"}
    assert read["glaccount/6300"].fields["requires"] == ["department"]
    assert read["glaccount/6400"].fields["requires"] == ["project"]


def test_small_lists_say_where_they_lead(books: Books) -> None:
    assert books.read(EXPENSE_TYPE)["eeaccountlabel/Meals"].fields["account_id"] == "glaccount/6100"
    assert set(books.read(ACCOUNT_LABEL)) == {"araccountlabel/Services", "apaccountlabel/Travel"}
    assert books.read(TIME_TYPE)["timetype/Overtime"].fields["account_id"] == "glaccount/5000"
    assert books.read(DEPARTMENT)["department/21"].parent_id == "department/20"
    assert books.read(ListType.LOCATION)["location/NY"].parent_id == "location/US"
    assert "projecttype/Fixed fee" in books.read(PROJECT_TYPE)
    names = ("Net 30", "Net 15", "Due now")
    terms = books.read(ListType.TERM)
    assert set(terms) == {f"{kind}/{name}" for kind in ("arterm", "apterm") for name in names}
    assert terms["apterm/Net 30"].roles == ("vendor_terms",)


def test_what_a_record_names_is_in_a_list(books: Books) -> None:
    """Case sage-intacct 12: the terms of a vendor as those of a customer."""
    terms = books.read(ListType.TERM)
    named = [*books.read(ListType.VENDOR).values(), *books.read(ListType.CUSTOMER).values()]
    given = {record.fields["term_id"] for record in named if record.fields["term_id"]}
    assert {"apterm/Net 30", "arterm/Net 15"} <= given <= set(terms)


def test_tax_details_are_in_a_list(books: Books) -> None:
    """Case general 21. With their rates; a company without them has an empty list."""
    details = books.read(ListType.TAX_CODE)
    assert set(details) == {"taxdetail/UK standard", "taxdetail/UK reduced"}
    assert details["taxdetail/UK standard"].fields["rate"] == "20"
    match = {"function": "query", "object": "TAXDETAIL"}
    words = "Object definition TAXDETAIL not found"
    books.fail("function_error", errorno="XL03000009", text=words, match=match, times=99)
    assert books.read(ListType.TAX_CODE) == {}
    assert ListType.VENDOR in books.changes(ListType.VENDOR, ListType.TAX_CODE)
    user = {"id": USER, "password": PASSWORD, "denied": ["READ TAXDETAIL"]}
    books.about("", {"users": [user]})
    books.well()
    with pytest.raises(LedgerStopped):
        books.read(ListType.TAX_CODE)


def test_a_list_that_the_ledger_cannot_read_stops_no_other(books: Books) -> None:
    """Case general 12. Whatever the cause: the same words for ever, and the others come in."""
    poster = Poster(books)
    match = {"function": "query", "object": "CUSTOMER"}
    books.fail("read_error", match=match, times=99)
    poster.sync(ListType.VENDOR, ListType.CUSTOMER, ListType.ITEM)
    (run, *_) = poster.deps.runs.list(poster.connection.key, None, 10).items
    assert run.sync is not None
    said = {work.type: work.reason.code if work.reason else None for work in run.sync.lists}
    assert said == {
        ListType.VENDOR: None,
        ListType.CUSTOMER: "list_unreadable",
        ListType.ITEM: None,
    }


def test_only_items_that_are_not_in_stock_come_in(books: Books) -> None:
    assert set(books.read(ListType.ITEM)) == {"item/LAB-1", "item/LAB-2", "item/EXP-1"}


def test_inactive_records_are_among_those_read(books: Books) -> None:
    customers = books.read(ListType.CUSTOMER)
    assert [r.id for r in customers.values() if not r.active] == ["customer/C9"]
    assert not books.read(ListType.EMPLOYEE)["employee/E9"].active
    assert not books.read(ListType.VENDOR)["vendor/V9"].active
    assert not books.read(PROJECT)["project/P-8"].active
    assert not books.read(TIME_TYPE)["timetype/Retired type"].active


def test_records_are_read_by_their_ids(books: Books) -> None:
    read = books.read(ListType.CUSTOMER, ids=("customer/C1", "customer/C9", "customer/NO"))
    assert set(read) == {"customer/C1", "customer/C9"}
    accounts = books.read(ListType.ACCOUNT, ids=("glaccount/6000", "creditcard/CORP-VISA"))
    assert set(accounts) == {"glaccount/6000", "creditcard/CORP-VISA"}


def test_the_company_is_a_list_of_one(books: Books) -> None:
    (record,) = books.read(ListType.COMPANY).values()
    assert (record.id, record.name) == (books.company, books.company)


# Custom fields.


def test_custom_fields_come_in_with_their_choices_and_with_their_records(books: Books) -> None:
    field = {"object": "PROJECT", "name": "REGION", "label": "Region", "required": True}
    books.about("/fields", {**field, "kind": "ENUM", "choices": ["North", "South"]})
    books.change("PROJECT", books.number("PROJECT", "P-1"), REGION="North")
    record = books.read(ListType.CUSTOM_FIELD)["PROJECT.REGION"]
    assert record.name == "Region"
    assert record.fields["required"]
    assert record.fields["choices"] == ["North", "South"]
    assert books.read(PROJECT)["project/P-1"].custom_fields == {"REGION": "North"}


def test_a_field_that_may_not_be_asked_for_leaves_its_list_readable(books: Books) -> None:
    books.admin("settings", {"not_queryable": ["PROJECT.POAMOUNT", "PROJECT.SONUMBER"]})
    record = books.read(PROJECT)["project/P-1"]
    assert record.name == "Acme website"
    assert record.fields["purchase_order_amount"] is None


# Pages.


@pytest.mark.parametrize(("count", "pages"), [(1999, 1), (2000, 1), (2001, 2), (4001, 3)])
def test_pages_lose_nothing_at_their_boundaries(company: Make, count: int, pages: int) -> None:
    books = company("empty")
    for n in range(count - len(books.rows("CLASS"))):
        books.plant("CLASS", {"CLASSID": f"K{n}", "NAME": f"Class {n}"})
    before = len(books.journal())
    assert len(books.read(ListType.CLASS)) == count
    asked = [e for e in books.journal()[before:] if e.functions[0].object == "CLASS"]
    assert len(asked) == pages


def test_a_record_that_vanishes_between_two_pages_hides_no_other(company: Make) -> None:
    books = company("empty")
    for n in range(2100):
        books.plant("CLASS", {"CLASSID": f"K{n}", "NAME": f"Class {n}"})

    async def main(ledger: IntacctLedger) -> set[str]:
        batch = await ledger.read_list(ListRead(type=ListType.CLASS))
        read = {record.id for record in batch.records}
        for key in ("CL1", "CL2", "K0"):
            books.delete("CLASS", books.number("CLASS", key))
        while batch.position:
            again = ListRead(type=ListType.CLASS, position=batch.position)
            batch = await ledger.read_list(again)
            read |= {record.id for record in batch.records}
        return read

    assert {f"class/K{n}" for n in range(2100)} <= books.ask(main)


def test_a_position_of_another_list_is_refused(books: Books) -> None:
    with pytest.raises(Invalid):
        books.read(ListType.CUSTOMER, position="elsewhere")


# Changes.


def test_a_customers_life_is_reported_by_changes(books: Books) -> None:
    number = books.plant("CUSTOMER", {"CUSTOMERID": "C7", "NAME": "Amy"}, "Amy")

    def now() -> Any:
        batch = books.changes(ListType.CUSTOMER)[ListType.CUSTOMER]
        return {r.id: r for r in batch.records}["customer/C7"]

    assert (now().name, now().active) == ("Amy", True)
    books.change("CUSTOMER", number, NAME="Amy's Birds")
    assert now().name == "Amy's Birds"
    books.change("CUSTOMER", number, STATUS="inactive")
    assert not now().active
    assert books.read(ListType.CUSTOMER)["customer/C7"] == now()


@pytest.mark.parametrize("zone", ["utc", "pacific"])
def test_changes_are_reported_in_any_time_zone_of_the_ledger(books: Books, zone: str) -> None:
    books.admin("settings", {"times_zone": zone})
    books.change("VENDOR", books.number("VENDOR", "V1"), NAME="Airline Ltd")
    records = books.changes(ListType.VENDOR)[ListType.VENDOR].records
    assert "Airline Ltd" in {record.name for record in records}
    assert "vendor/V1" in books.read(ListType.VENDOR, since=datetime.now(UTC))


def test_old_changes_are_not_reported(books: Books) -> None:
    later = datetime.now(UTC) + timedelta(days=2)
    assert books.read(ListType.CUSTOMER, since=later) == {}
    assert list(books.changes(ListType.CUSTOMER, since=later)[ListType.CUSTOMER].records) == []


def test_a_new_address_of_a_contact_alone_is_a_change_of_its_owner(books: Books) -> None:
    books.age("EMPLOYEE", 2)
    books.age("CONTACT", 2)
    assert list(books.changes(ListType.EMPLOYEE)[ListType.EMPLOYEE].records) == []
    contact = books.number("CONTACT", "Bo Cruz")
    books.change("CONTACT", contact, EMAIL1="bo@new.example")
    batch = books.changes(ListType.EMPLOYEE)[ListType.EMPLOYEE]
    assert [record.fields["email"] for record in batch.records] == ["bo@new.example"]


@pytest.mark.parametrize(
    ("kind", "entity", "key"),
    [
        (ListType.CUSTOMER, "CUSTOMER", "C3"),
        (ListType.VENDOR, "VENDOR", "V2"),
        (PROJECT, "PROJECT", "P-9"),
        (ListType.EMPLOYEE, "EMPLOYEE", "E4"),
        (ListType.ITEM, "ITEM", "EXP-1"),
    ],
)
def test_deletes_are_reported_by_the_audit_history(
    books: Books, kind: ListType, entity: str, key: str
) -> None:
    books.admin("settings", {"used_records_deletable": True})
    books.delete(entity, books.number(entity, key))
    batch = books.changes(kind)[kind]
    assert f"{entity.lower()}/{key}" in {gone.id for gone in batch.gone}
    assert f"{entity.lower()}/{key}" not in books.read(kind)


@pytest.mark.parametrize("zone", ["utc", "pacific"])
def test_deletes_are_reported_in_any_time_zone_of_the_ledger(books: Books, zone: str) -> None:
    books.admin("settings", {"times_zone": zone})
    books.delete("VENDOR", books.number("VENDOR", "V9"))
    gone = books.changes(ListType.VENDOR)[ListType.VENDOR].gone
    assert "vendor/V9" in {each.id for each in gone}


def test_a_deleted_task_is_reported_by_its_number(books: Books) -> None:
    number = books.rows("TASK")[1]["RECORDNO"]
    books.delete("TASK", number)
    assert f"task/{number}" in {gone.id for gone in books.changes(TASK)[TASK].gone}


def test_a_record_restored_under_its_old_id_is_not_gone(books: Books) -> None:
    books.delete("VENDOR", books.number("VENDOR", "V9"))
    books.plant("VENDOR", {"VENDORID": "V9", "NAME": "Opened again"}, "Opened again")
    batch = books.changes(ListType.VENDOR)[ListType.VENDOR]
    assert "vendor/V9" not in {gone.id for gone in batch.gone}


def test_a_user_who_may_not_see_the_audit_history_still_gets_changes(books: Books) -> None:
    user = {"id": USER, "password": PASSWORD, "denied": ["READ AUDITHISTORY"]}
    books.about("", {"users": [user]})
    books.change("VENDOR", books.number("VENDOR", "V1"), NAME="Airline Ltd")
    batch = books.changes(ListType.VENDOR)[ListType.VENDOR]
    assert "Airline Ltd" in {record.name for record in batch.records}
    assert list(batch.gone) == []


def test_an_audit_history_that_fails_once_is_asked_again(books: Books) -> None:
    books.delete("VENDOR", books.number("VENDOR", "V9"))
    books.fail("read_error", match={"function": "query", "object": "AUDITHISTORY"})
    gone = books.changes(ListType.VENDOR)[ListType.VENDOR].gone
    assert "vendor/V9" in {each.id for each in gone}


def test_an_audit_history_that_keeps_failing_has_the_lists_read_whole(books: Books) -> None:
    books.delete("VENDOR", books.number("VENDOR", "V9"))
    books.fail("read_error", times=9, match={"function": "query", "object": "AUDITHISTORY"})
    assert books.changes(ListType.VENDOR) == {}
    assert "vendor/V9" not in books.read(ListType.VENDOR)


def test_changes_of_all_lists_of_names_take_one_request(books: Books) -> None:
    wanted = [kind for kind in LIST_SOURCES if books.connector.lists[kind].by_changes]

    async def main(ledger: IntacctLedger) -> tuple[set[ListType], int]:
        await ledger.read_list(ListRead(type=ListType.CUSTOM_FIELD))
        before = ledger.calls["read"]
        later = datetime.now(UTC) + timedelta(seconds=30)
        return set(await ledger.changes(wanted, later)), ledger.calls["read"] - before

    assert books.ask(main) == (set(wanted), 1)


def test_a_list_with_too_many_changes_is_read_whole(books: Books) -> None:
    for n in range(2001):
        more = {"NAME": f"Item {n}", "ITEMTYPE": "Non-Inventory"}
        books.plant("ITEM", {"ITEMID": f"I{n}", **more})
    assert set(books.changes(ListType.ITEM, ListType.VENDOR)) == {ListType.VENDOR}


@pytest.mark.parametrize("action", ["429", "html502", "cut", "truncate", "html200", "unavailable"])
def test_a_list_is_read_over_a_stumbling_gateway(books: Books, action: str) -> None:
    books.fail(action, times=2, match={"function": "query"})
    assert len(books.read(ListType.CUSTOMER)) == 4


def test_a_passing_fault_of_a_read_is_passed_over(books: Books) -> None:
    books.fail("read_error", match={"function": "query", "object": "CUSTOMER"})
    assert len(books.read(ListType.CUSTOMER)) == 4


def test_an_unsubscribed_list_is_reported_as_such(books: Books) -> None:
    books.about("", {"applications": ["EE", "AR", "AP", "CM", "SO"]})
    with pytest.raises(LedgerStopped) as caught:
        books.read(TASK)
    assert "Subscriptions" in caught.value.remedy
