"""Markers: our own id of a document, in brackets on a line of its own in a text of the document."""

import hashlib
import re
from collections.abc import Iterator

PLAIN_KEY = re.compile(r"[\w.:@/+-]{1,56}", re.ASCII)
"""Posting keys that are markers as they are; any other is hashed."""

MARKER_LINE = re.compile(
    r"(?:\A|\s)\[([\w-]+:[^\[\]\s]+)\]\s*\Z|\A\s*\[([\w-]+:[^\[\]\s]+)\](?=\s)"
)
"""A marker at the end of a text, or at its beginning, after and before any white space, because the
ledger returns the lines of some texts as one."""

MAX_MARKER_LENGTH = 58
"""Characters of a marker with its brackets."""


def marker_for(key: str) -> str:
    """The marker of a posting key (`time:17`), without its brackets."""
    if PLAIN_KEY.fullmatch(key):
        return key
    kind = key.partition(":")[0]
    return f"{kind}:#{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def with_marker(text: str, key: str, certain: int | None = None) -> str:
    """The text with the marker as its last line. If it is longer than the `certain` characters that
    the ledger surely stores, the marker is its first line, so that it cannot be cut off."""
    line = f"[{marker_for(key)}]"
    if not text:
        return line
    marked = f"{text}\n{line}"
    return marked if certain is None or len(marked) <= certain else f"{line}\n{text}"


def find_marker(*texts: str | None) -> str:
    """The marker in the first of these texts that has one; empty when none has."""
    return next(find_markers(*texts), "")


def find_markers(*texts: str | None) -> Iterator[str]:
    """What looks like a marker in each of these texts; a text of a user may end so, too."""
    for text in texts:
        if text and (match := MARKER_LINE.search(text)):
            yield match[1] or match[2]


def short_id(key: str, name: str = "", length: int = 20) -> str:
    """An id of at most `length` characters for a new record, the same each time: the beginning of
    its name and a hash of its key."""
    end = hashlib.sha256(key.encode()).hexdigest()[:6].upper()
    begin = re.sub(r"[^A-Z0-9]+", "-", name.upper()).strip("-")[: length - len(end) - 1]
    return f"{begin.rstrip('-')}-{end}" if begin else end
