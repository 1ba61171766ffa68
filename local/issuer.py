"""A token issuer for one machine: OpenID discovery, its public key, and a token for the asking.

python -m local.issuer --port 4601 --key FILE

The key is made at the first start and kept in FILE, because who checks tokens keeps the public
key for hours. Loopback only; anybody who reaches it gets any token.
"""

import argparse
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import jwt
import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

HOST = "127.0.0.1"
DEFAULT_PORT = 4601
AUDIENCE = "ledgerlink"
ALGORITHM = "RS256"
KEY_ID = "ledgerlink-local"
KEY_BITS = 2048
DEFAULT_MINUTES = 60


class TokenRequest(BaseModel):
    """Who asks, for which firm, with which scopes; minutes may be negative for an expired one.

    `kinds` are the records that the user may post; without them the token leaves all open.
    """

    model_config = ConfigDict(extra="forbid")

    firm: str = Field(min_length=1)
    user: str = Field(min_length=1)
    scopes: list[str]
    kinds: list[str] | None = None
    minutes: int = DEFAULT_MINUTES


@dataclass(frozen=True)
class Issuer:
    """Signs tokens in the name of `url`; `now` gives seconds since 1970."""

    url: str
    key: rsa.RSAPrivateKey
    now: Callable[[], float]
    new_id: Callable[[], str]

    def token(self, request: TokenRequest) -> str:
        """A signed access token with the claims that the API reads."""
        issued = int(self.now())
        expires = issued + 60 * request.minutes
        claims: dict[str, object] = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": request.user,
            "firm_id": request.firm,
            "scope": " ".join(request.scopes),
            "iat": issued,
            "nbf": min(issued, expires),
            "exp": expires,
            "jti": self.new_id(),
        }
        if request.kinds is not None:
            claims["post_kinds"] = " ".join(request.kinds)
        return jwt.encode(claims, self.key, algorithm=ALGORITHM, headers={"kid": KEY_ID})

    def public_keys(self) -> dict[str, object]:
        """The JSON Web Key Set, RFC 7517."""
        public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": KEY_ID, "use": "sig", "alg": ALGORITHM}]}

    def discovery(self) -> dict[str, object]:
        """OpenID Connect Discovery 1.0, as much as a verifier of tokens reads."""
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks.json",
            "token_endpoint": f"{self.url}/token",
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
        }


def create_app(issuer: Issuer) -> Starlette:
    """The issuer as an ASGI application."""

    async def discovery(_request: Request) -> Response:
        return JSONResponse(issuer.discovery())

    async def public_keys(_request: Request) -> Response:
        return JSONResponse(issuer.public_keys())

    async def token(request: Request) -> Response:
        try:
            asked = TokenRequest.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"error": error.errors(include_url=False)}, status_code=400)
        return JSONResponse({"access_token": issuer.token(asked), "token_type": "Bearer"})

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", discovery),
            Route("/jwks.json", public_keys),
            Route("/token", token, methods=["POST"]),
        ]
    )


def kept_key(path: Path) -> rsa.RSAPrivateKey:
    """The key in path; made and written there, readable by its owner only, when there is none."""
    if path.is_file():
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return key


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m local.issuer", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--key", type=Path, default=Path(".local/state/issuer.pem"))
    options = parser.parse_args(arguments)
    url = f"http://{HOST}:{options.port}"
    issuer = Issuer(url, kept_key(options.key), time.time, lambda: str(uuid.uuid4()))
    print(f"issuer: {url}", flush=True)
    uvicorn.run(create_app(issuer), host=HOST, port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
