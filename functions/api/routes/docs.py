"""The API's own description: the reference, its assets, and the page of error codes.

They are public, so they are small and cached: the page of the reference loads its script and its
style once, under addresses that change with their content.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import Response
from ledgerlink.domain.errors import NotFound

from functions.api.app import app
from functions.api.pages import errors_page, reference_page

DOCUMENT = Path(__file__).parents[1] / "openapi.json"
ASSETS = {
    "swagger-ui-bundle.min.js": "text/javascript; charset=utf-8",
    "swagger-ui.min.css": "text/css; charset=utf-8",
}
"""The files of the reference's page, which come with Powertools, and their types."""
REVALIDATED = "public, max-age=300"
"""For what changes with a release, under the same address."""
IMMUTABLE = "public, max-age=31536000, immutable"
"""For what has its content's hash in its address."""


@app.get("/v1/openapi.json", include_in_schema=False)
def openapi() -> Response[Any]:
    return _cached("application/json", DOCUMENT.read_text())


@app.get("/v1/docs", include_in_schema=False)
def docs() -> Response[Any]:
    page = reference_page({name: f"docs/{_hash(_asset(name))}-{name}" for name in ASSETS})
    return _cached("text/html; charset=utf-8", page)


@app.get("/v1/errors", include_in_schema=False)
def errors() -> Response[Any]:
    return _cached("text/html; charset=utf-8", errors_page())


@app.get("/v1/docs/<asset>", include_in_schema=False, enable_validation=False)
def asset(asset: str) -> Response[Any]:
    """A file of the reference's page. It is always packed, as every browser takes it."""
    _, _, name = asset.partition("-")
    if name not in ASSETS:
        raise NotFound(
            "no_route", f"This API has no address /v1/docs/{asset[:100]}.", "See /v1/docs."
        )
    headers = {"Cache-Control": IMMUTABLE, "Content-Encoding": "gzip"}
    return Response(200, ASSETS[name], _packed(name), headers=dict(headers))


def _asset(name: str) -> bytes:
    # Loads the models of OpenAPI documents, which no other route needs.
    from aws_lambda_powertools.event_handler.openapi import swagger_ui

    return (Path(swagger_ui.__file__).parent / name).read_bytes()


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(_asset(name), mtime=0)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _cached(content_type: str, text: str) -> Response[Any]:
    """The text with its ETag, or 304 for a caller who has it already."""
    tag = f'"{_hash(text.encode())}"'
    headers = {"Cache-Control": REVALIDATED, "ETag": tag}
    given = app.current_event.headers.get("if-none-match") or ""
    if tag in given or given.strip() == "*":
        return Response(304, headers=dict(headers))
    return Response(200, content_type, text, headers=dict(headers))
