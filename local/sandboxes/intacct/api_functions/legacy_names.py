"""Legacy element names and the fields they mean, by function family."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from local.sandboxes.intacct.schema.fields import Object
from local.sandboxes.intacct.schema.registry import BY_NAME


def _pairs(text: str) -> dict[str, str]:
    """`employeeid=EMPLOYEEID memo`: a name without `=` means itself in capitals."""
    pairs = (word.partition("=") for word in text.split())
    return {name: target or name.upper() for name, _, target in pairs}


@dataclass(frozen=True, slots=True)
class Family:
    """`lines` is the container in a create, `edits` the one in an update; `edited` the element
    that changes the line whose number it carries."""

    object: str
    names: dict[str, str]
    lines: str = ""
    edits: str = ""
    edited: str = ""
    line_names: dict[str, str] = field(default_factory=dict)

    @property
    def entry(self) -> Object:
        return BY_NAME[self.object]


DIMENSIONS: Final = (
    "locationid departmentid projectid taskid costtypeid customerid vendorid employeeid itemid "
    "classid contractid warehouseid"
)
MONEY: Final = (
    "basecurr currency exchratedate=EXCH_RATE_DATE exchratetype=EXCH_RATE_TYPE_ID "
    "exchrate=EXCHANGE_RATE"
)
_DOCUMENT: Final = (
    "datecreated=WHENCREATED dateposted=WHENPOSTED datedue=WHENDUE termname action "
    "ponumber=DOCNUMBER description externalid supdocid batchkey=PRBATCH onhold taxsolutionid "
    f"inclusivetax {MONEY} "
)
_LINE: Final = (
    f"{DIMENSIONS} glaccountno=ACCOUNTNO accountlabel offsetglaccountno amount=TRX_AMOUNT "
    "allocationid=ALLOCATION memo=ENTRYDESCRIPTION item1099=FORM1099 form1099type form1099box "
    "billable revrectemplate defrevaccount=DEFERREDREVACCTNO revrecstartdate revrecenddate"
)
_MONEY_FIELDS: Final = "currency trx_amount exchratedate=EXCH_RATE_DATE exchrate=EXCHANGE_RATE"

TIMESHEET: Final = Family(
    "TIMESHEET",
    _pairs("employeeid begindate glpostdate timesheetdescription=DESCRIPTION state"),
    "timesheetitems",
    "timesheetitems",
    line_names=_pairs(
        f"{DIMENSIONS} lineno timetype billable entrydate qty "
        "timesheetentrydescription=DESCRIPTION notes extbillrate extcostrate extamount "
        "extemployertaxes extfringes extcashfringes emppositionid laborclassid laborshiftid "
        "laborunionid taskname"
    ),
)
EXPENSES: Final = Family(
    "EEXPENSES",
    _pairs(
        "employeeid datecreated=WHENCREATED dateposted=WHENPOSTED expensereportno=RECORDID state "
        f"description memo externalid supdocid batchkey=PRBATCH inclusivetax taxsolutionid {MONEY}"
    ),
    "expenses",
    "updateexpenses",
    "updateexpense",
    _pairs(
        f"{DIMENSIONS} expensetype glaccountno=ACCOUNTNO amount {_MONEY_FIELDS} "
        "exchratetype=EXCH_RATE_TYPE_ID expensedate=ENTRY_DATE memo=ENTRYDESCRIPTION form1099 "
        "form1099type form1099box paidfor billable exppmttype quantity rate totaltrxamount"
    ),
)
BILL: Final = Family(
    "APBILL",
    _pairs(f"vendorid billno=RECORDID {_DOCUMENT}"),
    "billitems",
    "updatebillitems",
    "updatelineitem",
    _pairs(_LINE),
)
INVOICE: Final = Family(
    "ARINVOICE",
    _pairs(f"customerid invoiceno=RECORDID {_DOCUMENT}"),
    "invoiceitems",
    "updateinvoiceitems",
    "updatelineitem",
    _pairs(_LINE),
)
CHARGE: Final = Family(
    "CCTRANSACTION",
    _pairs(
        "chargecardid=FINANCIALENTITY paymentdate=WHENCREATED referenceno=RECORDID payee "
        f"description supdocid inclusivetax taxsolutionid {MONEY}"
    ),
    "ccpayitems",
    "updateccpayitems",
    "updateccpayitem",
    _pairs(
        f"{DIMENSIONS} glaccountno=ACCOUNTNO accountlabel description=ENTRYDESCRIPTION "
        "paymentamount=TRX_AMOUNT billable totaltrxamount"
    ),
)
ORDER: Final = Family(
    "SODOCUMENT",
    _pairs(
        "transactiontype=DOCPARID datecreated=WHENCREATED dateposted=WHENPOSTED createdfrom "
        "customerid=CUSTVENDID documentno=DOCNO origdocdate referenceno=PONUMBER "
        "termname=TERM.NAME datedue=WHENDUE message shippingmethod=SHIPVIA supdocid externalid "
        f"vsoepricelist state projectid=PROJECT taxsolutionid {MONEY}"
    ),
    "sotransitems",
    "updatesotransitems",
    "updatesotransitem",
    _pairs(
        f"{DIMENSIONS} itemdesc taxable quantity unit discountpercent price "
        "sourcelinekey=SOURCE_DOCLINEKEY discsurchargememo memo revrectemplate revrecstartdate "
        "revrecenddate dropship"
    ),
)
# Who something is for: the contact's name goes to this field.
CONTACTS: Final = {
    "billto": ("BILLTOPAYTOCONTACTNAME", "BILLTO.CONTACTNAME"),
    "shipto": ("SHIPTORETURNTOCONTACTNAME", "SHIPTO.CONTACTNAME"),
    "payto": ("BILLTOPAYTOCONTACTNAME", "BILLTO.CONTACTNAME"),
    "returnto": ("SHIPTORETURNTOCONTACTNAME", "SHIPTO.CONTACTNAME"),
}
TERMS: Final = _pairs(
    "name description status dueday=DUEDATE duefrom discday=DISCDATE discfrom discamount "
    "discpercamn discgracedays=DISCFUDGEDAYS disccalcon pen_type=PEN_TYPES penamount penpercamn "
    "pengracedays=PENFUDGEDAYS"
)
TIMETYPE: Final = _pairs("name status accountno offsetaccountno earningtypename")
PAYMENT_TYPE: Final = _pairs("name description nonreimbursable offsetacctno status")
