"""What gateways and the machines before them say instead of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from local.sandboxes.intacct.protocol.errors import Problem
from local.sandboxes.intacct.traffic.injection import Injection
from local.sandboxes.intacct.web.envelope import XML, Answered, Control, SignedIn, refused, response

HTML: Final = "text/html; charset=UTF-8"
PAGE: Final = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1><hr></body>"
STATUS: Final = {
    "status500": (500, "500 Internal Server Error"),
    "html502": (502, "502 Bad Gateway"),
    "html503": (503, "The Service is Temporarily Off-line"),
    "413": (413, "413 Payload Too Large"),
    "504": (504, "504 Gateway Time-out"),
    "524": (524, "524: A timeout occurred"),
    "html200": (200, "The Service is Temporarily Off-line"),
}


@dataclass(slots=True)
class Outcome:
    """One answer. `fault` is the code it carries; `cut` means that no answer is sent at all;
    `retry_after` is the header of that name, in seconds."""

    status: int = 200
    body: bytes = b""
    media: str = XML
    fault: str | None = None
    cut: bool = False
    retry_after: int | None = None


def page(action: str) -> Outcome:
    status, words = STATUS[action]
    return Outcome(status, PAGE.format(words).encode(), HTML, fault=action)


def rate_limited() -> Outcome:
    problem = Problem("GW-0010", "API rate limit exceeded")
    return Outcome(429, refused(None, [problem]), fault="GW-0010")


def failure(hit: Injection, control: Control | None, answer: Outcome | None) -> Outcome:
    """What a failure on demand makes of a request, or of its answer."""
    if hit.action == "cut":
        return Outcome(0, cut=True)
    if hit.action == "429":
        return rate_limited()
    if hit.action in STATUS:
        return page(hit.action)
    if hit.action == "truncate":
        body = answer.body if answer is not None else b""
        return Outcome(200, body[: len(body) // 2], fault="truncated")
    if hit.action == "invalid_session":
        problem = Problem("XL03000006", "Invalid session q....")
        assert control is not None
        body = response(control, [Answered(SignedIn("failure"), problem=problem)], False)
        return Outcome(200, body, fault=problem.errorno)
    return _whole(hit, control)


def _whole(hit: Injection, control: Control | None) -> Outcome:
    """Failures of the request as a whole, in the words of section 9.1."""
    if hit.action == "400":
        problem = Problem("GW-0011", description="Invalid Request [Request ID: AC470000SANDBOX]")
        return Outcome(400, refused(None, [problem]), fault=problem.errorno)
    if hit.action == "401":
        words = "Sign-in information is incorrect. Please check your request."
        problem = Problem("XMLGW_JPP0002", words)
        return Outcome(401, refused(control, [problem]), fault=problem.errorno)
    if hit.action == "unavailable":
        problem = Problem("PL04000050", "The company is temporarily unavailable.")
        return Outcome(200, refused(control, [problem]), fault=problem.errorno)
    words = "XML Parse schema error: Error 1871: This element is not expected. Line: 1, column: 0."
    problem = Problem("XL03000003", words)
    return Outcome(200, refused(control, [problem]), fault=problem.errorno)
