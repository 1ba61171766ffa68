"""The HTTP reply to one request: a response of the gateway, or what there was instead of one."""

from dataclasses import dataclass
from functools import cached_property

import httpx

from ledgerlink.connectors.intacct.protocol.error_codes import meaning
from ledgerlink.connectors.intacct.protocol.faults import Fault, main_fault
from ledgerlink.connectors.intacct.protocol.response import Response, Stage, parse
from ledgerlink.connectors.intacct.protocol.xml import Unreadable
from ledgerlink.connectors.shared.errors import Disposition, Meaning

UNSENT_ERRORS = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Errors after which the gateway cannot have received anything."""

NOT_DONE = Meaning(Disposition.RETRY, "ledger_unavailable")
TOO_MANY_REQUESTS = Meaning(Disposition.THROTTLED, "ledger_unavailable")
TOO_LARGE = Meaning(Disposition.SPLIT, "ledger_stopped")
TOO_LARGE_RESPONSE = Response(
    failed=Stage.CONTROL, faults=(Fault("", "The request is too large."),)
)
"""Stands for the response when a proxy refuses a request because of its size."""


@dataclass(frozen=True)
class HttpReply:
    """What came back for one request. It has no slots, because it keeps its failure."""

    response: Response | None = None
    status: int = 0
    """The HTTP status; 0 without an HTTP response."""
    detail: str = ""
    """Why there is no response."""
    unsent: bool = False
    """Whether the gateway cannot have received the request."""

    @property
    def fault(self) -> Fault:
        """Why the request failed as a whole; an empty fault if it did not."""
        return main_fault(self.response.faults) if self.response else Fault("")

    @cached_property
    def failure(self) -> Meaning | None:
        """Why no function was run; None when they were run, or it is unknown."""
        if self.status == httpx.codes.TOO_MANY_REQUESTS:
            return TOO_MANY_REQUESTS
        if self.status == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            return TOO_LARGE
        if self.response is not None and self.response.failed is not None:
            return meaning(self.fault, self.response.failed)
        return NOT_DONE if self.unsent or self._is_refused_by_proxy() else None

    def _is_refused_by_proxy(self) -> bool:
        refused = 400 <= self.status < 500 and self.status != httpx.codes.REQUEST_TIMEOUT
        return refused and self.response is None

    def __str__(self) -> str:
        return self.detail or str(self.fault)


def no_response(error: httpx.HTTPError) -> HttpReply:
    """The reply when the network failed. The error's own words could contain an address, so only
    its name is kept."""
    detail = f"no answer ({type(error).__name__})"
    return HttpReply(detail=detail, unsent=isinstance(error, UNSENT_ERRORS))


def read_reply(http_response: httpx.Response, control_id: str) -> HttpReply:
    """The reply in an HTTP response. Pages of proxies are no responses of the gateway."""
    status = http_response.status_code
    if status == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
        return HttpReply(TOO_LARGE_RESPONSE, status)
    try:
        response = parse(http_response.content)
    except Unreadable:
        content_type = http_response.headers.get("content-type", "no content type")
        kind = content_type.partition(";")[0]
        return HttpReply(status=status, detail=f"HTTP status {status} with {kind}")
    if response.control_id not in ("", control_id):
        return HttpReply(status=status, detail="the answer to another request")
    return HttpReply(response, status)
