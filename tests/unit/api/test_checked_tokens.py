"""Case product 10: tokens are checked here, and what is refused is told in problem documents."""

import json
from collections.abc import Iterator, Mapping, Sequence
from http.client import BadStatusLine, IncompleteRead
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from ledgerlink.domain.errors import Refused

from functions.api import tokens
from functions.api.app import app
from functions.api.refusals import Unauthenticated, Unavailable
from functions.api.tokens import FRESH, KEPT, PAUSE, PUBLIC, SigningKeys, TokenVerifier
from tests.support.signed_tokens import (
    AUDIENCE,
    DISCOVERY,
    ISSUER,
    KEY_ID,
    KEYS,
    private_key,
    public_entry,
    signed,
    signed_text,
)
from tests.unit.api.client import FAR, Api

CLAIMS = {"sub": "ada", "exp": int(FAR)}


class Issuer:
    """An issuer whose answers change, and that counts how often it is asked."""

    def __init__(self, *entries: Any) -> None:
        self.keys: Any = {"keys": list(entries) or [public_entry()]}
        self.discovery: Any = {"jwks_uri": KEYS}
        self.failure: Exception | None = None
        self.asked: list[str] = []
        self.at = 1_000_000.0

    def __call__(self, url: str) -> Any:
        self.asked.append(url)
        if self.failure is not None:
            raise self.failure
        return self.discovery if url == DISCOVERY else self.keys

    def verifier(self) -> TokenVerifier:
        return TokenVerifier(ISSUER, [AUDIENCE], SigningKeys(ISSUER, self, lambda: self.at))


def code(verifier: TokenVerifier, token: str) -> str:
    with pytest.raises(Refused) as refused:
        verifier.claims(token)
    return refused.value.code


def test_a_token_of_the_issuer_gives_its_claims() -> None:
    issuer = Issuer()
    verifier = issuer.verifier()
    for _ in range(3):
        assert verifier.claims(signed(CLAIMS))["sub"] == "ada"
    assert issuer.asked == [DISCOVERY, KEYS]


@pytest.mark.parametrize(
    ("audience", "accepted"),
    [
        ({"aud": AUDIENCE}, True),
        ({"aud": ["x", AUDIENCE]}, True),
        ({"aud": []}, False),
        ({"aud": [[AUDIENCE]]}, False),
        ({"aud": f"{AUDIENCE}x"}, False),
        ({"aud": ""}, False),
    ],
)
def test_a_token_is_for_our_audience(audience: Mapping[str, Any], accepted: bool) -> None:
    verifier = Issuer().verifier()
    token = signed({**CLAIMS, **audience})
    if accepted:
        assert verifier.claims(token)
    else:
        assert code(verifier, token) == "token_invalid"


def test_a_token_without_audience_names_its_client() -> None:
    key = private_key()
    claims = {**CLAIMS, "iss": ISSUER}
    headers = {"kid": KEY_ID}
    verifier = Issuer().verifier()
    mine = jwt.encode({**claims, "client_id": AUDIENCE}, key, "RS256", headers=headers)
    assert verifier.claims(mine)
    for other in ({}, {"client_id": "x"}):
        token = jwt.encode({**claims, **other}, key, "RS256", headers=headers)
        assert code(verifier, token) == "token_invalid"


def forged() -> Sequence[tuple[str, str]]:
    """Tokens that nobody of ours has signed, each with what is wrong."""
    claims = {**CLAIMS, "iss": ISSUER, "aud": AUDIENCE}
    headers = {"kid": KEY_ID}
    head, body, signature = signed(CLAIMS).split(".")
    changed = jwt.utils.base64url_encode(json.dumps({**claims, "sub": "eve"}).encode()).decode()
    stranger = jwt.encode(claims, private_key("stranger"), "RS256", headers=headers)
    return (
        ("none", signed(CLAIMS, alg="none")),
        ("the public key as a secret", signed(CLAIMS, alg="HS256")),
        ("another key", stranger),
        ("other claims", f"{head}.{changed}.{signature}"),
        ("no signature", f"{head}.{body}."),
        ("half a signature", f"{head}.{body}.{signature[:20]}"),
        ("two parts", f"{head}.{body}"),
        ("no key id", jwt.encode(claims, private_key(), "RS256")),
        ("unknown key id", jwt.encode(claims, private_key(), "RS256", headers={"kid": "x"})),
        ("another algorithm", signed(CLAIMS, alg="PS256")),
        ("an algorithm that the key is not for", signed(CLAIMS, alg="RS512")),
        ("a key of its own", signed(CLAIMS, kid="x", jwk=public_entry("x"))),
        ("critical extension", signed(CLAIMS, crit=["b64"], b64=False)),
        ("claims that are no object", signed_text("[]", json.dumps(headers))),
        ("claims that are no JSON", signed_text("{", json.dumps(headers))),
        ("a subject that is no text", signed({**CLAIMS, "sub": 7})),
        ("garbage", "garbage"),
        ("dots", ".."),
        ("other scripts", "é.é.é"),
        ("too long", "a" * 9_000),
    )


@pytest.mark.parametrize(("what", "token"), forged(), ids=[what for what, _ in forged()])
def test_a_forged_token_is_refused(what: str, token: str) -> None:
    assert what
    assert code(Issuer().verifier(), token) == "token_invalid"


def test_the_keys_are_read_again_after_an_hour_or_for_a_new_one() -> None:
    issuer = Issuer()
    verifier = issuer.verifier()
    verifier.claims(signed(CLAIMS))
    issuer.at += FRESH - 1
    verifier.claims(signed(CLAIMS))
    assert len(issuer.asked) == 2
    issuer.at += 1
    verifier.claims(signed(CLAIMS))
    assert len(issuer.asked) == 4
    issuer.keys = {"keys": [public_entry("key-2")]}
    new = jwt.encode(
        {**CLAIMS, "iss": ISSUER, "aud": AUDIENCE},
        private_key("key-2"),
        "RS256",
        headers={"kid": "key-2"},
    )
    assert code(verifier, new) == "token_invalid"  # within a minute of the last reading
    issuer.at += PAUSE
    assert verifier.claims(new)
    assert code(verifier, signed(CLAIMS)) == "token_invalid"  # its key was withdrawn


def test_unknown_key_ids_ask_the_issuer_once_a_minute() -> None:
    issuer = Issuer()
    verifier = issuer.verifier()
    for n in range(50):
        assert code(verifier, signed(CLAIMS, kid=f"guess-{n}")) == "token_invalid"
        issuer.at += 1
    assert len(issuer.asked) == 2


@pytest.mark.parametrize(
    "damage",
    [
        {"failure": OSError("down")},
        {"failure": TimeoutError()},
        {"failure": ValueError("no JSON")},
        {"failure": IncompleteRead(b"half")},
        {"failure": BadStatusLine("")},
        {"failure": RecursionError()},
        {"discovery": {}},
        {"discovery": []},
        {"discovery": {"jwks_uri": "http://id.example.com/keys.json"}},
        {"keys": {}},
        {"keys": {"keys": None}},
        {"keys": {"keys": [7]}},
        {"keys": "text"},
    ],
)
def test_an_issuer_that_cannot_be_read_is_not_the_callers_fault(damage: dict[str, Any]) -> None:
    """Keys that were read before are used for a day; without any the answer is 503."""
    issuer = Issuer()
    verifier = issuer.verifier()
    for name, value in damage.items():
        setattr(issuer, name, value)
    with pytest.raises(Unavailable):
        verifier.claims(signed(CLAIMS))
    with pytest.raises(Unavailable):  # and is not asked again at once
        verifier.claims(signed(CLAIMS))
    assert len(issuer.asked) <= 2
    well = Issuer()
    verifier = well.verifier()
    verifier.claims(signed(CLAIMS))
    for name, value in damage.items():
        setattr(well, name, value)
    well.at += KEPT - 1
    assert verifier.claims(signed(CLAIMS))
    well.at += 1
    with pytest.raises(Unavailable):
        verifier.claims(signed(CLAIMS))


@pytest.mark.parametrize(
    "entry",
    [
        public_entry(kty="EC"),
        public_entry(use="enc"),
        public_entry(alg="RS384"),
        public_entry(alg="HS256"),
        public_entry(n="AQAB"),
        public_entry(n=None),
        public_entry(kid=None),
        {"kty": "RSA"},
        {"kty": "oct", "kid": KEY_ID, "k": "c2VjcmV0"},
    ],
)
def test_keys_for_something_else_are_not_used(entry: dict[str, Any]) -> None:
    assert code(Issuer(entry).verifier(), signed(CLAIMS)) == "token_invalid"
    both = Issuer({**entry, "kid": "other"}, public_entry()).verifier()
    assert both.claims(signed(CLAIMS))


@pytest.mark.parametrize("changes", [{"use": None}, {"alg": None}, {"d": "AQAB"}])
def test_keys_may_leave_out_what_they_are_for(changes: dict[str, Any]) -> None:
    assert Issuer(public_entry(**changes)).verifier().claims(signed(CLAIMS))


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer  ", "Basic YTpi", "Token x", signed(CLAIMS)]
)
def test_a_request_without_a_bearer_token_has_none(api: Api, header: str) -> None:
    answer = api.get("/v1/connections", claims={}, headers={"authorization": header})
    assert (answer.status, answer.json["code"]) == (401, "no_token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER   {}", " Bearer {} "])
@pytest.mark.parametrize("name", ["authorization", "Authorization"])
def test_the_scheme_is_compared_without_case(api: Api, form: str, name: str) -> None:
    token = signed({**CLAIMS, "firm_id": "acme", "scope": "ledger.read"})
    answer = api.get("/v1/connections", claims={}, headers={name: form.format(token)})
    assert answer.status == 200


def test_every_address_but_the_public_ones_needs_a_token(api: Api) -> None:
    """Also a route that would forget to ask who calls."""
    public = set()
    for route in [*app._static_routes, *app._dynamic_routes]:
        path = route.path.replace("<", "{").replace(">", "}")
        answer = api.call(route.method, path, claims={})
        if answer.status == 401:
            assert answer.json["code"] == "no_token"
            assert answer.headers["Content-Type"] == "application/problem+json"
        else:
            public.add(path)
    assert public == {
        "/v1/docs",
        "/v1/docs/{asset}",
        "/v1/errors",
        "/v1/oauth/{ledger}/callback",
        "/v1/openapi.json",
    }


@pytest.mark.parametrize(
    "path", ["/v1/docsx", "/v1/docs/a/b", "/v1/errors/x", "/v1/oauth/a/b/callback", "/v1/oauth"]
)
def test_what_only_looks_public_is_not(path: str) -> None:
    assert not PUBLIC.fullmatch(path)


@pytest.mark.parametrize("path", ["/", "/v2/connections", "/favicon.ico", "//v1/connections"])
def test_an_address_that_is_none_is_told_without_a_token(api: Api, path: str) -> None:
    answer = api.get(path, claims={})
    assert (answer.status, answer.json["code"]) == (404, "no_route")


def test_the_token_is_checked_before_the_body(api: Api) -> None:
    answer = api.post("/v1/connections", "{", claims={})
    assert (answer.status, answer.json["code"]) == (401, "no_token")


def test_claims_that_come_beside_the_token_count_for_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The function takes no claims from whoever calls it."""
    claims = {"firm_id": "acme", "sub": "eve", "exp": FAR, "scope": "ledger.read"}
    event = {
        "rawPath": "/v1/docs",
        "headers": {},
        "requestContext": {"authorizer": {"jwt": {"claims": claims}}, "http": {}},
    }
    assert "authorizer" not in tokens.with_checked_token(event)["requestContext"]
    monkeypatch.setitem(event, "rawPath", "/v1/connections")
    with pytest.raises(Unauthenticated):
        tokens.with_checked_token(event)


def test_an_issuer_that_cannot_be_read_is_answered_with_503(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_url: str) -> Any:
        raise OSError

    verifier = TokenVerifier(ISSUER, [AUDIENCE], SigningKeys(ISSUER, down))
    monkeypatch.setattr(tokens, "verifier", lambda: verifier)
    answer = api.get("/v1/connections")
    assert (answer.status, answer.json["code"]) == (503, "issuer_unavailable")
    assert answer.json["remedy"]


def test_the_deployment_names_issuer_and_audiences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGERLINK_JWT_ISSUER", ISSUER)
    monkeypatch.setenv("LEDGERLINK_JWT_AUDIENCE", f"{AUDIENCE},partners")
    found = tokens.verifier()
    tokens.verifier.cache_clear()
    assert (found.issuer, found.audiences) == (ISSUER, [AUDIENCE, "partners"])
    assert (found.keys.issuer, found.keys.fetch) == (ISSUER, tokens.fetch_json)


class Serving(BaseHTTPRequestHandler):
    """An issuer over HTTP: one address is a redirect, one too large."""

    def do_GET(self) -> None:
        body = {"/ok": b'{"keys": []}', "/large": b" " * 1_000_001, "/text": b"<html>"}
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/ok")
        self.end_headers()
        self.wfile.write(body.get(self.path, b""))

    def log_message(self, *_given: object) -> None:
        """Print nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Serving)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_issuers_answers_are_read_as_they_are(address: str) -> None:
    """No redirect is followed, and no answer is read without end."""
    assert tokens.fetch_json(f"{address}/ok") == {"keys": []}
    for path in ("moved", "large", "text"):
        with pytest.raises((OSError, ValueError)):
            tokens.fetch_json(f"{address}/{path}")
