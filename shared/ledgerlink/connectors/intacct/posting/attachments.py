"""Writing receipts: the file into the attachment of its document, and the attachment to it.

A document has one attachment of any number of files, which is named after the document. Legacy
functions alone do this, and no query tells of it.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ledgerlink.connectors.intacct.outcomes import attachments
from ledgerlink.connectors.intacct.outcomes.attachments import (
    file_name,
    found,
    held,
    holder_of,
    named_file,
    stored,
    supdoc_of,
    tie,
)
from ledgerlink.connectors.intacct.outcomes.rejected import explain, failed
from ledgerlink.connectors.intacct.protocol.error_codes import function_error
from ledgerlink.connectors.intacct.protocol.faults import Fault, blamed
from ledgerlink.connectors.intacct.protocol.requests import Call, Function
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.shared.request_id import derived_id
from ledgerlink.domain.errors import Invalid, NotFound
from ledgerlink.domain.model.plan import Action, Outcome, Request, Write
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.ports import Stop

OWN_FIELDS = frozenset({"document", "document_kind"})
"""What a body says for us, not for the ledger."""


class AttachmentWriter:
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
        own = await attachments.attachment(self._client, holder_of(write), self._stop)
        if write.ledger_id is None:
            supdoc = own or supdoc_of(write)
            there = await held(self._client, supdoc, self._stop) if own else there
            await self._attach(request, write, supdoc, there)
        elif own is None and set(there) <= {file_name(write)}:
            await self._move(request, write)
        else:
            other = replace(write, ledger_id=None)
            supdoc = own or supdoc_of(other)
            await self._attach(request, other, supdoc, await held(self._client, supdoc, self._stop))

    async def _move(self, request: Request, write: Write) -> None:
        """Tie the attachment to another document than before."""
        control_id, supdoc, to = (
            derived_id(request.id, write.seq),
            supdoc_of(write),
            holder_of(write),
        )
        having = await attachments.holders(self._client, supdoc, self._stop)
        functions = [tie(f"{control_id}.untie{n}", each, "") for n, each in enumerate(having)]
        functions.append(tie(f"{control_id}.tie", to, supdoc))
        answer = await self._client.call(Call(control_id, functions, writes=True), self._stop)
        result = answer.results.get(functions[-1].control_id)
        if result is not None and result.succeeded:
            self._told.append(stored(write, supdoc))
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
            name = (write.body or {}).get("supdocname", file_name(write))
            why = reason("receipt_missing", field="upload_id", name=name)
            self._told.append(failed(write, why))
            return
        except Invalid as refused:
            why = Reason(refused.code, refused.message, refused.remedy)
            self._told.append(failed(write, why))
            return
        control_id = derived_id(request.id, write.seq)
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
        lost = sorted({*before, file_name(write)} - set(now))
        detail = f"the attachment lacks {', '.join(lost)}"
        why = reason("answer_differs", detail=detail) if lost and now else None
        return stored(write, supdoc, why)

    async def _remove(self, request: Request, write: Write, there: Sequence[str]) -> None:
        """The gateway takes out an attachment as a whole, so one with other files stays; and may
        want nobody to have it any more."""
        if set(there) != {file_name(write)}:
            detail = "its attachment holds other files, and is taken out as a whole"
            self._told.append(failed(write, reason("refused", detail=detail)))
            return
        control_id, supdoc = derived_id(request.id, write.seq), supdoc_of(write)
        having = await attachments.holders(self._client, supdoc, self._stop)
        functions = [tie(f"{control_id}.untie{n}", each, "") for n, each in enumerate(having)]
        functions.append(Function(control_id, "delete_supdoc", {"@key": supdoc}))
        answer = await self._client.call(Call(control_id, functions, writes=True), self._stop)
        result = answer.results.get(control_id)
        if result is not None and result.succeeded:
            self._told.append(stored(write, supdoc))
        elif result is not None or answer.failed is not None:
            self._refuse(write, blamed(result.faults if result else answer.faults))


def _functions(
    write: Write, supdoc: str, file: bytes, there: Sequence[str], control_id: str
) -> list[Function]:
    """The folder, which mostly is there and may say so; the file, unless it is there; and what
    ties it."""
    tied = tie(f"{control_id}.tie", holder_of(write), supdoc)
    if file_name(write) in there:
        return [tied]
    body = {name: v for name, v in (write.body or {}).items() if name not in OWN_FIELDS}
    data = base64.b64encode(file).decode("ascii")
    filled: dict[str, Value] = {
        **body,
        "supdocid": supdoc,
        "attachments": {"attachment": [{**named_file(body), "attachmentdata": data}]},
    }
    folder = Function(
        f"{control_id}.folder",
        "create_supdocfolder",
        {"supdocfoldername": str(body["supdocfoldername"])},
    )
    name = "update_supdoc" if there else "create_supdoc"
    return [folder, Function(f"{control_id}.file", name, filled), tied]
