"""The XML gateway of Sage Intacct as another application uses it, one function a request."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Union

import httpx
from lxml import etree

from local.demo.errors import DemoError

PATH = "/ia/xml/xmlgw.phtml"
SENDER = {"senderid": "sandbox-sender", "password": "sender-secret"}
USER = {"userid": "sandbox-user", "password": "user-secret"}
PAGE = 1000
MOST_PAGES = 1000

Row = Mapping[str, str]
"""Fields of a record by name; what is empty is an empty text."""
Body = Mapping[str, Union[str, "Body", Sequence["Body"]]]
"""Elements in their order: of text, of elements, or several of the same name."""


@dataclass(frozen=True, slots=True)
class Where:
    """What rows are asked for: a field that is a value, or that lies between two."""

    field: str
    values: tuple[str, ...]

    @classmethod
    def between(cls, field: str, first: date, last: date) -> "Where":
        return cls(field, (on_the(first), on_the(last)))

    def element(self) -> etree._Element:
        made = etree.Element("filter")
        name = "equalto" if len(self.values) == 1 else "between"
        condition = etree.SubElement(made, name)
        etree.SubElement(condition, "field").text = self.field
        for value in self.values:
            etree.SubElement(condition, "value").text = value
        return made


@dataclass(frozen=True, slots=True)
class Gateway:
    """It, for the company of this id, with the login of its Web Services user."""

    http: httpx.Client
    company_id: str

    def rows(self, entity: str, fields: Sequence[str], where: Where | None = None) -> Iterator[Row]:
        """Records of an object with these fields, page by page. Raises DemoError."""
        for page in range(MOST_PAGES):
            data = self._query(entity, fields, where, page * PAGE)
            for row in data:
                yield {name: row.findtext(name, "") for name in fields}
            if int(data.get("numremaining", "0")) == 0:
                return
        raise DemoError(f"The ledger holds more than {MOST_PAGES * PAGE} of {entity}.")

    def create(self, entity: str, body: Body, control_id: str) -> None:
        """A new record, once for a control id: the gateway refuses another under the same. Raises
        DemoError."""
        call = etree.Element("create")
        call.append(_filled(entity, body))
        self._ask(call, control_id, once=True)

    def files(self, attachment: str) -> int:
        """How many files an attachment has. Raises DemoError."""
        return len(self._ask(etree.Element("get", object="supdoc", key=attachment)).findall(FILE))

    def _query(
        self, entity: str, fields: Sequence[str], where: Where | None, offset: int
    ) -> etree._Element:
        query = _filled("query", {"object": entity})
        query.append(select := etree.Element("select"))
        for name in fields:
            etree.SubElement(select, "field").text = name
        if where is not None:
            query.append(where.element())
        order = etree.SubElement(etree.SubElement(query, "orderby"), "order")
        etree.SubElement(order, "field").text = "RECORDNO"
        etree.SubElement(order, "ascending")
        query.extend(_filled("x", {"pagesize": str(PAGE), "offset": str(offset)}))
        found = self._ask(query).find("operation/result/data")
        if found is None:
            raise DemoError(f"The ledger did not answer for {entity}.")
        return found

    def _ask(
        self, call: etree._Element, control_id: str = "query", *, once: bool = False
    ) -> etree._Element:
        request = etree.Element("request")
        more = {"controlid": "demo", "uniqueid": str(once).lower(), "dtdversion": "3.0"}
        control = {**SENDER, **more, "includewhitespace": "false"}
        request.append(_filled("control", control))
        operation = etree.SubElement(request, "operation")
        operation.append(_filled("authentication", {"login": _login(self.company_id)}))
        content = etree.SubElement(operation, "content")
        etree.SubElement(content, "function", controlid=control_id).append(call)
        headers = {"Content-Type": "application/xml"}
        return _answered(self.http.post(PATH, content=etree.tostring(request), headers=headers))


FILE = ".//attachments/attachment"


def on_the(day: date) -> str:
    """A day as the gateway writes it."""
    return day.strftime("%m/%d/%Y")


def _login(company: str) -> Body:
    """In the order that the gateway wants."""
    return {"userid": USER["userid"], "companyid": company, "password": USER["password"]}


def _filled(tag: str, body: Body) -> etree._Element:
    made = etree.Element(tag)
    for name, value in body.items():
        if isinstance(value, str):
            etree.SubElement(made, name).text = value
        else:
            made.extend(_filled(name, one) for one in _several(value))
    return made


def _several(value: Body | Sequence[Body]) -> Sequence[Body]:
    return [value] if isinstance(value, Mapping) else value


def _answered(answer: httpx.Response) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(answer.content, parser)
    except etree.XMLSyntaxError:
        raise DemoError(f"The ledger's answer is no XML ({answer.status_code}).") from None
    wrong = root.findtext(".//error/description2") or root.findtext(".//error/description")
    if wrong:
        raise DemoError(f"The ledger refused what it was asked: {wrong}")
    return root
