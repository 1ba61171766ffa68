"""Posting keys: the names that documents have in Ledgerlink, such as `time:17`."""

from ledgerlink.domain.model.source_records import TimeEntry


def posting_key(kind: str, source_key: str) -> str:
    """The name of a document within its connection, made of its kind and its source key."""
    return f"{kind}:{source_key}"


def time_key(entry: TimeEntry) -> str:
    """The posting key of a time entry."""
    return posting_key("time", entry.key)


def time_key_of(source_key: str) -> str:
    """The posting key of the time entry with this key."""
    return posting_key("time", source_key)
