"""Writing documents beside time: each by its own functions, looked for before it is given up.

A create that is refused may be a repeat of one that was done, so whatever the refusal says, the
ledger is searched for our name of it first. A change is made only on what we last wrote.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from ledgerlink.connectors.intacct.documents import content, document_types
from ledgerlink.connectors.intacct.documents.document_types import DOCUMENT_TYPES, is_atomic
from ledgerlink.connectors.intacct.documents.invoice import SALE
from ledgerlink.connectors.intacct.outcomes import documents
from ledgerlink.connectors.intacct.outcomes.attachments import NAMED
from ledgerlink.connectors.intacct.outcomes.rejected import explain, failed
from ledgerlink.connectors.intacct.posting.prerequisites import Prerequisites
from ledgerlink.connectors.intacct.protocol import queries
from ledgerlink.connectors.intacct.protocol.error_codes import function_error
from ledgerlink.connectors.intacct.protocol.faults import Fault, blamed
from ledgerlink.connectors.intacct.protocol.record_ids import Ref
from ledgerlink.connectors.intacct.protocol.requests import MAX_FUNCTIONS, Call, Function
from ledgerlink.connectors.intacct.protocol.response import Response
from ledgerlink.connectors.intacct.protocol.values import text
from ledgerlink.connectors.intacct.reads import search
from ledgerlink.connectors.intacct.reads.learned_requirements import LearnedRequirements
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.connectors.shared.request_id import derived_id
from ledgerlink.domain.errors import LedgerError
from ledgerlink.domain.model.plan import Action, Outcome, Request, Write
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.ports import Stop


class DocumentWriter:
    """The documents of one request. What becomes of them is added to `told` as it is known; what
    nobody knows is not."""

    def __init__(
        self,
        client: Client,
        learned: LearnedRequirements,
        names: Mapping[str, str],
        told: list[Outcome],
        stop: Stop,
    ) -> None:
        self._client = client
        self._learned = learned
        self._names = names
        self._told = told
        self._stop = stop
        self._attached: Mapping[int, str | None] = {}

    async def write(self, request: Request, writes: Sequence[Write]) -> None:
        """Send them. Raises as the client's `call`."""
        for kind, group in groupby(writes, key=lambda write: write.kind):
            some = await self._possible(kind, list(group))
            around = await Prerequisites.of(self._client, kind, some, self._stop)
            self._told += around.refused
            open_ones = [w for w in some if w.seq not in {o.seq for o in around.refused}]
            for part in _calls(open_ones):
                await self._send(request, kind, part, around)

    async def _possible(self, kind: str, writes: Sequence[Write]) -> list[Write]:
        """Those that can be sent; the others have their outcome."""
        changing = [write for write in writes if write.action is not Action.CREATE]
        ids = [write.ledger_id or "" for write in changing]
        there = await search.by_ids(self._client, kind, ids, self._stop) if ids else {}
        self._attached = {w.seq: text(there.get(w.ledger_id or "", {}), NAMED) for w in changing}
        decided = {w.seq: documents.stale(w, there.get(w.ledger_id or "")) for w in changing}
        gone = [
            w for w in changing if decided[w.seq] is not None and documents.may_be_anew(w, there)
        ]
        decided |= await self._anew(kind, gone)
        self._told += [outcome for outcome in decided.values() if outcome is not None]
        return [write for write in writes if decided.get(write.seq) is None]

    async def _anew(self, kind: str, writes: Sequence[Write]) -> Mapping[int, Outcome]:
        """Those changes that were done already, by making the document anew."""
        found = await search.ours(self._client, kind, writes, self._stop) if writes else {}
        by_seq = {write.seq: write for write in writes}
        return {
            seq: content.posted(by_seq[seq], ledger_id, row, reason("already_written"))
            for seq, (ledger_id, row) in found.items()
            if content.says(by_seq[seq], row)
        }

    async def _send(
        self, request: Request, kind: str, part: Sequence[Write], around: Prerequisites
    ) -> None:
        asked = {write.seq: self._functions(request, write, around) for write in part}
        functions = [each for some in asked.values() for each in some]
        control_id = derived_id(request.id, kind, part[0].seq)
        call = Call(
            control_id,
            functions,
            writes=True,
            atomic=is_atomic(part[0]),
            divisible=len(part) > 1,
        )
        answer = await self._client.call(call, self._stop)
        if answer.failed is not None and len(part) > 1:
            for write in part:  # none was run, and one alone may be to blame
                await self._send(request, kind, [write], around)
            return
        refused = {w.seq: f for w in part if (f := _fault(answer, asked[w.seq])) is not None}
        done = [w for w in part if w.seq not in refused and _is_done(answer, asked[w.seq])]
        ids = {write.seq: _id(write, answer, asked[write.seq]) for write in done}
        await self._report(kind, done, ids)
        await self._refuse(kind, [w for w in part if w.seq in refused], refused)

    def _functions(
        self, request: Request, write: Write, around: Prerequisites
    ) -> Sequence[Function]:
        control_id, body = derived_id(request.id, write.seq), around.body(write)
        if (supdoc := self._attached.get(write.seq)) and is_atomic(write):
            body = {**body, "supdocid": supdoc}
        return document_types.functions(write, body, control_id, contact=around.has_contact(write))

    async def _report(self, kind: str, done: Sequence[Write], ids: Mapping[int, str]) -> None:
        """Tell of what was done, with what the ledger says of it now. Of what it does not hold
        under our name, nobody knows."""
        bare = {write.seq: documents.posted(write, ids[write.seq]) for write in done}
        made = [write for write in done if write.action is not Action.DELETE]
        if DOCUMENT_TYPES[kind].listed or not made:
            self._told += bare.values()
            return
        self._told += [bare[write.seq] for write in done if write not in made]
        wanted = [ids[write.seq] for write in made if ids[write.seq]]
        try:
            now = await search.by_ids(self._client, kind, wanted, self._stop)
        except LedgerError:
            self._told += [bare[write.seq] for write in made if ids[write.seq]]
            raise
        own = {w.seq: (ids[w.seq], row) for w in made if (row := now.get(ids[w.seq]))}
        own = {w.seq: own[w.seq] for w in made if w.seq in own and content.is_own(w, own[w.seq][1])}
        strays = [write for write in made if write.seq not in own]
        found = await search.ours(self._client, kind, strays, self._stop) if strays else {}
        there = {**own, **found}
        self._told += [content.posted(w, *there[w.seq]) for w in made if w.seq in there]

    async def _refuse(
        self, kind: str, writes: Sequence[Write], faults: Mapping[int, Fault]
    ) -> None:
        """Tell of what was refused, unless the ledger holds it all the same. Raises for what
        concerns the lane."""
        for fault in faults.values():
            if error := function_error(fault):
                raise error
        making = [write for write in writes if write.action is Action.CREATE]
        held = await search.ours(self._client, kind, making, self._stop) if making else {}
        for write in writes:
            if write.seq in held:
                self._told.append(documents.adopted(write, *held[write.seq]))
            else:
                self._learned.note(write, faults[write.seq])
                numbered = not DOCUMENT_TYPES[kind].listed
                why = explain(faults[write.seq], self._names, write.day, numbered=numbered)
                self._told.append(failed(write, why))


def _calls(writes: Sequence[Write]) -> Iterator[Sequence[Write]]:
    """What goes into one call: what is done all or none stands alone."""
    together = [write for write in writes if not is_atomic(write)]
    yield from queries.batches_of(together, MAX_FUNCTIONS // 2)
    yield from ([write] for write in writes if is_atomic(write))


def _fault(answer: Response, asked: Collection[Function]) -> Fault | None:
    """Why a write was refused; None when it was not, or nobody knows."""
    if answer.failed is not None:
        return blamed(answer.faults)
    results = [answer.results.get(each.control_id) for each in asked]
    refused = [result for result in results if result is not None and not result.succeeded]
    return blamed(tuple(f for r in refused for f in r.faults)) if refused else None


def _is_done(answer: Response, asked: Collection[Function]) -> bool:
    results = [answer.results.get(each.control_id) for each in asked]
    return all(result is not None and result.succeeded for result in results)


def _id(write: Write, answer: Response, asked: Sequence[Function]) -> str:
    """The id of what was made or changed."""
    kind, result = DOCUMENT_TYPES[write.kind], answer.results[asked[-1].control_id]
    if write.action is Action.DELETE or (write.action is Action.UPDATE and not kind.create):
        return write.ledger_id or ""
    row = next(iter(result.rows), {})
    if kind.listed:
        own = str((write.body or {})[kind.id_field])
        return str(Ref(write.kind.lower(), text(row, kind.id_field) or own))
    if write.kind == SALE:
        return result.key
    return queries.number(result.key or text(row, queries.RECORDNO))
