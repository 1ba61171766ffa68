"""The elements of documents that an update sends, and the fields that they are read as.

Source: the gateway's schema, for the elements of each function; its reference, for the fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ledgerlink.connectors.intacct.protocol import element_order
from ledgerlink.connectors.intacct.protocol.xml import ElementOrder

READ_AS: Mapping[str, str] = {
    "expensereportno": "RECORDID",
    "invoiceno": "RECORDID",
    "documentno": "DOCNO",
    "datedue": "WHENDUE",
    "dateposted": "WHENPOSTED",
    "ponumber": "DOCNUMBER",
    "shippingmethod": "SHIPVIA",
    "projectid": "PROJECT",
    "billto": "BILLTOPAYTOCONTACTNAME",
    "shipto": "SHIPTORETURNTOCONTACTNAME",
}
"""Elements of heads that are read under another name."""

READ_AS_OF: Mapping[str, Mapping[str, str]] = {
    "CCTRANSACTION": {"referenceno": "RECORDID"},
    "SODOCUMENT": {
        "referenceno": "PONUMBER",
        "termname": "TERM.NAME",
        "billto": "BILLTO.CONTACTNAME",
        "shipto": "SHIPTO.CONTACTNAME",
    },
}
"""Elements of the heads of single objects."""

LINE_READ_AS: Mapping[str, str] = {
    "memo": "ENTRYDESCRIPTION",
    "description": "ENTRYDESCRIPTION",
    "glaccountno": "ACCOUNTNO",
    "allocationid": "ALLOCATION",
    "item1099": "FORM1099",
    "defrevaccount": "DEFERREDREVACCTNO",
    "expensedate": "ENTRY_DATE",
}
"""Elements of lines that are read under another name."""

MONEY = frozenset(
    {
        "basecurr", "currency", "exchratedate", "exchratetype", "exchrate", "amount",
        "trx_amount", "paymentamount", "totaltrxamount", "LINE_NO", "TRX_AMOUNT",
        "TOTALTRXAMOUNT",
    }
)  # fmt: skip
"""Amounts and currencies, which are ours in every document."""

NOT_KEPT = MONEY | frozenset(
    {
        "batchkey", "nogl", "createdfrom", "customerid", "employeeid", "chargecardid",
        "transactiontype", "state", "action", "datecreated", "paymentdate", "customfields",
    }
)  # fmt: skip
"""Elements of heads that are not kept as they are: they are always ours, describe what the ledger
itself has made of the document, or follow a rule of their own."""

NOT_KEPT_OF_LINES = MONEY | frozenset(
    {
        "key", "totalpaid", "totaldue", "bundlenumber", "itemdetails", "sourcelinekey",
        "fulfillmentstatus", "shipto", "taxentries", "TAXENTRIES", "customfields", "unit",
    }
)  # fmt: skip
"""The same of lines."""

AMOUNT_OF_LINE: Mapping[str, str] = {
    "APBILL": "TRX_AMOUNT",
    "EEXPENSES": "amount",
    "CCTRANSACTION": "paymentamount",
    "ARINVOICE": "amount",
}
"""The element of a line's amount; lines of orders have a price instead."""

FOLLOW_ITEM = frozenset({"itemdesc", "taxable", "discsurchargememo"})
"""Elements of a line that the ledger fills in from its item."""
FOLLOW_PARTY = frozenset({"billto", "shipto", "termname"})
"""Elements of a head that the ledger fills in from its customer."""

FORM_1099 = ("FORM1099", "FORM1099TYPE", "FORM1099BOX")
OPEN_STATES = frozenset({"Draft", "Submitted", "Pending"})
"""States that a document can be created in."""


@dataclass(frozen=True, slots=True)
class DocumentElements:
    """The elements of one object that an update sends, with the fields that they are read as."""

    container: str
    """The element around its lines, in what is sent."""
    line: str
    """The element of a line."""
    rows: tuple[str, str]
    """The path of its lines in what is read."""
    line_object: str
    """The object of its lines."""
    heads: ElementOrder
    lines: ElementOrder
    party: str = ""
    """The field of its customer or employee."""
    whole: bool = True
    """Whether its head is sent as a whole, because it is made anew."""


ELEMENTS: Mapping[str, DocumentElements] = {
    "APBILL": DocumentElements(
        "APBILLITEMS", "APBILLITEM", ("APBILLITEMS", "APBILLITEM"), "APBILLITEM",
        element_order.APBILL, element_order.APBILLITEM, whole=False,
    ),
    "EEXPENSES": DocumentElements(
        "expenses", "expense", ("EXPENSES", "EEXPENSESITEM"), "EEXPENSESITEM",
        element_order.EXPENSE_REPORT, element_order.EXPENSE, party="EMPLOYEEID",
    ),
    "CCTRANSACTION": DocumentElements(
        "ccpayitems", "ccpayitem", ("CCTRANSACTIONENTRIES", "CCTRANSACTIONENTRY"),
        "CCTRANSACTIONENTRY", element_order.CARD_CHARGE, element_order.CARD_LINE,
    ),
    "ARINVOICE": DocumentElements(
        "invoiceitems", "lineitem", ("ARINVOICEITEMS", "ARINVOICEITEM"), "ARINVOICEITEM",
        element_order.INVOICE, element_order.INVOICE_LINE, party="CUSTOMERID",
    ),
    "SODOCUMENT": DocumentElements(
        "sotransitems", "sotransitem", ("SODOCUMENTENTRIES", "SODOCUMENTENTRY"), "SODOCUMENTENTRY",
        element_order.SALE, element_order.SALES_LINE, party="CUSTVENDID",
    ),
}  # fmt: skip
