"""The entry of the HTTP API."""

import warnings
from typing import Any

from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext
from ledgerlink.bootstrap import metrics

from functions.api.app import app, logger
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

ROUTES = (connections, docs, exports, imports, posts, records, rules, runs, settings, syncs, usage)


# Most calls count nothing, and a warning on each would hide the others.
warnings.filterwarnings("ignore", message="No application metrics to publish")


@logger.inject_lambda_context(
    correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True
)
@metrics().log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """API Gateway HTTP API, payload format 2.0."""
    answer = app.resolve(event, context)
    logger.info("answered", extra={"status": answer["statusCode"], "path": event.get("rawPath")})
    return answer
