"""Tokens of requests: JSON Web Tokens that the firm's issuer has signed (RFC 7519, RFC 8725).

Signature, issuer, audience and times are checked here and not by API Gateway, whose refusals are no
problem documents. The issuer's public keys are found by OpenID Connect Discovery.
"""

import json
import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import jwt
from aws_lambda_powertools import Logger
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from functions.api.refusals import Unauthenticated, Unavailable

logger = Logger()
ALGORITHMS = ("RS256", "RS384", "RS512")
"""Signatures that are accepted: the RSA ones, as API Gateway accepts."""
FRESH = 3600.0
"""Seconds after which the issuer's keys are read again."""
KEPT = 86_400.0
"""Seconds for which they are used while the issuer cannot be reached."""
PAUSE = 60.0
"""Seconds between two readings for keys that are not there, which anybody can name."""
LEEWAY = 5.0
"""Seconds by which the issuer's clock may be ahead."""
LONGEST = 8_192
"""Characters of a token."""
SECONDS = 5.0
"""For one answer of the issuer."""
MOST_BYTES = 1_000_000
"""Of one answer of the issuer."""
DISCOVERY = "/.well-known/openid-configuration"
PROTECTED = "/v1/"
PUBLIC = re.compile(r"/v1/(?:oauth/[^/]+/callback|docs(?:/[^/]+)?|errors|openapi\.json)/?")
"""Addresses below /v1/ that need no token: a ledger's browser redirect carries a single-use state,
and the reference is the same for everybody."""
RENEW = "Request a new token and send it."
BEARER_WANTED = "Send a token: Authorization: Bearer <token>."

UNREADABLE = (
    OSError,
    HTTPException,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    RecursionError,
)
"""What is raised for an issuer that does not answer, or not as one does."""

Fetch = Callable[[str], Any]
"""Reads an address of the issuer; returns JSON values. Raises some of UNREADABLE."""


class NoRedirects(HTTPRedirectHandler):
    """Follows no redirect: the issuer's keys come from the addresses that it names itself."""

    def redirect_request(self, *_given: Any) -> None:
        return None


def fetch_json(url: str) -> Any:
    """The JSON values at this address. Raises some of UNREADABLE."""
    asked = Request(url, headers={"Accept": "application/json"})  # noqa: S310 - checked by who asks
    with build_opener(NoRedirects()).open(asked, timeout=SECONDS) as answer:
        body = answer.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES} bytes")
    return json.loads(body)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key of the issuer."""

    key: RSAPublicKey
    algorithms: Sequence[str]
    """The signatures that it is for."""


@dataclass(slots=True)
class SigningKeys:
    """The public keys of an issuer, by their ids, read when they are first needed."""

    issuer: str
    fetch: Fetch = fetch_json
    now: Callable[[], float] = time.time
    _keys: Mapping[str, SigningKey] = field(default_factory=dict)
    _read_at: float = -KEPT
    _tried_at: float = -KEPT

    def key(self, key_id: str) -> SigningKey | None:
        """The key with this id; None where the issuer has none. Raises Unavailable when its keys
        cannot be read."""
        now = self.now()
        due = now - self._read_at >= FRESH or key_id not in self._keys
        if due and now - self._tried_at >= PAUSE:
            self._tried_at = now
            self._read(now)
        if now - self._read_at >= KEPT:
            raise Unavailable(
                "issuer_unavailable",
                "The token cannot be checked, because its issuer's keys cannot be read.",
                "Try again after a minute.",
            )
        return self._keys.get(key_id)

    def _read(self, now: float) -> None:
        """Read the keys; those that were read before stay where that fails."""
        try:
            address = str(self.fetch(self.issuer.rstrip("/") + DISCOVERY)["jwks_uri"])
            if urlsplit(address).scheme != urlsplit(self.issuer).scheme:
                raise ValueError("the keys are not as safe as their issuer")
            self._keys = _keys_of(self.fetch(address)["keys"])
            self._read_at = now
        except UNREADABLE as error:
            logger.warning("issuer's keys not read", extra={"error": str(error)})


def _keys_of(entries: Any) -> Mapping[str, SigningKey]:
    """The RSA keys for signatures; others, and those that cannot be read, are left out."""
    found: dict[str, SigningKey] = {}
    for entry in entries:
        if entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig":
            continue
        algorithms = [each for each in ALGORITHMS if entry.get("alg", each) == each]
        with suppress(jwt.PyJWTError, KeyError, ValueError):
            key = RSAAlgorithm.from_jwk({name: entry[name] for name in ("kty", "n", "e")})
            if isinstance(key, RSAPublicKey):
                found[str(entry["kid"])] = SigningKey(key, algorithms)
    return found


@dataclass(frozen=True, slots=True)
class TokenVerifier:
    """Checks tokens of one issuer."""

    issuer: str
    audiences: Sequence[str]
    keys: SigningKeys

    def claims(self, token: str) -> Mapping[str, Any]:
        """The claims of a valid token. Raises Unauthenticated, and Unavailable where the issuer's
        keys cannot be read."""
        if len(token) > LONGEST:
            raise _invalid("it is too long")
        try:
            key = self.keys.key(str(jwt.get_unverified_header(token).get("kid")))
            if key is None:
                raise _invalid("its issuer has no such key")
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=key.algorithms,
                issuer=self.issuer,
                leeway=LEEWAY,
                options={"verify_aud": False, "enforce_minimum_key_length": True},
            )
        except jwt.ExpiredSignatureError as expired:
            message = "The token has expired."
            raise Unauthenticated("token_expired", message, RENEW) from expired
        except (jwt.PyJWTError, ValueError) as error:
            raise _invalid(str(error)) from error
        if not self._is_for_us(claims):
            raise _invalid("it is for another audience")
        return claims

    def _is_for_us(self, claims: Mapping[str, Any]) -> bool:
        """Whether the audience is ours, or in tokens without one the client, as some issuers have
        it."""
        given = claims.get("aud", claims.get("client_id"))
        named = given if isinstance(given, list) else [given]
        return any(each in self.audiences for each in named)


def _invalid(detail: str) -> Unauthenticated:
    message = f"The token is not valid: {detail.rstrip('.')}."
    return Unauthenticated("token_invalid", message, RENEW)


@cache
def verifier() -> TokenVerifier:
    """The verifier of this deployment."""
    issuer = os.environ["LEDGERLINK_JWT_ISSUER"]
    audiences = os.environ["LEDGERLINK_JWT_AUDIENCE"].split(",")
    return TokenVerifier(issuer, audiences, SigningKeys(issuer))


def with_checked_token(event: dict[str, Any]) -> dict[str, Any]:
    """The event with the claims of its token, where API Gateway's own authorizer puts them; with
    none for an address that needs no token. Raises Unauthenticated, Unavailable."""
    path, context = event["rawPath"], dict(event["requestContext"])
    context.pop("authorizer", None)
    if path.startswith(PROTECTED) and not PUBLIC.fullmatch(path):
        claims = verifier().claims(_bearer(event.get("headers") or {}))
        context["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
    return {**event, "requestContext": context}


def _bearer(headers: Mapping[str, str]) -> str:
    """The token of a request. Raises Unauthenticated."""
    given = {name.lower(): value for name, value in headers.items()}.get("authorization", "")
    scheme, _, token = given.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("no_token", "The request has no token.", BEARER_WANTED)
    return token.strip()
