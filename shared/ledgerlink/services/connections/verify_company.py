"""Proving that new keys open the company that a person named."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ledgerlink.domain.errors import (
    AuthorizationLost,
    Invalid,
    LedgerError,
    LedgerStopped,
    LedgerUnavailable,
)
from ledgerlink.domain.model.company import Company
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.logins import Login
from ledgerlink.domain.ports import Keys, Ledger, Tokens
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.runs.ledger_session import count_metered

PATIENCE = 12.0
"""Seconds for the ledger to answer; with the exchange before it they fit into one API call."""

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Trial:
    """Implements `domain.ports.TokenVault`: these tokens and no others, kept nowhere."""

    tokens: Tokens

    def load(self) -> Tokens:
        """Never due for a refresh, so that one is asked for only when the ledger refused them."""
        return replace(self.tokens, access_expires_at=NEVER)

    def save(self, tokens: Tokens) -> None:  # noqa: ARG002 - as the port has it
        raise AuthorizationLost("not_refreshed", "Tokens on trial are not replaced.")

    def claim(self, seconds: float) -> bool:  # noqa: ARG002 - as the port has it
        raise AuthorizationLost("tokens_refused", "The ledger refused the new authorisation.")

    def release(self) -> None:
        """There is no right to give back."""


@dataclass(slots=True)
class LoginTrial:
    """Implements `domain.ports.Vault`: this login with the session that it brings, kept nowhere."""

    login: Login

    def load(self) -> Login:
        return self.login

    def save(self, keys: Login) -> None:
        self.login = keys

    def claim(self, seconds: float) -> bool:  # noqa: ARG002 - as the port has it
        return True

    def release(self) -> None:
        """There is no right to give back."""


def prove(deps: Dependencies, connection: Connection, company_id: str, keys: Keys) -> Company:
    """The company, read with these keys.

    Raises Invalid when the ledger refuses them, LedgerUnavailable when it does not answer.
    Refused tokens are not given back: that might end somebody's real authorisation.
    """
    connector = deps.connector(connection.ledger)
    credentials = deps.vaults.credentials(connection.ledger)
    trial = LoginTrial(keys) if isinstance(keys, Login) else Trial(keys)
    opened = connector.open(company_id, trial, credentials, {})
    try:
        return asyncio.run(asyncio.wait_for(_read(opened), PATIENCE))
    except (AuthorizationLost, LedgerStopped) as refused:
        raise _refused(company_id, keys, refused) from refused
    except TimeoutError as late:
        raise LedgerUnavailable(
            "ledger_unavailable", "The ledger did not answer in time."
        ) from late
    finally:
        count_metered(deps, connection, opened.calls)


def _refused(company_id: str, keys: Keys, refused: LedgerError) -> Invalid:
    """A login is wrong in what it says; a consent was given for another company."""
    if isinstance(keys, Login):
        return Invalid.at("/login", refused.message, refused.remedy, code="login_refused")
    message = f"The ledger does not open company {company_id} to this consent."
    remedy = f"{refused.message} Start connecting again and choose the company in the ledger."
    return Invalid("company_refused", message, remedy)


async def _read(ledger: Ledger) -> Company:
    try:
        return await ledger.company()
    finally:
        await ledger.close()
