"""Logins: how a company is opened whose ledger knows users of its own, and no consent."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session, bound to the address that it was given for. The moment is UTC."""

    id: str = field(repr=False)
    endpoint: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A user of one company, made for programs. `entity` is the part of the company that is signed
    in to, None for all of it."""

    company_id: str
    user_id: str
    password: str = field(repr=False)
    entity: str | None = None
    session: Session | None = None
