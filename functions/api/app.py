"""The resolver with its error answers, and what every route shares."""

import os
from collections.abc import Sequence

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse
from ledgerlink.bootstrap import dependencies as dependencies
from ledgerlink.domain.errors import FieldError, LedgerlinkError
from ledgerlink.wire.records import pointer
from ledgerlink.wire.validation import in_words, worth_telling
from pydantic import BaseModel

from functions.api.caller import Caller, Right, caller
from functions.api.problems import problem, problem_of

logger = Logger()
app = APIGatewayHttpResolver(enable_validation=True)


def who(right: Right) -> Caller:
    """The caller of the current request. Raises Forbidden where the token lacks this right."""
    found = caller(app, right)
    logger.append_keys(firm=found.firm, user=found.user)
    return found


def answers(status: int, description: str, model: type[BaseModel]) -> dict[int, OpenAPIResponse]:
    """The successful response of a route that does not answer 200, for the documentation."""
    return {status: {"description": description, "content": {"application/json": {"model": model}}}}


def public_url() -> str:
    """The address under which the API is reached, for redirects."""
    configured = os.environ.get("LEDGERLINK_PUBLIC_URL", "")
    return configured or f"https://{app.current_event.request_context.domain_name}"


@app.exception_handler(LedgerlinkError)  # type: ignore[untyped-decorator]  # Powertools types none
def refused(error: LedgerlinkError) -> Response[str]:
    logger.info("refused", extra={"code": error.code})
    return problem_of(error)


@app.exception_handler(RequestValidationError)  # type: ignore[untyped-decorator]
def malformed(error: RequestValidationError) -> Response[str]:
    found = worth_telling(error.errors())
    return _malformed([FieldError(_place(each["loc"]), in_words(each)) for each in found])


@app.exception_handler(RecursionError)  # type: ignore[untyped-decorator]
def too_deep(_error: RecursionError) -> Response[str]:
    return _malformed([FieldError("", "The JSON is nested too deeply.")])


def _malformed(problems: Sequence[FieldError]) -> Response[str]:
    return problem(
        422,
        "The request contains invalid values",
        "invalid_request",
        "Parts of the request are missing, unknown or malformed.",
        "Correct each place listed in errors, then send the request again.",
        problems,
    )


def _place(found: Sequence[str | int]) -> str:
    """The JSON pointer of a place in the body, or /query/name, /header/name, /path/name."""
    return pointer(found[1:] if found[0] == "body" else found)


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def unexpected(error: Exception) -> Response[str]:
    logger.exception("unexpected", exc_info=error)
    return problem(
        500,
        "Something failed on our side",
        "internal",
        "The request failed, and the cause has been logged.",
        "Try again. With the same Idempotency-Key nothing is done twice.",
    )


@app.not_found
def no_route(_error: Exception) -> Response[str]:
    return problem(404, "Not found", "no_route", "This API has no such address.", "See /v1/docs.")
