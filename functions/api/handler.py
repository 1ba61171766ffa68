"""The entry of the HTTP API."""

import warnings
from typing import Any

from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext
from ledgerlink.bootstrap import metrics
from ledgerlink.domain.errors import Refused

from functions.api.app import app, logger
from functions.api.problems import as_answer, problem_of
from functions.api.request_body import with_readable_body
from functions.api.routes import (
    connections,
    docs,
    exports,
    imports,
    posts,
    records,
    rules,
    runs,
    settings,
    syncs,
    usage,
)
from functions.api.tokens import with_checked_token

ROUTES = (connections, docs, exports, imports, posts, records, rules, runs, settings, syncs, usage)


# Most calls count nothing, and a warning on each would hide the others.
warnings.filterwarnings("ignore", message="No application metrics to publish")


@logger.inject_lambda_context(
    correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True
)
@metrics().log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """API Gateway HTTP API, payload format 2.0."""
    try:
        answer = app.resolve(with_readable_body(with_checked_token(event)), context)
    except Refused as refused:
        logger.info("refused", extra={"code": refused.code})
        answer = as_answer(problem_of(refused))
    answer["body"] = answer.get("body") or ""  # an answer without a body, such as 204
    logger.info("answered", extra={"status": answer["statusCode"], "path": event.get("rawPath")})
    return answer
