"""Changes of stored rows that several writers may change at once: read, change, write unless
somebody else has written meanwhile; otherwise read again."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from ledgerlink.domain.errors import ChangedMeanwhile, PreconditionFailed
from ledgerlink.domain.model.connections import Connection, ConnectionKey
from ledgerlink.services.dependencies import Dependencies

TRIES = 20
"""How often a change is made again from the newest row while others change it."""

T = TypeVar("T")


def repeat_until_stored(change: Callable[[], T]) -> T:
    """Make a change that reads before it writes. Each time another writer was faster it is made
    again, from what that one wrote; raises ChangedMeanwhile after many times."""
    for _ in range(TRIES - 1):
        with suppress(ChangedMeanwhile):
            return change()
    return change()


def require_version(allowed: int | None, newest: int) -> None:
    """Raises PreconditionFailed when the caller allows the change for another version only."""
    if allowed not in (None, newest):
        raise PreconditionFailed(
            "version_differs",
            f"This was changed since you read it: the newest version is {newest}, not {allowed}.",
            "Read it again, decide, and send the new ETag as If-Match.",
        )


def change_connection(
    deps: Dependencies, connection_key: ConnectionKey, change: Callable[[Connection], Connection]
) -> Connection:
    """Store the change of the connection as it is stored now, and return it. Nothing is written
    where `change` returns the connection that it was given. Raises NotFound."""

    def store() -> Connection:
        stored = deps.connections.get(connection_key)
        changed = change(stored)
        return stored if changed is stored else deps.connections.save(changed)

    return repeat_until_stored(store)
