"""Which of the connections that there are can be used again."""

from collections.abc import Iterable

from local.demo.answers import Connection


def newest(known: Iterable[Connection]) -> Connection | None:
    """The newest of these connections that is, or can be, connected again."""
    usable = (one for one in known if one.state in ("connected", "needs_reconnect"))
    return max(usable, key=lambda one: one.created_at, default=None)
