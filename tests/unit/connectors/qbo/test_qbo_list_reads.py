"""QuickBooks' rows as list records."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from ledgerlink.domain.model.list_records import ListRead, ListRecord, ListType

from tests.support.qbo.scripted_company import REALM, RESPONSE_TIME, ScriptedCompany, open_ledger
from tests.support.qbo.virtual_time import run
from tests.unit.connectors.qbo.fake_list_server import one


def test_a_customer_keeps_its_path_and_has_no_place_yet() -> None:
    record = one(
        ListType.CUSTOMER,
        "Customer",
        DisplayName="Phase 1",
        FullyQualifiedName="Cool Cars:Phase 1",
        ParentRef={"value": "3"},
        Job=True,
        IsProject=True,
        Level=1,
        BillWithParent=True,
        CompanyName="Cool Cars",
        GivenName="Grace",
        FamilyName="Pariente",
        PrimaryEmailAddr={"Address": "cool@example.com"},
        PrimaryPhone={"FreeFormNumber": "(415) 555-9933"},
        CurrencyRef={"value": "USD"},
        SalesTermRef={"value": "4"},
        DefaultTaxCodeRef={"value": "2"},
        Balance=0,
        CustomField=[
            {"DefinitionId": "1", "Type": "StringType", "StringValue": "102"},
            {"DefinitionId": "2", "Type": "StringType"},
            {"DefinitionId": "3", "Type": "BooleanType", "BooleanValue": False},
            {"DefinitionId": "4", "Type": "NumberType", "NumberValue": 1.10},
            {"DefinitionId": "5", "Type": "DateType", "DateValue": "2026-01-31"},
        ],
    )
    assert record == ListRecord(
        type=ListType.CUSTOMER,
        id="5",
        name="Phase 1",
        version="0",
        changed_at=datetime(2026, 3, 1, 8, 0, tzinfo=UTC),
        path="Cool Cars:Phase 1",
        parent_id="3",
        fields={
            "is_project": True,
            "job": True,
            "level": 1,
            "bill_with_parent": True,
            "company_name": "Cool Cars",
            "given_name": "Grace",
            "family_name": "Pariente",
            "email": "cool@example.com",
            "phone": "(415) 555-9933",
            "currency": "USD",
            "term_id": "4",
            "tax_code_id": "2",
        },
        custom_fields={"1": "102", "3": False, "4": "1.1", "5": "2026-01-31"},
    )


@pytest.mark.parametrize(("balance", "used"), [(0, False), (0.01, True), (-5, True), (None, False)])
def test_a_customer_that_owes_something_itself_is_used(balance: Any, used: bool) -> None:
    jobs = {"BalanceWithJobs": 100}
    assert one(ListType.CUSTOMER, "Customer", Balance=balance, **jobs).used is used


@pytest.mark.parametrize("suffix", [" (deleted)", " (Deleted)"])
def test_an_inactive_record_has_the_name_that_it_had_before(suffix: str) -> None:
    path = f"Parent{suffix}:Amy's Birds{suffix}"
    names = {"DisplayName": f"Amy's Birds{suffix}", "FullyQualifiedName": path}
    record = one(ListType.CUSTOMER, "Customer", Active=False, **names)
    assert (record.name, record.path, record.active) == ("Amy's Birds", "Parent:Amy's Birds", False)


def test_an_active_record_may_be_called_deleted() -> None:
    names = {"DisplayName": "X (deleted)", "FullyQualifiedName": "X (deleted)"}
    record = one(ListType.VENDOR, "Vendor", Active=True, **names)
    assert (record.name, record.path) == ("X (deleted)", "X (deleted)")


def test_an_employee_is_staff() -> None:
    record = one(
        ListType.EMPLOYEE,
        "Employee",
        DisplayName="Emily Platt",
        GivenName="Emily",
        FamilyName="Platt",
        EmployeeNumber="E-7",
        BillableTime=True,
        BillRate=95.5,
        CostRate=40,
        HiredDate="2024-02-29",
    )
    assert (record.name, record.roles) == ("Emily Platt", ("staff",))
    assert record.fields == {
        "given_name": "Emily",
        "family_name": "Platt",
        "email": None,
        "phone": None,
        "number": "E-7",
        "billable": True,
        "bill_rate": "95.5",
        "cost_rate": "40",
        "hired": "2024-02-29",
        "released": None,
    }


def test_a_vendor_may_be_a_contractor() -> None:
    record = one(
        ListType.VENDOR,
        "Vendor",
        DisplayName="Books by Bessie",
        CompanyName="Books by Bessie",
        AcctNum="1345",
        TermRef={"value": "3"},
        Vendor1099=True,
        BillRate=12,
    )
    assert record.roles == ("contractor",)
    known = {name: value for name, value in record.fields.items() if value is not None}
    assert known == {
        "company_name": "Books by Bessie",
        "account_number": "1345",
        "term_id": "3",
        "is_1099": True,
        "bill_rate": "12",
    }


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("Accounts Payable", "accounts_payable"),
        ("Accounts Receivable", "accounts_receivable"),
        ("Bank", "bank"),
        ("Credit Card", "credit_card"),
        ("Income", "income"),
        ("Expense", "expense"),
        ("Other Expense", "expense"),
        ("Cost of Goods Sold", "expense"),
        ("Equity", "other"),
        ("Fixed Asset", "other"),
        (None, "other"),
    ],
)
def test_the_role_of_an_account_goes_by_its_type(kind: str | None, role: str) -> None:
    assert one(ListType.ACCOUNT, "Account", AccountType=kind).roles == (role,)


def test_an_account_has_its_number_and_path() -> None:
    record = one(
        ListType.ACCOUNT,
        "Account",
        Name="Checking",
        FullyQualifiedName="Cash:Checking",
        ParentRef={"value": "9"},
        AcctNum="1010",
        AccountType="Bank",
        AccountSubType="Checking",
        Classification="Asset",
        CurrencyRef={"value": "USD"},
    )
    assert (record.name, record.path, record.parent_id) == ("Checking", "Cash:Checking", "9")
    assert record.fields == {
        "number": "1010",
        "type": "Bank",
        "subtype": "Checking",
        "classification": "Asset",
        "currency": "USD",
    }


@pytest.mark.parametrize(
    ("kind", "roles", "usable"),
    [
        ("Service", ("labor_code",), True),
        ("NonInventory", ("expense_code",), True),
        ("Other Charge", ("expense_code",), True),
        ("Inventory", ("other",), True),
        ("Group", (), False),
        ("Bundle", (), False),
        ("Category", (), False),
    ],
)
def test_the_role_of_an_item_goes_by_its_type(
    kind: str, roles: tuple[str, ...], usable: bool
) -> None:
    record = one(ListType.ITEM, "Item", Type=kind)
    assert (record.roles, record.fields["usable_on_lines"]) == (roles, usable)


def test_a_service_has_its_default_rate_and_the_path_of_its_category() -> None:
    record = one(
        ListType.ITEM,
        "Item",
        Name="Trimming",
        FullyQualifiedName="Landscaping:Trimming",
        Type="Service",
        UnitPrice=35.10,
        PurchaseCost=0,
        Sku="T-1",
        Description="Tree and shrub trimming",
        Taxable=False,
        IncomeAccountRef={"value": "45"},
    )
    assert record.path == "Landscaping:Trimming"
    assert record.fields == {
        "type": "Service",
        "sku": "T-1",
        "description": "Tree and shrub trimming",
        "rate": "35.1",
        "purchase_cost": "0",
        "income_account_id": "45",
        "expense_account_id": None,
        "taxable": False,
        "usable_on_lines": True,
    }


def test_an_amount_that_a_binary_number_cannot_hold_stays_exact() -> None:
    there = ScriptedCompany()
    content = (
        '{"QueryResponse":{"Item":[{"Id":"1","Name":"A","UnitPrice":12345678901234567.1000}]},'
        f'"time":"{RESPONSE_TIME}"}}'
    )
    there.script = [lambda request: httpx.Response(200, text=content)]

    async def main() -> ListRecord:
        return (await open_ledger(there).read_list(ListRead(type=ListType.ITEM))).records[0]

    assert run(main()).fields["rate"] == "12345678901234567.1"


def test_a_tax_code_names_its_rates() -> None:
    details = {"TaxRateDetail": [{"TaxRateRef": {"value": "3"}}, {"TaxRateRef": {"value": "4"}}]}
    record = one(
        ListType.TAX_CODE,
        "TaxCode",
        Description="California",
        Taxable=True,
        TaxGroup=True,
        SalesTaxRateList=details,
        PurchaseTaxRateList={"TaxRateDetail": []},
    )
    assert record.fields == {
        "description": "California",
        "taxable": True,
        "group": True,
        "sales_rates": ["3", "4"],
        "purchase_rates": [],
    }


def test_a_tax_rate_is_in_percent() -> None:
    fields = {"RateValue": 7.125, "AgencyRef": {"value": "1"}, "Description": "Sales Tax"}
    record = one(ListType.TAX_RATE, "TaxRate", **fields)
    assert record.fields == {"rate": "7.125", "agency_id": "1", "description": "Sales Tax"}


@pytest.mark.parametrize(
    ("kind", "entity"), [(ListType.CLASS, "Class"), (ListType.LOCATION, "Department")]
)
def test_classes_and_locations_have_their_place(kind: ListType, entity: str) -> None:
    place = {"FullyQualifiedName": "West:Yard", "ParentRef": {"value": "1"}}
    record = one(kind, entity, Name="Yard", **place)
    assert (record.type, record.name, record.path, record.parent_id, record.fields) == (
        kind,
        "Yard",
        "West:Yard",
        "1",
        {},
    )


def test_a_term_is_so_many_days_or_a_day_of_the_month() -> None:
    days = one(ListType.TERM, "Term", Type="STANDARD", DueDays=30, DiscountPercent=2.50)
    known = {name: value for name, value in days.fields.items() if value is not None}
    assert known == {"type": "standard", "due_days": 30, "discount_percent": "2.5"}
    month = one(ListType.TERM, "Term", Type="DATE_DRIVEN", DayOfMonthDue=15, DueNextMonthDays=10)
    known = {name: value for name, value in month.fields.items() if value is not None}
    assert known == {"type": "date_driven", "day_of_month_due": 15, "due_next_month_days": 10}


def test_time_has_person_item_customer_and_billable_status() -> None:
    record = one(
        ListType.TIME,
        "TimeActivity",
        TxnDate="2026-02-02",
        NameOf="Employee",
        EmployeeRef={"value": "55"},
        CustomerRef={"value": "21"},
        ItemRef={"value": "8"},
        ClassRef={"value": "5000"},
        BillableStatus="HasBeenBilled",
        HourlyRate=15,
        CostRate=0,
        Hours=3,
        Minutes=30,
        Description="Garden Lighting " * 10,
    )
    assert record.name == ("Garden Lighting " * 5)
    assert record.fields == {
        "date": "2026-02-02",
        "minutes": 210,
        "staff_id": "55",
        "staff_type": "employee",
        "customer_id": "21",
        "item_id": "8",
        "class_id": "5000",
        "billable": True,
        "billed": True,
        "rate": "15",
        "cost_rate": "0",
        "description": "Garden Lighting " * 10,
    }


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ({"Hours": 3, "Minutes": 30, "Seconds": 0}, 210),
        ({"Hours": 0, "Minutes": 1, "Seconds": 30}, 2),
        ({"StartTime": "2026-02-02T09:00:00-07:00", "EndTime": "2026-02-02T17:30:00-07:00"}, 510),
        (
            {
                "StartTime": "2026-02-02T09:00:00-08:00",
                "EndTime": "2026-02-02T17:00:00-08:00",
                "BreakHours": 1,
                "BreakMinutes": 15,
            },
            405,
        ),
        # The clocks went forward at 2; only clock times count.
        ({"StartTime": "2026-03-08T00:00:00-08:00", "EndTime": "2026-03-08T04:00:00-07:00"}, 240),
        ({"StartTime": "22:00:00", "EndTime": "02:00:00"}, 240),
        ({}, 0),
    ],
)
def test_the_minutes_of_time(said: dict[str, Any], minutes: int) -> None:
    assert one(ListType.TIME, "TimeActivity", **said).fields["minutes"] == minutes


def test_time_without_a_text_is_named_by_its_day_and_may_be_a_vendors() -> None:
    who = {"NameOf": "Vendor", "VendorRef": {"value": "46"}, "BillableStatus": "NotBillable"}
    record = one(ListType.TIME, "TimeActivity", TxnDate="2026-02-02", **who)
    assert record.name == "2026-02-02"
    assert (record.fields["staff_type"], record.fields["staff_id"]) == ("vendor", "46")
    assert (record.fields["billable"], record.fields["billed"]) == (False, False)


@pytest.mark.parametrize(
    ("total", "balance", "note", "status"),
    [
        (100, 100, None, "open"),
        (100, 40.5, None, "partly_paid"),
        (100, 0, "Thanks", "paid"),
        (0, 0, "Voided", "void"),
        (0, 0, "Voided - first draft", "void"),
        (0, 0, None, "paid"),
        (100, 100, "Voided once, then entered anew", "open"),
    ],
)
def test_the_status_of_an_invoice(
    total: float, balance: float, note: str | None, status: str
) -> None:
    said = {"TotalAmt": total, "Balance": balance, "PrivateNote": note}
    assert one(ListType.INVOICE, "Invoice", **said).fields["status"] == status


def test_an_invoice_has_its_number_dates_and_amounts() -> None:
    record = one(
        ListType.INVOICE,
        "Invoice",
        DocNumber="1037",
        TxnDate="2026-02-02",
        DueDate="2026-03-04",
        TotalAmt=362.07,
        Balance=362.07,
        CurrencyRef={"value": "USD"},
        CustomerRef={"value": "24"},
        CustomField=[{"DefinitionId": "1", "Type": "StringType", "StringValue": "102"}],
    )
    assert (record.name, record.custom_fields) == ("1037", {"1": "102"})
    assert record.fields == {
        "number": "1037",
        "date": "2026-02-02",
        "due_date": "2026-03-04",
        "total": "362.07",
        "balance": "362.07",
        "currency": "USD",
        "customer_id": "24",
        "status": "open",
        "paid_on": None,
    }


INFO = {
    "Id": "1",
    "SyncToken": "4",
    "CompanyName": "Craig's Design",
    "LegalName": "Craig's Design and Landscaping Services",
    "CompanyAddr": {
        "Line1": "123 Sierra Way",
        "Line2": "Unit 2",
        "City": "San Pablo",
        "CountrySubDivisionCode": "CA",
        "PostalCode": "87999",
        "Country": "USA",
    },
    "Country": "US",
    "FiscalYearStartMonth": "April",
    "NameValue": [{"Name": "OfferingSku", "Value": "QuickBooks Online Plus"}],
    "MetaData": {"LastUpdatedTime": "2026-01-01T00:00:00-08:00"},
}
PREFERENCES = {
    "Id": "1",
    "SyncToken": "6",
    "AccountingInfoPrefs": {
        "TrackDepartments": False,
        "ClassTrackingPerTxn": False,
        "ClassTrackingPerTxnLine": True,
        "BookCloseDate": "2025-12-31",
    },
    "SalesFormsPrefs": {
        "CustomTxnNumbers": True,
        "CustomField": [
            {
                "CustomField": [
                    {"Name": "SalesFormsPrefs.UseSalesCustom1", "BooleanValue": True},
                    {"Name": "SalesFormsPrefs.UseSalesCustom2", "BooleanValue": False},
                    {"Name": "SalesFormsPrefs.UseSalesCustom3", "BooleanValue": False},
                ]
            },
            {
                "CustomField": [
                    {"Name": "SalesFormsPrefs.SalesCustomName1", "StringValue": "Crew #"},
                    {"Name": "SalesFormsPrefs.SalesCustomName2", "StringValue": "Order"},
                ]
            },
        ],
    },
    "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "USD"}},
    "OtherPrefs": {
        "NameValue": [
            {"Name": "TimeTrackingFeatureEnabled", "Value": "true"},
            {"Name": "ProjectsEnabled", "Value": "true"},
        ]
    },
    "MetaData": {"LastUpdatedTime": "2026-02-01T00:00:00-08:00"},
}


def firm(*kinds: ListType) -> tuple[list[list[ListRecord]], ScriptedCompany]:
    """The records of these lists, read one after the other."""
    there = ScriptedCompany(
        reads={
            REALM: {"CompanyInfo": INFO, "time": RESPONSE_TIME},
            "preferences": {"Preferences": PREFERENCES, "time": RESPONSE_TIME},
        }
    )

    async def main() -> list[list[ListRecord]]:
        ledger = open_ledger(there)
        return [list((await ledger.read_list(ListRead(type=kind))).records) for kind in kinds]

    return run(main()), there


def test_the_company_is_one_record_with_all_of_its_fields() -> None:
    [[record]], there = firm(ListType.COMPANY)
    assert record == ListRecord(
        type=ListType.COMPANY,
        id="1",
        name="Craig's Design",
        version="4.6",
        changed_at=datetime(2026, 2, 1, 8, 0, tzinfo=UTC),
        fields={
            "legal_name": "Craig's Design and Landscaping Services",
            "address": {
                "lines": ["123 Sierra Way", "Unit 2"],
                "city": "San Pablo",
                "region": "CA",
                "postal_code": "87999",
                "country": "USA",
            },
            "country": "US",
            "currency": "USD",
            "fiscal_year_start": 4,
            "books_closed_through": "2025-12-31",
            "time_tracking": True,
            "classes": True,
            "locations": False,
            "custom_transaction_numbers": True,
            "multi_currency": False,
            "projects": True,
            "payroll": None,
            "edition": "QuickBooks Online Plus",
        },
    )
    assert len(there.log) == 2


def test_custom_fields_are_known_by_definition_and_read_along_with_the_company() -> None:
    [_, fields], there = firm(ListType.COMPANY, ListType.CUSTOM_FIELD)
    assert [(field.id, field.name, field.active, field.fields) for field in fields] == [
        ("1", "Crew #", True, {"enabled": True}),
        ("2", "Order", False, {"enabled": False}),
    ]
    assert len(there.log) == 2


def test_custom_fields_are_read_again_each_time() -> None:
    _, there = firm(ListType.COMPANY, ListType.CUSTOM_FIELD, ListType.CUSTOM_FIELD)
    assert len(there.calls("preferences")) == 2
