"""The entry of the webhook door."""

import base64
import json
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError
from ledgerlink.domain.errors import Forbidden, Invalid, LedgerUnavailable, NotFound

from tests.unit.functions.standing_in import Context, Receiving, counted, sample

MEBIBYTE = 1_048_576
FORMATS = ("webhooks-cloudevents", "webhooks-classic")


def knock(event: dict[str, Any]) -> dict[str, Any]:
    from functions.webhooks.handler import handler

    answer: dict[str, Any] = handler(event, cast(LambdaContext, Context()))
    return answer


def document(answer: dict[str, Any]) -> dict[str, Any]:
    assert answer["headers"]["content-type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(answer["body"])
    assert found["status"] == answer["statusCode"]
    assert found["type"] == f"/v1/errors#{found['code']}"
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_a_notification_reaches_the_use_case_byte_by_byte(receiving: Receiving, name: str) -> None:
    event = sample(name)
    answer = knock(event)
    assert (answer["statusCode"], answer["body"]) == (200, "{}")
    ((ledger, headers, body),) = receiving.calls
    assert ledger == "qbo"
    assert body == event["body"].encode()
    assert headers["intuit-signature"] == event["headers"]["intuit-signature"]


def test_a_body_that_the_gateway_packed_is_unpacked(receiving: Receiving) -> None:
    raw = b'\xef\xbb\xbf{"a": "\xc3\xbc"}\r\n'
    packed = {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}
    knock({**sample(FORMATS[0]), **packed})
    assert receiving.calls[0][2] == raw


def test_header_names_are_in_lower_case(receiving: Receiving) -> None:
    knock({**sample(FORMATS[0]), "headers": {"Intuit-Signature": "aGk="}})
    assert receiving.calls[0][1] == {"intuit-signature": "aGk="}


def test_a_notification_without_a_body_is_an_empty_one(receiving: Receiving) -> None:
    event = sample(FORMATS[0])
    del event["body"]
    knock(event)
    assert receiving.calls[0][2] == b""


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Forbidden("signature_wrong", "The signature is wrong.", "Sign it."), 401),
        (Invalid("notification_unreadable", "It is not JSON.", "Send JSON."), 400),
        (NotFound("unknown_ledger", "No such ledger.", "Use qbo."), 404),
    ],
)
def test_a_refusal_has_a_reason_and_a_remedy(
    receiving: Receiving, error: Forbidden | Invalid | NotFound, status: int
) -> None:
    receiving.error = error
    answer = knock(sample(FORMATS[0]))
    assert answer["statusCode"] == status
    found = document(answer)
    assert (found["code"], found["detail"], found["remedy"]) == (
        error.code,
        error.message,
        error.remedy,
    )


@pytest.mark.parametrize("packed", [False, True])
def test_more_than_a_mebibyte_is_not_read(receiving: Receiving, packed: bool) -> None:
    raw = b"x" * (MEBIBYTE + 1)
    body = base64.b64encode(raw).decode() if packed else raw.decode()
    answer = knock({**sample(FORMATS[0]), "body": body, "isBase64Encoded": packed})
    assert answer["statusCode"] == 413
    assert document(answer)["code"] == "notification_too_large"
    assert receiving.calls == []


def test_a_mebibyte_is_read(receiving: Receiving) -> None:
    assert knock({**sample(FORMATS[0]), "body": "x" * MEBIBYTE})["statusCode"] == 200


DENIED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetItem")


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (KeyError("SECRET-OF-THE-BODY"), "KeyError"),
        (LedgerUnavailable("ledger_away", "SECRET-OF-THE-BODY"), "ledger_away"),
        (DENIED, "AccessDeniedException"),
    ],
)
def test_an_internal_failure_is_retried_and_logged_without_the_body(
    receiving: Receiving, log: list[str], error: Exception, word: str
) -> None:
    receiving.error = error
    answer = knock({**sample(FORMATS[0]), "body": "SECRET-OF-THE-BODY"})
    assert answer["statusCode"] == 500
    assert document(answer)["code"] == "internal"
    (line,) = [found for found in map(json.loads, log) if found["level"] == "ERROR"]
    assert line["error"] == word
    assert "receive" in "".join(line["at"])
    assert "SECRET-OF-THE-BODY" not in "".join(log) + answer["body"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, (1, 0, 0)),
        (Forbidden("signature_wrong", "The signature is wrong."), (1, 1, 0)),
        (RuntimeError(), (1, 0, 1)),
    ],
)
def test_answers_are_counted(
    receiving: Receiving,
    capsys: pytest.CaptureFixture[str],
    error: Exception | None,
    expected: tuple[int, int, int],
) -> None:
    receiving.error = error
    knock(sample(FORMATS[0]))
    found = counted(capsys.readouterr().out)
    names = ("NotificationsAnswered", "NotificationsForbidden", "NotificationsFailed")
    assert tuple(found[name] for name in names) == expected
