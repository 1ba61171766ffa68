"""Writes files: into the attachment of their document, which it is given if it has none.

A document has one attachment of any number of files; a new one is named after the document. Only
legacy functions can write files, and no query shows them. What the gateway turned away is looked up
before it is sent again, because it may have been carried out all the same.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ledgerlink.connectors.intacct.outcomes.attachments import (
    accepted,
    attach,
    attached_to,
    attachment_id,
    document_of,
    documents_with,
    file_element,
    file_name,
    file_names,
    found,
)
from ledgerlink.connectors.intacct.outcomes.rejected import blocked, explain, failed, reason_of
from ledgerlink.connectors.intacct.protocol.error_codes import function_error, may_pass
from ledgerlink.connectors.intacct.protocol.faults import Fault, main_fault
from ledgerlink.connectors.intacct.protocol.requests import Call, Function
from ledgerlink.connectors.intacct.protocol.response import Response
from ledgerlink.connectors.intacct.protocol.xml import Value
from ledgerlink.connectors.intacct.transport.client import Client, TurnedAway
from ledgerlink.connectors.shared.request_id import derived_id
from ledgerlink.domain.errors import Invalid, KindRefused, NotFound
from ledgerlink.domain.model.plan import Action, Outcome, Request, Write
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.ports import Stop

NOT_SENT = frozenset({"document", "document_kind"})
"""Fields of a body that are for us, not for the ledger."""


class AttachmentWriter:
    """Writes the files of one request. Outcomes are added to `outcomes` as they are known."""

    def __init__(
        self, client: Client, names: Mapping[str, str], outcomes: list[Outcome], stop: Stop
    ) -> None:
        self._client = client
        self._names = names
        self._outcomes = outcomes
        self._stop = stop
        self._retry = client.new_retry()
        """The waits of the file that is sent."""

    async def write(self, request: Request, writes: Sequence[Write]) -> None:
        """Send the files one by one. Raises as the client's `call`."""
        for write in writes:
            self._retry = self._client.new_retry()
            try:
                while await self._is_turned_away(request, write):
                    pass  # the retry bounds this
            except KindRefused as error:
                self._outcomes.append(blocked(write, reason_of(error)))

    async def _is_turned_away(self, request: Request, write: Write) -> bool:
        """Send the file, unless the ledger has it; whether the gateway says that it did not."""
        try:
            await self._write_file(request, write)
        except TurnedAway:
            return True
        return False

    async def _send(self, control_id: str, functions: Sequence[Function]) -> Response:
        """The response to a write. Raises TurnedAway, and as the client's `call`."""
        call = Call(control_id, functions, writes=True, repeatable=False)
        return await self._client.call(call, self._stop, self._retry)

    async def _write_file(self, request: Request, write: Write) -> None:
        existing = await self._file_names(attachment_id(write))
        done = await found(self._client, write, existing, self._stop)
        if done is not None:
            self._outcomes.append(done)
        elif write.action is Action.DELETE:
            await self._delete(request, write, existing)
        else:
            await self._put(request, write, existing)

    async def _put(self, request: Request, write: Write, existing: Sequence[str]) -> None:
        """Put a file into the attachment of its document. A file whose document has changed brings
        its attachment along, unless that holds other files or the new document has one already; it
        is then sent again."""
        current = await attached_to(self._client, document_of(write), self._stop)
        if write.ledger_id is None:
            files = await self._file_names(current) if current else existing
            await self._upload(request, write, current or attachment_id(write), files)
        elif current is None and set(existing) <= {file_name(write)}:
            await self._move(request, write)
        else:
            as_new = replace(write, ledger_id=None)
            attached = current or attachment_id(as_new)
            await self._upload(request, as_new, attached, await self._file_names(attached))

    async def _upload(
        self, request: Request, write: Write, attached: str, existing: Sequence[str]
    ) -> None:
        """Send the file, and give the document the attachment with the id `attached`."""
        try:
            file = write.file() if write.file else b""
        except (NotFound, Invalid) as error:
            self._outcomes.append(failed(write, _file_unusable(write, error)))
            return
        if not file and file_name(write) not in existing:
            self._outcomes.append(failed(write, _with_name(write, "receipt_empty")))
            return
        control_id = derived_id(request.id, write.seq)
        functions = _upload_functions(write, attached, file, existing, control_id)
        response = await self._send(control_id, functions)
        if response.failed is not None:
            self._reject(write, main_fault(response.faults))
            return
        results = [response.results.get(each.control_id) for each in functions[-2:]]
        needed = [result for result in results if result is not None]
        if len(needed) < len(results):
            return  # unknown: looked up when the chunk is resumed
        faults = [main_fault(result.faults) for result in needed if not result.succeeded]
        if faults:
            self._reject(write, faults[0])
        else:
            self._outcomes.append(await self._uploaded(write, attached, existing))

    async def _uploaded(self, write: Write, attached: str, before: Sequence[str]) -> Outcome:
        """The outcome, with a reason when a file that was there before is now missing."""
        now = await self._file_names(attached)
        lost = sorted({*before, file_name(write)} - set(now))
        detail = f"the attachment lacks {', '.join(lost)}"
        why = reason("answer_differs", detail=detail) if lost and now else None
        return accepted(write, attached, why)

    async def _move(self, request: Request, write: Write) -> None:
        """Give the attachment to another document."""
        control_id, moved = derived_id(request.id, write.seq), attachment_id(write)
        give = attach(f"{control_id}.tie", document_of(write), moved)
        await self._detach_and(request, write, give)

    async def _delete(self, request: Request, write: Write, existing: Sequence[str]) -> None:
        """Delete the attachment. The gateway can delete it only as a whole, so one with other files
        stays; and its documents may have to be detached first."""
        if set(existing) != {file_name(write)}:
            detail = (
                "its attachment holds other files, and Sage Intacct can only delete all of them"
            )
            self._outcomes.append(failed(write, reason("refused", detail=detail)))
            return
        control_id = derived_id(request.id, write.seq)
        delete = Function(control_id, "delete_supdoc", {"@key": attachment_id(write)})
        await self._detach_and(request, write, delete)

    async def _detach_and(self, request: Request, write: Write, last: Function) -> None:
        """Take the attachment from all documents that have it, then run this function."""
        control_id, attached = derived_id(request.id, write.seq), attachment_id(write)
        documents = await documents_with(self._client, attached, self._stop)
        functions = [
            attach(f"{control_id}.untie{n}", document, "") for n, document in enumerate(documents)
        ]
        response = await self._send(control_id, [*functions, last])
        result = response.results.get(last.control_id)
        if result is not None and result.succeeded:
            self._outcomes.append(accepted(write, attached))
        elif result is not None or response.failed is not None:
            self._reject(write, main_fault(result.faults if result else response.faults))

    def _reject(self, write: Write, fault: Fault) -> None:
        """Add the outcome of a rejected file; one that may succeed later gets none. Raises errors
        of the lane or the kind."""
        if error := function_error(fault):
            raise error
        if may_pass(fault):
            return
        self._outcomes.append(failed(write, explain(fault, self._names)))

    async def _file_names(self, attached: str) -> list[str]:
        return await file_names(self._client, attached, self._stop)


def _file_unusable(write: Write, error: NotFound | Invalid) -> Reason:
    if isinstance(error, Invalid):
        return Reason(error.code, error.message, error.remedy)
    return _with_name(write, "receipt_missing")


def _with_name(write: Write, code: str) -> Reason:
    """A reason about a file, by its name."""
    name = (write.body or {}).get("supdocname", file_name(write))
    return reason(code, field="upload_id", name=name)


def _upload_functions(
    write: Write, attached: str, file: bytes, existing: Sequence[str], control_id: str
) -> list[Function]:
    """Creates the folder, whose failure is ignored because it mostly exists; sends the file, unless
    the attachment holds it; and gives the document the attachment. An attachment that exists keeps
    its name, folder and description."""
    give = attach(f"{control_id}.tie", document_of(write), attached)
    if file_name(write) in existing:
        return [give]
    body = {name: value for name, value in (write.body or {}).items() if name not in NOT_SENT}
    own = {} if existing else body
    data = base64.b64encode(file).decode("ascii")
    content: dict[str, Value] = {
        **own,
        "supdocid": attached,
        "attachments": {"attachment": [{**file_element(body), "attachmentdata": data}]},
    }
    folder: dict[str, Value] = {"supdocfoldername": str(body["supdocfoldername"])}
    write_file = "update_supdoc" if existing else "create_supdoc"
    return [
        Function(f"{control_id}.folder", "create_supdocfolder", folder),
        Function(f"{control_id}.file", write_file, content),
        give,
    ]
