"""A document is posted whole: a record that its form refuses keeps back the others of its document.

Case general 01.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.money_settings import ExpenseSettings, GroupBy, Period
from ledgerlink.domain.model.plan import Operation
from ledgerlink.services.posting.preview import preview

from tests.fakes.service import USER, InMemoryService, entry
from tests.support.money_service import gone, money_service, spent, uploaded

REFUSED: Mapping[str, Mapping[str, Any]] = {
    "amount 0": {"amount": "0"},
    "amount below 0": {"amount": "-5.00"},
    "amount with a comma": {"amount": "12,50"},
    "no amount": {"amount": None},
    "day that is none": {"spent_on": "2026-13-01"},
    "currency by name": {"currency": "EURO"},
    "unknown field": {"colour": "red"},
    "empty code": {"expense_code_key": ""},
    "tax below 0": {"tax_amount": "-1"},
    "unknown way to pay": {"paid_with": "cash"},
    "report that is a number": {"report_key": 7},
    "misspelt report": {"report_key": None, "reportkey": "R"},
    "deleted that is none": {"deleted": False},
    "wrong kind": {"kind": "time"},
    "unknown kind": {"kind": "expnse"},
    "kind that is no text": {"kind": ["expense"]},
    "no kind": {"kind": None},
}
"""What is wrong with the second of two expenses of a report."""

GROUPS = {
    "report": ExpenseSettings(check_account_id="BANK"),
    "month": ExpenseSettings(check_account_id="BANK", group_by=GroupBy.PERSON_AND_PERIOD),
    "week": ExpenseSettings(
        check_account_id="BANK", group_by=GroupBy.PERSON_AND_PERIOD, period=Period.WEEK
    ),
}


class Office:
    """A firm that posts reports with something wrong in them."""

    def __init__(self, grouping: str = "report") -> None:
        self.app: InMemoryService
        self.connection: Connection
        self.app, self.connection = money_service()
        stored = self.app.deps.settings.get(self.connection.key)
        settings = replace(stored, expenses=GROUPS[grouping])
        self.app.deps.settings.put(self.connection.key, settings)
        self.count = 0

    def post(self, *records: Any) -> dict[str, str]:
        """The reason of each item, empty for a posted one."""
        return self._posted(list(records))

    def upload(self, *lines: bytes) -> dict[str, str]:
        return self._posted(uploaded(self.app, self.connection, b"\n".join(lines)))

    def _posted(self, records: Sequence[Any] | str) -> dict[str, str]:
        self.count += 1
        run = self.app.post(self.connection, f"k{self.count}", records)
        self.app.work()
        items = self.app.items(run)
        return {i.operation.key: i.outcome.reason.code if i.outcome.reason else "" for i in items}

    def previewed(self, *records: Any) -> dict[str, str]:
        found = preview(self.app.deps, self.connection.key, USER, list(records))
        return {op.key: op.reason.code if op.reason else "" for op in found}

    def lines(self) -> list[str]:
        """The texts of all expenses in the ledger."""
        stored = self.app.company().stored.values()
        return sorted(line["text"][0] for one in stored for line in one.body.get("lines", ()))


def line(record: object) -> bytes:
    return json.dumps(record).encode()


@pytest.mark.parametrize("grouping", GROUPS)
@pytest.mark.parametrize("wrong", REFUSED.values(), ids=REFUSED)
def test_a_refused_expense_holds_back_its_document(wrong: Mapping[str, Any], grouping: str) -> None:
    office = Office(grouping)
    bad = {k: v for k, v in {**spent("bad"), **wrong}.items() if v is not None}
    records = [spent("good"), bad, spent("other", "S", staff_key="vic")]
    for found in (office.previewed(*records), office.post(*records)):
        assert found["expense:good"] == "member_blocked"
        assert "invalid_record" in {found.get("expense:bad"), found.get("time:bad")}
        assert "member_blocked" not in {found.get("expense-report:S"), found.get("expense:other")}
    assert office.lines() == ["spent other"]
    assert office.upload(*map(line, records))["expense:good"] == "member_blocked"
    mended = office.post(spent("good"), spent("bad"))
    assert set(mended.values()) == {""}
    assert office.lines() == ["spent bad", "spent good", "spent other"]


@pytest.mark.parametrize("grouping", GROUPS)
@pytest.mark.parametrize(
    "text",
    [b"5", b"[]", b"null", b"{}", line(spent("bad"))[:-8], b"{\"kind\": \"expnse\", \"key\": 1}",
     b"\xff\xfe", b"[" * 30_000, b"{\"kind\": \"expense\"}"],
)  # fmt: skip
def test_a_line_that_cannot_be_read_holds_back_every_document_that_it_may_belong_to(
    text: bytes, grouping: str
) -> None:
    office = Office(grouping)
    found = office.upload(line(spent("a")), text, line(spent("b", "S", staff_key="vic")))
    assert found["expense:a"] == found["expense:b"] == "member_blocked"
    assert office.lines() == []


@pytest.mark.parametrize("text", [b"5", line(spent("bad") | {"report_key": 7})])
def test_an_expense_that_stands_alone_is_posted_beside_a_line_that_cannot_be_read(
    text: bytes,
) -> None:
    office = Office()
    office.upload(line(spent("alone", None)), text, line(spent("a")))
    assert office.lines() == ["spent alone"]


@pytest.mark.parametrize("text", [line(entry("t1", minutes=0)), line({"kind": "client"}), b""])
def test_a_line_of_another_kind_holds_back_nothing(text: bytes) -> None:
    office = Office()
    office.upload(line(spent("a")), text)
    assert office.lines() == ["spent a"]


def test_a_refused_expense_without_a_report_or_on_a_card_stands_alone() -> None:
    office = Office()
    alone = spent("bad", None, amount="0")
    card = spent("card", paid_with="company_card", amount="0")
    office.post(spent("a"), alone, card)
    assert office.lines() == ["spent a"]


@pytest.mark.parametrize(
    ("wrong", "held_back"),
    [
        ({"spent_on": "2026-13-01"}, {"a", "b"}),
        ({"staff_key": 5}, {"a", "c"}),
        ({"staff_key": "", "spent_on": 20260227}, {"a", "b", "c", "d"}),
        ({"amount": "0"}, {"a"}),
        ({"amount": "0", "paid_with": "company_card"}, set()),
    ],
)
def test_a_record_of_an_unclear_period_or_person_holds_back_each_that_is_possible(
    wrong: dict[str, Any], held_back: set[str]
) -> None:
    office = Office("month")
    found = office.post(
        spent("a"),
        spent("b", spent_on="2026-01-05"),
        spent("c", staff_key="vic"),
        spent("d", staff_key="vic", spent_on="2026-01-05"),
        spent("bad") | wrong,
    )
    blocked = {key for key, why in found.items() if why == "member_blocked"}
    assert blocked == {f"expense:{key}" for key in held_back}


def test_a_document_in_the_ledger_is_not_called_incomplete_when_its_record_is_refused() -> None:
    """Case general 01, the contrast: the post does say something of the other record."""
    office = Office()
    office.post(spent("a"), spent("b"))
    for bad in (spent("b", amount="0"), spent("b", "other", amount="0"), gone("b") | {"x": 1}):
        found = office.post(spent("a", amount="11.00"), bad)
        assert found == {"expense:a": "member_blocked", "expense:b": "invalid_record"}
    found = office.upload(line(spent("a", amount="11.00")), line(spent("b"))[:-5])
    assert found["expense:a"] == "member_blocked"
    found = office.upload(line(gone("a")), b'{"kind": "expense", "key": "", "deleted": true}')
    assert found["expense:a"] == "member_blocked"
    assert office.post(spent("a", amount="11.00")) == {"expense:a": "incomplete"}


def test_the_reason_names_the_refused_record() -> None:
    office = Office()
    shown: Sequence[Operation] = preview(
        office.app.deps, office.connection.key, USER, [spent("a"), spent("b", amount="0")]
    )
    (held_back,) = (op for op in shown if op.key == "expense:a")
    assert held_back.reason is not None
    assert "b belongs to the same document" in held_back.reason.message


def test_a_bill_paid_meanwhile_was_never_short() -> None:
    """Case general 01: what was left out could no longer be added once the bill was paid."""
    office = Office()
    office.post(spent("a", staff_key="vic"), spent("b", staff_key="vic", amount="0"))
    assert office.app.company().of_kind("Bill") == []
    office.post(spent("a", staff_key="vic"), spent("b", staff_key="vic"))
    (bill,) = office.app.company().of_kind("Bill")
    assert len(bill.body["lines"]) == 2


@pytest.mark.parametrize("kind", ["time", "expense", "invoice"])
def test_a_key_that_a_refused_record_has_too_is_sent_twice(kind: str) -> None:
    """It is not known which of the two is meant."""
    office = Office()
    good: Mapping[str, dict[str, Any]] = {
        "time": entry("k"),
        "expense": spent("k", None),
        "invoice": {"kind": "invoice", "key": "k", "issued_on": "2026-02-27", "project_key": "p1",
                    "lines": [{"amount": "1.00"}]},
    }  # fmt: skip
    run = office.app.post(office.connection, "two", [good[kind], good[kind] | {"colour": "red"}])
    office.app.work()
    reasons = [item.outcome.reason for item in office.app.items(run)]
    assert sorted(why.code for why in reasons if why) == ["duplicate_key", "invalid_record"]
    assert office.app.company().stored == {}


def test_many_unreadable_records_take_no_longer_than_their_number() -> None:
    office = Office("month")
    bad = [spent(f"b{n}", staff_key=f"s{n}", spent_on="?", colour=n) for n in range(300)]
    good = [spent(f"g{n}", None, staff_key="vic") for n in range(3)]
    found = office.post(*good, *bad)
    assert {found[f"expense:g{n}"] for n in range(3)} == {"member_blocked"}
