"""Marks: our own name of a document, a line of its own in a text that the ledger holds with it."""

import hashlib
import re

PLAIN = re.compile(r"[\w.:@/+-]{1,56}", re.ASCII)
"""Keys that can be a mark themselves; of others a fingerprint is."""

LINE = re.compile(r"(?:\A|\n)\[([\w-]+:[^\[\]\s]+)\]\s*\Z|\A\[([\w-]+:[^\[\]\s]+)\](?=\n)")

MAX_MARK_LENGTH = 58


def mark(key: str) -> str:
    """The mark of a posting key (`time:17`), without its brackets."""
    if PLAIN.fullmatch(key):
        return key
    kind = key.partition(":")[0]
    return f"{kind}:#{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def marked(text: str, key: str, certain: int | None = None) -> str:
    """The text with the mark as its last line; as its first one, where more than the `certain`
    characters may be cut by the ledger."""
    line = f"[{mark(key)}]"
    if not text:
        return line
    whole = f"{text}\n{line}"
    return whole if certain is None or len(whole) <= certain else f"{line}\n{text}"


def found(*texts: str | None) -> str:
    """The mark in the first of these texts that has one; empty when none has."""
    for text in texts:
        if text and (match := LINE.search(text)):
            return match[1] or match[2]
    return ""


def short(key: str, name: str = "", length: int = 20) -> str:
    """An id for a new record that is the same each time: as much of its name as there is room for,
    and a fingerprint of its key."""
    end = hashlib.sha256(key.encode()).hexdigest()[:6].upper()
    begin = re.sub(r"[^A-Z0-9]+", "-", name.upper()).strip("-")[: length - len(end) - 1]
    return f"{begin.rstrip('-')}-{end}" if begin else end
