"""What a ledger lets a company choose: checked by what the ledger says of each choice alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgerlink.domain.model.ledger_choices import Choice, Use, changed, in_effect, problems
from ledgerlink.domain.model.list_records import ListType

INCOME = Use(ListType.ACCOUNT, "income")
OFFERED = {
    "sales": Choice(about="What", default="orders", one_of=("orders", "invoices")),
    "unit": Choice(about="Unit", default="Each", longest=4),
    "code": Choice(about="Code", form="[A-Z]{3}", example="ABC"),
    "account_id": Choice(about="Account", ids={"gl/": INCOME, "label/": Use(ListType.ITEM)}),
}


def said(given: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """What is said to be wrong, and the remedy, by place."""
    return {one.pointer: (one.message, one.remedy) for one in problems(OFFERED, given)}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"sales": "invoices", "unit": "Hour", "account_id": "gl/4000", "code": "XYZ"},
        {"sales": None, "unit": None, "account_id": None},
        {"unit": "ä b"},
    ],
)
def test_a_valid_choice_is_stored(given: dict[str, Any]) -> None:
    assert said(given) == {}


@pytest.mark.parametrize(
    ("given", "pointer", "remedy"),
    [
        ({"sales": "gifts"}, "/ledger/sales", "orders, invoices"),
        ({"sales": ["orders"]}, "/ledger/sales", "orders, invoices"),
        ({"unit": "Hours"}, "/ledger/unit", "1 to 4 characters"),
        ({"unit": ""}, "/ledger/unit", "1 to 4 characters"),
        ({"unit": " h"}, "/ledger/unit", "1 to 4 characters"),
        ({"unit": "a\nb"}, "/ledger/unit", "one line"),
        ({"unit": 7}, "/ledger/unit", "1 to 4 characters"),
        ({"code": "XYZW"}, "/ledger/code", "such as ABC"),
        ({"code": "xyz"}, "/ledger/code", "such as ABC"),
        ({"account_id": "4000"}, "/ledger/account_id", "gl/ or label/"),
        ({"colour": "red"}, "/ledger/colour", "sales, unit, code, account_id"),
        ({"a/b~c": "red"}, "/ledger/a~1b~0c", "sales, unit, code, account_id"),
    ],
)
def test_an_invalid_choice_is_named_with_its_remedy(
    given: dict[str, Any], pointer: str, remedy: str
) -> None:
    told = said(given)
    assert list(told) == [pointer]
    assert remedy in told[pointer][1]


def test_everything_wrong_is_named_at_once() -> None:
    wrong = {"sales": "gifts", "unit": "Each", "colour": "red", "account_id": "9"}
    assert list(said(wrong)) == ["/ledger/sales", "/ledger/colour", "/ledger/account_id"]


def test_a_ledger_without_choices_has_them_left_out() -> None:
    (problem,) = problems({}, {"sales": "orders"})
    assert (problem.pointer, problem.remedy) == ("/ledger/sales", "Leave it out.")


def test_an_ids_prefix_names_its_list() -> None:
    account = OFFERED["account_id"]
    assert (account.use("gl/1"), account.use("label/1"), account.use("1")) == (
        INCOME,
        Use(ListType.ITEM),
        None,
    )


def test_an_unset_choice_has_its_default() -> None:
    plain = {"sales": "orders", "unit": "Each", "code": None, "account_id": None}
    assert in_effect(OFFERED, {}) == plain
    assert in_effect(OFFERED, {"sales": "invoices"})["sales"] == "invoices"


@pytest.mark.parametrize("chosen", [{"sales": "gifts"}, {"colour": "red"}])
def test_a_choice_that_the_ledger_no_longer_takes_has_its_default(chosen: dict[str, str]) -> None:
    assert in_effect(OFFERED, chosen) == in_effect(OFFERED, {})


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "sales": st.sampled_from(["orders", "invoices", None]),
        "unit": st.sampled_from(["Each", "Hour", None]),
        "account_id": st.sampled_from(["gl/1", "label/2", None]),
    },
)


@given(VALUES, VALUES)
def test_a_later_choice_takes_the_place_of_an_earlier_one_and_none_takes_it_back(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    after = in_effect(OFFERED, changed(changed({}, first), second))
    plain = {name: choice.default for name, choice in OFFERED.items()}
    told = {**first, **second}
    assert after == {**plain, **{name: v for name, v in told.items() if v is not None}}
    assert None not in changed({}, told).values()
