"""What came back over the network: an answer of the gateway, or what there was instead of one."""

from dataclasses import dataclass

import httpx

from ledgerlink.connectors.intacct.protocol import response as answers
from ledgerlink.connectors.intacct.protocol.error_codes import meaning
from ledgerlink.connectors.intacct.protocol.faults import Fault, main_fault
from ledgerlink.connectors.intacct.protocol.response import Response, Stage
from ledgerlink.connectors.intacct.protocol.xml import Unreadable
from ledgerlink.connectors.shared.errors import Disposition, Meaning

UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Errors after which nothing can have reached the gateway."""

AGAIN = Meaning(Disposition.RETRY, "ledger_unavailable")
LATER = Meaning(Disposition.THROTTLED, "ledger_unavailable")
LESS = Meaning(Disposition.SPLIT, "ledger_stopped")
TOO_LARGE = Response(failed=Stage.CONTROL, faults=(Fault("", "The request is too large."),))
"""What a machine before the gateway means that does not let a request through."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One exchange. Without an `answer`, `detail` says why; `unsent` that nothing was done."""

    answer: Response | None = None
    status: int = 0
    detail: str = ""
    unsent: bool = False

    @property
    def fault(self) -> Fault:
        """What failed as a whole; without words when nothing did."""
        return main_fault(self.answer.faults) if self.answer else Fault("")

    @property
    def failure(self) -> Meaning | None:
        """Why nothing was done; None when the functions were run, or nobody knows."""
        if self.status == httpx.codes.TOO_MANY_REQUESTS:
            return LATER
        if self.status == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            return LESS
        if self.answer is not None and self.answer.failed is not None:
            return meaning(self.fault, self.answer.failed)
        refused = 400 <= self.status < 500 and self.status != httpx.codes.REQUEST_TIMEOUT
        refused = refused and self.answer is None
        return AGAIN if self.unsent or refused else None

    def __str__(self) -> str:
        return self.detail or str(self.fault)


def lost(error: httpx.HTTPError) -> Reply:
    """The reply of a request that ended in an error of the network; the error's own words could
    hold an address."""
    return Reply(detail=f"no answer ({type(error).__name__})", unsent=isinstance(error, UNSENT))


def read(response: httpx.Response, control_id: str) -> Reply:
    """The reply in a response. Pages of gateways in between are no answers."""
    status = response.status_code
    if status == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
        return Reply(TOO_LARGE, status)
    try:
        answer = answers.read(response.content)
    except Unreadable:
        kind = response.headers.get("content-type", "no content type").partition(";")[0]
        return Reply(status=status, detail=f"HTTP status {status} with {kind}")
    if answer.control_id not in ("", control_id):
        return Reply(status=status, detail="the answer to another request")
    return Reply(answer, status)
