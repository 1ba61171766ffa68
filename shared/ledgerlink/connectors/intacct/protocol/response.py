"""Answers of the gateway: three stages, each of which may fail, and a result for each function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ledgerlink.connectors.intacct.protocol import xml
from ledgerlink.connectors.intacct.protocol.faults import Fault, faults
from ledgerlink.connectors.intacct.protocol.values import Row, row
from ledgerlink.connectors.intacct.protocol.xml import Element, Unreadable

SUCCESS = "success"
READING = frozenset({"query", "read", "readByName", "readByQuery", "readMore"})
"""Functions whose data say how many records there are in them."""


class Stage(StrEnum):
    """Where a request failed as a whole: before anything was looked at, or at signing in."""

    CONTROL = "control"
    OPERATION = "operation"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one function. `status` is success, failure or aborted. `key` is what legacy
    functions give back; `rows` are records, also those that a failed create did create. `left` is
    how many more records there are, `result_id` where to ask for them."""

    control_id: str
    status: str
    key: str = ""
    rows: Sequence[Row] = ()
    left: int = 0
    result_id: str = ""
    faults: tuple[Fault, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether the function did what it was asked."""
        return self.status == SUCCESS


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as a whole. `failed` is the stage at which nothing went on, with its `faults`.
    `expires_at` is how long the session lives, where the answer says so."""

    results: Mapping[str, Result] = field(default_factory=dict)
    failed: Stage | None = None
    faults: tuple[Fault, ...] = ()
    expires_at: datetime | None = None
    control_id: str = ""


def read(content: bytes) -> Response:
    """The answer in these bytes. Raises Unreadable for everything else."""
    root = xml.read(content)
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
        told = faults(operation)
        return Response(failed=Stage.OPERATION, faults=told, control_id=control_id)
    return Response(
        results=_results(operation),
        expires_at=_moment(authentication.findtext("sessiontimeout")),
        control_id=control_id,
    )


def _results(operation: Element) -> Mapping[str, Result]:
    """By control id. One that lacks what it says to have, or that is there twice and each time
    says something else, tells nothing."""
    told: dict[str, list[Result]] = {}
    for node in operation.iterfind("result"):
        result = _result(node)
        told.setdefault(result.control_id, []).append(result)
        if result.succeeded and node.findtext("function") in READING and not _is_whole(node):
            told[result.control_id] = []
    same = (
        (key, some[0]) for key, some in told.items() if some and some.count(some[0]) == len(some)
    )
    return dict(same)


def _is_whole(node: Element) -> bool:
    """Whether as many records are there as are said to be."""
    data = node.find("data")
    if data is None:
        return False
    said = data.get("count")
    return said is None or said == str(len(data))


def _result(node: Element) -> Result:
    data = node.find("data")
    return Result(
        control_id=node.findtext("controlid") or "",
        status=node.findtext("status") or "",
        key=(node.findtext("key") or "").strip(),
        rows=() if data is None else tuple(row(child) for child in data),
        left=0 if data is None else _whole(data.get("numremaining")),
        result_id="" if data is None else data.get("resultId", ""),
        faults=faults(node),
    )


def _whole(said: str | None) -> int:
    return int(said) if said and said.isascii() and said.isdigit() else 0


def _moment(said: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(said or "")
    except ValueError:
        return None
    return found if found.tzinfo else None
