"""Request bodies are checked before a route reads them: media type, size, UTF-8, JSON.

The resolver's own parser answers some of these with 500, and none with the place.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from ledgerlink.domain.errors import FieldError, Invalid

from functions.api.refusals import MalformedRequest, TooLarge, WrongMediaType

MOST_BYTES = 5_000_000
"""Bytes of a body. Lambda takes 6 MB, in which the body stands as text within JSON, so that every
quote in it counts twice."""
MOST_DIGITS = 4_300
"""Digits of a whole number; Python refuses to read longer ones."""
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
FORM_PATH = re.compile(r"/v1/oauth/[^/]*/callback/?")
"""The address whose body a browser sends."""
REPLACEMENT = "\ufffd"
"""The character that stands for a byte that is not UTF-8."""
METHODS_WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")


def with_readable_body(event: dict[str, Any]) -> dict[str, Any]:
    """The event as the resolver reads it. Raises the error of a body that no route can read; an
    empty body is left to the route."""
    http = event["requestContext"]["http"]
    given = event.get("body") or ""
    if not given or http["method"].upper() not in METHODS_WITH_BODY:
        return event
    wanted = FORM if FORM_PATH.fullmatch(event["rawPath"]) else JSON
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    _check_type(headers, wanted)
    packed = bool(event.get("isBase64Encoded"))
    text = _decoded(given, headers.get("content-length", ""), packed=packed)
    if wanted == JSON:
        _check_json(text)
    # The resolver knows media types in lower case only.
    return {**event, "headers": {**headers, "content-type": wanted}}


def _check_type(headers: Mapping[str, str], wanted: str) -> None:
    given, _, parameters = headers.get("content-type", "").lower().partition(";")
    given = given.strip()
    charset = re.search(r'charset\s*=\s*"?([^\s;"]+)', parameters)
    if given != wanted or (charset and charset[1] not in ("utf-8", "utf8")):
        found = f"{given}, {charset[0]}" if charset else given
        message = f"The body is sent as {found}." if given else "The body has no Content-Type."
        raise WrongMediaType(
            "wrong_media_type",
            message,
            f"Send it in UTF-8, with the header Content-Type: {wanted}.",
        )


def _decoded(given: str, length: str, *, packed: bool) -> str:
    """The text of the body. A gateway that hands a body over as text replaces bytes that are not
    UTF-8, and the body then no longer has the length that was sent."""
    try:
        body = base64.b64decode(given, validate=True) if packed else given.encode()
    except (binascii.Error, UnicodeEncodeError):
        raise _not_utf8(0) from None
    if len(body) > MOST_BYTES:
        raise TooLarge(
            "body_too_large",
            f"The body has {len(body):,} bytes, but at most {MOST_BYTES:,} are possible.",
            "Upload the records (POST …/uploads gives an address) and post the upload_id, or send "
            "them in several requests.",
        )
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise _not_utf8(error.start) from None
    if length.isdecimal() and int(length) != len(body) and REPLACEMENT in text:
        raise _not_utf8(body.find(REPLACEMENT.encode()))
    return text


def _not_utf8(place: int) -> MalformedRequest:
    message = f"The body is not UTF-8: byte {place + 1} belongs to no character."
    return MalformedRequest("not_utf8", message, "Encode the body as UTF-8.")


def _check_json(text: str) -> None:
    try:
        json.loads(text, parse_int=_whole_number, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise MalformedRequest(
            "broken_json",
            f"The body is not JSON: {error.msg}, in line {error.lineno}, column {error.colno}.",
            "Correct the JSON at that place.",
        ) from None
    except RecursionError:
        raise _invalid("The JSON is nested too deeply.", "Send it with fewer levels.") from None


def _whole_number(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        message = f"A number has {len(digits):,} digits."
        raise _invalid(message, f"Send numbers of at most {MOST_DIGITS:,} digits.")
    return int(digits)


def _no_number(name: str) -> float:
    message = f"The body is not JSON: {name} is no number there."
    raise MalformedRequest("broken_json", message, "Send a number, or null.")


def _invalid(message: str, remedy: str) -> Invalid:
    return Invalid("invalid_request", message, remedy, [FieldError("", message, remedy)])
