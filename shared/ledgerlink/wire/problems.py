"""Errors as RFC 9457 problem documents."""

import os
from collections.abc import Sequence
from typing import Any

from ledgerlink.domain.errors import FieldError

PAGE = "/v1/errors"
"""The page of the API that explains every code."""
MOST_PROBLEMS = 100


def problem_document(
    status: int,
    title: str,
    code: str,
    detail: str,
    remedy: str = "",
    problems: Sequence[FieldError] = (),
) -> dict[str, Any]:
    """The document as JSON values. Its `type` leads to the code's place on the page of errors, at
    the public address of the API where that is known."""
    document: dict[str, Any] = {
        "type": f"{os.environ.get('LEDGERLINK_PUBLIC_URL', '')}{PAGE}#{code}",
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
    return document
