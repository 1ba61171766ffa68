"""The page of reasons says of each what the program says."""

import re
from pathlib import Path

import pytest
from ledgerlink.domain.model.reasons import (
    CASES,
    REASONS,
    Reason,
    Template,
    reason,
    reason_in_case,
    with_ledger_name,
)
from pydantic import TypeAdapter

PAGE = (Path(__file__).parents[3] / "docs" / "errors.md").read_text()
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))


def test_the_page_has_every_reason_and_no_other() -> None:
    assert list(SECTIONS) == list(REASONS)


@pytest.mark.parametrize("code", REASONS)
def test_the_page_gives_meaning_and_remedy(code: str) -> None:
    template = REASONS[code]
    assert SECTIONS[code] == f"\n{template.message}\n\n**What to do:** {template.remedy}\n\n" or (
        SECTIONS[code] == f"\n{template.message}\n\n**What to do:** {template.remedy}\n"
    )


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_has_a_remedy(code: str) -> None:
    places = set(re.findall(r"{(\w+)}", REASONS[code].message + REASONS[code].remedy))
    found = reason(code, field="notes", **dict.fromkeys(places - {"field"}, "x"))
    assert found.message.strip()
    assert found.remedy.strip()
    assert "{" not in found.message + found.remedy


NAME_OF_A_PROGRAM = re.compile(r"\w_\w|\b[a-z]+\.[a-z]|\b(?:true|false|null) *[.;,]|`")
"""What names of fields and values look like, and no sentence does."""


@pytest.mark.parametrize("template", [*REASONS.values(), *CASES.values()])
def test_a_reason_names_no_field_of_the_program(template: Template) -> None:
    """Texts: a page shows `invoices.link_time` under another name."""
    text = re.sub(r"{\w+}", "", f"{template.message} {template.remedy}")
    assert not NAME_OF_A_PROGRAM.findall(text)


def test_a_sentence_about_the_record_has_one_article() -> None:
    found = reason("invalid_record", field="the record", detail="It is empty.")
    assert found.remedy.startswith("Correct the record in ")
    assert found.field == "the record"


def test_an_unknown_reason_or_a_forgotten_word_is_an_error() -> None:
    for code, words in (("nonsense", {}), ("no_rule", {"kind": "user"})):
        with pytest.raises(KeyError):
            reason(code, **words)


def test_a_reason_keeps_what_fills_its_places() -> None:
    """docs: a page can show names in place of keys, link, and translate."""
    found = reason("no_rule", kind="labor_code", key="dev")
    assert found.parameters == {"kind": "labor_code", "key": "dev"}
    assert "labor code dev" in found.message
    assert found == Reason(found.code, found.message, found.remedy)


@pytest.mark.parametrize("code", REASONS)
def test_a_reason_names_the_ledger_where_it_is_shown(code: str) -> None:
    places = set(re.findall(r"{(\w+)}", REASONS[code].message + REASONS[code].remedy))
    found = with_ledger_name(
        reason(code, **dict.fromkeys(places - {"field"}, " x")), "Sage Intacct"
    )
    assert "accounting system" not in found.message + found.remedy.replace("> Accounting", "")


def test_a_reason_from_before_loads_without_parameters() -> None:
    stored = {"code": "paid", "message": "It was paid.", "remedy": "Undo it.", "field": None}
    assert TypeAdapter(Reason).validate_python(stored).parameters == {}


@pytest.mark.parametrize(("code", "case"), CASES)
def test_the_page_gives_the_words_of_a_case(code: str, case: str) -> None:
    template = CASES[code, case]
    assert f"| `{code}` | {case} | {template.message} | {template.remedy} |" in PAGE
    places = set(re.findall(r"{(\w+)}", template.message + template.remedy))
    found = reason_in_case(code, case, **dict.fromkeys(places, "rejected"))
    assert found.code == code
