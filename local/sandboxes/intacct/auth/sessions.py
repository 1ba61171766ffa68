"""Sessions of the gateway: opaque ids, a sliding end, one address, one entity."""

from __future__ import annotations

import secrets
from dataclasses import dataclass


@dataclass(slots=True)
class Session:
    """Somebody signed in. `expires` is in ledger seconds; `endpoint` the path it is bound to."""

    id: str
    sender: str
    company: str
    user: str
    entity: str
    expires: float
    endpoint: str


class Sessions:
    def __init__(self) -> None:
        self.live: dict[str, Session] = {}

    def open(
        self, sender: str, company: str, user: str, entity: str, expires: float, endpoint: str
    ) -> Session:
        session = Session(
            f"{secrets.token_urlsafe(24)}..", sender, company, user, entity, expires, endpoint
        )
        self.live[session.id] = session
        return session

    def find(self, session_id: str, sender: str, now: float) -> Session | None:
        """The session, unless it has ended or is another sender's."""
        session = self.live.get(session_id)
        if session is None or session.sender != sender:
            return None
        if session.expires <= now:
            del self.live[session_id]
            return None
        return session

    def expire(self, company: str) -> int:
        """Ends every session of a company; how many there were."""
        ended = [key for key, session in self.live.items() if session.company == company]
        for key in ended:
            del self.live[key]
        return len(ended)
