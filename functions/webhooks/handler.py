"""The handler of ledgers' webhooks."""

import base64
import json
import traceback
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError
from ledgerlink.bootstrap import count, dependencies, metrics
from ledgerlink.domain.errors import Forbidden, Invalid, LedgerlinkError, NotFound
from ledgerlink.services.sync import webhooks
from ledgerlink.wire.problems import problem_document

logger = Logger()
LIMIT = 1_048_576
"""Bytes of the largest notification that is read."""
REFUSALS: dict[type[LedgerlinkError], tuple[int, str]] = {
    Forbidden: (401, "The notification is not signed by the ledger"),
    Invalid: (400, "The notification cannot be read"),
    NotFound: (404, "Unknown ledger"),
}
Answer = dict[str, Any]


@logger.inject_lambda_context(
    correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True
)
@metrics().log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> Answer:
    """API Gateway HTTP API, payload format 2.0: POST /v1/webhooks/{ledger}.

    200 is accepted. A failure of ours is answered with 500, so that the ledger sends it again.
    """
    ledger, body = event["pathParameters"]["ledger"], _body(event)
    headers = {name.lower(): value for name, value in event["headers"].items()}
    answer = _answer(ledger, headers, body)
    status = answer["statusCode"]
    logger.info("answered", extra={"ledger": ledger, "status": status, "bytes": len(body)})
    count("NotificationsAnswered", 1)
    count("NotificationsForbidden", int(status == 401))
    count("NotificationsFailed", int(status == 500))
    return answer


def _body(event: dict[str, Any]) -> bytes:
    """The body as it was sent, because the signature covers every byte of it."""
    text: str = event.get("body") or ""
    return base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()


def _answer(ledger: str, headers: dict[str, str], body: bytes) -> Answer:
    if len(body) > LIMIT:
        return _too_large()
    try:
        webhooks.receive(dependencies(), ledger, headers, body)
    except tuple(REFUSALS) as error:
        return _refused(error)
    except Exception as error:
        logger.error(
            "the ledger will send it again", extra={"error": _kind(error), "at": _place(error)}
        )
        return _failed()
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": "{}"}


def _refused(error: LedgerlinkError) -> Answer:
    status, title = next(found for kind, found in REFUSALS.items() if isinstance(error, kind))
    logger.info("refused", extra={"code": error.code})
    return _problem(status, title, error.code, error.message, error.remedy)


def _too_large() -> Answer:
    return _problem(
        413,
        "The notification is too large",
        "notification_too_large",
        f"A notification may have {LIMIT} bytes.",
        "Send fewer entities in one notification.",
    )


def _failed() -> Answer:
    return _problem(
        500,
        "Something failed on our side",
        "internal",
        "The notification was not accepted.",
        "Send it again; nothing is done twice.",
    )


def _problem(status: int, title: str, code: str, detail: str, remedy: str) -> Answer:
    """A problem document, as the API's problems are."""
    document = problem_document(status, title, code, detail, remedy)
    headers = {"content-type": "application/problem+json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(document)}


def _kind(error: Exception) -> str:
    """The code of the error, or its class."""
    if isinstance(error, LedgerlinkError):
        return error.code
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"]
    return type(error).__name__


def _place(error: Exception) -> list[str]:
    """The stack trace, without the error's message, which may quote the body."""
    return traceback.format_tb(error.__traceback__)
