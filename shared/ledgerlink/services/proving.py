"""Proving that new tokens are for the company that the user's browser named."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ledgerlink.domain.connections import Connection
from ledgerlink.domain.documents import Company
from ledgerlink.domain.errors import (
    AuthorizationLost,
    Invalid,
    LedgerStopped,
    LedgerUnavailable,
)
from ledgerlink.domain.ports import Ledger, Tokens
from ledgerlink.services.house import House
from ledgerlink.services.visits import meter

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


def prove(house: House, connection: Connection, company_id: str, tokens: Tokens) -> Company:
    """The company, read with these tokens.

    Raises Invalid when the ledger refuses them for it, LedgerUnavailable when it does not answer.
    Refused tokens are not given back: that might end somebody's real authorisation.
    """
    connector = house.connector(connection.ledger)
    credentials = house.vaults.credentials(connection.ledger)
    opened = connector.open(company_id, Trial(tokens), credentials, {})
    try:
        return asyncio.run(asyncio.wait_for(_read(opened), PATIENCE))
    except (AuthorizationLost, LedgerStopped) as refused:
        message = f"The ledger does not open company {company_id} to this consent."
        remedy = f"{refused.message} Start connecting again and choose the company in the ledger."
        raise Invalid("company_refused", message, remedy) from refused
    except TimeoutError as late:
        raise LedgerUnavailable(
            "ledger_unavailable", "The ledger did not answer in time."
        ) from late
    finally:
        meter(house, connection, opened.calls)


async def _read(ledger: Ledger) -> Company:
    try:
        return await ledger.company()
    finally:
        await ledger.close()
