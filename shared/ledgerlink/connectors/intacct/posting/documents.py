"""Writes documents other than time and files: each by the functions of its kind.

A rejected create may repeat one that was carried out, so the ledger is searched for our id, number
or marker before the rejection counts. The same is done before a call that was turned away, or that
failed as a whole, is sent again. A change is made only to what we last wrote.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.documents import content, document_types
from ledgerlink.connectors.intacct.documents.document_elements import ELEMENTS
from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES, is_atomic
from ledgerlink.connectors.intacct.documents.expenses import made_number
from ledgerlink.connectors.intacct.documents.invoice import SALE
from ledgerlink.connectors.intacct.documents.kept_fields import HeldDocument
from ledgerlink.connectors.intacct.documents.owned_fields import Ownership
from ledgerlink.connectors.intacct.outcomes.accepted import accepted, accepted_unread, adopted
from ledgerlink.connectors.intacct.outcomes.rejected import blocked, explain, failed, reason_of
from ledgerlink.connectors.intacct.outcomes.version_conflicts import (
    may_have_been_remade,
    outcome_before_sending,
)
from ledgerlink.connectors.intacct.posting.prerequisites import Prerequisites
from ledgerlink.connectors.intacct.posting.refused_kinds import RefusedKinds
from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.error_codes import function_error, may_pass
from ledgerlink.connectors.intacct.protocol.faults import Fault, main_fault
from ledgerlink.connectors.intacct.protocol.record_ids import Ref
from ledgerlink.connectors.intacct.protocol.requests import MAX_FUNCTIONS, Call, Function
from ledgerlink.connectors.intacct.protocol.response import Response
from ledgerlink.connectors.intacct.protocol.values import Row, text
from ledgerlink.connectors.intacct.reads import search
from ledgerlink.connectors.intacct.reads.custom_fields import CustomFields
from ledgerlink.connectors.intacct.reads.learned_requirements import LearnedRequirements
from ledgerlink.connectors.intacct.transport.client import Client, TurnedAway
from ledgerlink.connectors.shared.request_id import derived_id
from ledgerlink.domain.errors import KindRefused, LedgerError
from ledgerlink.domain.model.plan import Action, Outcome, Request, Write
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import Stop


class DocumentWriter:
    """Writes the documents of one request. Outcomes are added to `outcomes` as they are known; a
    write whose outcome is unknown has none."""

    def __init__(
        self,
        client: Client,
        custom: CustomFields,
        choices: Choices,
        learned: LearnedRequirements,
        names: Mapping[str, str],
        outcomes: list[Outcome],
        stop: Stop,
        refused: RefusedKinds,
    ) -> None:
        self._client = client
        self._custom = custom
        self._choices = choices
        self._learned = learned
        self._refused = refused
        self._names = names
        self._outcomes = outcomes
        self._stop = stop
        self._before: Mapping[int, HeldDocument] = {}
        """The documents that are changed, by seq."""

    async def write(self, request: Request, writes: Sequence[Write]) -> None:
        """Send the writes. Raises as the client's `call`."""
        for kind, group in groupby(writes, key=lambda write: write.kind):
            unsent = {write.seq: write for write in group}
            try:
                await self._write_kind(request, kind, unsent)
            except KindRefused as error:
                self._refused.learn(kind, reason_of(error))
            known = {outcome.seq for outcome in self._outcomes}
            held = [write for seq, write in unsent.items() if seq not in known]
            self._outcomes += [blocked(write, self._refused.reasons[kind]) for write in held]

    async def _write_kind(self, request: Request, kind: str, unsent: dict[int, Write]) -> None:
        """Send the writes of one kind; what is sent is taken out of `unsent`. Ends early where the
        ledger refuses the kind."""
        to_send = await self._decide_before_sending(kind, list(unsent.values()))
        prerequisites = await Prerequisites.read(self._client, kind, to_send, self._stop)
        self._outcomes += prerequisites.failed
        failed_seqs = {outcome.seq for outcome in prerequisites.failed}
        sendable = [write for write in to_send if write.seq not in failed_seqs]
        for part in self._refused.parts(kind, list(_calls(sendable))):
            for write in part:
                unsent.pop(write.seq)
            await self._send(request, kind, part, prerequisites)
            if kind in self._refused:
                return

    async def _decide_before_sending(self, kind: str, writes: Sequence[Write]) -> list[Write]:
        """The writes to send. The others get their outcome from what the ledger holds."""
        changes = [write for write in writes if write.action is not Action.CREATE]
        ids = [write.ledger_id or "" for write in changes]
        rows = await search.by_ids(self._client, kind, ids, self._stop) if ids else {}
        held = {write.seq: rows.get(write.ledger_id or "") for write in changes}
        decided = {write.seq: outcome_before_sending(write, held[write.seq]) for write in changes}
        maybe_remade = [
            write
            for write in changes
            if decided[write.seq] is not None and may_have_been_remade(write, rows)
        ]
        decided |= await self._find_remade(kind, maybe_remade)
        self._outcomes += [outcome for outcome in decided.values() if outcome is not None]
        to_send = [write for write in writes if decided.get(write.seq) is None]
        self._before = {**self._before, **await self._held_documents(kind, to_send, held)}
        return to_send

    async def _held_documents(
        self, kind: str, writes: Sequence[Write], rows: Mapping[int, Row | None]
    ) -> Mapping[int, HeldDocument]:
        """The documents that are changed, as the ledger holds them, with their custom fields."""
        updates = [write for write in writes if write.action is Action.UPDATE]
        if not updates:
            return {}
        if kind not in ELEMENTS:
            return {write.seq: HeldDocument(kind, rows[write.seq] or {}) for write in updates}
        line_object = ELEMENTS[kind].line_object
        custom = await self._custom.names_of([kind, line_object], self._stop)
        held = {w.ledger_id or "": row for w in updates if (row := rows[w.seq]) is not None}
        whole = await search.with_lines(self._client, kind, held, self._stop)
        return {
            write.seq: HeldDocument(
                kind,
                whole.get(write.ledger_id or "", {}),
                Ownership.parse(write.base_fingerprint),
                custom[kind],
                custom[line_object],
                write.was.line_ids if write.was else (),
            )
            for write in updates
        }

    async def _find_remade(self, kind: str, updates: Sequence[Write]) -> Mapping[int, Outcome]:
        """The outcomes of those updates that were carried out before, by making the document
        anew."""
        if not updates:
            return {}
        found = await search.find_created(self._client, kind, updates, self._stop)
        by_seq = {write.seq: write for write in updates}
        return {
            seq: accepted(by_seq[seq], ledger_id, row, reason("already_written"))
            for seq, (ledger_id, row) in found.items()
            if content.matches(by_seq[seq], row)
        }

    async def _send(
        self, request: Request, kind: str, part: Sequence[Write], prerequisites: Prerequisites
    ) -> None:
        """Send one call. If it fails as a whole, a single write may be at fault, so those that the
        ledger does not hold are sent one by one. If it is turned away, they are sent again. A
        change that fails alone is looked up, too, because it may have been made."""
        functions = {write.seq: self._functions(request, write, prerequisites) for write in part}
        call = Call(
            derived_id(request.id, kind, part[0].seq),
            [function for some in functions.values() for function in some],
            writes=True,
            atomic=is_atomic(part[0]),
            divisible=len(part) > 1,
            repeatable=False,
        )
        response, rest = await self._response(kind, part, call)
        if response is None:
            if rest:
                await self._send(request, kind, rest, prerequisites)
            return
        if response.failed is not None and len(part) > 1:
            for write in await self._unwritten(kind, part):
                await self._send(request, kind, [write], prerequisites)
            return
        fails_alone = response.failed is not None and part[0].action is not Action.CREATE
        if fails_alone and not await self._unwritten(kind, part):
            return
        faults = {
            write.seq: fault
            for write in part
            if (fault := _fault(response, functions[write.seq])) is not None
        }
        done = [
            write
            for write in part
            if write.seq not in faults and _succeeded(response, functions[write.seq])
        ]
        if done:
            self._refused.forget(kind)
        ids = {write.seq: _ledger_id(write, response, functions[write.seq]) for write in done}
        await self._report(kind, done, ids)
        await self._reject(kind, [write for write in part if write.seq in faults], faults)

    async def _response(
        self, kind: str, part: Sequence[Write], call: Call
    ) -> tuple[Response | None, Sequence[Write]]:
        """The response, and these writes; or none, and those of them that the ledger does not hold,
        if it turned the call away although it holds others."""
        retry = self._client.new_retry()
        while True:
            try:
                return await self._client.call(call, self._stop, retry), part
            except TurnedAway:
                rest = await self._unwritten(kind, part)
                if len(rest) < len(part):
                    return None, rest

    async def _unwritten(self, kind: str, part: Sequence[Write]) -> Sequence[Write]:
        """Those of these writes, sent before, that the ledger does not hold. The others get their
        outcome."""
        creates = [write for write in part if write.action is Action.CREATE]
        held = await self._held(kind, creates)
        self._outcomes += [adopted(w, *held[w.seq]) for w in creates if w.seq in held]
        changes = [write for write in part if write.action is not Action.CREATE]
        open_changes = await self._decide_before_sending(kind, changes) if changes else []
        return [*(write for write in creates if write.seq not in held), *open_changes]

    def _functions(
        self, request: Request, write: Write, prerequisites: Prerequisites
    ) -> Sequence[Function]:
        body = {**made_number(write, self._choices), **prerequisites.body(write)}
        has_contact = prerequisites.has_contact(write)
        control_id = derived_id(request.id, write.seq)
        held = self._before.get(write.seq)
        return document_types.functions(write, body, control_id, has_contact=has_contact, held=held)

    async def _report(self, kind: str, done: Sequence[Write], ids: Mapping[int, str]) -> None:
        """Add the outcomes of writes that succeeded, with what the ledger now holds. A document
        that is not found under our marker gets none: it is searched for when the chunk resumes."""
        read_back = [
            write
            for write in done
            if write.action is not Action.DELETE and not DOCUMENT_TYPES[kind].is_list_record
        ]
        self._outcomes += [accepted_unread(w, ids[w.seq]) for w in done if w not in read_back]
        rows = await self._read_back(kind, read_back, ids) if read_back else {}
        self._outcomes += [accepted(w, *rows[w.seq]) for w in read_back if w.seq in rows]

    async def _read_back(
        self, kind: str, writes: Sequence[Write], ids: Mapping[int, str]
    ) -> Mapping[int, tuple[str, Row]]:
        """The id and row of each document: by the id that it was given, else by our marker."""
        given = [ids[write.seq] for write in writes if ids[write.seq]]
        try:
            by_id = await search.by_ids(self._client, kind, given, self._stop)
        except LedgerError:
            self._outcomes += [accepted_unread(w, ids[w.seq]) for w in writes if ids[w.seq]]
            raise
        rows = {
            write.seq: (ids[write.seq], row)
            for write in writes
            if (row := by_id.get(ids[write.seq])) and content.has_marker_of(write, row)
        }
        missing = [write for write in writes if write.seq not in rows]
        if not missing:
            return rows
        return {**rows, **await search.find_created(self._client, kind, missing, self._stop)}

    async def _reject(
        self, kind: str, writes: Sequence[Write], faults: Mapping[int, Fault]
    ) -> None:
        """Add the outcomes of writes with a fault. A create that the ledger holds all the same is
        adopted, and what may succeed later stays without an outcome. Raises errors of the lane."""
        for fault in faults.values():
            error = function_error(fault)
            if isinstance(error, KindRefused):
                self._refused.learn(kind, reason_of(error))
            elif error is not None:
                raise error
        held = await self._held(kind, [w for w in writes if w.action is Action.CREATE])
        for write in writes:
            if write.seq in held:
                self._outcomes.append(adopted(write, *held[write.seq]))
            elif not may_pass(faults[write.seq]):
                self._outcomes.append(self._rejected(write, faults[write.seq]))

    async def _held(self, kind: str, creates: Sequence[Write]) -> Mapping[int, tuple[str, Row]]:
        """Those rejected creates that the ledger holds. A kind that may be neither written nor read
        has none."""
        if not creates:
            return {}
        try:
            return await search.find_created(self._client, kind, creates, self._stop)
        except KindRefused:
            if kind not in self._refused:
                raise
            return {}

    def _rejected(self, write: Write, fault: Fault) -> Outcome:
        if isinstance(error := function_error(fault), KindRefused):
            return blocked(write, reason_of(error))
        self._learned.learn_from(write, fault)
        has_number = not DOCUMENT_TYPES[write.kind].is_list_record
        return failed(write, explain(fault, self._names, write.day, has_number=has_number))


def _calls(writes: Sequence[Write]) -> Iterator[Sequence[Write]]:
    """The writes of each call: an atomic one is alone."""
    together = [write for write in writes if not is_atomic(write)]
    yield from queries.batches_of(together, MAX_FUNCTIONS // 2)
    yield from ([write] for write in writes if is_atomic(write))


def _fault(response: Response, functions: Collection[Function]) -> Fault | None:
    """The fault that rejected a write; None when it was not rejected, or its outcome is unknown."""
    if response.failed is not None:
        return main_fault(response.faults)
    results = [response.results.get(each.control_id) for each in functions]
    rejected = [result for result in results if result is not None and not result.succeeded]
    faults = tuple(fault for result in rejected for fault in result.faults)
    return main_fault(faults) if rejected else None


def _succeeded(response: Response, functions: Collection[Function]) -> bool:
    results = [response.results.get(each.control_id) for each in functions]
    return all(result is not None and result.succeeded for result in results)


def _ledger_id(write: Write, response: Response, functions: Sequence[Function]) -> str:
    """The id of what was created or changed; empty where the response does not give it."""
    kind, result = DOCUMENT_TYPES[write.kind], response.results[functions[-1].control_id]
    if write.action is Action.DELETE or (write.action is Action.UPDATE and not kind.create):
        return write.ledger_id or ""
    row = next(iter(result.rows), {})
    if kind.is_list_record:
        ours = str((write.body or {})[kind.id_field])
        return str(Ref(write.kind.lower(), text(row, kind.id_field) or ours))
    if write.kind == SALE:
        return result.key
    return queries.number(result.key or text(row, queries.RECORDNO))
