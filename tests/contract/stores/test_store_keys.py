"""Parts of a key are quoted as urllib quotes, whatever is in them."""

from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st
from ledgerlink.storage import keys


def test_every_character_of_ascii_is_quoted() -> None:
    every = "".join(map(chr, range(128)))
    for text in (every[:64], every[64:]):
        assert keys.row("link", text) == f"link#{quote(text, safe='')}"


@given(st.text(max_size=12))
def test_any_text_is_quoted(text: str) -> None:
    assert keys.row(text) == quote(text, safe="")
    assert not keys.is_hashed(text)


def test_a_part_is_as_long_as_it_is_quoted() -> None:
    assert not keys.is_hashed("#" * 80)
    assert keys.is_hashed("#" * 81)
    assert keys.row("#" * 81).startswith("=")
