"""Responses of the gateway: a request can fail as a whole in two stages; each function has a
result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ledgerlink.connectors.intacct.protocol import xml
from ledgerlink.connectors.intacct.protocol.faults import Fault, faults
from ledgerlink.connectors.intacct.protocol.values import Row, row
from ledgerlink.connectors.intacct.protocol.xml import Element, Unreadable

SUCCESS = "success"
READ_FUNCTIONS = frozenset({"query", "read", "readByName", "readByQuery", "readMore"})
"""Functions whose data have a count of their records."""


class Stage(StrEnum):
    """Where a request failed as a whole."""

    CONTROL = "control"
    """Before the request was looked at."""
    OPERATION = "operation"
    """While signing in."""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one function."""

    control_id: str
    status: str
    """success, failure or aborted."""
    key: str = ""
    """The id that legacy functions return."""
    rows: Sequence[Row] = ()
    """The records; a create that failed may have some, too."""
    remaining: int = 0
    """How many more records there are."""
    result_id: str = ""
    """What to ask `readMore` for."""
    faults: tuple[Fault, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether the function did what it was asked."""
        return self.status == SUCCESS


@dataclass(frozen=True, slots=True)
class Response:
    """The response to one request."""

    results: Mapping[str, Result] = field(default_factory=dict)
    """The results by the control ids of their functions."""
    failed: Stage | None = None
    """The stage in which the request failed as a whole; no function was run then."""
    faults: tuple[Fault, ...] = ()
    """Why it failed."""
    expires_at: datetime | None = None
    """When the session ends, if the response says so."""
    control_id: str = ""


def parse(content: bytes) -> Response:
    """Parse a response. Raises Unreadable for anything else."""
    root = xml.parse(content)
    control = root.find("control")
    if root.tag != "response" or control is None:
        raise Unreadable("it is no response of the gateway")
    control_id = control.findtext("controlid") or ""
    if control.findtext("status") != SUCCESS:
        return Response(failed=Stage.CONTROL, faults=faults(root), control_id=control_id)
    operation = root.find("operation")
    if operation is None:
        raise Unreadable("it has no operation")
    return _operation(operation, control_id)


def _operation(operation: Element, control_id: str) -> Response:
    authentication = operation.find("authentication")
    if authentication is None:
        raise Unreadable("it does not say who is signed in")
    if authentication.findtext("status") != SUCCESS or operation.find("errormessage") is not None:
        found = faults(operation)
        return Response(failed=Stage.OPERATION, faults=found, control_id=control_id)
    return Response(
        results=_results(operation),
        expires_at=_moment(authentication.findtext("sessiontimeout")),
        control_id=control_id,
    )


def _results(operation: Element) -> Mapping[str, Result]:
    """The results by control id, without those that cannot be relied on: a read with another number
    of records than it claims, and two different results for one function."""
    found: dict[str, list[Result]] = {}
    for node in operation.iterfind("result"):
        result = _result(node)
        found.setdefault(result.control_id, []).append(result)
        is_read = node.findtext("function") in READ_FUNCTIONS
        if result.succeeded and is_read and not _is_complete(node):
            found[result.control_id] = []
    return {
        control_id: results[0]
        for control_id, results in found.items()
        if results and results.count(results[0]) == len(results)
    }


def _is_complete(node: Element) -> bool:
    """Whether a result has as many records as it claims."""
    data = node.find("data")
    if data is None:
        return False
    count = data.get("count")
    return count is None or count == str(len(data))


def _result(node: Element) -> Result:
    data = node.find("data")
    return Result(
        control_id=node.findtext("controlid") or "",
        status=node.findtext("status") or "",
        key=(node.findtext("key") or "").strip(),
        rows=() if data is None else tuple(row(child) for child in data),
        remaining=0 if data is None else _whole_number(data.get("numremaining")),
        result_id="" if data is None else data.get("resultId", ""),
        faults=faults(node),
    )


def _whole_number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() else 0


def _moment(value: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(value or "")
    except ValueError:
        return None
    return found if found.tzinfo else None
