"""A fake of the API, the ledger and the sandbox, as far as the end of a month goes."""

import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from local.demo.month import Month

Row = dict[str, Any]
LISTS = {
    "account": [
        {"id": "1", "name": "Services", "roles": ["income"]},
        {"id": "22", "name": "Travel", "roles": ["expense"]},
        {"id": "33", "name": "Payable", "roles": ["accounts_payable"]},
        {"id": "35", "name": "Checking", "roles": ["bank"]},
        {"id": "41", "name": "Visa", "roles": ["credit_card"]},
    ],
    "item": [{"id": "1", "name": "Services", "roles": ["labor_code"]}],
    "term": [{"id": "3", "name": "Net 30"}],
    "custom_field": [{"id": "9", "name": "Crew #"}],
}


class FakeSystem:
    """What was posted is in the ledger at once, by the name of its document; `skew` is added to
    every bill, `billed` is the status of billed time, `forgets` writes everything always, `lenient`
    lets a paid invoice change, `refused` is whose time is not kept, and `warns` says of invoices
    that their time is not marked."""

    def __init__(self, month: Month) -> None:
        self.month = month
        self.skew, self.lenient = Decimal(0), False
        self.billed, self.forgets, self.warns = "HasBeenBilled", False, False
        self.refused: set[str] = set()
        self.documents: dict[str, Row] = {}
        self.people: dict[str, Row] = {}
        self.runs: list[Row] = []
        self.journal: list[Row] = []
        self.feed: list[Row] = []
        self.payments: list[Row] = []
        self.uploads: list[bytes] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = urlsplit(str(request.url)).path
        body = request.content if request.method != "GET" else b""
        if path == "/files":
            self.uploads.append(body)
            return httpx.Response(200)
        if path.startswith("/v3/company/42/"):
            return self._ledger(path, request)
        told = json.loads(body) if body else {}
        return httpx.Response(200, json=self._api(path, request, told))

    def _api(self, path: str, request: httpx.Request, told: Any) -> Any:
        match path.removeprefix("/v1/connections/c1/").split("/"):
            case ["uploads"]:
                return {"upload_id": f"u{len(self.uploads)}", "url": "http://desk/files"}
            case ["records", kind]:
                return {"records": LISTS[kind], "next": None}
            case ["posts"] if request.url.params.get("preview"):
                return {"counts": {"create": 0}, "items": []}
            case ["posts"]:
                return self._posted(told)
            case ["syncs"]:
                return self._synced()
            case ["runs", number, "items"]:
                items = self.runs[int(number)]["items"]
                state = request.url.params.get("state")
                return {"items": [i for i in items if state in (None, i["state"])]}
            case ["changes"]:
                after = int(request.url.params["after"])
                return {"changes": self.feed[after:], "next": str(len(self.feed))}
            case ["", "_sandbox", "journal"]:
                after = int(request.url.params["after"])
                return {"entries": self.journal[after:], "next": len(self.journal)}
        return {}

    def _posted(self, told: Mapping[str, list[Row]]) -> Row:
        before = json.dumps([self.documents, self.people], default=str)
        items: list[Row] = []
        for kind in ("clients", "projects", "staff"):
            self.people |= {one["key"]: one for one in told.get(kind, [])}
        for entry in told.get("time_entries", []):
            if entry["staff_key"] in self.refused:
                items.append(_blocked(f"time:{entry['key']}", "invalid_record"))
            else:
                self.documents[entry["key"]] = self._activity(entry)
        for expense in told.get("expenses", []):
            self._spend(expense)
        for invoice in told.get("invoices", []):
            items += self._bill(invoice)
        if self.forgets or json.dumps([self.documents, self.people], default=str) != before:
            entry = {"realm": "42", "kind": "batch", "items": 1, "status": 200}
            self.journal.append({"n": len(self.journal) + 1, **entry})
        return self._run("post", items)

    def _run(self, kind: str, items: list[Row]) -> Row:
        counts = dict(Counter(item["state"] for item in items)) or {"unchanged": 1}
        run = {"id": str(len(self.runs)), "kind": kind, "state": "completed", "calls": {}}
        self.runs.append({**run, "counts": counts, "items": items})
        return self.runs[-1]

    def _activity(self, entry: Row) -> Row:
        hours, minutes = divmod(entry["minutes"], 60)
        rate = self.month.rates()[entry["labor_code_key"]]
        status = self.billed if entry["billable"] else "NotBillable"
        told = {"Hours": hours, "Minutes": minutes, "BillableStatus": status}
        project = {"value": entry["project_key"]}
        return {"is": "TimeActivity", "CustomerRef": project, "HourlyRate": rate, **told}

    def _spend(self, expense: Row) -> None:
        if expense.get("deleted"):
            del self.documents[expense["key"]]
            return
        name = str(expense.get("report_key", expense["key"]))
        document = self.documents.setdefault(name, {"lines": {}, **self._settled(expense)})
        document["lines"][expense["key"]] = Decimal(expense["amount"])
        document["TotalAmt"] = sum(document["lines"].values()) + self.skew
        for receipt in expense.get("receipts", []):
            self.documents[f"{expense['key']}/{receipt['key']}"] = {"is": "Attachable"}

    def _settled(self, expense: Row) -> Row:
        if "card_key" in expense:
            credit = expense.get("refund", False)
            return {"is": "Purchase", "PaymentType": "CreditCard", "Credit": credit}
        if expense["staff_key"] in self.month.vendors():
            return {"is": "Bill"}
        return {"is": "Purchase", "PaymentType": "Check"}

    def _bill(self, invoice: Row) -> list[Row]:
        held = self.documents.get(invoice["key"], {})
        total = Decimal(invoice["total"])
        if held.get("TotalAmt") == total:
            return self._said(invoice, "unchanged")
        if held.get("Balance") == 0 and not self.lenient:
            return [_blocked(f"invoice:{invoice['key']}", "paid")]
        told = {"Id": invoice["key"], "SyncToken": "0", "DocNumber": invoice["number"]}
        money = {"TotalAmt": total, "Balance": total, "CustomerRef": {"value": "7"}}
        self.documents[invoice["key"]] = {"is": "Invoice", **told, **money}
        return self._said(invoice, "posted")

    def _said(self, invoice: Row, state: str) -> list[Row]:
        """The item of an invoice."""
        why = {"code": "time_not_linked", "message": "Not marked.", "remedy": "Mark it."}
        warnings = [why] if self.warns else []
        return [{"key": f"invoice:{invoice['key']}", "state": state, "warnings": warnings}]

    def _synced(self) -> Row:
        for payment in self.payments:
            paid = {"status": "paid", "balance": "0", "paid_on": payment["TxnDate"]}
            invoice = payment["Line"][0]["LinkedTxn"][0]["TxnId"]
            record = {"id": invoice, "name": invoice, "fields": paid}
            change = {"seq": len(self.feed) + 1, "type": "invoice", "record": record}
            self.feed.append(change)
        return self._run("sync", [])

    def _ledger(self, path: str, request: httpx.Request) -> httpx.Response:
        if path.endswith("/payment"):
            payment = json.loads(request.content, parse_float=Decimal)
            self.payments.append(payment)
            held = self.documents[payment["Line"][0]["LinkedTxn"][0]["TxnId"]]
            held["Balance"] -= payment["TotalAmt"]
            return httpx.Response(200, json={})
        statement = parse_qs(request.url.query.decode())["query"][0]
        entity = statement.split()[3]
        rows = [row for row in self._rows(entity) if _wanted(statement, row)]
        return httpx.Response(200, text=_plain({"QueryResponse": {entity: rows}}))

    def _rows(self, entity: str) -> list[Row]:
        people, known = self.people.values(), self.people
        if entity == "Customer":
            places = [one for one in people if "-staff-" not in one["key"]]
            return [{"Id": o["key"], "FullyQualifiedName": _path(o, known)} for o in places]
        if entity in ("Employee", "Vendor"):
            wanted = "vendor" if entity == "Vendor" else "employee"
            staff = [one for one in people if "-staff-" in one["key"]]
            some = [one for one in staff if one.get("person", "employee") == wanted]
            return [{"DisplayName": one["name"]} for one in some]
        return [row for row in self.documents.values() if row["is"] == entity]


def _blocked(key: str, code: str) -> Row:
    reason = {"code": code, "message": f"It is {code}.", "remedy": "Leave it."}
    return {"key": key, "state": "blocked", "reason": reason}


def _path(one: Row, known: Mapping[str, Row]) -> str:
    client = known.get(one.get("client_key", ""))
    return f"{client['name']}:{one['name']}" if client else str(one["name"])


def _wanted(statement: str, row: Row) -> bool:
    return "DocNumber" not in statement or f"'{row['DocNumber']}'" in statement


def _plain(value: Any) -> str:
    """JSON in which a decimal is a number with the same digits."""
    text = json.dumps(value, default=lambda amount: f"@{amount}@")
    return text.replace('"@', "").replace('@"', "")
