"""What any ledger takes as text: characters, single lines, addresses, lengths."""

import re

from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import Blocked

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""All but tab and line feed, and what cannot be sent as text at all."""

LINES = re.compile("[\t\n]")
"""What a single line may not hold besides."""

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def free_text(text: str | None, field: str) -> str:
    """The text with plain line ends and no blanks around it. Raises Blocked."""
    plain = (text or "").replace("\r\n", "\n")
    _refuse(CONTROL, plain, field)
    return plain.strip()


def one_line(text: str, field: str) -> str:
    """The text, of one line, without blanks around it. Raises Blocked."""
    _refuse(CONTROL, text, field)
    _refuse(LINES, text, field)
    return text.strip()


def email(text: str, limit: int) -> str:
    """An address that a ledger takes for one. Raises Blocked."""
    plain = free_text(text, "email")
    if not EMAIL.fullmatch(plain):
        detail = f"{plain} is not an e-mail address."
        raise Blocked(reason("invalid_record", field="email", detail=detail))
    return fitting(plain, limit, "email")


def fitting(text: str, limit: int, field: str) -> str:
    """The text, if it is of so many characters at most. Raises Blocked."""
    if len(text) > limit:
        raise Blocked(reason("text_too_long", field=field, length=len(text), limit=limit))
    return text


def _refuse(characters: re.Pattern[str], text: str, field: str) -> None:
    """Raise Blocked at the first of these characters; positions count from 1."""
    if found := characters.search(text):
        raise Blocked(reason("control_characters", field=field, position=found.start() + 1))
