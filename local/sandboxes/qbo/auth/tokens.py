"""Authorization codes, access tokens and rotating refresh tokens."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.sandboxes.qbo.settings import Settings

# Above this many access tokens the expired ones are forgotten.
MAX_ACCESS = 10_000


class InvalidGrant(Exception):
    """The code or refresh token is unknown, used, expired or not the caller's."""


@dataclass(slots=True)
class Grant:
    """A code or token: whose, for which company, until when (ledger seconds)."""

    realm: str
    app: str
    expires: float
    scope: str = ""
    redirect_uri: str = ""
    hard_expires: float = 0.0
    superseded: float | None = None


def _token() -> str:
    return secrets.token_urlsafe(48)


@dataclass(slots=True)
class Tokens:
    """Everything handed out. `make` is where new values come from."""

    make: Callable[[], str] = _token
    codes: dict[str, Grant] = field(default_factory=dict)
    access: dict[str, Grant] = field(default_factory=dict)
    refresh: dict[str, Grant] = field(default_factory=dict)

    def code(
        self, realm: str, app: str, redirect_uri: str, scope: str, now: float, settings: Settings
    ) -> str:
        value = self.make()
        expires = now + settings.code_seconds
        self.codes[value] = Grant(realm, app, expires, scope, redirect_uri)
        return value

    def exchange(
        self, code: str, app: str, redirect_uri: str, now: float, settings: Settings
    ) -> dict[str, Any]:
        """The first tokens for a code, which is thereby used up; raises InvalidGrant."""
        grant = self.codes.pop(code, None)
        if grant is None or grant.app != app or grant.redirect_uri != redirect_uri:
            raise InvalidGrant("The authorization code is invalid or was issued to somebody else")
        if grant.expires <= now:
            raise InvalidGrant("The authorization code has expired")
        if settings.reconnect_invalidates:
            self.revoke_realm(grant.realm, app)
        return self.issue(grant.realm, app, grant.scope, now, settings)

    def issue(
        self, realm: str, app: str, scope: str, now: float, settings: Settings
    ) -> dict[str, Any]:
        hard = now + settings.hard_refresh_seconds
        value = self.make()
        expires = min(now + settings.refresh_seconds, hard)
        self.refresh[value] = Grant(realm, app, expires, scope, hard_expires=hard)
        return self._answer(value, self.refresh[value], now, settings)

    def _answer(self, refresh: str, grant: Grant, now: float, settings: Settings) -> dict[str, Any]:
        if len(self.access) > MAX_ACCESS:
            self.access = {v: g for v, g in self.access.items() if g.expires > now}
        access = self.make()
        self.access[access] = Grant(
            grant.realm, grant.app, now + settings.access_seconds, grant.scope
        )
        return {
            "token_type": "bearer",
            "access_token": access,
            "expires_in": settings.access_seconds,
            "refresh_token": refresh,
            "x_refresh_token_expires_in": int(grant.expires - now),
        }

    def renew(self, value: str, app: str, now: float, settings: Settings) -> dict[str, Any]:
        """New tokens for a refresh token; raises InvalidGrant.

        With rotation the value changes each time, and an older one works on only for the
        overlap: it then leads to a fresh value of its own.
        """
        grant = self.refresh.get(value)
        if grant is None or grant.app != app or min(grant.expires, grant.hard_expires) <= now:
            raise InvalidGrant("Incorrect or expired refresh token")
        overlap = settings.refresh_overlap_seconds
        if grant.superseded is not None and grant.superseded + overlap <= now:
            raise InvalidGrant("The refresh token has been replaced by a newer one")
        expires = min(now + settings.refresh_seconds, grant.hard_expires)
        if not settings.rotation:
            grant.expires = expires
            return self._answer(value, grant, now, settings)
        grant.superseded = now if grant.superseded is None else grant.superseded
        newer = self.make()
        self.refresh[newer] = Grant(
            grant.realm, app, expires, grant.scope, hard_expires=grant.hard_expires
        )
        return self._answer(newer, self.refresh[newer], now, settings)

    def revoke(self, value: str, app: str) -> bool:
        grant = self.refresh.get(value) or self.access.get(value)
        if grant is None or grant.app != app:
            return False
        self.revoke_realm(grant.realm, app)
        return True

    def revoke_realm(self, realm: str, app: str) -> None:
        for grants in (self.access, self.refresh):
            for value in [v for v, g in grants.items() if g.realm == realm and g.app == app]:
                del grants[value]

    def expire(self, realm: str, access: bool, refresh: bool) -> int:
        """Lets a company's tokens run out now; the number of tokens it met."""
        met = 0
        for wanted, grants in ((access, self.access), (refresh, self.refresh)):
            for grant in grants.values() if wanted else ():
                if grant.realm == realm:
                    grant.expires = 0.0
                    met += 1
        return met
