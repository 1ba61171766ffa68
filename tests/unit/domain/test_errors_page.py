"""The page of reasons says of each what the program says."""

import re
from pathlib import Path

import pytest
from ledgerlink.domain.model.reasons import REASONS, reason

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


def test_a_sentence_about_the_record_has_one_article() -> None:
    found = reason("invalid_record", field="the record", detail="It is empty.")
    assert found.remedy.startswith("Correct the record in ")
    assert found.field == "the record"


def test_an_unknown_reason_or_a_forgotten_word_is_an_error() -> None:
    for code, words in (("nonsense", {}), ("no_rule", {"kind": "user"})):
        with pytest.raises(KeyError):
            reason(code, **words)
