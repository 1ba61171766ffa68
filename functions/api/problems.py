"""Errors as RFC 9457 problem documents."""

import json
from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.event_handler import Response
from ledgerlink.domain.errors import (
    Conflict,
    Forbidden,
    Invalid,
    LedgerError,
    LedgerlinkError,
    NotFound,
    Problem,
)

STATUS: dict[type[LedgerlinkError], tuple[int, str]] = {
    Invalid: (422, "The request holds values that cannot be used"),
    Forbidden: (403, "The token does not allow this"),
    NotFound: (404, "There is no such thing"),
    Conflict: (409, "This clashes with what is there"),
    LedgerError: (502, "The ledger did not play along"),
}
MOST_PROBLEMS = 100


def problem(
    status: int,
    title: str,
    code: str,
    detail: str,
    remedy: str = "",
    problems: Sequence[Problem] = (),
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
    """The problem document of one of our errors."""
    status, title = next(
        (found for kind, found in STATUS.items() if isinstance(error, kind)),
        (400, "The request cannot be carried out"),
    )
    return problem(status, title, error.code, error.message, error.remedy, error.problems)
