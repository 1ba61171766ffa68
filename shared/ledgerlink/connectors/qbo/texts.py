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
    "DocNumber": 21,
    "PrivateNote": 4000,
    "CustomerMemo": 1000,
    "BillEmail": 100,
    "StringValue": 31,
    "FileName": 1000,
    "Note": 2000,
}
"""Characters that a field holds. Source: Intuit's API reference; of a custom field's value, its
schema."""

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
    plain = one_line(text, field)
    if not plain:
        raise Blocked(reason("invalid_record", field=field, detail="The name is empty."))
    if ":" in plain:
        detail = f"The name {plain} has a colon, which QuickBooks keeps for sub-records."
        raise Blocked(reason("invalid_record", field=field, detail=detail))
    return fitting(plain, wire_field, field)


def one_line(text: str, field: str) -> str:
    """The text, of one line, without blanks around it. Raises Blocked."""
    refuse_characters(CONTROL, text, field)
    refuse_characters(LINES, text, field)
    return text.strip()


def email(text: str, wire_field: str = "PrimaryEmailAddr") -> str:
    """An address that the ledger takes for one. Raises Blocked."""
    plain = text.strip()
    if not EMAIL.fullmatch(plain):
        detail = f"{plain} is not an e-mail address."
        raise Blocked(reason("invalid_record", field="email", detail=detail))
    return fitting(plain, wire_field, "email")


def fitting(text: str, wire_field: str, field: str, kept: int = 0) -> str:
    """The text, if the field of the ledger holds that much beside `kept` characters. Raises
    Blocked."""
    limit = LENGTHS[wire_field] - kept
    if len(text) > limit:
        raise Blocked(reason("text_too_long", field=field, length=len(text), limit=limit))
    return text


def cut(text: str, wire_field: str, field: str, kept: int = 0) -> tuple[str, tuple[Reason, ...]]:
    """As much of the text as the field of the ledger holds beside `kept` characters, and a warning
    when that is not all."""
    limit = LENGTHS[wire_field] - kept
    if len(text) <= limit:
        return text, ()
    return text[:limit], (reason("text_cut", field=field, length=len(text), limit=limit),)


def refuse_characters(characters: re.Pattern[str], text: str, field: str) -> None:
    """Raise Blocked at the first of these characters; positions count from 1."""
    if found := characters.search(text):
        raise Blocked(reason("control_characters", field=field, position=found.start() + 1))
