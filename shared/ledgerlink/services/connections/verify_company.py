"""Verifying that new keys open the company that a user named."""

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

ANSWER_SECONDS = 12.0
"""Seconds that the ledger may take; with the exchange of the code they fit into one API call."""

NEVER = datetime.max.replace(tzinfo=UTC)
"""When tokens expire that must not be refreshed."""


@dataclass(frozen=True, slots=True)
class UnverifiedTokens:
    """Implements `domain.ports.TokenVault` with new tokens, which are neither stored nor
    renewed."""

    tokens: Tokens

    def load(self) -> Tokens:
        """The tokens without an expiry, so that a refresh means that the ledger has refused
        them."""
        return replace(self.tokens, access_expires_at=NEVER)

    def save(self, tokens: Tokens) -> None:  # noqa: ARG002 - as the port has it
        raise AuthorizationLost("not_refreshed", "Unverified tokens are not renewed.")

    def claim(self, seconds: float) -> bool:  # noqa: ARG002 - as the port has it
        raise AuthorizationLost("tokens_refused", "The ledger refused the new authorisation.")

    def release(self) -> None:
        """Nothing was claimed."""


@dataclass(slots=True)
class UnverifiedLogin:
    """Implements `domain.ports.Vault` with a new login and its session, which are not stored."""

    login: Login

    def load(self) -> Login:
        return self.login

    def save(self, keys: Login) -> None:
        self.login = keys

    def claim(self, seconds: float) -> bool:  # noqa: ARG002 - as the port has it
        return True

    def release(self) -> None:
        """Nothing was claimed."""


def verify_company(
    deps: Dependencies, connection: Connection, company_id: str, keys: Keys
) -> Company:
    """The company, read with these keys.

    Raises Invalid when the ledger refuses them, LedgerUnavailable when it does not answer. Refused
    tokens are not revoked, because that could end the authorisation of another connection.
    """
    connector = deps.connector(connection.ledger)
    credentials = deps.vaults.credentials(connection.ledger)
    vault = UnverifiedLogin(keys) if isinstance(keys, Login) else UnverifiedTokens(keys)
    ledger = connector.open(company_id, vault, credentials, {})
    try:
        return asyncio.run(asyncio.wait_for(_read(ledger), ANSWER_SECONDS))
    except (AuthorizationLost, LedgerStopped) as refused:
        raise _refused(company_id, keys, refused) from refused
    except TimeoutError as late:
        raise LedgerUnavailable(
            "ledger_unavailable", "The ledger did not answer in time."
        ) from late
    finally:
        count_metered(deps, connection, ledger.calls)


def _refused(company_id: str, keys: Keys, refused: LedgerError) -> Invalid:
    """The error for the user: the login is wrong, or the consent was given for another company."""
    if isinstance(keys, Login):
        return Invalid.at("/login", refused.message, refused.remedy, code="login_refused")
    message = f"This consent does not give access to company {company_id}."
    remedy = f"{refused.message} Start connecting again and choose the company in the ledger."
    return Invalid("company_refused", message, remedy)


async def _read(ledger: Ledger) -> Company:
    try:
        return await ledger.company()
    finally:
        await ledger.close()
