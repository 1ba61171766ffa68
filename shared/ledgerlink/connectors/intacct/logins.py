"""Who signs in to a company, and the session that signing in has brought."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ledgerlink.connectors.intacct.errors import stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session, bound to the address that it was given for. The moment is UTC."""

    id: str = field(repr=False)
    endpoint: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A Web Services user of one company. `entity` is the location that is signed in to, None for
    the company's top level."""

    company_id: str
    user_id: str
    password: str = field(repr=False)
    entity: str | None = None
    session: Session | None = None


class LoginVault(Protocol):
    """The login of one connection."""

    def load(self) -> Login:
        """The newest login stored. Raises AuthorizationLost when there is none."""
        ...

    def save(self, login: Login) -> None:
        """Store the login durably, before anybody uses its session. Raises AuthorizationLost when
        the connection was disconnected meanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class Sender:
    """The application's own Web Services credentials: `sender_id` and `sender_password`."""

    id: str
    password: str = field(repr=False)

    @classmethod
    def of(cls, credentials: Mapping[str, str]) -> "Sender":
        """Raises LedgerStopped when one is missing."""
        missing = [name for name in ("sender_id", "sender_password") if not credentials.get(name)]
        if missing:
            raise stopped(f"the application's credentials lack {' and '.join(missing)}")
        return cls(credentials["sender_id"], credentials["sender_password"])
