"""An issuer of tokens for tests: its addresses, its keys, and tokens that it signs."""

import base64
import json
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://id.example.com/"
AUDIENCE = "ledgerlink"
KEY_ID = "key-1"
DISCOVERY = "https://id.example.com/.well-known/openid-configuration"
KEYS = "https://id.example.com/keys.json"


def private_key(name: str = KEY_ID) -> rsa.RSAPrivateKey:
    """The key of this name; each is made once, which takes a moment."""
    return _made_key(name)


@cache
def _made_key(_name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_entry(name: str = KEY_ID, **changes: Any) -> dict[str, Any]:
    """The public half of a key as an issuer shows it (RFC 7517)."""
    shown = RSAAlgorithm.to_jwk(private_key(name).public_key(), as_dict=True)
    entry = {**shown, "kid": name, "use": "sig", "alg": "RS256", **changes}
    return {member: value for member, value in entry.items() if value is not None}


def answers(url: str) -> Any:
    """What the issuer answers at its addresses."""
    return {DISCOVERY: {"jwks_uri": KEYS}, KEYS: {"keys": [public_entry()]}}[url]


def signed(claims: Mapping[str, Any], **header: Any) -> str:
    """A token with these claims, for our audience unless they name another."""
    whole = {"iss": ISSUER, "aud": AUDIENCE, **claims}
    return signed_text(json.dumps(whole), json.dumps({"kid": KEY_ID, **header}))


@lru_cache(1000)
def signed_text(claims: str, header: str) -> str:
    """As PyJWT would sign it; but claims may be of any type here."""
    named = json.loads(header)
    signer = jwt.get_algorithm_by_name(named.setdefault("alg", "RS256"))
    parts = [_base64(json.dumps(named)), _base64(claims)]
    secret = json.dumps(public_entry()).encode()  # as if the public key were a shared secret
    key: Any = secret if named["alg"].startswith("HS") else private_key()
    signature = signer.sign(".".join(parts).encode(), key)
    return ".".join([*parts, _base64(signature)])


def _base64(content: str | bytes) -> str:
    raw = content.encode() if isinstance(content, str) else content
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
