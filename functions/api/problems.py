"""Errors as RFC 9457 problem documents."""

import json
from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.event_handler import Response
from ledgerlink.domain.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    LedgerError,
    LedgerlinkError,
    NotFound,
    PreconditionFailed,
)

STATUS: dict[type[LedgerlinkError], tuple[int, str]] = {
    Invalid: (422, "The request contains invalid values"),
    Forbidden: (403, "The token does not allow this"),
    NotFound: (404, "Not found"),
    Conflict: (409, "This conflicts with the current state"),
    PreconditionFailed: (412, "This was changed since it was read"),
    LedgerError: (502, "The accounting system rejected or failed the request"),
}
MOST_PROBLEMS = 100


def problem(
    status: int,
    title: str,
    code: str,
    detail: str,
    remedy: str = "",
    problems: Sequence[FieldError] = (),
) -> Response[str]:
    """A problem document."""
    document: dict[str, Any] = {
        "type": f"urn:ledgerlink:error:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "remedy": remedy,
    }
    if problems:
        document["errors"] = [
            {"pointer": p.pointer, "detail": p.message, "remedy": p.remedy}
            for p in problems[:MOST_PROBLEMS]
        ]
    return Response(status, "application/problem+json", json.dumps(document))


def problem_of(error: LedgerlinkError) -> Response[str]:
    """The problem document of an error of Ledgerlink."""
    status, title = next(
        (found for kind, found in STATUS.items() if isinstance(error, kind)),
        (400, "The request cannot be carried out"),
    )
    return problem(status, title, error.code, error.message, error.remedy, error.problems)
