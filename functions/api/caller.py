"""Who is calling: firm, user and rights, from the verified token and from nowhere else."""

import os
import time
from dataclasses import dataclass
from enum import StrEnum

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from ledgerlink.domain.errors import Forbidden


class Right(StrEnum):
    """What a token may allow; the scope's name is a setting."""

    READ = "READ"
    POST = "POST"
    ADMIN = "ADMIN"

    @property
    def scope(self) -> str:
        return os.environ[f"LEDGERLINK_SCOPE_{self.value}"]


@dataclass(frozen=True, slots=True)
class Caller:
    """A user of a firm. An administrator may change what others set or started."""

    firm: str
    user: str
    administrator: bool = False


def caller(app: APIGatewayHttpResolver, right: Right) -> Caller:
    """The caller, if the token carries the right. Raises Forbidden."""
    authorizer = app.current_event.request_context.authorizer
    claims = (authorizer.jwt_claim if authorizer else None) or {}
    firm, user = claims.get(os.environ["LEDGERLINK_FIRM_CLAIM"]), claims.get("sub")
    if not firm or not user or not _alive(claims.get("exp")):
        raise Forbidden(
            "token_incomplete",
            "The token names no firm, no user or no expiry.",
            f"Use a token with {os.environ['LEDGERLINK_FIRM_CLAIM']}, sub and exp.",
        )
    scopes = _scopes(claims.get("scope") or claims.get("scp") or "")
    if right.scope not in scopes:
        raise Forbidden(
            "scope_missing",
            f"The token lacks the scope {right.scope}.",
            f"Ask for a token with {right.scope}.",
        )
    return Caller(str(firm), str(user), Right.ADMIN.scope in scopes)


def _scopes(claim: object) -> list[str]:
    """Scopes of a claim; API Gateway hands lists over as `[a b]`."""
    return str(claim).strip("[]").replace(",", " ").split()


def _alive(expiry: object) -> bool:
    try:
        return float(str(expiry)) > time.time()
    except ValueError:
        return False
