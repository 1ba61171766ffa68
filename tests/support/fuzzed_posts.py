"""Random rules and random records of every kind, posted through the real connectors in memory."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import httpx
from ledgerlink.connectors.intacct import Endpoints as IntacctEndpoints
from ledgerlink.connectors.intacct import SageIntacct
from ledgerlink.connectors.qbo.config import Endpoints as QuickBooksEndpoints
from ledgerlink.connectors.qbo.connector import QuickBooksOnline
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.list_records import ListRecord, ListType, SyncState, change
from ledgerlink.domain.model.rules import Rule, RuleKind
from ledgerlink.domain.ports import Clock, Connector
from ledgerlink.services import lane
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.wire.rules import mappings

from tests.fakes.clock import FakeClock
from tests.fakes.service import FIRM, USER, InMemoryService, in_memory_service
from tests.support.qbo import scripted_company
from tests.support.qbo.scripted_company import REALM, ScriptedCompany
from tests.support.qbo.token_vault import InMemoryTokenVault, tokens
from tests.unit.connectors.intacct.gateway_client import CREDENTIALS, InMemoryLoginVault
from tests.unit.connectors.intacct.in_memory_gateway import InMemoryGateway

Run = Callable[[Coroutine[Any, Any, None]], None]
L = ListType
ODD_IDS = (
    "999999", "/", "item/", "/E1", "employee/E/1", "nonsense/7", " ", "x" * 200, "ä\u200b",
    "item/LAB\x01", "a&b<c>", "glaccount/", "task/abc", "task/", "timesheet/1/2026-01-01", "-1",
    "\U0001f600", "'", '"', "project/P'1", "$pending", "None", "0",
)  # fmt: skip
INTACCT_RECORDS: Mapping[ListType, Sequence[str]] = {
    L.EMPLOYEE: ("employee/E1", "employee/E9"),
    L.VENDOR: ("vendor/V1", "vendor/V9"),
    L.CUSTOMER: ("customer/C1", "customer/C9"),
    L.PROJECT: ("project/P-1", "project/P-4"),
    L.TASK: ("task/77",),
    L.ITEM: ("item/LAB-2", "item/BUY"),
    L.TIME_TYPE: ("timetype/Regular",),
    L.ACCOUNT: ("glaccount/6000", "glaccount/1200", "creditcard/CORP", "checkingaccount/BOA"),
    L.EXPENSE_TYPE: ("eeaccountlabel/Travel",),
    L.ACCOUNT_LABEL: ("apaccountlabel/Trip", "araccountlabel/Fees"),
    L.CLASS: ("class/A",),
    L.DEPARTMENT: ("department/10",),
    L.LOCATION: ("location/US",),
    L.ENTITY: ("locationentity/UK",),
    L.TERM: ("arterm/N30", "apterm/N30"),
    L.PROJECT_TYPE: ("projecttype/T",),
}
QBO_RECORDS: Mapping[ListType, Sequence[str]] = {
    kind: tuple(str(number) for number in range(start, start + 3))
    for start, kind in enumerate(
        (L.EMPLOYEE, L.VENDOR, L.CUSTOMER, L.ITEM, L.ACCOUNT, L.CLASS, L.LOCATION, L.TERM)
    )
}
ROLES = ("labor_code", "expense_code", "expense", "income", "bank", "credit_card",
         "accounts_payable", "accounts_receivable", "other")  # fmt: skip
QUICKBOOKS = QuickBooksEndpoints(
    api_url="https://qbo.example",
    authorize_url="https://consent.example",
    token_url="https://oauth.example/bearer",
    revoke_url="https://oauth.example/revoke",
    discovery_url="https://oauth.example/discovery",
)
KEYS = ("a", "b", "c", "d")


@dataclass
class FuzzedCompany:
    """One connection to one ledger in memory."""

    app: InMemoryService
    deps: Dependencies
    connection: Connection
    run: Run
    records: Mapping[ListType, Sequence[str]]

    def work(self) -> None:
        """Deliver all messages of the lane. Nothing may be raised."""
        for _ in range(100):
            if not self.app.lane.messages:
                return
            self.run(lane.handle(self.deps, self.app.lane.messages.pop(0), lambda: False))
        raise AssertionError("the lane does not come to an end")


@dataclass
class _Vaults:
    vault: Any
    keys: Mapping[str, str]

    def of(self, _key: object) -> Any:
        return self.vault

    def credentials(self, _ledger: str) -> Mapping[str, str]:
        return self.keys


def intacct() -> FuzzedCompany:
    """Sage Intacct, which takes all that our connector sends."""
    gateway, clock = InMemoryGateway(), FakeClock()
    connector = SageIntacct(
        IntacctEndpoints(), clock, httpx.MockTransport(gateway), jitter=lambda: 0.5
    )
    gateway.add("PROJECT", PROJECTID="P-1", NAME="P", CUSTOMERID="C1", STATUS="active")
    gateway.add("TASK", RECORDNO="77", TASKID="T", NAME="T", PROJECTID="P-1")
    vaults = _Vaults(InMemoryLoginVault(), CREDENTIALS)
    return _company(connector, clock, vaults, "acme", asyncio.run, INTACCT_RECORDS)


class _MailingCompany(ScriptedCompany):
    """Mails invoices, too."""

    def accept(self, kind: str, request: httpx.Request) -> httpx.Response:
        if kind != "send":
            return super().accept(kind, request)
        invoice = {"Id": request.url.path.split("/")[-2], "SyncToken": "1", "domain": "QBO"}
        return scripted_company.reply({"Invoice": invoice | {"EmailStatus": "EmailSent"}})


def qbo() -> FuzzedCompany:
    """QuickBooks Online, which takes all that our connector sends."""
    company = _MailingCompany(latency=lambda kind: 0.0)
    company.reads = {
        REALM: {"CompanyInfo": {"Id": "1", "CompanyName": "C", "Country": "US"}, "time": "…"},
        "preferences": {"Preferences": {"Id": "1"}, "time": "…"},
    }
    clock = FakeClock()
    transport = httpx.MockTransport(company)
    connector = QuickBooksOnline(QUICKBOOKS, clock, transport, jitter=lambda: 1.0)
    vaults = _Vaults(InMemoryTokenVault(tokens()), scripted_company.CREDENTIALS)
    return _company(connector, clock, vaults, REALM, asyncio.run, QBO_RECORDS)


def _company(
    connector: Connector,
    clock: Clock,
    vaults: _Vaults,
    company_id: str,
    run: Run,
    records: Mapping[ListType, Sequence[str]],
) -> FuzzedCompany:
    app = in_memory_service(chunk_size=100)
    given: Any = vaults
    deps = replace(app.deps, connectors={connector.name: connector}, clock=clock, vaults=given)
    connection = Connection(
        firm=FIRM,
        id="c1",
        ledger=connector.name,
        state=ConnectionState.CONNECTED,
        created_by=USER,
        created_at=clock.now(),
        connected_at=clock.now(),
        company_id=company_id,
    )
    deps.connections.save(connection)
    return FuzzedCompany(app, deps, deps.connections.get(connection.key), run, records)


def came_in(company: FuzzedCompany, chance: random.Random) -> None:
    """The lists came in, with random roles, some of them inactive or gone."""
    deps, key, now = company.deps, company.connection.key, company.deps.clock.now()
    found = []
    for kind, ids in company.records.items():
        for ledger_id in ids:
            record = ListRecord(
                type=kind,
                id=ledger_id,
                name=chance.choice(("Acme", "Ada", f"N {ledger_id}")),
                active=chance.random() < 0.8,
                roles=(chance.choice(ROLES),),
                gone=chance.choice((None, None, None, None, "deleted", "merged")),
                fields={"status": chance.choice(("On hold", "In progress", None))},
            )
            found.append(change(None, record, "sync", now, linked=False))
    deps.lists.record(key, "sync", [each for each in found if each is not None])
    moments = dict.fromkeys(company.records, now)
    deps.lists.save_state(key, SyncState(cursors=moments, compared=moments))


USUAL: Mapping[RuleKind, Sequence[ListType]] = {
    RuleKind.USERS: (L.EMPLOYEE, L.EMPLOYEE, L.VENDOR),
    RuleKind.PROJECTS: (L.CUSTOMER, L.PROJECT, L.TASK),
    RuleKind.LABOR_CODES: (L.ITEM, L.TIME_TYPE),
    RuleKind.LEAVE_TYPES: (L.ITEM, L.TIME_TYPE),
    RuleKind.EXPENSE_CODES: (L.ACCOUNT, L.EXPENSE_TYPE, L.ACCOUNT_LABEL),
    RuleKind.CARDS: (L.ACCOUNT,),
    RuleKind.VENDORS: (L.VENDOR,),
    RuleKind.CLASSES: (L.CLASS,),
    RuleKind.DEPARTMENTS: (L.DEPARTMENT, L.LOCATION),
    RuleKind.LOCATIONS: (L.LOCATION, L.ENTITY),
    RuleKind.TERMS: (L.TERM,),
    RuleKind.TAX_CODES: (L.TERM,),
}
"""The lists that a rule usually points at; half of the random rules do."""


def random_rules(company: FuzzedCompany, chance: random.Random) -> None:
    """A random rule for each kind and key, stored without the checks of those that set rules."""
    deps, key = company.deps, company.connection.key
    ids = [each for some in company.records.values() for each in some]
    rules = []
    for kind in RuleKind:
        for source_key in KEYS:
            right = [each for kind in USUAL[kind] for each in company.records.get(kind, ())]
            pool = chance.choice((right or ids, right or ids, ids, ODD_IDS))
            given = _mapping(kind, chance.choice(pool), chance)
            try:
                (mapping,) = mappings(kind, {source_key: given}).values()
            except Invalid:
                continue
            now = deps.clock.now()
            rules.append(Rule(kind=kind, key=source_key, mapping=mapping, set_by=USER, set_at=now))
    deps.rules.put(key, rules, deps.rules.version(key))


def _mapping(kind: RuleKind, ledger_id: str, chance: random.Random) -> dict[str, Any]:
    name = chance.choice(("Acme", "New " + ledger_id[:20], ledger_id, "n" * 150, "a:b", "x\ty"))
    forms: list[dict[str, Any]] = [{"action": "link", "ledger_id": ledger_id}] * 6
    forms += [{"action": "skip"}]
    match kind:
        case RuleKind.USERS:
            person = chance.choice(("employee", "vendor"))
            forms = [form | {"person": person} for form in forms if form["action"] == "link"]
            forms += [{"action": "create", "name": name, "person": person, "email": "a@b.c"}]
        case RuleKind.PROJECTS:
            forms += [{"action": "create", "name": name, "parent_id": ledger_id}]
            forms += [{"action": "create", "name": name, "client": {"key": "b", "name": name}}]
            forms += [{"action": "create", "name": name}]
        case RuleKind.LABOR_CODES | RuleKind.LEAVE_TYPES:
            forms = [form | {"rate": "75.00"} for form in forms if form["action"] == "link"]
            forms += [{"action": "create", "name": name, "income_account_id": ledger_id}]
        case RuleKind.EXPENSE_CODES:
            target = chance.choice(("account", "item"))
            forms = [form | {"target": target} for form in forms if form["action"] == "link"]
    return chance.choice(forms)


def random_records(chance: random.Random, count: int) -> list[dict[str, Any]]:
    """Random records of every kind, most of them valid."""
    makers = (_time, _time, _expense, _expense, _invoice, _listed, _gone)
    return [chance.choice(makers)(chance, number) for number in range(count)]


def _key(chance: random.Random, odds: float = 0.6) -> str | None:
    return chance.choice(KEYS) if chance.random() < odds else None


def _text(chance: random.Random) -> str:
    return chance.choice(("", "plain", "ü€😀", "a\x00b", "x\x0by", "]]>", "z" * 5000, "\ufffe"))


def _day(chance: random.Random) -> str:
    usual = date(2026, 2, 1) + timedelta(days=chance.randrange(60))
    return chance.choice((usual, usual, usual, date(1900, 1, 1), date.max)).isoformat()


def _amount(chance: random.Random) -> str:
    return chance.choice(("10.00", "0.01", "1234567.89", "0.005", "999999999999", "12.345", "0"))


def _dimensions(chance: random.Random) -> dict[str, Any]:
    names = ("class_key", "department_key", "location_key", "project_key", "client_key")
    return {name: _key(chance, 0.4) for name in names}


def _time(chance: random.Random, number: int) -> dict[str, Any]:
    return {
        "key": f"t{number}",
        "staff_key": chance.choice(KEYS),
        "work_date": _day(chance),
        "minutes": chance.choice((1, 60, 1440)),
        "labor_code_key": _key(chance),
        "leave_type_key": _key(chance, 0.1),
        "billable": chance.random() < 0.4,
        "bill_rate": chance.choice((None, "95.00", "0")),
        "notes": _text(chance),
        **_dimensions(chance),
    }


def _expense(chance: random.Random, number: int) -> dict[str, Any]:
    return {
        "kind": "expense",
        "key": f"e{number}",
        "staff_key": chance.choice(KEYS),
        "spent_on": _day(chance),
        "amount": _amount(chance),
        "expense_code_key": chance.choice(KEYS),
        "paid_with": chance.choice(("own", "company_card")),
        "card_key": _key(chance),
        "vendor_key": _key(chance),
        "report_key": chance.choice((None, f"r{number}", "shared")),
        "report_number": chance.choice((None, "N-1", "n" * 60, "a\nb")),
        "tax_code_key": _key(chance, 0.3),
        "tax_amount": chance.choice((None, "1.00")),
        "tax_inclusive": chance.random() < 0.2,
        "currency": chance.choice((None, None, "USD", "EUR")),
        "exchange_rate": chance.choice((None, "1.1")),
        "billable": chance.random() < 0.3,
        "refund": chance.random() < 0.1,
        "notes": _text(chance),
        **_dimensions(chance),
    }


def _invoice(chance: random.Random, number: int) -> dict[str, Any]:
    lines = [
        {
            "amount": chance.choice(("10.00", "-5.00", "0")),
            "quantity": chance.choice((None, "2")),
            "unit_price": chance.choice((None, "5.00")),
            "labor_code_key": _key(chance),
            "expense_code_key": _key(chance),
            "class_key": _key(chance, 0.3),
            "tax_code_key": _key(chance, 0.2),
            "description": _text(chance),
            "time_keys": chance.choice(([], [f"t{number - 1}"])),
        }
        for _ in range(chance.randrange(1, 4))
    ]
    return {
        "kind": "invoice",
        "key": f"i{number}",
        "issued_on": _day(chance),
        "due_on": chance.choice((None, _day(chance))),
        "lines": lines,
        "number": chance.choice((None, f"I-{number}", "n" * 30)),
        "terms_key": _key(chance, 0.3),
        "tax_code_key": _key(chance, 0.2),
        "memo": _text(chance),
        "private_note": _text(chance),
        "email": chance.choice((None, "a@b.example", "nonsense")),
        "send": chance.choice((None, True)),
        "custom_fields": chance.choice(({}, {"1": "x"}, {"CUSTOMER.A B": "x"})),
        **_dimensions(chance),
    }


def _listed(chance: random.Random, number: int) -> dict[str, Any]:
    name = chance.choice(("Acme", f"N{number}", "x" * 150, "a:b", "  ", "x\x01y", "Ada King"))
    kind = chance.choice(("client", "project", "staff"))
    record: dict[str, Any] = {"kind": kind, "key": chance.choice((f"n{number}", "a")), "name": name}
    if kind == "project":
        record |= {"client_key": _key(chance), "client_name": chance.choice((None, name))}
    if kind == "staff":
        record |= {"person": chance.choice(("employee", "vendor")), "email": "a@b.example"}
    return record


def _gone(chance: random.Random, number: int) -> dict[str, Any]:
    kind = chance.choice(("time", "expense", "invoice", "client", "project", "staff", "receipt"))
    key = f"expense/e{number}/r" if kind == "receipt" else f"{kind[0]}{max(0, number - 3)}"
    return {"kind": kind, "key": key, "deleted": True}
