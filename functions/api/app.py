"""The resolver with its error answers, and what every route shares."""

import os
from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse
from ledgerlink.bootstrap import dependencies as dependencies
from ledgerlink.domain.errors import FieldError, Invalid, LedgerlinkError, NotFound
from ledgerlink.wire.records import pointer
from ledgerlink.wire.validation import in_words, worth_telling
from pydantic import BaseModel

from functions.api.caller import Caller, Right, caller
from functions.api.problems import problem, problem_of
from functions.api.refusals import WrongMethod

logger = Logger()
app = APIGatewayHttpResolver(enable_validation=True)
CONSENTS = "/v1/oauth/"
"""Where ledgers send browsers, with parameters of their own choice."""
LONGEST_PATH = 200
"""Characters of a path that are quoted in an answer."""


def who(right: Right) -> Caller:
    """The caller of the current request. Raises Unauthenticated without a valid token, Forbidden
    where the token lacks this right."""
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
    http = app.current_event.request_context.http
    methods = sorted(_methods_at(http.path))
    if methods:
        allowed = ", ".join(methods)
        message, remedy = f"This address does not take {http.method}.", f"Use {allowed}."
        answer = problem_of(WrongMethod("wrong_method", message, remedy))
        answer.headers["Allow"] = allowed
        return answer
    message = f"This API has no address {http.path[:LONGEST_PATH]}."
    return problem_of(NotFound("no_route", message, "See /v1/docs for all addresses."))


def _methods_at(path: str) -> set[str]:
    """The methods that some route takes at this path."""
    routes = [*app._static_routes, *app._dynamic_routes]  # the resolver has no other list of them
    return {route.method for route in routes if route.rule.match(path)}


def refuse_unknown_parameters(
    app: APIGatewayHttpResolver, next_middleware: NextMiddleware
) -> Response[Any]:
    """Refuse query parameters that the route does not have, because a filter that is silently left
    out gives another answer than the one that was asked for."""
    route = app.context["_route"]
    known = {parameter.alias for parameter in route.dependant.query_params}
    given = app.current_event.query_string_parameters
    unknown = [name for name in given if name not in known]
    if unknown and not route.path.startswith(CONSENTS):
        has = f"It has {', '.join(sorted(known))}." if known else "It has none."
        raise Invalid(
            "unknown_parameter",
            f"This address has no query parameter {', '.join(unknown)}.",
            has,
            [FieldError(f"/query/{name}", "Unknown parameter", has) for name in unknown],
        )
    return next_middleware(app)


app.use(middlewares=[refuse_unknown_parameters])
