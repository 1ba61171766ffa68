"""OAuth 2.0: discovery, the consent page, tokens, revocation, who is asking."""

from __future__ import annotations

import base64
import binascii
import json
from html import escape
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from local.sandboxes.qbo.auth.tokens import InvalidGrant
from local.sandboxes.qbo.sandbox import SCOPE, Sandbox

HARD_EXPIRY_HEADER: Final = "x-include-refresh-token-hard-expires-in"
PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Connect to QuickBooks (sandbox)</title></head><body>
<h1>Connect to QuickBooks (sandbox)</h1>
<form method="post" action="/connect/oauth2">{hidden}
<label>Company <select name="realm">{options}</select></label>
<button type="submit" name="choice" value="connect">Connect</button>
<button type="submit" name="choice" value="cancel">Cancel</button>
</form></body></html>"""
ASKED: Final = ("client_id", "redirect_uri", "state", "scope", "response_type")


class OAuth:
    """The endpoints of section 12 for one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid_configuration/", self.discovery),
            Route("/.well-known/openid_sandbox_configuration/", self.discovery),
            Route("/openid_sandbox_configuration/", self.discovery),
            Route("/connect/oauth2", self.consent, methods=["GET"]),
            Route("/connect/oauth2", self.decide, methods=["POST"]),
            Route("/oauth2/v1/tokens/bearer", self.token, methods=["POST"]),
            Route("/v2/oauth2/tokens/revoke", self.revoke, methods=["POST"]),
            Route("/v1/openid_connect/userinfo", self.user),
            Route("/api/v1/user/current", self.user),
            Route("/op/v1/jwks", self.keys),
        ]

    async def discovery(self, request: Request) -> Response:
        base = str(request.base_url).rstrip("/")
        return JSONResponse(
            {
                "issuer": f"{base}/op/v1",
                "authorization_endpoint": f"{base}/connect/oauth2",
                "token_endpoint": f"{base}/oauth2/v1/tokens/bearer",
                "userinfo_endpoint": f"{base}/v1/openid_connect/userinfo",
                "revocation_endpoint": f"{base}/v2/oauth2/tokens/revoke",
                "jwks_uri": f"{base}/op/v1/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": [SCOPE, "openid", "profile", "email", "phone", "address"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
            }
        )

    async def consent(self, request: Request) -> Response:
        """The page on which somebody picks a company and agrees, or not."""
        asked = {name: request.query_params.get(name, "") for name in ASKED}
        wrong = self._wrong(asked)
        if wrong:
            return HTMLResponse(f"<h1>Sorry</h1><p>{escape(wrong)}</p>", status_code=400)
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{escape(value, quote=True)}">'
            for name, value in asked.items()
        )
        options = "".join(
            f'<option value="{company.realm}">{escape(company.name)}</option>'
            for company in self._sandbox.companies.values()
        )
        return HTMLResponse(PAGE.format(hidden=hidden, options=options))

    def _wrong(self, asked: dict[str, str]) -> str:
        target = urlsplit(asked["redirect_uri"])
        local = target.hostname in ("localhost", "127.0.0.1", "::1")
        if asked["client_id"] != self._sandbox.settings.client_id:
            return "This client_id is unknown."
        if asked["response_type"] != "code":
            return "response_type must be code."
        if target.scheme != "https" and not (target.scheme == "http" and local):
            return "redirect_uri must be https, or http on this machine."
        return "" if asked["scope"] else "scope is missing."

    async def decide(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        asked = {name: form.get(name, "") for name in ASKED}
        wrong = self._wrong(asked)
        realm = form.get("realm", "")
        if form.get("choice") == "cancel" and not wrong:
            return _back(asked, {"error": "access_denied", "state": asked["state"]})
        if wrong or realm not in self._sandbox.companies:
            return HTMLResponse(escape(wrong or "There is no such company."), status_code=400)
        code = self._sandbox.tokens.code(
            realm,
            asked["client_id"],
            asked["redirect_uri"],
            asked["scope"],
            self._sandbox.clock.now(),
            self._sandbox.settings,
        )
        return _back(asked, {"code": code, "state": asked["state"], "realmId": realm})

    async def token(self, request: Request) -> Response:
        """Code or refresh token in, tokens out; 400 invalid_grant, 401 invalid_client."""
        settings, now = self._sandbox.settings, self._sandbox.clock.now()
        app = self._client(request)
        if app is None:
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        form = dict(parse_qsl((await request.body()).decode()))
        tokens = self._sandbox.tokens
        try:
            if form.get("grant_type") == "authorization_code":
                redirect = form.get("redirect_uri", "")
                value = tokens.exchange(form.get("code", ""), app, redirect, now, settings)
            elif form.get("grant_type") == "refresh_token":
                value = tokens.renew(form.get("refresh_token", ""), app, now, settings)
            else:
                return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
        except InvalidGrant as error:
            answer = {"error": "invalid_grant", "error_description": str(error)}
            return JSONResponse(answer, status_code=400)
        if HARD_EXPIRY_HEADER in request.headers:
            hard = tokens.refresh[value["refresh_token"]].hard_expires
            value["x_refresh_token_hard_expires_in"] = int(hard - now)
        return JSONResponse(value, headers={"cache-control": "no-store"})

    def _client(self, request: Request) -> str | None:
        """The application that authenticated itself by HTTP Basic; None if it failed to."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        settings = self._sandbox.settings
        known = (name, secret) == (settings.client_id, settings.client_secret)
        return name if scheme.lower() == "basic" and known else None

    async def revoke(self, request: Request) -> Response:
        app = self._client(request)
        if app is None:
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        body = await request.body()
        token = _posted_token(body)
        if not self._sandbox.tokens.revoke(token, app):
            return JSONResponse({"error": "invalid_request"}, status_code=400)
        return Response(status_code=200)

    async def user(self, request: Request) -> Response:
        value = request.headers.get("authorization", "").removeprefix("Bearer ")
        grant = self._sandbox.tokens.access.get(value)
        if grant is None or grant.expires <= self._sandbox.clock.now():
            return JSONResponse({"error": "invalid_token"}, status_code=401)
        answer: dict[str, Any] = {"sub": "sandbox-user", "email": "user@example.com"}
        return JSONResponse(answer | {"emailVerified": True, "givenName": "Sandbox"})

    async def keys(self, _request: Request) -> Response:
        """No id_token is issued, so there is no key to publish."""
        return JSONResponse({"keys": []})


def _back(asked: dict[str, str], answer: dict[str, str]) -> Response:
    joint = "&" if urlsplit(asked["redirect_uri"]).query else "?"
    return RedirectResponse(f"{asked['redirect_uri']}{joint}{urlencode(answer)}", status_code=302)


def _posted_token(body: bytes) -> str:
    """The token of a JSON or a form body."""
    try:
        value = json.loads(body)
    except ValueError:
        value = dict(parse_qsl(body.decode("utf-8", "replace")))
    return str(value.get("token", "")) if isinstance(value, dict) else ""
