"""Text that any ledger takes: allowed characters, single lines, e-mail addresses, lengths."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from ledgerlink.domain.model.reasons import Blocked, Reason, reason

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no ledger stores: all control characters but tab and line feed, and lone
surrogates."""

LINE_BREAKS = re.compile("[\t\n]")
"""What a text of one line must not contain either."""

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

ADDRESS_SEPARATOR = re.compile(r"\s*[,;]\s*")
"""Between several e-mail addresses."""

SEPARATOR = " - "
"""Between the parts of a text."""

Parts = Iterable[tuple[str, str]]
"""Parts of a text, each with the name of the record's field that it comes from."""


def free_text(text: str | None, field: str) -> str:
    """The text with LF line ends, without surrounding blanks. Raises Blocked."""
    plain = (text or "").replace("\r\n", "\n")
    _refuse(CONTROL, plain, field)
    return plain.strip()


def one_line(text: str, field: str) -> str:
    """The text, which must be of one line, without surrounding blanks. Raises Blocked."""
    _refuse(CONTROL, text, field)
    _refuse(LINE_BREAKS, text, field)
    return text.strip()


def email(text: str, limit: int) -> str:
    """The e-mail address, of `limit` characters at most. Raises Blocked."""
    plain = free_text(text, "email")
    if not EMAIL.fullmatch(plain):
        detail = f"{plain} is not an e-mail address."
        raise Blocked(reason("invalid_record", field="email", detail=detail))
    return require_length(plain, limit, "email")


def emails(text: str, limit: int) -> str:
    """One or more e-mail addresses, separated by commas or semicolons, as one text of `limit`
    characters at most. Raises Blocked."""
    plain = free_text(text, "email")
    found = [each for each in ADDRESS_SEPARATOR.split(plain) if each]
    return require_length(
        ", ".join(email(each, limit) for each in found or [plain]), limit, "email"
    )


def require_length(text: str, limit: int, field: str) -> str:
    """The text, if it has `limit` characters at most. Raises Blocked."""
    if len(text) > limit:
        raise Blocked(reason("text_too_long", field=field, length=len(text), limit=limit))
    return text


@dataclass(slots=True)
class TextFitter:
    """Fits the texts of one document to the lengths of the ledger."""

    shorten: bool
    """Whether a text that is too long may be cut; else it blocks the record."""
    warnings: list[Reason] = dataclass_field(default_factory=list)
    """One for each text that was cut."""

    def join(self, parts: Parts, limit: int) -> str:
        """The parts that are not empty as one text of `limit` characters at most. Raises
        Blocked."""
        plain = ((field, free_text(part, field)) for field, part in parts)
        present = [(field, part) for field, part in plain if part]
        if not present:
            return ""
        joined = SEPARATOR.join(part for _, part in present)
        return self.fit(joined, limit, present[-1][0])

    def fit(self, text: str, limit: int, field: str) -> str:
        """The text, cut to `limit` characters. Raises Blocked where it may not be cut."""
        if not self.shorten or len(text) <= limit:
            return require_length(text, limit, field)
        self.warnings.append(reason("text_cut", field=field, length=len(text), limit=limit))
        return text[:limit]


def _refuse(characters: re.Pattern[str], text: str, field: str) -> None:
    """Raise Blocked at the first of these characters; positions count from 1."""
    if found := characters.search(text):
        raise Blocked(reason("control_characters", field=field, position=found.start() + 1))
