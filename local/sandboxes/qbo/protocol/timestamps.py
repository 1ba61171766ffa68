"""The Pacific wall-clock stamps of the answers."""

from __future__ import annotations

from datetime import UTC, datetime

from local.sandboxes.common.clock import PACIFIC


def stamp(epoch: float) -> str:
    """`2026-01-31T08:00:00-08:00`, as in MetaData."""
    return datetime.fromtimestamp(int(epoch), PACIFIC).isoformat()


def stamp_millis(epoch: float) -> str:
    """`2026-01-31T08:00:00.123-08:00`, as in the envelope's `time`."""
    return datetime.fromtimestamp(epoch, PACIFIC).isoformat(timespec="milliseconds")


def stamp_utc(epoch: float) -> str:
    text = datetime.fromtimestamp(epoch, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def parse_moment(text: str, naive: str = "pacific") -> float | None:
    """Epoch seconds of an ISO date or date-time; None when it is neither.

    `naive` says how a value without offset is read: `pacific` or `utc` (unverified in QBO).
    """
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=PACIFIC if naive == "pacific" else UTC)
    return moment.timestamp()
