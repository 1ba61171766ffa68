"""Writing receipts: the file into the attachment of its document, and the attachment to it.

A document has one attachment of any number of files, which is named after the document. Legacy
functions alone do this, and no query tells of it.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ledgerlink.connectors.intacct import tying
from ledgerlink.connectors.intacct.client import Client
from ledgerlink.connectors.intacct.errors import function_error
from ledgerlink.connectors.intacct.faults import Fault, blamed
from ledgerlink.connectors.intacct.ids import SEPARATOR
from ledgerlink.connectors.intacct.marks import short
from ledgerlink.connectors.intacct.refusals import explain, failed
from ledgerlink.connectors.intacct.requests import Call, Function, derived
from ledgerlink.connectors.intacct.rows import Row, part, text
from ledgerlink.connectors.intacct.tying import Holder, tie
from ledgerlink.connectors.intacct.xml import Value
from ledgerlink.domain.documents import fingerprint
from ledgerlink.domain.errors import Invalid, NotFound
from ledgerlink.domain.plan import Action, ItemState, Outcome, Request, Write
from ledgerlink.domain.ports import Stop
from ledgerlink.domain.reasons import Reason, reason

OWN_FIELDS = frozenset({"document", "document_kind"})
"""What a body says for us, not for the ledger."""


class Attaching:
    """The receipts of one request."""

    def __init__(
        self, client: Client, names: Mapping[str, str], told: list[Outcome], stop: Stop
    ) -> None:
        self._client = client
        self._names = names
        self._told = told
        self._stop = stop

    async def write(self, request: Request, writes: Sequence[Write]) -> None:
        """Send them one by one. Raises as the client's `call`."""
        for write in writes:
            there = await held(self._client, supdoc_of(write), self._stop)
            if (done := await found(self._client, write, there, self._stop)) is not None:
                self._told.append(done)
            elif write.action is Action.DELETE:
                await self._remove(request, write, there)
            else:
                await self._put(request, write, there)

    async def _put(self, request: Request, write: Write, there: Sequence[str]) -> None:
        """Into the attachment that the document has, else into a new one of its own. That of the
        document which it was at goes along, unless it has other files, which stay."""
        own = await tying.attachment(self._client, _holder(write), self._stop)
        if write.ledger_id is None:
            supdoc = own or supdoc_of(write)
            there = await held(self._client, supdoc, self._stop) if own else there
            await self._attach(request, write, supdoc, there)
        elif own is None and set(there) <= {_file(write)}:
            await self._move(request, write)
        else:
            other = replace(write, ledger_id=None)
            supdoc = own or supdoc_of(other)
            await self._attach(request, other, supdoc, await held(self._client, supdoc, self._stop))

    async def _move(self, request: Request, write: Write) -> None:
        """Tie the attachment to another document than before."""
        control_id, supdoc, to = derived(request.id, write.seq), supdoc_of(write), _holder(write)
        having = await tying.holders(self._client, supdoc, self._stop)
        functions = [tie(f"{control_id}.untie{n}", each, "") for n, each in enumerate(having)]
        functions.append(tie(f"{control_id}.tie", to, supdoc))
        answer = await self._client.call(Call(control_id, functions, writes=True), self._stop)
        result = answer.results.get(functions[-1].control_id)
        if result is not None and result.succeeded:
            self._told.append(_outcome(write, supdoc))
        elif result is not None or answer.failed is not None:
            self._refuse(write, blamed(result.faults if result else answer.faults))

    def _refuse(self, write: Write, fault: Fault) -> None:
        """Tell why. Raises for what concerns the lane."""
        if error := function_error(fault):
            raise error
        self._told.append(failed(write, explain(fault, self._names)))

    async def _attach(
        self, request: Request, write: Write, supdoc: str, there: Sequence[str]
    ) -> None:
        try:
            file = write.file() if write.file else b""
        except NotFound:
            name = (write.body or {}).get("supdocname", _file(write))
            why = reason("receipt_missing", field="upload_id", name=name)
            self._told.append(failed(write, why))
            return
        except Invalid as refused:
            why = Reason(refused.code, refused.message, refused.remedy)
            self._told.append(failed(write, why))
            return
        control_id = derived(request.id, write.seq)
        functions = _functions(write, supdoc, file, there, control_id)
        answer = await self._client.call(Call(control_id, functions, writes=True), self._stop)
        needed = [answer.results.get(each.control_id) for each in functions[-2:]]
        if answer.failed is None and any(result is None for result in needed):
            return
        faults = [blamed(r.faults) for r in needed if r is not None and not r.succeeded]
        if answer.failed is not None:
            faults = [blamed(answer.faults)]
        if not faults:
            self._told.append(await self._posted(write, supdoc, there))
        else:
            self._refuse(write, faults[0])

    async def _posted(self, write: Write, supdoc: str, before: Sequence[str]) -> Outcome:
        """The outcome, which says so when a file that was there before is missing."""
        now = await held(self._client, supdoc, self._stop)
        lost = sorted({*before, _file(write)} - set(now))
        detail = f"the attachment lacks {', '.join(lost)}"
        why = reason("answer_differs", detail=detail) if lost and now else None
        return _outcome(write, supdoc, why)

    async def _remove(self, request: Request, write: Write, there: Sequence[str]) -> None:
        """The gateway takes out an attachment as a whole, so one with other files stays; and may
        want nobody to have it any more."""
        if set(there) != {_file(write)}:
            detail = "its attachment holds other files, and is taken out as a whole"
            self._told.append(failed(write, reason("refused", detail=detail)))
            return
        control_id, supdoc = derived(request.id, write.seq), supdoc_of(write)
        having = await tying.holders(self._client, supdoc, self._stop)
        functions = [tie(f"{control_id}.untie{n}", each, "") for n, each in enumerate(having)]
        functions.append(Function(control_id, "delete_supdoc", {"@key": supdoc}))
        answer = await self._client.call(Call(control_id, functions, writes=True), self._stop)
        result = answer.results.get(control_id)
        if result is not None and result.succeeded:
            self._told.append(_outcome(write, supdoc))
        elif result is not None or answer.failed is not None:
            self._refuse(write, blamed(result.faults if result else answer.faults))


async def held(client: Client, supdoc: str, stop: Stop) -> list[str]:
    """The names of the files in an attachment; none when there is no such attachment. Raises as
    the client's `read`, LedgerStopped where the ledger may not tell."""
    asked: dict[str, Value] = {"@object": "supdoc", "@key": supdoc}
    (result,) = await client.read([Function("supdoc", "get", asked)], stop)
    if result.succeeded:
        return [name for row in result.rows for name in _names(row)]
    if error := function_error(blamed(result.faults)):
        raise error
    return []


def content(ledger_id: str) -> str:
    """What stands for a file: nobody can tell more of it than that it is there."""
    return fingerprint({"file": ledger_id})


async def found(client: Client, write: Write, there: Sequence[str], stop: Stop) -> Outcome | None:
    """The outcome of a write that the ledger holds already; None where it does not: a file counts
    when its document has the attachment, too. Raises as the client's `read`."""
    deleted = write.action is Action.DELETE
    if deleted == (_file(write) in there):
        return None
    if deleted:
        return _outcome(write, supdoc_of(write))
    if await tying.attachment(client, _holder(write), stop) != supdoc_of(write):
        return None
    return _outcome(write, supdoc_of(write), reason("already_written"))


def _names(row: Row) -> list[str]:
    files = part(row, "ATTACHMENTS", "ATTACHMENT")
    told = [(text(each, "ATTACHMENTNAME"), text(each, "ATTACHMENTTYPE")) for each in files]
    return [f"{name}.{ending}" for name, ending in told]


def _functions(
    write: Write, supdoc: str, file: bytes, there: Sequence[str], control_id: str
) -> list[Function]:
    """The folder, which mostly is there and may say so; the file, unless it is there; and what
    ties it."""
    tied = tie(f"{control_id}.tie", _holder(write), supdoc)
    if _file(write) in there:
        return [tied]
    body = {name: v for name, v in (write.body or {}).items() if name not in OWN_FIELDS}
    data = base64.b64encode(file).decode("ascii")
    filled: dict[str, Value] = {
        **body,
        "supdocid": supdoc,
        "attachments": {"attachment": [{**_named(body), "attachmentdata": data}]},
    }
    folder = Function(
        f"{control_id}.folder",
        "create_supdocfolder",
        {"supdocfoldername": str(body["supdocfoldername"])},
    )
    name = "update_supdoc" if there else "create_supdoc"
    return [folder, Function(f"{control_id}.file", name, filled), tied]


def _holder(write: Write) -> Holder:
    body = write.body or {}
    return str(body["document_kind"]), str(body["document"])


def _named(body: Mapping[str, Any]) -> Mapping[str, str]:
    (named,) = body["attachments"]["attachment"]
    return {name: str(value) for name, value in named.items()}


def supdoc_of(write: Write) -> str:
    """The id of the attachment of a receipt's document."""
    if write.ledger_id:
        return write.ledger_id.partition(SEPARATOR)[0]
    body = write.body or {}
    return short(f"{body['document_kind']}{SEPARATOR}{body['document']}", "LL")


def _file(write: Write) -> str:
    """The name of the file in it."""
    if write.ledger_id:
        return write.ledger_id.partition(SEPARATOR)[2]
    named = _named(write.body or {})
    return f"{named['attachmentname']}.{named['attachmenttype']}"


def _outcome(write: Write, supdoc: str, why: Reason | None = None) -> Outcome:
    ledger_id = write.ledger_id or f"{supdoc}{SEPARATOR}{_file(write)}"
    return Outcome(
        seq=write.seq,
        state=ItemState.POSTED,
        ledger_id=ledger_id,
        reason=why,
        content="" if write.action is Action.DELETE else content(ledger_id),
    )
