"""Case general 17: what is wrong with a value is said in words for people, never in pydantic's."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, get_args

import pytest
from ledgerlink.domain.errors import Invalid
from ledgerlink.domain.model.money_settings import ExpenseSettings, InvoiceSettings
from ledgerlink.domain.model.rules import RuleKind
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.domain.model.time_settings import TimeSettings
from ledgerlink.services.posting.staged_records import read_records
from ledgerlink.wire import posting, rules
from ledgerlink.wire.records import FORMS, source_record
from ledgerlink.wire.validation import GENERAL, in_words
from pydantic_core.core_schema import ErrorType

RAW = re.compile(
    r"Input should|Predicate|Tuple|String should|List should|after validation|keyword argument"
    r"|Field required|valid (?:string|integer|number|date|boolean|decimal)|Extra inputs|Value error"
    r"|Invalid JSON|has_at_most|str\.is|dataclass|pydantic|None\b"
)
"""Words of the validator, or of Python."""

BAD: list[Any] = [
    None, "", "x", "usd", "US", "EURO", "12,50", "2026-13-01", "2026-02-30T10:00", 0, -1, -1.5,
    1.12345678, "1.12345678", 10**30, "1e999", True, False, [], [None], [{}], ["x"] * 30,
    {}, {"value": 1}, {"": ""}, {"link": {}}, {"create": {"nme": 1}},
    "x" * 201, "x" * 100_001,
]  # fmt: skip
BASE: dict[RecordKind, dict[str, Any]] = {
    RecordKind.TIME: {"key": "k", "staff_key": "s", "work_date": "2026-03-02", "minutes": 60},
    RecordKind.EXPENSE: {"key": "k", "staff_key": "s", "spent_on": "2026-03-02", "amount": "1",
                         "expense_code_key": "t"},
    RecordKind.INVOICE: {"key": "k", "issued_on": "2026-03-02", "lines": [{"amount": "1"}]},
    RecordKind.CLIENT: {"key": "k", "name": "n"},
    RecordKind.PROJECT: {"key": "k", "name": "n"},
    RecordKind.STAFF: {"key": "k", "name": "n"},
}  # fmt: skip


def is_in_words(words: str) -> None:
    assert not RAW.search(words), words
    assert words.endswith("."), words


def damaged(kind: RecordKind) -> Iterator[dict[str, Any]]:
    """The record with each field wrong in every way, with an unknown one, and without each."""
    whole = {"kind": kind, **BASE[kind]}
    names = [one.name for one in fields(FORMS[kind])]
    for name in names:
        for bad in BAD:
            yield {**whole, name: bad}
        yield {key: value for key, value in whole.items() if key != name}
    yield {**whole, "hours": 1}
    if kind is RecordKind.INVOICE:
        for name in ("amount", "quantity", "unit_price", "time_keys", "service_date", "hours"):
            yield from ({**whole, "lines": [{"amount": "1", name: bad}]} for bad in BAD)
    if kind in (RecordKind.INVOICE, RecordKind.EXPENSE):
        yield from ({**whole, "receipts": [{"key": "k", "file_name": bad}]} for bad in BAD)


@pytest.mark.parametrize("kind", BASE)
def test_no_field_of_a_record_is_refused_in_the_validators_words(kind: RecordKind) -> None:
    """Case general 17."""
    refused = 0
    for record in damaged(kind):
        line = json.dumps(record).encode()
        try:
            source_record(line)
        except Invalid as invalid:
            refused += 1
            for problem in invalid.problems:
                is_in_words(problem.message)
    assert refused > len(BAD)


@pytest.mark.parametrize("section", [TimeSettings, ExpenseSettings, InvoiceSettings])
def test_no_setting_is_refused_in_the_validators_words(section: type[Any]) -> None:
    """Case general 17."""
    refused = 0
    for one in fields(section):
        for bad in BAD:
            try:
                posting.changed(section(), {one.name: bad})
            except Invalid as invalid:
                refused += 1
                for problem in invalid.problems:
                    is_in_words(problem.message)
    assert refused > len(fields(section))


@pytest.mark.parametrize("kind", RuleKind)
def test_no_rule_is_refused_in_the_validators_words(kind: RuleKind) -> None:
    """Case general 17."""
    refused = 0
    forms = [{"link": bad} for bad in BAD] + [{"create": bad} for bad in BAD]
    for given in [*BAD, *({"k": bad} for bad in [*BAD, *forms])]:
        try:
            rules.mappings(kind, given)
        except Invalid as invalid:
            refused += 1
            for problem in invalid.problems:
                is_in_words(problem.message)
    assert refused > len(BAD)


@pytest.mark.parametrize("kind", get_args(ErrorType))
def test_every_kind_of_error_has_words(kind: str) -> None:
    """Case general 17: whichever constraint is added."""
    limits = ("gt", "ge", "lt", "le", "multiple_of", "decimal_places", "max_length")
    context = dict.fromkeys(limits, 7)
    is_in_words(in_words({"type": kind, "loc": (), "msg": "Input should be raw", "ctx": context}))


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"kind": "invoice", "lines": [{"quantity": 0.19416667, "unit_price": "1"}]},
         "quantity of line 1: It may have at most seven decimal places."),
        ({"kind": "invoice", "lines": []},
         "lines: It needs at least 1 entry. An invoice has from 1 to 750 lines."),
        ({"kind": "invoice", "lines": [{"amount": "1"}] * 751},
         "lines: It may have at most 750 entries. An invoice has from 1 to 750 lines."),
        ({"kind": "invoice", "currency": "usd"},
         "currency: It must be a currency of three capital letters, as USD."),
        ({"kind": "expense", "amount": "-12.50"},
         "amount: It must be more than 0. For money that comes back to a company card, send a"
         " positive amount and mark it as a refund. What a person gives back is taken off another"
         " expense."),
        ({"kind": "expense", "exchange_rate": "0"}, "exchange rate: It must be more than 0."),
        ({"kind": "expense", "spent_on": "2026-13-01"},
         "spent on: It must be a day that exists, as 2026-03-31."),
        ({"kind": "time", "hours": 8}, "hours: This field is not known."),
        ({"kind": "time", "work_date": None},
         "work date: It must be a day that exists, as 2026-03-31."),
        ({"kind": "expense", "paid_with": "cash"},
         "paid with: It must be one of: own, company_card."),
        ({"kind": "time", "minutes": 1441}, "minutes: It must be at most 1440."),
    ],
)  # fmt: skip
def test_a_wrong_record_has_these_words(record: dict[str, Any], words: str) -> None:
    """Case general 17."""
    line = json.dumps({**BASE[RecordKind(record["kind"])], **record}).encode()
    (rejected,) = read_records([line], "u").rejected
    assert rejected.reason.message == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"key": "caf\xe9"}', "Line 2: It is not UTF-8 text."),
        (b'{"key": "a', "Line 2: It is not JSON from character 10 on."),
        (b"key;minutes", "Line 2: It is not JSON from character 1 on."),
        (b"[1]", "Line 2: It must be an object with named fields."),
    ],
)
def test_a_line_that_cannot_be_read_is_named_by_its_number(line: bytes, words: str) -> None:
    """Case general 17."""
    good = json.dumps(BASE[RecordKind.TIME]).encode()
    (rejected,) = read_records([good, line], "u").rejected
    assert rejected.reason.message == words


def test_unknown_errors_have_general_words() -> None:
    assert in_words({"type": "is_subclass_of", "loc": ()}) == GENERAL
