"""What the ledger takes as text: lengths, names, characters."""

import re
from collections.abc import Mapping

from ledgerlink.domain.ports import Blocked
from ledgerlink.domain.reasons import Reason, reason

LENGTHS: Mapping[str, int] = {
    "Description": 4000,
    "DisplayName": 500,
    "GivenName": 100,
    "FamilyName": 100,
    "Name": 100,
    "PrimaryEmailAddr": 100,
}
"""Characters that a field holds. Source: Intuit's API reference."""

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""All but tab and line feed, and what cannot be sent as text at all."""

LINES = re.compile("[\t\n]")
"""What a name may not hold besides."""

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def free_text(text: str | None, field: str) -> str:
    """The text with plain line ends and no blanks around it. Raises Blocked."""
    plain = (text or "").replace("\r\n", "\n")
    refuse_characters(CONTROL, plain, field)
    return plain.strip()


def name(text: str, wire_field: str, field: str = "name") -> str:
    """A name without blanks around it, fit for the ledger. Raises Blocked."""
    refuse_characters(CONTROL, text, field)
    refuse_characters(LINES, text, field)
    plain = text.strip()
    if not plain:
        raise Blocked(reason("invalid_record", field=field, detail="The name is empty."))
    if ":" in plain:
        detail = f"The name {plain} has a colon, which QuickBooks keeps for sub-records."
        raise Blocked(reason("invalid_record", field=field, detail=detail))
    return fitting(plain, wire_field, field)


def email(text: str) -> str:
    """An address that the ledger takes for one. Raises Blocked."""
    plain = text.strip()
    if not EMAIL.fullmatch(plain):
        detail = f"{plain} is not an e-mail address."
        raise Blocked(reason("invalid_record", field="email", detail=detail))
    return fitting(plain, "PrimaryEmailAddr", "email")


def fitting(text: str, wire_field: str, field: str) -> str:
    """The text, if the field of the ledger holds that much. Raises Blocked."""
    limit = LENGTHS[wire_field]
    if len(text) > limit:
        raise Blocked(reason("text_too_long", field=field, length=len(text), limit=limit))
    return text


def cut(text: str, wire_field: str, field: str) -> tuple[str, tuple[Reason, ...]]:
    """As much of the text as the field of the ledger holds, and a warning when that is not all."""
    limit = LENGTHS[wire_field]
    if len(text) <= limit:
        return text, ()
    return text[:limit], (reason("text_cut", field=field, length=len(text), limit=limit),)


def refuse_characters(characters: re.Pattern[str], text: str, field: str) -> None:
    """Raise Blocked at the first of these characters; positions count from 1."""
    if found := characters.search(text):
        raise Blocked(reason("control_characters", field=field, position=found.start() + 1))
