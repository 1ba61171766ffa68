"""The caller: firm, user and rights, taken only from the verified token."""

import math
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from ledgerlink.domain.errors import Forbidden
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.services.posting.staged_records import is_kind_allowed

from functions.api.refusals import Unauthenticated


class Right(StrEnum):
    """A right that a token may give; the scope's name is a setting."""

    READ = "READ"
    POST = "POST"
    ADMIN = "ADMIN"

    @property
    def scope(self) -> str:
        return os.environ[f"LEDGERLINK_SCOPE_{self.value}"]


@dataclass(frozen=True, slots=True)
class Caller:
    """A user of a firm."""

    firm: str
    user: str
    administrator: bool = False
    """Whether the user may change what others set or started."""
    kinds: tuple[RecordKind, ...] | None = None
    """The kinds of records that the user may post; None is all."""

    def connection_key(self, connection_id: str) -> ConnectionKey:
        """The name of one of the firm's connections."""
        return ConnectionKey(self.firm, connection_id)

    def require_kinds(self, wanted: Iterable[RecordKind]) -> None:
        """Raises Forbidden for a kind of record that the user may not post."""
        for kind in wanted:
            if not is_kind_allowed(self.kinds, kind):
                raise Forbidden(
                    "kind_not_allowed",
                    f"This token may not post records of the kind {kind}.",
                    f"Request a token whose claim {_kinds_claim()} contains {kind}.",
                )


def caller(app: APIGatewayHttpResolver, right: Right) -> Caller:
    """The caller, if the token carries the right. Raises Unauthenticated, Forbidden."""
    authorizer = app.current_event.request_context.authorizer
    claims = (authorizer.jwt_claim if authorizer else None) or {}
    if not claims:
        raise Unauthenticated(
            "no_token",
            "The request has no token.",
            "Send a token: Authorization: Bearer <token>.",
        )
    firm, user = claims.get(os.environ["LEDGERLINK_FIRM_CLAIM"]), claims.get("sub")
    expiry = _moment(claims.get("exp"))
    if expiry is not None and expiry <= time.time():
        raise Unauthenticated(
            "token_expired", "The token has expired.", "Request a new token and send it."
        )
    if not firm or not user or expiry is None:
        raise Forbidden(
            "token_incomplete",
            "The token lacks the firm, the user or the expiry.",
            f"Use a token with the claims {os.environ['LEDGERLINK_FIRM_CLAIM']}, sub and exp.",
        )
    scopes = _scopes(claims.get("scope") or claims.get("scp") or "")
    if right.scope not in scopes:
        raise Forbidden(
            "scope_missing",
            f"The token lacks the scope {right.scope}.",
            f"Request a token with the scope {right.scope}.",
        )
    kinds = _kinds(claims.get(_kinds_claim()))
    return Caller(str(firm), str(user), Right.ADMIN.scope in scopes, kinds)


def _kinds_claim() -> str:
    return os.environ["LEDGERLINK_KINDS_CLAIM"]


def _kinds(claim: object) -> tuple[RecordKind, ...] | None:
    """The kinds that the claim names. A token without the claim may post all."""
    if claim is None:
        return None
    named = _scopes(claim)
    return tuple(kind for kind in RecordKind if kind in named)


def _scopes(claim: object) -> list[str]:
    """Scopes of a claim, which is a text or a list."""
    named = claim if isinstance(claim, list) else str(claim).strip("[]").replace(",", " ").split()
    return [str(each) for each in named]


def _moment(expiry: object) -> float | None:
    """Seconds since 1970; None where the claim gives no moment."""
    try:
        found = float(str(expiry))
    except ValueError:
        return None
    return found if math.isfinite(found) else None
