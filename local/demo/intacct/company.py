"""The ledger as a bookkeeper's own tool sees it: read by the gateway's query, page by page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import httpx
from lxml import etree

from local.demo.errors import DemoError
from local.demo.ledger import Activity

GATEWAY = "/ia/xml/xmlgw.phtml"
SENDER = {"senderid": "sandbox-sender", "password": "sender-secret"}
USER = {"userid": "sandbox-user", "password": "user-secret"}
PAGE = 1000
MOST_PAGES = 1000
MINUTES = Decimal(60)

Row = Mapping[str, str]
"""Fields of a record by name; what is empty is an empty text."""


@dataclass(frozen=True, slots=True)
class IntacctCompany:
    """One company of the ledger, read with the login of its Web Services user."""

    http: httpx.Client
    id: str

    def income_account(self) -> str:
        """The id of the first account that takes income."""
        for account in self.rows("GLACCOUNT", "ACCOUNTNO", "ACCOUNTTYPE", "NORMALBALANCE"):
            if (account["ACCOUNTTYPE"], account["NORMALBALANCE"]) == ("incomestatement", "credit"):
                return f"glaccount/{account['ACCOUNTNO']}"
        raise DemoError("The company has no income account; add one in the ledger.")

    def customers(self) -> Mapping[str, str]:
        """Full names of customers and projects (`Client:Project`) by id."""
        customers = {row["CUSTOMERID"]: row["NAME"] for row in self.rows("CUSTOMER", *CUSTOMER)}
        projects = {
            f"project/{row['PROJECTID']}": ":".join(
                filter(None, (customers.get(row["CUSTOMERID"]), row["NAME"]))
            )
            for row in self.rows("PROJECT", *PROJECT)
        }
        return {f"customer/{key}": name for key, name in customers.items()} | projects

    def activities(self) -> Iterator[Activity]:
        """Every entry of a timesheet that the company holds."""
        return map(_activity, self.rows("TIMESHEETENTRY", *ENTRY))

    def rows(self, entity: str, *fields: str) -> Iterator[Row]:
        """Records of an object with these fields."""
        for page in range(MOST_PAGES):
            data = self._query(entity, fields, page * PAGE)
            for row in data:
                yield {name: row.findtext(name, "") for name in fields}
            if int(data.get("numremaining", "0")) == 0:
                return
        raise DemoError(f"The ledger holds more than {MOST_PAGES * PAGE} of {entity}.")

    def _query(self, entity: str, fields: tuple[str, ...], offset: int) -> etree._Element:
        query = _element("query", object=entity)
        query.append(select := etree.Element("select"))
        for name in fields:
            etree.SubElement(select, "field").text = name
        order = etree.SubElement(etree.SubElement(query, "orderby"), "order")
        order.append(_element("x", field="RECORDNO")[0])
        etree.SubElement(order, "ascending")
        query.extend(_element("x", pagesize=str(PAGE), offset=str(offset)))
        found = self._ask(query).find("operation/result/data")
        if found is None:
            raise DemoError(f"The ledger did not answer for {entity}.")
        return found

    def _ask(self, call: etree._Element) -> etree._Element:
        request = etree.Element("request")
        more = {"controlid": "demo", "uniqueid": "false", "dtdversion": "3.0"}
        request.append(_element("control", **SENDER, **more, includewhitespace="false"))
        operation = etree.SubElement(request, "operation")
        authentication = etree.SubElement(operation, "authentication")
        authentication.append(_element("login", **_login(self.id)))
        content = etree.SubElement(operation, "content")
        etree.SubElement(content, "function", controlid="query").append(call)
        headers = {"Content-Type": "application/xml"}
        answer = self.http.post(GATEWAY, content=etree.tostring(request), headers=headers)
        return _answered(answer)


CUSTOMER = ("CUSTOMERID", "NAME")
PROJECT = ("PROJECTID", "NAME", "CUSTOMERID")
ENTRY = ("QTY", "BILLABLE", "EXTBILLRATE", "PROJECTID", "CUSTOMERID")


def _login(company: str) -> dict[str, str]:
    """In the order that the gateway wants."""
    return {"userid": USER["userid"], "companyid": company, "password": USER["password"]}


def _element(tag: str, **texts: str) -> etree._Element:
    """An element with elements of text in it, in their order."""
    made = etree.Element(tag)
    for name, text in texts.items():
        etree.SubElement(made, name).text = text
    return made


def _answered(answer: httpx.Response) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(answer.content, parser)
    except etree.XMLSyntaxError:
        raise DemoError(f"The ledger's answer is no XML ({answer.status_code}).") from None
    wrong = root.findtext(".//error/description2") or root.findtext(".//error/description")
    if wrong:
        raise DemoError(f"The ledger refused to be read: {wrong}")
    return root


def _activity(row: Row) -> Activity:
    billable = row["BILLABLE"] == "true"
    kind, key = ("project", "PROJECTID") if row["PROJECTID"] else ("customer", "CUSTOMERID")
    return Activity(
        customer_id=f"{kind}/{row[key]}" if row[key] else "",
        minutes=int((Decimal(row["QTY"]) * MINUTES).to_integral_value()),
        rate=Decimal(row["EXTBILLRATE"] or 0) if billable else Decimal(0),
    )
