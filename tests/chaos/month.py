"""A month of expenses, invoices with the time that they bill, and receipts; and what the ledger
has of it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
from ledgerlink.domain.model.rules import CreateUser, LinkExpenseCode, RuleKind
from ledgerlink.services.posting import accept
from ledgerlink.services.settings import rules, settings

from tests.chaos.lane import KillableLane, entries

REPORTS, LINES, CARDS = 12, 6, 48
INVOICES = 31
RECEIPTS = 8
"""Reports have one each as far as they go."""
MONEY = REPORTS + CARDS + INVOICES
DOCUMENTS = MONEY + INVOICES + RECEIPTS
"""All, with the time that the invoices bill. What waits for nothing is batches and a single call;
so are the invoices by themselves, and all documents of money together."""

Row = Mapping[str, Any]


def set_up(lane: KillableLane) -> None:
    """What a lane needs besides to post a month."""
    accounts = {row["AccountType"]: str(row["Id"]) for row in reversed(lane.rows("Account"))}
    code = LinkExpenseCode(ledger_id=accounts["Expense"])
    person = CreateUser(name="Vera Contractor", person="vendor")
    for kind, some in (
        (RuleKind.EXPENSE_CODES, {"one": code}),
        (RuleKind.USERS, {"two": person}),
    ):
        rules.put_rules(lane.deps, lane.connection.key, "chaos", kind, some)
    chosen = {
        "payable_account_id": accounts["Accounts Payable"],
        "check_account_id": accounts["Bank"],
        "card_account_id": accounts["Credit Card"],
    }
    settings.change_settings(lane.deps, lane.connection.key, "chaos", {"expenses": chosen})


@dataclass(frozen=True, slots=True)
class Month:
    """One month; documents of another name can be told apart. `more` is added to each amount that
    was spent and invoiced. `uploads` are the receipts' files by number."""

    name: str
    uploads: Mapping[int, str]
    more: Decimal = Decimal(0)

    @classmethod
    def made(cls, lane: KillableLane, name: str) -> "Month":
        return cls(name, {n: _uploaded(lane, file_of(name, n)) for n in range(RECEIPTS)})

    def records(self) -> list[dict[str, Any]]:
        rate = {"billable": True, "bill_rate": "95.00"}
        times = [one | rate for one in entries(f"{self.name}-time", INVOICES)]
        return [*times, *self._spent(), *self._charged(), *self._invoices()]

    def removed(self) -> list[dict[str, Any]]:
        """The same month, when the product has nothing of it but time."""
        made = [one for one in self.records() if "kind" in one]
        files = [
            {"kind": "receipt", "key": f"expense/{one['key']}/{file['key']}"}
            for one in made
            for file in one.get("receipts", ())
        ]
        gone = [{"kind": one["kind"], "key": one["key"]} for one in made]
        return [one | {"deleted": True} for one in (*gone, *files)]

    def amount(self, number: int) -> Decimal:
        """Odd cents, so that a sum tells what is missing."""
        return Decimal(100 + 7 * number) / 100 + self.more

    def total(self, report: int) -> Decimal:
        return sum((self.amount(LINES * report + n) for n in range(LINES)), Decimal(0))

    def _spent(self) -> Iterator[dict[str, Any]]:
        for number in range(REPORTS * LINES):
            report, line = divmod(number, LINES)
            told = {"report_key": f"{self.name}-{report}", "report_number": f"{self.name}-{report}"}
            told["staff_key"] = "one" if report % 2 else "two"
            spent = self._expense(f"{self.name}-{number}", number) | told
            if line == 0 and report in self.uploads:
                spent["receipts"] = [self._receipt(report)]
            yield spent

    def _charged(self) -> Iterator[dict[str, Any]]:
        for number in range(CARDS):
            charged = self._expense(f"{self.name}-card-{number}", number)
            yield charged | {"paid_with": "company_card", "refund": number % 8 == 0}

    def _expense(self, key: str, number: int) -> dict[str, Any]:
        return {
            "kind": "expense",
            "key": key,
            "staff_key": "one",
            "spent_on": f"2026-03-{1 + number % 28:02d}",
            "amount": str(self.amount(number)),
            "expense_code_key": "one",
            "notes": key,
        }

    def _receipt(self, number: int) -> dict[str, Any]:
        return {
            "key": "r",
            "upload_id": self.uploads[number],
            "file_name": f"{self.name}-{number}.pdf",
            "content_type": "application/pdf",
        }

    def _invoices(self) -> Iterator[dict[str, Any]]:
        for number in range(INVOICES):
            line = {"labor_code_key": "one", "amount": str(self.amount(number))}
            yield {
                "kind": "invoice",
                "key": f"{self.name}-{number}",
                "number": f"{self.name}-{number}",
                "issued_on": "2026-03-31",
                "project_key": "one",
                "lines": [line | {"time_keys": [f"{self.name}-time-{number}"]}],
            }

    def once_each(self, lane: KillableLane) -> None:
        """Assert that all is in the ledger exactly once, to the cent, linked, with its file."""
        self._reports_are_there(lane)
        self._charges_are_there(lane)
        self._invoices_bill_their_time(lane)

    def is_gone(self, lane: KillableLane) -> None:
        """Assert that nothing of it is in the ledger but time that can be billed."""
        assert not [row for kind in ("Bill", "Invoice") for row in self._numbered(lane, kind)]
        spent = [line["Description"] for row in lane.rows("Purchase") for line in row["Line"]]
        files = [str(row["FileName"]) for row in lane.rows("Attachable")]
        assert not [text for text in (*spent, *files) if text.startswith(self._prefix)]
        assert {row["BillableStatus"] for row in self._times(lane)} == {"Billable"}

    def _reports_are_there(self, lane: KillableLane) -> None:
        found = {kind: self._numbered(lane, kind) for kind in ("Bill", "Purchase")}
        for kind, rest in (("Bill", 0), ("Purchase", 1)):
            assert [(row["DocNumber"], _money(row)) for row in found[kind]] == sorted(
                (f"{self.name}-{n}", self.total(n)) for n in range(REPORTS) if n % 2 == rest
            )
        documents = {
            f"{kind}:{row['Id']}": row["DocNumber"] for kind, rows in found.items() for row in rows
        }
        files = [row for row in lane.rows("Attachable") if row["FileName"].startswith(self._prefix)]
        attached = sorted(
            (documents[_document(row)], row["FileName"], row["Size"]) for row in files
        )
        wanted = [
            (f"{self.name}-{n}", f"{self.name}-{n}.pdf", len(file_of(self.name, n)))
            for n in range(RECEIPTS)
        ]
        assert attached == sorted(wanted)

    def _charges_are_there(self, lane: KillableLane) -> None:
        told = Counter(
            (row["Line"][0]["Description"], _money(row), row.get("Credit", False))
            for row in lane.rows("Purchase")
            if row["PaymentType"] == "CreditCard"
        )
        ours = {one: n for one, n in told.items() if one[0].startswith(self._prefix)}
        assert ours == {
            (f"{self.name}-card-{n}", self.amount(n), n % 8 == 0): 1 for n in range(CARDS)
        }

    def _invoices_bill_their_time(self, lane: KillableLane) -> None:
        times = self._times(lane)
        assert {row["BillableStatus"] for row in times} == {"HasBeenBilled"}
        named = {row["Id"]: row["Description"] for row in times}
        billed = [
            (row["DocNumber"], _money(row), [named[i] for i in _linked(row)])
            for row in self._numbered(lane, "Invoice")
        ]
        assert billed == sorted(
            (f"{self.name}-{n}", self.amount(n), [f"{self.name}-time-{n}"]) for n in range(INVOICES)
        )
        assert len(times) == INVOICES

    @property
    def _prefix(self) -> str:
        return f"{self.name}-"

    def _times(self, lane: KillableLane) -> list[Row]:
        rows = lane.rows("TimeActivity")
        return [row for row in rows if row["Description"].startswith(self._prefix)]

    def _numbered(self, lane: KillableLane, kind: str) -> list[Row]:
        """Documents whose numbers are this month's, by number."""
        rows = [r for r in lane.rows(kind) if str(r.get("DocNumber")).startswith(self._prefix)]
        return sorted(rows, key=lambda row: str(row["DocNumber"]))


def _uploaded(lane: KillableLane, content: bytes) -> str:
    upload_id, url = accept.upload(lane.deps, lane.connection.key)
    httpx.put(url, content=content, timeout=30, trust_env=False).raise_for_status()
    return upload_id


def file_of(name: str, number: int) -> bytes:
    """A receipt. Files differ in length; some are longer than a socket's buffer."""
    return f"%PDF-1.4 {name} {number}\n".encode() + bytes(1000 * (number + 1) ** 3)


def _money(row: Row) -> Decimal:
    return Decimal(str(row["TotalAmt"]))


def _document(file: Row) -> str:
    (link,) = file["AttachableRef"]
    return f"{link['EntityRef']['type']}:{link['EntityRef']['value']}"


def _linked(invoice: Row) -> list[str]:
    return [link["TxnId"] for line in invoice["Line"] for link in line.get("LinkedTxn", [])]
