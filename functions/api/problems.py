"""Errors as RFC 9457 problem documents."""

import json
from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.event_handler import Response
from ledgerlink.domain.errors import (
    Conflict,
    Expired,
    FieldError,
    Forbidden,
    Invalid,
    LedgerError,
    LedgerlinkError,
    NotFound,
    PreconditionFailed,
)
from ledgerlink.wire.problems import problem_document

from functions.api.refusals import (
    MalformedRequest,
    TooLarge,
    Unauthenticated,
    Unavailable,
    WrongMediaType,
    WrongMethod,
)

SCHEME = "Bearer"
BEARER = 'Bearer error="invalid_token", error_description="{code}"'
STATUS: dict[type[LedgerlinkError], tuple[int, str]] = {
    Invalid: (422, "The request contains invalid values"),
    Forbidden: (403, "The token does not allow this"),
    NotFound: (404, "Not found"),
    Expired: (410, "This was deleted because of its age"),
    Conflict: (409, "This conflicts with the current state"),
    PreconditionFailed: (412, "This was changed since it was read"),
    MalformedRequest: (400, "The request cannot be read"),
    Unauthenticated: (401, "The request needs a valid token"),
    Unavailable: (503, "The request cannot be checked at the moment"),
    WrongMethod: (405, "This address does not take this method"),
    TooLarge: (413, "The request is too large"),
    WrongMediaType: (415, "The request is of a type that cannot be read"),
    LedgerError: (502, "The accounting system rejected or failed the request"),
}


def problem(
    status: int,
    title: str,
    code: str,
    detail: str,
    remedy: str = "",
    problems: Sequence[FieldError] = (),
) -> Response[str]:
    """A problem document."""
    document = problem_document(status, title, code, detail, remedy, problems)
    return Response(status, "application/problem+json", json.dumps(document))


def problem_of(error: LedgerlinkError) -> Response[str]:
    """The problem document of an error of Ledgerlink."""
    status, title = next(
        (found for kind, found in STATUS.items() if isinstance(error, kind)),
        (400, "The request cannot be carried out"),
    )
    answer = problem(status, title, error.code, error.message, error.remedy, error.problems)
    if isinstance(error, Expired) and error.after is not None:
        answer.headers["Next"] = str(error.after)
    if isinstance(error, Unauthenticated):
        has_token = error.code != "no_token"  # RFC 6750: one without a token is told no error
        answer.headers["WWW-Authenticate"] = BEARER.format(code=error.code) if has_token else SCHEME
    return answer


def as_answer(response: Response[str]) -> dict[str, Any]:
    """The response as API Gateway takes it, for errors outside of the resolver."""
    return {
        "statusCode": response.status_code,
        "headers": dict(response.headers),
        "body": response.body,
        "isBase64Encoded": False,
    }
