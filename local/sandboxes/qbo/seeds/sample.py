"""The sample company that Intuit's sandboxes start with, in the parts that matter here."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from local.sandboxes.qbo.books.company import PROJECTS
from local.sandboxes.qbo.books.rows import Record, Row
from local.sandboxes.qbo.engine.change import Context
from local.sandboxes.qbo.engine.seed import plant
from local.sandboxes.qbo.seeds import empty
from local.sandboxes.qbo.seeds.empty import many
from local.sandboxes.qbo.seeds.lands import to

CUSTOMERS: Final = (
    ("1", "Amy's Bird Sanctuary", ""),
    ("2", "Bill's Windsurf Shop", ""),
    ("3", "Cool Cars", ""),
    ("4", "Diego Rodriguez", ""),
    ("5", "Dukes Basketball Camp", ""),
    ("6", "Dylan Sollfrank", ""),
    ("7", "Freeman Sporting Goods", ""),
    ("8", "0969 Ocean View Road", "7"),
    ("9", "55 Twin Lane", "7"),
    ("10", "Geeta Kalapatapu", ""),
    ("11", "Gevelber Photography", ""),
    ("12", "Jeff's Jalopies", ""),
    ("13", "John Melton", ""),
    ("14", "Kate Whelan", ""),
    ("16", "Kookies by Kathy", ""),
    ("17", "Mark Cho", ""),
    ("18", "Paulsen Medical Supplies", ""),
    ("20", "Red Rock Diner", ""),
    ("21", "Rondonuwu Fruit and Vegi", ""),
    ("24", "Sonnenschein Family Store", ""),
    ("26", "Travis Waldron", ""),
    ("29", "Weiskopf Consulting", ""),
)
VENDORS: Final = (
    ("30", "Books by Bessie"),
    ("31", "Brosnahan Insurance Agency"),
    ("32", "Cal Telephone"),
    ("33", "Chin's Gas and Oil"),
    ("41", "Hicks Hardware"),
    ("42", "Lee Advertising"),
    ("46", "Norton Lumber and Building Materials"),
    ("50", "Tania's Nursery"),
)
EMPLOYEES: Final = (("54", "John", "Johnson"), ("55", "Emily", "Platt"))
# id, name, price
SERVICES: Final = (
    ("4", "Design", 75),
    ("6", "Gardening", 30),
    ("8", "Lighting", 15),
    ("10", "Pest Control", 35),
    ("18", "Trimming", 35),
)
GOODS: Final = (("5", "Rock Fountain", 275, 125), ("11", "Pump", 15, 10))
PROJECT_ID: Final = "39298045"


def sow(context: Context) -> None:
    empty.sow(context)
    _people(context)
    _items(context)
    many(context, "Class", [{"Name": "Residential"}, {"Name": "Commercial"}])
    many(context, "Department", [{"Name": "North"}, {"Name": "South"}])
    _transactions(context)


def _people(context: Context) -> None:
    for row_id, name, parent in CUSTOMERS:
        below = {"Job": True, "ParentRef": to(parent)} if parent else {}
        address = {"Line1": f"{row_id} Main St.", "City": "Half Moon Bay", "PostalCode": "94213"}
        terms = {} if parent else {"SalesTermRef": to("3")}
        body = {"Id": row_id, "DisplayName": name, "BillAddr": address, **terms, **below}
        plant(context, "Customer", body)
    _project(context)
    many(context, "Vendor", [{"Id": i, "DisplayName": n, "CompanyName": n} for i, n in VENDORS])
    for row_id, given, family in EMPLOYEES:
        plant(context, "Employee", {"Id": row_id, "GivenName": given, "FamilyName": family})


def _project(context: Context) -> None:
    """A project is a sub-customer here, and has an id of its own elsewhere."""
    body = {"Id": "28", "DisplayName": "Garden Renovation", "Job": True, "ParentRef": to("3")}
    plant(context, "Customer", {**body, "IsProject": True})
    row: Row = {"Id": PROJECT_ID, "Name": "Garden Renovation", "CustomerId": "28"}
    context.company.table(PROJECTS).records[PROJECT_ID] = Record(row, 0, 0)


def _items(context: Context) -> None:
    for row_id, name, price in SERVICES:
        body = {"Id": row_id, "Name": name, "Type": "Service", "UnitPrice": price}
        plant(context, "Item", {**body, "IncomeAccountRef": to("1")})
    for row_id, name, price, cost in GOODS:
        stock = {"TrackQtyOnHand": True, "QtyOnHand": 25, "InvStartDate": "2024-01-01"}
        accounts = {
            "IncomeAccountRef": to("79"),
            "ExpenseAccountRef": to("80"),
            "AssetAccountRef": to("81"),
        }
        body = {"Id": row_id, "Name": name, "Type": "Inventory", "UnitPrice": price}
        plant(context, "Item", {**body, "PurchaseCost": cost, **stock, **accounts})


def _transactions(context: Context) -> None:
    today = context.clock.today()
    for back, customer in enumerate(("1", "2", "3", "4", "5", "1"), start=1):
        on = (today - timedelta(days=back * 7)).isoformat()
        invoice = plant(context, "Invoice", _invoice(customer, on, 75 * back))
        paid = {"Amount": 75, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
        body = {"CustomerRef": to(customer), "TotalAmt": 75, "TxnDate": on, "Line": [paid]}
        plant(context, "Payment", body)
    on = (today - timedelta(days=3)).isoformat()
    plant(context, "Bill", {"VendorRef": to("46"), "TxnDate": on, "Line": [_expense("7", 205)]})
    card = {"PaymentType": "CreditCard", "AccountRef": to("42"), "TxnDate": on}
    plant(context, "Purchase", {**card, "Line": [_expense("13", 18)]})
    worked = {"NameOf": "Employee", "EmployeeRef": to("54"), "TxnDate": on}
    plant(context, "TimeActivity", {**worked, "Hours": 2, "Minutes": 0, "ItemRef": to("4")})


def _invoice(customer: str, on: str, amount: int) -> Row:
    detail = {"ItemRef": to("4"), "Qty": amount // 75, "UnitPrice": 75}
    line = {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    return {"CustomerRef": to(customer), "TxnDate": on, "Line": [line]}


def _expense(account: str, amount: int) -> Row:
    kind = "AccountBasedExpenseLineDetail"
    return {"Amount": amount, "DetailType": kind, kind: {"AccountRef": to(account)}}
