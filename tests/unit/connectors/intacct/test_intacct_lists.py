"""Lists: records, pages, changes and deletes, and the company itself."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from ledgerlink.connectors.intacct.documents.timesheet_periods import (
    TimesheetPeriods,
    most_common_periods,
)
from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.record_ids import Ref, parse_ref
from ledgerlink.connectors.intacct.reads.catalog import LIST_SOURCES, LISTS
from ledgerlink.connectors.intacct.reads.changes import Changes
from ledgerlink.connectors.intacct.reads.company import CompanyReader
from ledgerlink.connectors.intacct.reads.custom_fields import CustomFields
from ledgerlink.connectors.intacct.reads.learned_requirements import LearnedRequirements
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
from ledgerlink.connectors.intacct.reads.reader import ListReader
from ledgerlink.connectors.intacct.reads.refused_fields import RefusedFields
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.errors import Invalid, LedgerStopped
from ledgerlink.domain.model.list_records import ListRead, ListRecord, ListType
from ledgerlink.domain.model.logins import Login
from ledgerlink.domain.ports import ConnectorState, never

from tests.fakes.clock import START, FakeClock
from tests.unit.connectors.intacct.gateway_client import LOGIN, client_of
from tests.unit.connectors.intacct.in_memory_gateway import START as STAMPED
from tests.unit.connectors.intacct.in_memory_gateway import InMemoryGateway

MOMENT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
EVERYTHING: dict[str, dict[str, str]] = {
    "CUSTOMER": {
        "CUSTOMERID": "C1", "NAME": "Acme", "STATUS": "active", "TERMNAME": "Net 30",
        "DISPLAYCONTACT.EMAIL1": "a@acme.example", "DISPLAYCONTACT.MAILADDRESS.CITY": "Ghent",
        "RATING": "gold",
    },
    "PROJECT": {
        "PROJECTID": "P-7", "NAME": "Rocket", "CUSTOMERID": "C1", "PROJECTTYPE": "Fixed",
        "MANAGERID": "E1", "PONUMBER": "PO-1", "POAMOUNT": "1000.50", "SONUMBER": "SO-9",
        "BEGINDATE": "03/01/2026", "DEPARTMENTID": "10", "STATUS": "inactive",
    },
    "TASK": {"TASKID": "T1", "NAME": "Design", "PROJECTID": "P-7", "BILLABLE": "true"},
    "EMPLOYEE": {
        "EMPLOYEEID": "E1", "TITLE": "Engineer", "CONTACT.CONTACTNAME": "Ada Byron",
        "CONTACT.EMAIL1": "ada@acme.example", "LOCATIONID": "US", "SUPERVISORID": "E2",
    },
    "VENDOR": {"VENDORID": "V1", "NAME": "Airline", "TERMNAME": "Net 10"},
    "GLACCOUNT": {
        "ACCOUNTNO": "6000", "TITLE": "Travel", "ACCOUNTTYPE": "incomestatement",
        "NORMALBALANCE": "debit", "REQUIREDEPT": "true", "REQUIRECLASS": "false",
        "REQUIRELOC": "true",
    },
    "CHECKINGACCOUNT": {"BANKACCOUNTID": "B1", "BANKNAME": "House bank", "GLACCOUNTNO": "1000"},
    "CREDITCARD": {"CARDID": "VISA", "DESCRIPTION": "Company card", "CARDTYPE": "Visa"},
    "ITEM": {"ITEMID": "LAB-1", "NAME": "Labor", "ITEMTYPE": "Non-Inventory"},
    "CLASS": {"CLASSID": "CL1", "NAME": "East"},
    "DEPARTMENT": {"DEPARTMENTID": "10", "TITLE": "Engineering"},
    "LOCATION": {"LOCATIONID": "US", "NAME": "United States"},
    "LOCATIONENTITY": {"LOCATIONID": "US", "NAME": "Acme US", "CURRENCY": "USD"},
    "ARTERM": {"NAME": "Net 30", "DESCRIPTION": "Thirty days"},
    "PROJECTTYPE": {"NAME": "Fixed"},
    "TIMETYPE": {"NAME": "Regular", "ACCOUNTNO": "5000"},
    "EEACCOUNTLABEL": {"ACCOUNTLABEL": "Meals", "DESCRIPTION": "Food", "GLACCOUNTNO": "6100"},
    "ARACCOUNTLABEL": {"ACCOUNTLABEL": "Fees", "GLACCOUNTNO": "4000"},
    "APACCOUNTLABEL": {"ACCOUNTLABEL": "Costs", "GLACCOUNTNO": "6200"},
}  # fmt: skip


def company() -> InMemoryGateway:
    gateway = InMemoryGateway(custom={"CUSTOMER": ["RATING"]})
    for kind, values in EVERYTHING.items():
        gateway.add(kind, **values)
    return gateway


def no_refusals(state: ConnectorState | None = None) -> RefusedFields:
    return RefusedFields(state or {}, LedgerTime(FakeClock()))


def readings_of(client: Client) -> ListReader:
    return ListReader(client, CustomFields(client), LedgerTime(FakeClock()), no_refusals())


async def whole(
    gateway: InMemoryGateway, kind: ListType, since: datetime | None = None
) -> Sequence[ListRecord]:
    readings, records = readings_of(client_of(gateway)), list[ListRecord]()
    position: str | None = None
    for _ in range(20):
        batch = await readings.read(ListRead(type=kind, since=since, position=position), never)
        records += batch.records
        position = batch.position
        if position is None:
            return records
    raise AssertionError("the reading has no end")


@pytest.mark.parametrize(("kind", "expected"), [
    (ListType.CUSTOMER, [("customer/C1", "Acme", ("client",))]),
    (PROJECT, [("project/P-7", "Rocket", ("project",))]),
    (ListType.EMPLOYEE, [("employee/E1", "Ada Byron", ("staff",))]),
    (ListType.VENDOR, [("vendor/V1", "Airline", ("contractor",))]),
    (ListType.ACCOUNT, [("glaccount/6000", "Travel", ("expense",)),
                        ("checkingaccount/B1", "House bank", ("bank",)),
                        ("creditcard/VISA", "Company card", ("credit_card",))]),
    (ListType.ITEM, [("item/LAB-1", "Labor", ("labor_code", "expense_code"))]),
    (ListType.CLASS, [("class/CL1", "East", ())]),
    (DEPARTMENT, [("department/10", "Engineering", ("cost_center_1",))]),
    (ListType.LOCATION, [("location/US", "United States", ("cost_center_2",))]),
    (ENTITY, [("locationentity/US", "Acme US", ())]),
    (ListType.TERM, [("arterm/Net 30", "Net 30", ("customer_terms",))]),
    (PROJECT_TYPE, [("projecttype/Fixed", "Fixed", ())]),
    (TIME_TYPE, [("timetype/Regular", "Regular", ("labor_code",))]),
    (EXPENSE_TYPE, [("eeaccountlabel/Meals", "Meals", ("expense_code",))]),
    (ACCOUNT_LABEL, [("araccountlabel/Fees", "Fees", ("accounts_receivable",)),
                     ("apaccountlabel/Costs", "Costs", ("accounts_payable",))]),
])  # fmt: skip
async def test_a_list_is_read_with_ids_names_and_roles(
    kind: ListType, expected: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    records = await whole(company(), kind)
    assert [(each.id, each.name, each.roles) for each in records] == expected
    assert {each.type for each in records} == {kind}


async def test_a_project_has_its_purchase_order_and_manager() -> None:
    (project,) = await whole(company(), PROJECT)
    assert not project.active
    fields = project.fields
    assert fields["customer_id"] == "customer/C1"
    assert fields["manager_id"] == "employee/E1"
    assert fields["type_id"] == "projecttype/Fixed"
    assert (fields["purchase_order"], fields["purchase_order_amount"]) == ("PO-1", "1000.5")
    assert fields["sales_order"] == "SO-9"
    assert fields["department_id"] == "department/10"
    assert fields["begins"] == "2026-03-01"


async def test_a_task_is_identified_by_its_record_number() -> None:
    gateway = company()
    (task,) = await whole(gateway, TASK)
    assert task.id == f"task/{gateway.rows('TASK')[0]['RECORDNO']}"
    assert task.fields["number"] == "T1"


async def test_an_account_lists_the_dimensions_it_requires() -> None:
    account, *_ = await whole(company(), ListType.ACCOUNT)
    assert account.fields["requires"] == ["department", "location"]


async def test_custom_fields_are_read_with_their_records_and_offered() -> None:
    client = client_of(company())
    custom = CustomFields(client)
    readings = ListReader(client, custom, LedgerTime(FakeClock()), no_refusals())
    batch = await readings.read(ListRead(type=ListType.CUSTOMER), never)
    assert batch.records[0].custom_fields == {"RATING": "gold"}
    (offered,) = await custom.records(never)
    assert (offered.id, offered.name) == ("CUSTOMER.RATING", "Rating")
    assert client.calls["read"] == 2


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (
            "The following fields cannot be queried: [ employee: [CLASSID, SUPERVISORID] ]",
            {"CLASSID", "SUPERVISORID"},
        ),
        ("Field requested is not valid: employee.CLASSID", {"CLASSID"}),
        ("Field requested is not valid: EMPLOYEE.CONTACT.EMAIL1", {"CONTACT.EMAIL1"}),
        ("Field requested is not valid: employee.classid", {"CLASSID"}),
        ("The following fields cannot be queried: [ employee: [CONTACT] ]", {
            "CONTACT.CONTACTNAME", "CONTACT.FIRSTNAME", "CONTACT.LASTNAME", "CONTACT.EMAIL1",
            "CONTACT.PHONE1",
        }),
    ],
)  # fmt: skip
async def test_a_field_that_the_company_lacks_is_left_out(words: str, missing: set[str]) -> None:
    """Case sage-intacct 2: in both real wordings, and what is said of it is said once."""
    gateway = company()
    client = client_of(gateway)
    refused = no_refusals()
    readings = ListReader(client, CustomFields(client), LedgerTime(FakeClock()), refused)
    gateway.refusals = {f"<field>{name}</field>": [("XL03000010", words)] for name in missing}
    first = await readings.read(ListRead(type=ListType.EMPLOYEE), never)
    again = await readings.read(ListRead(type=ListType.EMPLOYEE), never)
    assert [each.id for each in first.records] == ["employee/E1"]
    assert first.gap is not None
    assert (first.gap.code, again.gap) == ("fields_left_out", None)
    before = gateway.requests("query")
    client = client_of(gateway)
    worker = ListReader(
        client, CustomFields(client), LedgerTime(FakeClock()), no_refusals(refused.state())
    )
    batch = await worker.read(ListRead(type=ListType.EMPLOYEE), never)
    assert (batch.gap, gateway.requests("query")) == (None, before + 1)


async def test_entities_are_seen_without_the_fields_that_the_company_lacks() -> None:
    """Case sage-intacct 2, its kind: the company itself."""
    gateway = company()
    words = "The following fields cannot be queried: [ locationentity: [CURRENCY, OPCOUNTRY] ]"
    gateway.refusals = {"<field>OPCOUNTRY</field>": [("XL03000006", words)]}
    reader = CompanyReader(client_of(gateway), LearnedRequirements({}), LedgerTime(FakeClock()))
    found = await reader.read("acme", LOGIN, never)
    assert "TIMESHEETENTRY" in found.features.required


async def test_fields_that_are_refused_one_by_one_are_all_left_out() -> None:
    """Case sage-intacct 2, its kind: many fields, each named by a fault of its own."""
    gateway = company()
    names = ("CLASSID", "SUPERVISORID", "DEPARTMENTID", "LOCATIONID", "TITLE", "CONTACT.PHONE1")
    gateway.refusals = {
        f"<field>{name}</field>": [("XL03000010", f"Field requested is not valid: employee.{name}")]
        for name in names
    }
    (employee,) = await whole(gateway, ListType.EMPLOYEE)
    assert employee.name == "Ada Byron"


async def test_a_refused_field_is_left_out_from_then_on() -> None:
    gateway = company()
    words = "The following fields cannot be queried: PONUMBER, SONUMBER."
    gateway.refusals = {"PONUMBER": [("XL03000006", words)]}
    (project,) = await whole(gateway, PROJECT)
    assert project.fields["purchase_order"] is None
    assert project.fields["customer_id"] == "customer/C1"


async def test_a_refused_list_has_a_reason() -> None:
    gateway = company()
    gateway.refusals = {"PROJECT": [("X", "You do not have permission for API operation QUERY")]}
    with pytest.raises(LedgerStopped, match="permission"):
        await whole(gateway, PROJECT)


async def test_no_record_is_skipped_when_others_are_deleted_between_pages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries.query, "__kwdefaults__", {**DEFAULTS, "size": 3})
    gateway = InMemoryGateway()
    numbers = [gateway.add("CLASS", CLASSID=f"K{n}", NAME=f"n{n}") for n in range(8)]
    readings = readings_of(client_of(gateway))
    first = await readings.read(ListRead(type=ListType.CLASS), never)
    del gateway.tables["CLASS"][numbers[0]]
    second = await readings.read(ListRead(type=ListType.CLASS, position=first.position), never)
    third = await readings.read(ListRead(type=ListType.CLASS, position=second.position), never)
    names = [each.name for batch in (first, second, third) for each in batch.records]
    assert names == [f"n{n}" for n in range(8)]
    assert third.position is None


DEFAULTS = dict(queries.query.__kwdefaults__ or {})


@pytest.mark.parametrize("position", ["x", "[9,1]", "[0]", '[0,"a"]', "7"])
async def test_a_position_of_something_else_is_invalid(position: str) -> None:
    with pytest.raises(Invalid):
        await readings_of(client_of(InMemoryGateway())).read(
            ListRead(type=ListType.CLASS, position=position), never
        )


async def test_records_are_read_by_their_ids() -> None:
    gateway = company()
    gateway.add("PROJECT", PROJECTID="P-8", NAME="Other")
    reading = ListRead(type=PROJECT, ids=("project/P-8", "customer/C1"))
    batch = await readings_of(client_of(gateway)).read(reading, never)
    assert [each.name for each in batch.records] == ["Other"]


async def test_changes_and_deletes_take_one_request() -> None:
    gateway = company()
    gateway.add("CUSTOMER", CUSTOMERID="OLD", NAME="Old", WHENMODIFIED="01/01/2020 00:00:00")
    gateway.add("AUDITHISTORY", ID="a1", OBJECTTYPE="customer", OBJECTKEY="C0", ACCESSMODE="D",
                ACCESSTIME="03/02/2026 08:30:00")  # fmt: skip
    gateway.add("AUDITHISTORY", ID="a2", OBJECTTYPE="customer", OBJECTKEY="C1", ACCESSMODE="D",
                ACCESSTIME="03/02/2026 08:20:00")  # fmt: skip
    gateway.add("AUDITHISTORY", ID="a3", OBJECTTYPE="class", OBJECTKEY="K0", ACCESSMODE="D",
                ACCESSTIME="03/02/2026 08:30:00")  # fmt: skip
    gateway.add("CLASS", CLASSID="K1", NAME="Without a stamp")
    client = client_of(gateway)
    changes = Changes(client, readings_of(client), LedgerTime(FakeClock()))
    by_changes = {ListType.CUSTOMER, ListType.ACCOUNT, ListType.CLASS}
    batches = await changes.since([*by_changes, ListType.COMPANY], MOMENT, never)
    assert set(batches) == by_changes
    assert "class/K1" in {each.id for each in batches[ListType.CLASS].records}
    assert [each.id for each in batches[ListType.CLASS].gone] == ["class/K0"]
    assert [each.id for each in batches[ListType.CUSTOMER].records] == ["customer/C1"]
    assert [each.id for each in batches[ListType.CUSTOMER].gone] == ["customer/C0"]
    assert len(batches[ListType.ACCOUNT].records) == 3
    assert batches[ListType.CUSTOMER].as_of == START
    assert gateway.requests("query") == 1


async def test_changes_reach_back_over_every_time_zone() -> None:
    gateway = InMemoryGateway()
    early = STAMPED - timedelta(hours=13)
    gateway.add("ITEM", ITEMID="I", NAME="I", ITEMTYPE="Non-Inventory",
                WHENMODIFIED=early.strftime("%m/%d/%Y %H:%M:%S"))  # fmt: skip
    assert len(await whole(gateway, ListType.ITEM, since=STAMPED)) == 1


async def test_a_changed_contact_changes_its_customer() -> None:
    gateway = InMemoryGateway()
    stamps = {"WHENMODIFIED": "01/01/2020 00:00:00"}
    later = {"DISPLAYCONTACT.WHENMODIFIED": "03/02/2026 08:30:00"}
    gateway.add("CUSTOMER", CUSTOMERID="C1", NAME="Acme", **stamps, **later)
    assert len(await whole(gateway, ListType.CUSTOMER, since=MOMENT)) == 1


async def test_where_contacts_cannot_be_queried_only_the_record_counts() -> None:
    gateway = company()
    gateway.refusals = {"DISPLAYCONTACT.WHENMODIFIED": [("XL03000010", "No such field.")]}
    client = client_of(gateway)
    changes = Changes(client, readings_of(client), LedgerTime(FakeClock()))
    batches = await changes.since([ListType.CUSTOMER, ListType.ITEM], MOMENT, never)
    assert {kind: len(batch.records) for kind, batch in batches.items()} == {
        ListType.CUSTOMER: 1, ListType.ITEM: 1,
    }  # fmt: skip
    assert len(await whole(gateway, ListType.CUSTOMER, since=MOMENT)) == 1


async def test_changes_are_read_without_permission_for_the_audit_history() -> None:
    gateway = company()
    gateway.refusals = {"AUDITHISTORY": [("X", "You may not see this report.")]}
    client = client_of(gateway)
    changes = Changes(client, readings_of(client), LedgerTime(FakeClock()))
    batches = await changes.since([ListType.CUSTOMER], MOMENT, never)
    assert [each.id for each in batches[ListType.CUSTOMER].records] == ["customer/C1"]


async def test_more_deletes_than_a_page_make_the_lists_be_read_whole() -> None:
    gateway = company()
    for number in range(queries.PAGE_SIZE + 1):
        gateway.add("AUDITHISTORY", ID=f"a{number}", OBJECTTYPE="customer", ACCESSMODE="D",
                    OBJECTKEY=f"G{number}", ACCESSTIME="03/02/2026 08:30:00")  # fmt: skip
    client = client_of(gateway)
    changes = Changes(client, readings_of(client), LedgerTime(FakeClock()))
    assert await changes.since([ListType.CUSTOMER], MOMENT, never) == {}


async def test_the_company_has_the_name_and_country_of_its_entity() -> None:
    gateway = company()
    for first, last in [("03/01/2026", "03/07/2026"), ("03/08/2026", "03/14/2026")]:
        gateway.add("TIMESHEET", EMPLOYEEID="E1", BEGINDATE=first, ENDDATE=last)
    reader = CompanyReader(client_of(gateway), LearnedRequirements({}), LedgerTime(FakeClock()))
    login = Login(company_id="acme", user_id="u", password="p", entity="US")
    there = await reader.read("acme", login, never)
    assert (there.name, there.features.home_currency) == ("Acme US", "USD")
    assert there.features.time_tracking
    assert there.features.timesheet_period == "week:sunday"
    assert gateway.requests("query") == 1


async def test_a_company_lacks_the_features_whose_objects_it_refuses() -> None:
    gateway = company()
    gateway.refusals = {"TIMESHEET": [("XL03000009", "Object definition TIMESHEET not found")]}
    reader = CompanyReader(client_of(gateway), LearnedRequirements({}), LedgerTime(FakeClock()))
    there = await reader.read("acme", LOGIN, never)
    assert (there.features.time_tracking, there.features.projects) == (False, True)
    assert there.features.timesheet_period is None


@pytest.mark.parametrize(("text", "day", "first"), [
    (None, date(2026, 3, 5), date(2026, 3, 2)),
    ("week:monday", date(2026, 3, 2), date(2026, 3, 2)),
    ("week:sunday", date(2026, 3, 5), date(2026, 3, 1)),
    ("week:sunday", date(2026, 3, 1), date(2026, 3, 1)),
    ("semimonthly", date(2026, 3, 15), date(2026, 3, 1)),
    ("semimonthly", date(2026, 3, 16), date(2026, 3, 16)),
    ("month", date(2026, 3, 31), date(2026, 3, 1)),
])  # fmt: skip
def test_a_day_belongs_to_the_timesheet_of_its_period(
    text: str | None, day: date, first: date
) -> None:
    assert TimesheetPeriods.of(text).first_day(day) == first


@pytest.mark.parametrize("text", ["week:noday", "year", "fortnight:monday"])
def test_an_unknown_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no timesheet period"):
        TimesheetPeriods.of(text)


@pytest.mark.parametrize(("first", "last", "text"), [
    (date(2026, 3, 1), date(2026, 3, 15), "semimonthly"),
    (date(2026, 2, 16), date(2026, 2, 28), "semimonthly"),
    (date(2026, 2, 1), date(2026, 2, 28), "month"),
    (date(2026, 3, 4), date(2026, 3, 10), "week:wednesday"),
])  # fmt: skip
def test_periods_are_derived_from_timesheets(first: date, last: date, text: str) -> None:
    assert str(most_common_periods([(first, last)])) == text


def test_timesheets_of_no_period_give_none() -> None:
    assert most_common_periods([(date(2026, 3, 1), date(2026, 3, 3))]) is None


def test_every_list_follows_the_lists_that_it_refers_to() -> None:
    whole = (ListType.COMPANY, ListType.CUSTOM_FIELD)
    assert set(LISTS) == {*whole, *LIST_SOURCES, ListType.INVOICE}
    order = list(LISTS)
    assert order.index(ListType.CUSTOMER) < order.index(PROJECT) < order.index(TASK)


@pytest.mark.parametrize(("text", "expected"), [
    ("project/P/7", Ref("project", "P/7")),
    ("P-7", Ref("customer", "P-7")),
    ("A/B", Ref("customer", "A/B")),
])  # fmt: skip
def test_a_ledger_id_names_its_object(text: str, expected: Ref) -> None:
    assert parse_ref(text, "customer") == expected
