"""Versions as ETags: what a GET answers, and what a change may require with If-Match (RFC 9110)."""

import re
from collections.abc import Mapping
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header
from ledgerlink.domain.errors import FieldError, Invalid, PreconditionFailed

IfMatch = Annotated[
    str | None,
    Header(
        alias="if-match",
        max_length=200,
        description="The ETag of what you read. If it was changed since, the answer is 412 and "
        "nothing is changed. Without it, changes of others at the same moment are kept, too.",
    ),
]
TAG = re.compile(r'(?:W/)?"([^"]*)"')
"""An entity tag. A proxy that compresses answers marks it as weak; the version stays the same."""


def etag(version: int) -> Mapping[str, str]:
    """The header that tells the version."""
    return {"ETag": f'"{version}"'}


def allowed_version(if_match: str | None) -> int | None:
    """The version that the caller allows the change for; None is any. Raises Invalid for a header
    that is no ETag, PreconditionFailed for an ETag that nothing here has."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = TAG.fullmatch(if_match.strip())
    if found is None:
        problem = FieldError("/header/if-match", "This is not an ETag.", "Send one ETag, or *.")
        raise Invalid("invalid_request", problem.message, problem.remedy, [problem])
    if not found[1].isdecimal() or len(found[1]) > 15:
        raise PreconditionFailed(
            "version_differs",
            f"Nothing here has the ETag {if_match.strip()}.",
            "Read it again, decide, and send its ETag as If-Match.",
        )
    return int(found[1])
