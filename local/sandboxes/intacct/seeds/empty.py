"""A company that is set up and has neither people nor work."""

from __future__ import annotations

from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.seeds.planting import plant, rows

ACCOUNTS = """
1000 | Operating cash            | N | debit  | non-closing account |
1200 | Accounts receivable       | N | debit  | non-closing account | Receivables account
1250 | Undeposited funds         | N | debit  | non-closing account |
2000 | Accounts payable          | N | credit | non-closing account | Payables account
2050 | Employee expenses payable | N | credit | non-closing account | Payables account
2100 | Card payable              | N | credit | non-closing account |
2200 | Accrued labor             | N | credit | non-closing account |
4000 | Services revenue          | I | credit | closing account     |
4100 | Reimbursed expenses       | I | credit | closing account     |
5000 | Labor cost                | I | debit  | closing account     |
6000 | Travel                    | I | debit  | closing account     |
6100 | Meals                     | I | debit  | closing account     |
6200 | Office supplies           | I | debit  | closing account     |
"""
LABELS = """
Travel | Travel and lodging | 6000
Meals  | Meals with clients | 6100
Office | Office supplies    | 6200
"""
ITEMS = """
LAB-1 | Consulting         | Non-Inventory              | 150 | Services | Time
LAB-2 | Development        | Non-Inventory (Sales only) | 120 | Services | Time
EXP-1 | Rebilled expenses  | Non-Inventory              | 0   | Services | Count
LIC-1 | License            | Inventory                  | 900 |          | Count
"""
DEFINITIONS = """
Sales Quote   | Quote   | Sales | SQ  | false | true
Sales Order   | Order   | Sales | SO  | false | true
Sales Invoice | Invoice | Sales | INV | true  | true
Bare Invoice  | Invoice | Sales |     | true  | false
"""


def sow(context: Context) -> None:
    _accounts(context)
    _places(context)
    _projects(context)
    _money(context)


def _accounts(context: Context) -> None:
    columns = "ACCOUNTNO TITLE ACCOUNTTYPE NORMALBALANCE CLOSINGTYPE ALTERNATIVEACCOUNT"
    rows(context, "GLACCOUNT", columns, ACCOUNTS)
    software = {
        "ACCOUNTNO": "6300",
        "TITLE": "Software",
        "ACCOUNTTYPE": "incomestatement",
        "NORMALBALANCE": "debit",
        "CLOSINGTYPE": "closing account",
        "REQUIREDEPT": "true",
    }
    plant(context, "GLACCOUNT", software)
    subcontractors = {**software, "ACCOUNTNO": "6400", "TITLE": "Subcontractors"}
    plant(context, "GLACCOUNT", {**subcontractors, "REQUIREDEPT": "", "REQUIREPROJECT": "true"})


def _places(context: Context) -> None:
    rows(context, "LOCATION", "LOCATIONID NAME PARENTID", "US | United States | \nUK | Britain |")
    rows(context, "LOCATION", "LOCATIONID NAME PARENTID", "NY | New York | US")
    if context.company.multi_entity:
        table = "US | United States | USD\nUK | Britain | GBP"
        rows(context, "LOCATIONENTITY", "LOCATIONID NAME CURRENCY", table)
    departments = "10 | Consulting | \n20 | Engineering | \n21 | Platform | 20"
    rows(context, "DEPARTMENT", "DEPARTMENTID TITLE PARENTID", departments)
    rows(context, "CLASS", "CLASSID NAME", "CL1 | Commercial\nCL2 | Public sector")


def _projects(context: Context) -> None:
    rows(context, "PROJECTTYPE", "NAME", "Fixed fee\nTime and materials\nInternal")
    columns = "NAME PREVENTTIMEENTRY PREVENTEXPENSE"
    rows(context, "PROJECTSTATUS", columns, "In progress | | \nOn hold | true | true")
    rows(context, "EARNINGTYPE", "NAME METHOD", "Salary | Salary")
    table = "Regular | 5000 | 2200\nOvertime | 5000 | 2200"
    rows(context, "TIMETYPE", "NAME ACCOUNTNO OFFSETACCOUNTNO", table)
    plant(context, "TIMETYPE", {"NAME": "Retired type", "STATUS": "inactive"})
    rows(context, "EMPLOYEETYPE", "NAME", "Full time\nContractor")
    rows(context, "ITEMGLGROUP", "NAME REVENUEACCOUNT", "Services | 4000")
    rows(context, "ITEM", "ITEMID NAME ITEMTYPE BASEPRICE GLGROUP UOMGRP", ITEMS)


def _money(context: Context) -> None:
    columns = "ACCOUNTLABEL DESCRIPTION GLACCOUNTNO"
    rows(context, "EEACCOUNTLABEL", columns, LABELS)
    rows(context, "ARACCOUNTLABEL", columns, "Services | Services rendered | 4000")
    rows(context, "APACCOUNTLABEL", columns, "Travel | Travel and lodging | 6000")
    terms = "Net 30 | Thirty days | 30\nNet 15 | Fifteen days | 15\nDue now | On receipt | 0"
    for name in ("ARTERM", "APTERM"):
        rows(context, name, "NAME DESCRIPTION DUEDATE", terms)
    details = "UK standard | 20 | United Kingdom - VAT\nUK reduced | 5 | United Kingdom - VAT"
    rows(context, "TAXDETAIL", "DETAILID VALUE TAXSOLUTIONID", details)
    rows(
        context,
        "CHECKINGACCOUNT",
        "BANKACCOUNTID BANKNAME BANKACCOUNTNO GLACCOUNTNO",
        "BANK1 | First Bank | 001122 | 1000",
    )
    savings = {"BANKACCOUNTID": "SAVE1", "BANKNAME": "First Bank", "GLACCOUNTNO": "1000"}
    plant(context, "SAVINGSACCOUNT", savings)
    rows(
        context,
        "CREDITCARD",
        "CARDID DESCRIPTION CARDTYPE EXP_MONTH EXP_YEAR GLACCOUNTNO",
        "CORP-VISA | Corporate card | Visa | 12 | 2031 | 2100",
    )
    rows(
        context,
        "EXPENSEPAYMENTTYPE",
        "NAME DESCRIPTION NONREIMBURSABLE OFFSETACCTNO",
        "Own money | Paid by the employee | false |\nCompany card | Paid by card | true | 2100",
    )
    columns = "DOCID DOCCLASS CATEGORY PREFIX POSTTOAR NUMBERED"
    rows(context, "SODOCUMENTPARAMS", columns, DEFINITIONS)
    plant(context, "SUPDOCFOLDER", {"NAME": "Receipts"})
