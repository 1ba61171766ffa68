"""Links from invoices to time: by its id, by its charge, or not at all."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from ledgerlink.connectors.qbo.ledger import QuickBooksLedger
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.plan import ItemState, Outcome, Request, Write
from ledgerlink.domain.model.references import ExistingRecord

from tests.support.qbo.scripted_company import (
    Responder,
    ScriptedCompany,
    fault,
    fault_body,
    open_ledger,
    reply,
)
from tests.support.qbo.virtual_time import run
from tests.support.qbo.writes import OutcomeCollector
from tests.unit.connectors.qbo.document_samples import composed, invoice, sold
from tests.unit.connectors.qbo.fake_query_server import FakeQueryServer, Row
from tests.unit.connectors.qbo.stored_documents import create, reason_of, stored, update

REFUSAL = (
    "Business Validation Error: You've attempted to invoice for a charge, credit, billable "
    "expense, time, or estimate that does not exist or has already been invoiced. Can't match for "
    "neo, CCBTE Txn Id null"
)
BILLED: dict[str, Any] = {"BillableStatus": "HasBeenBilled"}


def time(ledger_id: str, charge: int | None = None, **changes: Any) -> Row:
    charged = {} if charge is None else {"TimeChargeId": charge}
    plain = {"Id": ledger_id, "SyncToken": "0", "TxnDate": "2026-02-02"}
    return {
        **plain,
        "CustomerRef": {"value": "21"},
        "BillableStatus": "Billable",
        **charged,
    } | changes


def sale(*times: str, number: str = "1041", key: str = "invoice:I1") -> Any:
    lines = [sold(time=ExistingRecord(each)) for each in times]
    return invoice(*lines, number=number, key=key, reference=key)


def links(body: Mapping[str, Any]) -> list[str]:
    return [link["TxnId"] for line in body["Line"] for link in line.get("LinkedTxn", ())]


class Books(ScriptedCompany):
    """A company that accepts invoices whose links are all among `taken`."""

    def __init__(self, taken: set[str], *script: Responder | None, **rows: list[Row]) -> None:
        super().__init__(latency=lambda kind: 0.0, script=list(script))
        self.taken = taken
        self.rows = FakeQueryServer(rows)

    def accept(self, kind: str, request: httpx.Request) -> httpx.Response:
        if kind == "batch":
            return reply({"BatchItemResponse": [self._each(i) for i in _items(request)]})
        if kind != "invoice":
            return super().accept(kind, request)
        answer = self._each({"bId": "0", "Invoice": json.loads(request.content)})
        return reply(answer, 400 if "Fault" in answer else 200)

    def _each(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        body = item["Invoice"]
        if not set(links(body)) <= self.taken:
            return {"bId": item["bId"], **fault_body("6000", REFUSAL)}
        return {"bId": item["bId"], "Invoice": {**self.stored(body), "TotalAmt": _sum(body)}}

    @property
    def sent(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.calls("invoice")]

    @property
    def ids(self) -> list[str]:
        return [r.url.params["requestid"] for r in self.calls("invoice", "batch")]


def _items(request: httpx.Request) -> list[Any]:
    found: list[Any] = json.loads(request.content)["BatchItemRequest"]
    return found


def _sum(body: Mapping[str, Any]) -> float:
    return float(sum(line["Amount"] for line in body["Line"]))


def posted(ledger: QuickBooksLedger, *writes: Write) -> Any:
    async def main() -> Mapping[int, Outcome]:
        report = OutcomeCollector()
        request = Request(f"r{writes[0].seq}", writes)
        await ledger.write([request], report, lambda: False)
        return report.outcomes

    return main()


def outcome(books: Books, write: Write, state: Mapping[str, Any] | None = None) -> Outcome:
    async def main() -> Mapping[int, Outcome]:
        found: Mapping[int, Outcome] = await posted(open_ledger(books, state=state), write)
        return found

    return run(main())[write.seq]


def test_time_is_linked_by_its_id_in_one_call() -> None:
    books = Books({"5", "6"})
    found = outcome(books, create(sale("5", "6")))
    assert (found.state, found.reason) == (ItemState.POSTED, None)
    assert [links(body) for body in books.sent] == [["5", "6"]]
    assert (books.ids, books.calls("query")) == (["r0"], [])


def test_time_is_linked_by_its_charge_if_the_id_is_rejected() -> None:
    books = Books({"54", "55"}, TimeActivity=[time("5", 54), time("6", 55)])
    found = outcome(books, create(sale("5", "6")))
    assert (found.state, found.reason) == (ItemState.POSTED, None)
    assert [links(body) for body in books.sent] == [["5", "6"], ["54", "55"]]
    assert len(set(books.ids)) == 2
    assert all(len(each) <= 36 for each in books.ids)


@pytest.mark.parametrize("code", ["6000", "620"])
def test_where_it_wants_neither_the_invoice_is_posted_without(code: str) -> None:
    books = Books(set(), fault(code, REFUSAL), TimeActivity=[time("5", 54), time("6")])
    found = outcome(books, create(sale("5", "6")))
    assert (found.state, reason_of(found).code) == (ItemState.POSTED, "link_refused")
    assert "time activity 5, time activity 6 can still be billed" in reason_of(found).message
    assert [links(body) for body in books.sent] == [["5", "6"], ["54", "6"], []]
    assert "LinkedTxn" not in books.sent[-1]["Line"][0]
    assert len(set(books.ids)) == 3


def test_without_charges_that_method_is_skipped() -> None:
    books = Books(set(), TimeActivity=[time("5")])
    assert reason_of(outcome(books, create(sale("5")))).code == "link_refused"
    assert [links(body) for body in books.sent] == [["5"], []]


def test_all_of_it_is_the_same_when_a_worker_comes_again() -> None:
    tries = []
    for _ in range(2):
        books = Books(set(), TimeActivity=[time("5", 54)])
        outcome(books, create(sale("5")))
        tries.append([(r.url, r.content) for r in books.calls("invoice")])
    assert tries[0] == tries[1]


def test_a_method_that_worked_is_tried_first_and_remembered() -> None:
    times = [time("5", 54), time("6", 55), time("7", 56)]
    books = Books({"54", "55", "56"}, TimeActivity=times)

    async def main() -> Mapping[str, Any]:
        ledger = open_ledger(books)
        await posted(ledger, create(sale("5"), 0))
        await posted(ledger, create(sale("6", key="invoice:I2"), 1))
        return ledger.connector_state()

    state = run(main())
    assert [links(body) for body in books.sent] == [["5"], ["54"], ["55"]]
    assert json.loads(json.dumps(state))["time_links"] == "charge"
    found = outcome(books, create(sale("7", key="invoice:I3"), 2), state)
    assert found.reason is None
    assert links(books.sent[-1]) == ["56"]
    assert len(books.sent) == 4


def test_failed_link_methods_are_remembered_for_one_session_only() -> None:
    books = Books(set(), TimeActivity=[time("5", 54), time("6", 55)])

    async def main() -> tuple[Mapping[int, Outcome], Mapping[str, Any]]:
        ledger = open_ledger(books)
        await posted(ledger, create(sale("5"), 0))
        outcomes = await posted(ledger, create(sale("6", key="invoice:I2"), 1))
        return outcomes, ledger.connector_state()

    outcomes, state = run(main())
    assert [links(body) for body in books.sent] == [["5"], ["54"], [], []]
    assert reason_of(outcomes[1]).code == "link_refused"
    assert "activity 6" in reason_of(outcomes[1]).message
    assert "time_links" not in state


@pytest.mark.parametrize("there", [[], [time("5", 54, BillableStatus="NotBillable")]])
def test_time_that_cannot_be_billed_teaches_no_method(there: list[Row]) -> None:
    books = Books({"6"}, TimeActivity=[*there, time("6")])

    async def main() -> Mapping[int, Outcome]:
        ledger = open_ledger(books)
        await posted(ledger, create(sale("5"), 0))
        outcomes: Mapping[int, Outcome] = await posted(
            ledger, create(sale("6", key="invoice:I2"), 1)
        )
        return outcomes

    assert run(main())[1].reason is None
    assert links(books.sent[-1]) == ["6"]


def test_time_that_another_invoice_bills_stops_the_invoice_and_is_named() -> None:
    other = stored(sale("5", number="1040", key="invoice:I0"), "90")
    books = Books(set(), TimeActivity=[time("5", **BILLED), time("6")], Invoice=[other])
    found = outcome(books, create(sale("5", "6")))
    assert (found.state, reason_of(found).code) == (ItemState.FAILED, "time_billed")
    assert "activity 5 of 2026-02-02 by invoice 1040." in reason_of(found).message
    assert len(books.sent) == 1


def test_time_billed_by_an_unknown_invoice_is_named_too() -> None:
    books = Books(set(), TimeActivity=[time("5", **BILLED)])
    found = outcome(books, create(sale("5")))
    assert (reason_of(found).code, "activity 5 of 2026-02-02." in reason_of(found).message) == (
        "time_billed",
        True,
    )


@pytest.mark.parametrize("linked", ["5", "54"])
def test_an_invoice_that_we_had_posted_in_one_of_these_ways_is_taken_over(linked: str) -> None:
    ours = stored(sale(linked), "90", version="1")
    books = Books(set(), TimeActivity=[time("5", 54, **BILLED)], Invoice=[ours])
    found = outcome(books, create(sale("5")))
    assert (found.state, found.ledger_id, found.version) == (ItemState.POSTED, "90", "1")
    assert reason_of(found).code == "already_written"
    assert len(books.sent) == 1


def test_an_invoice_that_is_changed_may_bill_the_time_that_it_bills_already() -> None:
    before = stored(sale("5"), "145", version="2")
    books = Books({"54"}, TimeActivity=[time("5", 54, **BILLED)], Invoice=[before])
    write = update(sale("5", number="1042"), before)
    found = outcome(books, write)
    assert (found.state, found.reason) == (ItemState.POSTED, None)
    assert [links(body) for body in books.sent] == [["5"], ["54"]]
    assert {body["Id"] for body in books.sent} == {"145"}


def test_a_business_rule_against_the_invoice_itself_is_reported() -> None:
    no = fault("6000", "You must set a transaction amount.")
    books = Books({"5", "54"}, no, None, None, no, no, no, TimeActivity=[time("5", 54)])
    found = outcome(books, create(sale("5")))
    assert (found.state, reason_of(found).code) == (ItemState.FAILED, "amount_refused")
    assert "You must set a transaction amount." in reason_of(found).message
    assert len(books.sent) == 4


def test_another_rejection_of_a_later_method_is_final() -> None:
    books = Books({"54"}, None, None, fault("2500", "no such item"), TimeActivity=[time("5", 54)])
    found = outcome(books, create(sale("5")))
    assert (found.state, reason_of(found).code) == (ItemState.FAILED, "target_missing")
    assert len(books.sent) == 2


def test_an_invoice_without_time_is_refused_at_once() -> None:
    books = Books(set(), fault("6000", "You must set a transaction amount."))
    assert reason_of(outcome(books, create(invoice()))).code == "amount_refused"
    assert len(books.sent) == 1


def test_in_a_batch_each_goes_its_own_way() -> None:
    books = Books({"5", "55"}, TimeActivity=[time("5", 54), time("6", 55), time("7")])
    samples = [sale("5"), sale("6", key="invoice:I2"), sale("7", key="invoice:I3"), invoice()]
    writes = tuple(create(sample, seq) for seq, sample in enumerate(samples))

    async def main() -> Mapping[int, Outcome]:
        outcomes: Mapping[int, Outcome] = await posted(open_ledger(books), *writes)
        return outcomes

    outcomes = run(main())
    assert {outcome.state for outcome in outcomes.values()} == {ItemState.POSTED}
    codes = [each.reason and each.reason.code for _, each in sorted(outcomes.items())]
    assert codes == [None, None, "link_refused", None]
    assert [links(body) for body in books.sent] == [["55"], []]


def test_a_failed_read_leaves_the_invoice_unknown() -> None:
    books = Books(set(), None, *[fault("", status=503)] * 6)

    async def main() -> OutcomeCollector:
        report = OutcomeCollector()
        with pytest.raises(LedgerUnavailable):
            await open_ledger(books).write(
                [Request("r", (create(sale("5")),))], report, lambda: False
            )
        return report

    assert run(main()).outcomes == {}


def test_an_unknown_outcome_on_the_way_stays_unknown() -> None:
    down = fault("10000", "System Failure Error", 500, type="SystemFault")
    books = Books({"54"}, None, None, *[down] * 6, TimeActivity=[time("5", 54)])
    books.reads = {"preferences": {"Preferences": {}}}

    async def main() -> OutcomeCollector:
        report = OutcomeCollector()
        await open_ledger(books).write([Request("r", (create(sale("5")),))], report, lambda: False)
        return report

    assert run(main()).outcomes == {}


def test_the_recorded_outcomes_match_the_composed_documents() -> None:
    books = Books({"54"}, TimeActivity=[time("5", 54)])
    recorded: list[Request] = []

    async def answered(request: Request, outcomes: Any) -> None:
        recorded.append(request)

    async def main() -> None:
        state = {**open_ledger(books).connector_state(), "time_links": "charge"}
        request = Request("r", (create(sale("5")),))
        await open_ledger(books, state=state).write([request], answered, lambda: False)

    run(main())
    assert recorded[0].id == "r"
    assert recorded[0].writes[0].body == composed(sale("5")).body
    assert links(books.sent[0]) == ["54"]
    assert books.ids != ["r"]


def test_at_most_five_activities_are_named() -> None:
    ids = [str(number) for number in range(1, 8)]
    books = Books(set(), TimeActivity=[time(each) for each in ids])
    found = outcome(books, create(sale(*ids)))
    assert "time activity 4, time activity 5 … can still be billed" in reason_of(found).message
