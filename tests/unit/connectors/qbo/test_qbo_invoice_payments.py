"""When invoices were paid, and which invoices changed payments affect; calls are counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from ledgerlink.connectors.qbo.ledger import QuickBooksLedger
from ledgerlink.domain.model.list_records import ListBatch, ListRead, ListRecord, ListType

from tests.support.qbo.scripted_company import ScriptedCompany, fault, open_ledger, reply
from tests.support.qbo.virtual_time import run
from tests.unit.connectors.qbo.fake_list_server import (
    FROM,
    IDS,
    FakeListServer,
    Row,
    all_of,
    changed,
    deleted,
    row,
)

SINCE = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
INVOICE = ListType.INVOICE


def invoice(number: int, total: float, balance: float, *payments: int, **more: Any) -> Row:
    """An invoice as the ledger shows it, with the time that it bills and what pays it."""
    links = [{"TxnId": str(each), "TxnType": "Payment"} for each in payments]
    time = {"TxnId": "147", "TxnType": "TimeActivity"}
    said = {
        "domain": "QBO",
        "sparse": False,
        "DocNumber": str(1000 + number),
        "TxnDate": "2026-02-02",
        "LinkedTxn": [time, *links],
        "Line": [{"Id": "1", "Amount": total, "LinkedTxn": [{**time, "TxnLineId": "1"}]}],
        "TotalAmt": total,
        "Balance": balance,
    }
    return row(number, **{**said, **more})


def payment(number: int, day: str, *invoices: int, **more: Any) -> Row:
    """A payment of these invoices, each of them also settled by a credit."""
    credit = {"TxnId": "999", "TxnType": "CreditMemo"}
    links = [{"TxnId": str(each), "TxnType": "Invoice"} for each in invoices]
    lines = [{"Amount": 10.0, "LinkedTxn": [link, credit]} for link in links]
    said = {"domain": "QBO", "TxnDate": day, "TotalAmt": 10.0, "UnappliedAmt": 0, "Line": lines}
    return row(number, **{**said, **more})


@dataclass
class Books:
    """Invoices and payments that can be queried; `company` answers, from its script first."""

    invoices: Sequence[Row]
    payments: Sequence[Row] = ()
    company: ScriptedCompany = field(
        default_factory=lambda: ScriptedCompany(latency=lambda kind: 0.0)
    )

    def __post_init__(self) -> None:
        self.shelves = {
            "Invoice": FakeListServer("Invoice", list(self.invoices)),
            "Payment": FakeListServer("Payment", list(self.payments)),
        }
        self.company.rows = self._answer

    def _answer(self, statement: str) -> Mapping[str, Any]:
        named = FROM.search(statement)
        assert named is not None
        return self.shelves[named[1]](statement)

    def asked(self, entity: str) -> list[str]:
        return self.shelves[entity].statements

    def ids(self, entity: str) -> list[list[str]]:
        """The ids that each statement names."""
        found = [IDS.search(statement) for statement in self.asked(entity)]
        return [each[1].replace("'", "").split(", ") for each in found if each]

    def read(self, ids: Sequence[str] | None = None) -> dict[str, ListRecord]:
        async def main() -> list[ListBatch]:
            reading = ListRead(type=INVOICE, ids=tuple(ids) if ids is not None else None)
            return await all_of(open_ledger(self.company), reading)

        return {record.id: record for batch in run(main()) for record in batch.records}

    def changes(self, *kinds: ListType, **told: Sequence[Row]) -> Mapping[ListType, ListBatch]:
        """What changed if these rows are reported, by entity."""
        self.company.script.append(lambda request: reply(changed(told, "Preferences")))

        async def main(ledger: QuickBooksLedger) -> Mapping[ListType, ListBatch]:
            return await ledger.changes(kinds or [INVOICE], SINCE)

        return run(main(open_ledger(self.company)))

    def changed(self, **told: Sequence[Row]) -> dict[str, ListRecord]:
        return {record.id: record for record in self.changes(**told)[INVOICE].records}

    @property
    def calls(self) -> int:
        return len(self.company.log)


def said(record: ListRecord) -> tuple[str, str, str | None]:
    return record.fields["status"], record.fields["balance"], record.fields["paid_on"]


def test_an_invoice_was_paid_on_the_day_of_its_newest_payment() -> None:
    payments = [payment(20, "2026-03-05", 7), payment(21, "2026-02-20", 7)]
    books = Books([invoice(7, 10, 0, 20, 21)], payments)
    assert said(books.read(["7"])["7"]) == ("paid", "0", "2026-03-05")
    assert books.asked("Payment") == [
        "SELECT * FROM Payment WHERE Id IN ('20', '21') ORDERBY Id STARTPOSITION 1 MAXRESULTS 1000"
    ]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (invoice(7, 10, 10), ("open", "10", None)),
        (invoice(7, 10, 2.5, 20), ("partly_paid", "2.5", None)),
        (invoice(7, 0, 0, 20, PrivateNote="Voided"), ("void", "0", None)),
        (invoice(7, 0, 0), ("paid", "0", None)),
        (invoice(7, 10, 0, LinkedTxn=None), ("paid", "0", None)),
        (invoice(7, 10, 0, LinkedTxn=[{"TxnType": "Payment"}]), ("paid", "0", None)),
    ],
)
def test_invoices_that_no_payment_paid_off_cost_no_call_more(
    row: Row, says: tuple[str, str, str | None]
) -> None:
    books = Books([row], [payment(20, "2026-03-05", 7)])
    assert said(books.read(["7"])["7"]) == says
    assert books.calls == 1
    assert said(books.changed(Invoice=[row], Payment=[])["7"]) == says
    assert books.calls == 2


def test_a_payment_that_is_not_returned_is_left_out() -> None:
    invoices = [invoice(7, 10, 0, 20), invoice(8, 10, 0, 21, 22)]
    books = Books(invoices, [payment(21, "2026-03-05", 8)])
    read = books.read(["7", "8"])
    assert said(read["7"]) == ("paid", "0", None)
    assert said(read["8"]) == ("paid", "0", "2026-03-05")


def test_a_voided_payment_does_not_count() -> None:
    void = payment(21, "2026-03-09", TotalAmt=0, PrivateNote="Voided")
    nothing = payment(22, "2026-03-07", 7, TotalAmt=0, PrivateNote="Credit note 5")
    books = Books([invoice(7, 10, 0, 20, 21, 22)], [payment(20, "2026-03-05", 7), void, nothing])
    assert said(books.read(["7"])["7"]) == ("paid", "0", "2026-03-07")


def test_payments_are_read_200_at_once_and_each_but_once() -> None:
    invoices = [invoice(n, 10, 0, 1000 + n, 2000) for n in range(1, 201)]
    payments = [payment(1000 + n, "2026-03-05", n) for n in range(1, 201)]
    books = Books(invoices, [*payments, payment(2000, "2026-03-01", *range(1, 201))])
    read = books.read([str(n) for n in range(1, 201)])
    assert {said(record) for record in read.values()} == {("paid", "0", "2026-03-05")}
    assert [len(some) for some in books.ids("Payment")] == [200, 1]
    assert books.calls == 3


def test_of_an_invoice_with_very_many_payments_those_entered_last_are_read() -> None:
    payments = [payment(n, f"2026-01-{n % 28 + 1:02}", 7) for n in range(90, 150)]
    books = Books([invoice(7, 10, 0, *range(90, 150))], payments)
    assert books.read(["7"])["7"].fields["paid_on"] == "2026-01-28"
    assert books.ids("Payment") == [sorted(str(n) for n in range(100, 150))]


def test_a_page_of_all_invoices_has_the_days_of_payment_too() -> None:
    books = Books([invoice(7, 10, 0, 20), invoice(8, 10, 4)], [payment(20, "2026-03-05", 7)])
    assert [said(record)[2] for record in books.read().values()] == ["2026-03-05", None]
    assert books.calls == 2


def test_payments_that_came_with_the_changes_are_not_read_again() -> None:
    books = Books([], [payment(21, "2026-03-04", 8)])
    told = books.changed(
        Invoice=[invoice(7, 10, 0, 20), invoice(8, 10, 0, 20, 21)],
        Payment=[payment(20, "2026-03-02", 7, 8)],
    )
    assert [said(told[each])[2] for each in ("7", "8")] == ["2026-03-02", "2026-03-04"]
    assert books.ids("Payment") == [["21"]]
    assert books.calls == 2


def test_an_invoice_that_did_not_come_itself_is_read_when_a_payment_names_it() -> None:
    books = Books([invoice(8, 10, 0, 20), invoice(9, 10, 0, 22)])
    told = books.changed(Invoice=[invoice(7, 10, 4, 20)], Payment=[payment(20, "2026-03-02", 7, 8)])
    assert {each: said(record) for each, record in told.items()} == {
        "7": ("partly_paid", "4", None),
        "8": ("paid", "0", "2026-03-02"),
    }
    assert books.ids("Invoice") == [["8"]]
    assert books.calls == 2


def test_a_payment_that_is_dated_anew_moves_the_day() -> None:
    books = Books([invoice(7, 10, 0, 20)])
    told = books.changed(Invoice=[], Payment=[payment(20, "2026-03-09", 7, SyncToken="1")])
    assert said(told["7"]) == ("paid", "0", "2026-03-09")
    assert books.asked("Payment") == []


@pytest.mark.parametrize(
    "payment",
    [
        pytest.param(deleted(20), id="deleted"),
        pytest.param({**deleted(20), "SyncToken": "0"}, id="deleted as it was entered"),
        pytest.param(
            payment(20, "2026-03-02", TotalAmt=0, PrivateNote="Voided", SyncToken="1"), id="voided"
        ),
        pytest.param(payment(20, "2026-03-02", 8, SyncToken="1"), id="pays another invoice now"),
        pytest.param(payment(20, "2026-03-02", SyncToken="1"), id="pays nothing any more"),
    ],
)
def test_an_invoice_that_lost_its_payment_is_found_among_the_open_ones(payment: Row) -> None:
    books = Books([invoice(7, 10, 10), invoice(8, 10, 0, 20), invoice(9, 10, 0, 22)])
    told = books.changed(Invoice=[], Payment=[payment])
    assert said(told["7"]) == ("open", "10", None)
    assert "9" not in told
    assert books.asked("Invoice")[0] == (
        "SELECT * FROM Invoice WHERE Balance > '0' ORDERBY Id STARTPOSITION 1 MAXRESULTS 1000"
    )
    assert books.calls <= 3


def test_for_new_payments_only_their_invoices_are_read() -> None:
    books = Books([invoice(7, 10, 10), invoice(8, 10, 2, 20)])
    assert set(books.changed(Invoice=[], Payment=[payment(20, "2026-03-02", 8)])) == {"8"}
    assert books.calls == 2


def test_a_named_open_invoice_is_not_read_twice() -> None:
    books = Books([invoice(7, 10, 10), invoice(8, 10, 2, 21)])
    told = books.changed(Invoice=[], Payment=[deleted(20), payment(21, "2026-03-02", 8)])
    assert {each: said(record)[0] for each, record in told.items()} == {
        "7": "open",
        "8": "partly_paid",
    }
    assert books.calls == 2


def test_a_later_read_replaces_the_reported_row() -> None:
    books = Books([invoice(7, 10, 10, SyncToken="3")])
    told = books.changed(Invoice=[invoice(7, 10, 0, 21)], Payment=[deleted(20)])
    assert (told["7"].version, said(told["7"])) == ("3", ("open", "10", None))


def test_more_open_invoices_than_an_answer_holds_leave_the_list_to_be_read() -> None:
    books = Books([invoice(n, 10, 10) for n in range(1, 1001)])
    answer = books.changes(INVOICE, ListType.ITEM, Invoice=[], Payment=[deleted(20)], Item=[])
    assert set(answer) == {ListType.ITEM}
    assert books.calls == 2


def test_a_payment_of_too_many_invoices_leaves_them_to_be_read() -> None:
    books = Books([])
    paid = payment(20, "2026-03-02", *range(1, 1002))
    assert books.changes(Invoice=[], Payment=[paid]) == {}
    assert books.calls == 1


@pytest.mark.parametrize(
    "told",
    [
        {"Invoice": [], "Payment": [deleted(20)]},
        {"Invoice": [], "Payment": [payment(20, "2026-03-02", 7)]},
        {"Invoice": [invoice(7, 10, 0, 20)], "Payment": []},
    ],
)
def test_a_ledger_that_refuses_changes_of_one_list_leaves_that_one_to_be_read_whole(
    told: Mapping[str, Sequence[Row]],
) -> None:
    books = Books([])
    books.company.script = [
        lambda request: reply(changed({**told, "Item": [row(5)]})),
        fault("4001", "QueryValidationError: property 'Balance' is not queryable"),
    ]
    assert set(books.changes(INVOICE, ListType.ITEM)) == {ListType.ITEM}


def test_a_deleted_invoice_that_a_payment_still_names_is_gone() -> None:
    books = Books([])
    batch = books.changes(Invoice=[deleted(7)], Payment=[payment(20, "2026-03-02", 7)])[INVOICE]
    assert ([gone.id for gone in batch.gone], batch.records) == (["7"], [])
    assert books.calls == 1
