"""A gateway in memory: keeps records and responds as the real one does.

A test can script its responses and failures; without a script it does what it is asked.
"""

import base64
import copy
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from lxml import etree

Element = etree._Element
Record = dict[str, str]
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENDPOINT = "https://na12.intacct.com/ia/xml/xmlgw.phtml"
IDS = {
    "CUSTOMER": "CUSTOMERID",
    "PROJECT": "PROJECTID",
    "VENDOR": "VENDORID",
    "EMPLOYEE": "EMPLOYEEID",
    "CONTACT": "CONTACTNAME",
    "ITEM": "ITEMID",
}
OWNED = {
    "TIMESHEET": ("TIMESHEETENTRIES", "TIMESHEETENTRY", "TIMESHEETKEY"),
    "APBILL": ("APBILLITEMS", "APBILLITEM", "RECORDKEY"),
    "EEXPENSES": ("EEXPENSESITEMS", "EEXPENSESITEM", "RECORDKEY"),
    "CCTRANSACTION": ("CCTRANSACTIONENTRYS", "CCTRANSACTIONENTRY", "RECORDKEY"),
    "ARINVOICE": ("ARINVOICEITEMS", "ARINVOICEITEM", "RECORDKEY"),
    "SODOCUMENT": ("SODOCUMENTENTRIES", "SODOCUMENTENTRY", "RECORDKEY"),
}
MADE = {
    "create_expensereport": ("EEXPENSES", "expense"),
    "record_cctransaction": ("CCTRANSACTION", "ccpayitem"),
    "create_invoice": ("ARINVOICE", "lineitem"),
    "create_sotransaction": ("SODOCUMENT", "sotransitem"),
}
CHANGED = {
    "update_expensereport": "EEXPENSES",
    "delete_expensereport": "EEXPENSES",
    "update_cctransaction": "CCTRANSACTION",
    "reverse_cctransaction": "CCTRANSACTION",
    "update_invoice": "ARINVOICE",
    "delete_invoice": "ARINVOICE",
    "update_sotransaction": "SODOCUMENT",
    "delete_sotransaction": "SODOCUMENT",
}
Step = Callable[[httpx.Request], httpx.Response] | Exception | None


@dataclass
class InMemoryGateway:
    """`tables` hold records by object and RECORDNO. `after` runs once the functions of a request
    were done, before its answer leaves: what it raises, cuts the connection. `refusals` are faults
    by a word that the function's XML contains."""

    script: list[Step] = field(default_factory=list)
    after: list[Exception | Callable[[], httpx.Response] | None] = field(default_factory=list)
    tables: dict[str, dict[str, Record]] = field(default_factory=dict)
    refusals: dict[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    defaults: dict[str, Record] = field(default_factory=dict)
    custom: Mapping[str, Sequence[str]] = field(default_factory=dict)
    log: list[Element] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    completed: set[str] = field(default_factory=set)
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    owned_apart: bool = False
    lives: timedelta | None = timedelta(hours=1)
    endpoint: str = ENDPOINT
    sessions: int = 0
    valid: set[str] = field(default_factory=set)
    writes: int = 0
    flying: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(501))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.hosts.append(request.url.host)
        root = etree.fromstring(request.content)
        self.log.append(root)
        scripted = self.script.pop(0) if self.script else None
        if isinstance(scripted, Exception):
            raise scripted
        if scripted is not None:
            return scripted(request)
        session = root.findtext("operation/authentication/sessionid")
        if session is not None and session not in self.valid:
            return page(failed_operation(root, "XL03000006", "Invalid session q...."))
        unique = root.findtext("control/uniqueid") == "true"
        results = self._run_all(root, unique)
        then = self.after.pop(0) if self.after and unique else None
        if isinstance(then, Exception):
            raise then
        return then() if then else page(self._response(root, results))

    def add(self, kind: str, **values: str) -> str:
        """Keep a record; its RECORDNO."""
        number = values.setdefault("RECORDNO", str(next(self.numbers)))
        values.setdefault("WHENMODIFIED", self._stamp())
        self.tables.setdefault(kind, {})[number] = values
        return number

    def rows(self, kind: str) -> list[Record]:
        return list(self.tables.get(kind, {}).values())

    def functions(self, name: str = "") -> list[Element]:
        """What was asked so far, by the name of the function."""
        every = [f[0] for r in self.log for f in r.iterfind("operation/content/function")]
        return [each for each in every if not name or each.tag == name]

    def requests(self, name: str) -> int:
        """Requests that had such a function."""
        return sum(root.find(f"operation/content/function/{name}") is not None for root in self.log)

    def _stamp(self) -> str:
        self.writes += 1
        return (START + timedelta(seconds=self.writes)).strftime("%m/%d/%Y %H:%M:%S")

    def _response(self, root: Element, results: list[Element]) -> Element:
        response = _control(root)
        operation = etree.SubElement(response, "operation")
        authentication = etree.SubElement(operation, "authentication")
        _say(authentication, status="success", userid="u", companyid="c", locationid="")
        if self.lives is not None:
            moment = START + self.lives
            _say(authentication, sessiontimestamp=START.isoformat(), sessiontimeout=_iso(moment))
        operation.extend(results)
        return response

    def _run_all(self, root: Element, unique: bool) -> list[Element]:
        """All of them; of a transaction all or none."""
        before, done = copy.deepcopy(self.tables), set(self.completed)
        results = [self._run(f, unique) for f in root.iterfind("operation/content/function")]
        failed = any(result.findtext("status") != "success" for result in results)
        if failed and root.find("operation").get("transaction") == "true":  # type: ignore[union-attr]
            self.tables, self.completed = before, done
            for result in results:
                _roll_back(result)
        return results

    def _run(self, function: Element, unique: bool) -> Element:
        control_id, node = function.get("controlid", ""), function[0]
        result = etree.Element("result")
        said = etree.tostring(node, encoding="unicode")
        faults = next((f for word, f in self.refusals.items() if word in said), None)
        if unique and control_id in self.completed:
            faults = [("XL03000006", "A function with this control ID was completed before.")]
        status = "failure" if faults else "success"
        _say(result, status=status, function=node.tag, controlid=control_id)
        if faults:
            result.append(errors(faults))
            return result
        DO[node.tag](self, node, result)
        if unique:
            self.completed.add(control_id)
        return result

    def _session(self, node: Element, result: Element) -> None:
        self.sessions += 1
        name = f"session{self.sessions}.."
        self.valid.add(name)
        api = etree.SubElement(etree.SubElement(result, "data"), "api")
        _say(api, sessionid=name, endpoint=self.endpoint, locationid="")

    def _query(self, node: Element, result: Element) -> None:
        kind, wanted = node.findtext("object", ""), node.find("filter")
        found = [r for r in self.rows(kind) if wanted is None or _fits(wanted[0], r)]
        found.sort(key=lambda r: int(r["RECORDNO"]), reverse=node.find(".//descending") is not None)
        size, offset = int(node.findtext("pagesize", "100")), int(node.findtext("offset", "0"))
        some = found[offset : offset + size]
        data = etree.SubElement(result, "data", listtype=kind, totalcount=str(len(found)))
        data.set("numremaining", str(max(len(found) - offset - len(some), 0)))
        fields = [each.text or "" for each in node.iterfind("select/field")]
        for record in some:
            row = {**self._contact_of(record), **record}
            _say(etree.SubElement(data, kind), **{name: row.get(name, "") for name in fields})

    def _contact_of(self, record: dict[str, str]) -> dict[str, str]:
        """The fields of the contact that an employee refers to."""
        name = record.get("CONTACT.CONTACTNAME")
        contact = next((c for c in self.rows("CONTACT") if c.get("CONTACTNAME") == name), {})
        return {f"CONTACT.{field}": value for field, value in contact.items()}

    def _read(self, node: Element, result: Element) -> None:
        kind, keys = node.findtext("object", ""), node.findtext("keys", "").split(",")
        data = etree.SubElement(result, "data", listtype=kind, count=str(len(keys)))
        for key in keys:
            number = self._find(kind, key)
            if number is None:
                result.find("status").text = "failure"  # type: ignore[union-attr]
                result.append(errors([("DL02000001", "There was an error processing it.")]))
                return
            data.append(self._whole(kind, number))

    def _find(self, kind: str, key: str) -> str | None:
        same = [n for n, r in self.tables.get(kind, {}).items() if key in (n, r.get("DOCID"))]
        return next(iter(same), None)

    def _older(self, node: Element, result: Element) -> None:
        """Only what the connector asks: a field with one of these values."""
        kind, field = node.findtext("object", ""), node.findtext("query", "").split(" ")[0]
        values = re.findall("'([^']*)'", node.findtext("query", ""))
        data = etree.SubElement(result, "data", listtype=kind.lower(), numremaining="0")
        for record in self.rows(kind):
            if record.get(field) in values:
                _say(etree.SubElement(data, kind.lower()), **record)

    def _whole(self, kind: str, key: str) -> Element:
        record = etree.Element(kind)
        _say(record, **self.tables[kind][key])
        if kind in OWNED and not self.owned_apart:
            several, one, to = OWNED[kind]
            lines = etree.SubElement(record, several)
            for line in self.rows(one):
                if line[to] == key:
                    _say(etree.SubElement(lines, one.lower()), **line)
        return record

    def _create(self, node: Element, result: Element) -> None:
        data = etree.SubElement(result, "data", listtype="objects", count=str(len(node)))
        for given in node:
            kind = str(given.tag)
            number = self._keep(kind, given, str(next(self.numbers)))
            name = IDS.get(kind)
            said = {"RECORDNO": number, **({name: self.tables[kind][number][name]} if name else {})}
            _say(etree.SubElement(data, kind.lower()), **said)

    def _keep(self, kind: str, given: Element, number: str) -> str:
        flat = {str(c.tag): c.text or "" for c in given if not len(c)}
        flat |= {
            f"DISPLAYCONTACT.{c.tag}": c.text or ""
            for c in given.iterfind("DISPLAYCONTACT/*")
            if not len(c)
        }
        if kind == "EMPLOYEE" and (name := given.findtext("PERSONALINFO/CONTACTNAME")):
            flat["CONTACT.CONTACTNAME"] = name
        before = self.tables.get(kind, {}).get(number, {})
        if name := IDS.get(kind):
            flat.setdefault(name, before.get(name) or f"{kind[0]}{number}")
        stamps = {"RECORDNO": number, "WHENMODIFIED": self._stamp()}
        record = {**self.defaults.get(kind, {}), **before, **flat, **stamps}
        self.tables.setdefault(kind, {})[number] = record
        if kind in OWNED:
            self._own(kind, given, number)
        return number

    def _own(self, kind: str, given: Element, number: str) -> None:
        several, one, to = OWNED[kind]
        lines = given.find(several)
        if lines is None:
            return
        kept = {key: r for key, r in self.tables.get(one, {}).items() if r[to] != number}
        self.tables[one] = kept
        for line in lines:
            flat = {str(c.tag): c.text or "" for c in line}
            key = flat.pop("RECORDNO", None) or str(next(self.numbers))
            kept[key] = {**self.defaults.get(one, {}), **flat, "RECORDNO": key, to: number}
        if kind == "APBILL":
            mine = [_amount(r) for r in kept.values() if r[to] == number]
            self.tables[kind][number]["TOTALENTERED"] = str(sum(mine, Decimal(0)))

    def _update(self, node: Element, result: Element) -> None:
        data = etree.SubElement(result, "data", listtype="objects", count=str(len(node)))
        for given in node:
            number = self._number(str(given.tag), given)
            self._keep(str(given.tag), given, number)
            _say(etree.SubElement(data, str(given.tag).lower()), RECORDNO=number)

    def _number(self, kind: str, given: Element) -> str:
        name = IDS.get(kind, "RECORDNO")
        same = [r for r in self.rows(kind) if r.get(name) == given.findtext(name)]
        return given.findtext("RECORDNO") or same[0]["RECORDNO"]

    def _delete(self, node: Element, result: Element) -> None:
        for key in node.findtext("keys", "").split(","):
            self.tables[node.findtext("object", "")].pop(key)

    def _make(self, node: Element, result: Element) -> None:
        """A legacy document with its lines and total."""
        kind, tag = MADE[str(node.tag)]
        flat = {str(c.tag).upper(): _text(c) for c in node if _text(c)}
        lines = [{str(c.tag).upper(): c.text or "" for c in each} for each in node.iter(tag)]
        total = sum((_amount(line) for line in lines), Decimal(0))
        number = self.add(kind, **flat, **self.defaults.get(kind, {}), TOTALENTERED=str(total))
        for line in lines:
            account = {"ACCOUNTNO": line["GLACCOUNTNO"]} if "GLACCOUNTNO" in line else {}
            amount = {"TRX_AMOUNT": line["PAYMENTAMOUNT"]} if "PAYMENTAMOUNT" in line else {}
            self.add(OWNED[kind][1], **line, **account, **amount, RECORDKEY=number)
        record = self.tables[kind][number]
        if kind == "SODOCUMENT":
            record["DOCNO"] = flat.get("DOCUMENTNO", number)
            record["DOCID"] = f"{flat['TRANSACTIONTYPE']}-{record['DOCNO']}"
            record["WHENCREATED"] = flat["DATECREATED"]
        etree.SubElement(result, "key").text = record.get("DOCID", number)

    def _change(self, node: Element, result: Element) -> None:
        kind, tag = CHANGED[str(node.tag)], str(node.tag)
        number = self._find(kind, node.get("key", "")) or ""
        record = self.tables[kind][number]
        if tag.startswith("delete_"):
            del self.tables[kind][number]
        elif tag.startswith("reverse_"):
            record["STATE"] = "Reversed"
        else:
            record["SUPDOCID"] = node.findtext("supdocid", "")
        etree.SubElement(result, "key").text = number

    def _folder(self, node: Element, result: Element) -> None:
        self.add("FOLDER", NAME=node.findtext("supdocfoldername", ""))

    def _supdoc(self, node: Element, result: Element) -> None:
        files = self.files.setdefault(node.findtext("supdocid", ""), {})
        for each in node.iter("attachment"):
            name = f"{each.findtext('attachmentname')}.{each.findtext('attachmenttype')}"
            files[name] = base64.b64decode(each.findtext("attachmentdata", ""))

    def _get(self, node: Element, result: Element) -> None:
        data = etree.SubElement(result, "data")
        names = self.files.get(node.get("key", ""), {})
        several = etree.SubElement(etree.SubElement(data, "supdoc"), "attachments")
        for name in names:
            stem, _, ending = name.rpartition(".")
            one = etree.SubElement(several, "attachment")
            _say(one, attachmentname=stem, attachmenttype=ending)

    def _drop(self, node: Element, result: Element) -> None:
        self.files.pop(node.get("key", ""))

    def _lookup(self, node: Element, result: Element) -> None:
        data = etree.SubElement(result, "data")
        fields = etree.SubElement(etree.SubElement(data, "Type"), "Fields")
        for name in self.custom.get(node.findtext("object", ""), ()):
            _say(etree.SubElement(fields, "Field"), ID=name, LABEL=name.title(), ISCUSTOM="true")
        _say(etree.SubElement(fields, "Field"), ID="RECORDNO", ISCUSTOM="false")


DO: Mapping[str, Callable[[InMemoryGateway, Element, Element], None]] = {
    "getAPISession": InMemoryGateway._session,
    "query": InMemoryGateway._query,
    "read": InMemoryGateway._read,
    "readByQuery": InMemoryGateway._older,
    "create": InMemoryGateway._create,
    "update": InMemoryGateway._update,
    "delete": InMemoryGateway._delete,
    "lookup": InMemoryGateway._lookup,
    **dict.fromkeys(MADE, InMemoryGateway._make),
    **dict.fromkeys(CHANGED, InMemoryGateway._change),
    "create_supdocfolder": InMemoryGateway._folder,
    "create_supdoc": InMemoryGateway._supdoc,
    "update_supdoc": InMemoryGateway._supdoc,
    "delete_supdoc": InMemoryGateway._drop,
    "get": InMemoryGateway._get,
}


def page(root: Element, status: int = 200) -> httpx.Response:
    headers = {"Content-Type": 'text/xml; encoding="UTF-8"'}
    return httpx.Response(status, headers=headers, content=etree.tostring(root))


def raw(content: bytes, status: int = 200, kind: str = "text/html") -> Step:
    return lambda request: httpx.Response(status, headers={"Content-Type": kind}, content=content)


def failing(errorno: str, words: str, *, control: bool = False, status: int = 200) -> Step:
    """An answer that failed as a whole."""

    def answer(request: httpx.Request) -> httpx.Response:
        root = etree.fromstring(request.content)
        build = failed_control if control else failed_operation
        return page(build(root, errorno, words), status)

    return answer


def answering(control_id: str, rows: str, said: str = "") -> Step:
    """An answer to one function of the request."""

    def answer(request: httpx.Request) -> httpx.Response:
        response = _control(etree.fromstring(request.content))
        operation = etree.SubElement(response, "operation")
        _say(etree.SubElement(operation, "authentication"), status="success")
        result = etree.SubElement(operation, "result")
        _say(result, status="success", controlid=control_id)
        result.append(etree.fromstring(f"<data {said}>{rows}</data>"))
        return page(response)

    return answer


def failed_operation(root: Element, errorno: str, words: str) -> Element:
    response = _control(root)
    operation = etree.SubElement(response, "operation")
    _say(etree.SubElement(operation, "authentication"), status="failure", userid="", companyid="")
    operation.append(errors([(errorno, words)]))
    return response


def failed_control(root: Element, errorno: str, words: str) -> Element:
    response = etree.Element("response")
    _say(etree.SubElement(response, "control"), status="failure")
    response.append(errors([(errorno, words)]))
    return response


def errors(faults: Sequence[tuple[str, str]]) -> Element:
    message = etree.Element("errormessage")
    for errorno, words in faults:
        error = etree.SubElement(message, "error")
        _say(error, errorno=errorno, description="", description2=words, correction="")
    return message


def _roll_back(result: Element) -> None:
    """As the gateway words a transaction that was taken back."""
    words = "The entire transaction in this operation has been rolled back due to an error."
    status = result.find("status")
    assert status is not None
    (fault,) = errors([("XL03000009", words)])
    message = result.find("errormessage")
    if message is None:
        status.text = "aborted"
        message = etree.SubElement(result, "errormessage")
    message.append(fault)


def _amount(line: Record) -> Decimal:
    if "PRICE" in line:
        return Decimal(line["QUANTITY"]) * Decimal(line["PRICE"])
    return Decimal(line.get("PAYMENTAMOUNT") or line.get("TRX_AMOUNT") or line["AMOUNT"])


def _control(root: Element) -> Element:
    response = etree.Element("response")
    control = etree.SubElement(response, "control")
    _say(control, status="success", senderid="s", controlid=root.findtext("control/controlid", ""))
    return response


def _say(node: Element, **values: str) -> None:
    for name, value in values.items():
        etree.SubElement(node, name).text = value or None


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _text(node: Element) -> str:
    if [c.tag for c in node] == ["year", "month", "day"]:
        return "/".join(node.findtext(name, "") for name in ("month", "day", "year"))
    return node.text or ""


def _fits(node: Element, record: Record) -> bool:
    if node.tag in ("and", "or"):
        return (all if node.tag == "and" else any)(_fits(each, record) for each in node)
    said = record.get(node.findtext("field", ""), "")
    values = [each.text or "" for each in node.iterfind("value")]
    return TESTS[str(node.tag)](said, values)


def _key(said: str) -> Any:
    for form in ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y"):
        try:
            return datetime.strptime(said, form).timestamp()  # noqa: DTZ007 - compared only
        except ValueError:
            continue
    return float(said) if said.isdigit() else said


TESTS: Mapping[str, Callable[[str, list[str]], bool]] = {
    "equalto": lambda said, values: said == values[0],
    "in": lambda said, values: said in values,
    "greaterthan": lambda said, values: _key(said) > _key(values[0]),
    "greaterthanorequalto": lambda said, values: bool(said) and _key(said) >= _key(values[0]),
    "between": lambda said, values: _key(values[0]) <= _key(said) <= _key(values[1]),
    "like": lambda said, values: values[0].strip("%") in said,
}
