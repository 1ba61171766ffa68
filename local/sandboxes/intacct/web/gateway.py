"""The way of a request: shape, sender, sign-in, room, functions, failures on demand, time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lxml import etree
from starlette.types import Receive, Scope, Send

from local.sandboxes.common.server import abort
from local.sandboxes.intacct.grammar.parsing import check, parsed, salvaged_control
from local.sandboxes.intacct.protocol.errors import ControlRefusal, Problem, SignInRefusal
from local.sandboxes.intacct.sandbox import Sandbox
from local.sandboxes.intacct.traffic.injection import Injection
from local.sandboxes.intacct.traffic.journal import Entry, without_secrets
from local.sandboxes.intacct.traffic.limits import Busy
from local.sandboxes.intacct.web.envelope import (
    Answered,
    Control,
    Operation,
    SignedIn,
    acknowledged,
    control_of,
    operations_of,
    refused,
    response,
)
from local.sandboxes.intacct.web.operation import Run, facts_of
from local.sandboxes.intacct.web.pages import Outcome, failure, page, rate_limited
from local.sandboxes.intacct.web.signing_in import Identity, check_sender, sign_in, signed_in

SUFFIX: Final = "/ia/xml/xmlgw.phtml"
ASYNC_BYTES: Final = 500_000
MOST_BYTES: Final = 100 * 1024 * 1024


class TooLong(Exception):
    """The work would go on beyond what the server allows, and does not survive that."""


class TooLarge(Exception):
    """A machine before the gateway takes no request of that size."""


@dataclass(slots=True)
class Exchange:
    """One request as far as it has come."""

    path: str
    base: str
    entry: Entry
    body: bytes = b""
    control: Control | None = None
    operations: list[Operation] = field(default_factory=list)
    identities: list[Identity | SignInRefusal] = field(default_factory=list)
    hit: Injection | None = None


class Gateway:
    """ASGI application for every address that ends in `/ia/xml/xmlgw.phtml`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sandbox = self._sandbox
        entry = sandbox.journal.open(sandbox.clock.wall(), scope["method"], scope["path"])
        host = dict(scope["headers"]).get(b"host", b"127.0.0.1").decode("latin-1")
        exchange = Exchange(scope["path"], f"{scope['scheme']}://{host}", entry)
        exchange.body = await _body(receive)
        entry.request_bytes = len(exchange.body)
        outcome = await self._outcome(exchange, scope["method"])
        entry.status, entry.fault = outcome.status, outcome.fault
        entry.answer_bytes = len(outcome.body)
        if sandbox.settings.journal_bodies:
            entry.request_body = without_secrets(exchange.body)
            entry.answer_body = without_secrets(outcome.body)
        sandbox.journal.close(entry, sandbox.clock.wall())
        if outcome.cut:
            abort(scope)
            return
        await _respond(send, outcome)

    async def _outcome(self, exchange: Exchange, method: str) -> Outcome:
        try:
            self._admit(exchange, method)
            return await self._work(exchange)
        except TooLarge:
            return page("413")
        except ControlRefusal as refusal:
            control = exchange.control if refusal.readable else None
            fault = refusal.problems[0].errorno
            return Outcome(refusal.status, refused(control, refusal.problems), fault=fault)

    def _admit(self, exchange: Exchange, method: str) -> None:
        """Reads the request; raises ControlRefusal."""
        settings = self._sandbox.settings
        large = len(exchange.body) > (settings.request_bytes or MOST_BYTES)
        if large and settings.oversize_answer == "413":
            raise TooLarge
        if method != "POST" or large:
            words = "Invalid Request [Request ID: AC470000SANDBOX]"
            raise ControlRefusal(Problem("GW-0011", description=words), status=400, readable=False)
        try:
            root = parsed(exchange.body)
            check(root)
        except ControlRefusal:
            exchange.control = _salvaged(exchange.body)
            raise
        exchange.control, exchange.operations = control_of(root), operations_of(root)
        entry, control = exchange.entry, exchange.control
        entry.sender, entry.controlid = control.senderid, control.controlid
        entry.uniqueid = control.uniqueid
        entry.transaction = any(operation.transaction for operation in exchange.operations)

    async def _work(self, exchange: Exchange) -> Outcome:
        sandbox, control = self._sandbox, exchange.control
        assert control is not None
        check_sender(sandbox, control)
        if sandbox.limits.too_many(control.senderid, sandbox.clock.now(), sandbox.settings):
            return rate_limited()
        self._sign_in(exchange, control)
        hit = exchange.hit = sandbox.injections.for_request(_facts(exchange, control))
        if hit is not None:
            exchange.entry.injected = hit.name
            if hit.when == "before" and (failed := await self._fail(exchange, None)) is not None:
                return failed
        self._async_policy(control, len(exchange.body))
        outcome = await self._when_there_is_room(exchange, control)
        if hit is not None and hit.when != "before":
            return await self._fail(exchange, outcome) or outcome
        return outcome

    def _sign_in(self, exchange: Exchange, control: Control) -> None:
        for operation in exchange.operations:
            try:
                identity = sign_in(self._sandbox, control, operation.authentication, exchange.path)
                entry = exchange.entry
                entry.company, entry.user = identity.company.id, identity.user
                entry.entity = identity.entity
                exchange.identities.append(identity)
            except SignInRefusal as refusal:
                exchange.identities.append(refusal)

    def _async_policy(self, control: Control, size: int) -> None:
        """Raises ControlRefusal for a policy that is unknown or a request too large for it."""
        if not control.policyid:
            return
        if control.policyid not in self._sandbox.settings.transport_policies:
            words = f"{control.policyid} is not a valid transport policy."
            raise ControlRefusal(Problem("XL03000006", words))
        if size > ASYNC_BYTES:
            words = f"An asynchronous request can have {ASYNC_BYTES} characters."
            raise ControlRefusal(Problem("XL03000006", words))

    async def _fail(self, exchange: Exchange, answer: Outcome | None) -> Outcome | None:
        """The failure as an answer; None for a delay that leads to the ordinary answer."""
        hit = exchange.hit
        assert hit is not None
        if hit.action != "timeout":
            failed = failure(hit, exchange.control, answer)
            failed.retry_after = hit.retry_after
            return failed
        most = self._sandbox.settings.server_seconds
        await self._sandbox.clock.sleep(min(hit.seconds, most))
        return page("524") if hit.seconds >= most else None

    async def _when_there_is_room(self, exchange: Exchange, control: Control) -> Outcome:
        """Carries the request out when there is room for it, and takes its time."""
        sandbox = self._sandbox
        arrived = sandbox.clock.now()
        try:
            traffic = await sandbox.limits.enter(
                exchange.entry.company, sandbox.clock, sandbox.settings
            )
        except Busy:
            return self._busy(exchange, control)
        exchange.entry.waited_ms = round((sandbox.clock.now() - arrived) * 1000, 2)
        journal = sandbox.journal
        journal.peak_concurrency = max(journal.peak_concurrency, traffic.running)
        try:
            return await self._timed(exchange, control)
        finally:
            sandbox.limits.leave(traffic)

    def _busy(self, exchange: Exchange, control: Control) -> Outcome:
        if self._sandbox.settings.busy_answer == "429":
            return rate_limited()
        problem = Problem("XL03000006", "Too many concurrent requests. Try again later.")
        operations = [
            Answered(self._block(identity), problem=problem) for identity in exchange.identities
        ]
        body = response(control, operations, False)
        return Outcome(200, body, fault=problem.errorno)

    async def _timed(self, exchange: Exchange, control: Control) -> Outcome:
        clock, limit = self._sandbox.clock, self._sandbox.settings.server_seconds
        began = clock.now()
        try:
            outcome = self._carry_out(exchange, control)
        except TooLong:
            outcome = Outcome()
        seconds = self._seconds(exchange)
        left = min(seconds, limit) - (clock.now() - began)  # the sandbox's own work is in it
        await clock.sleep(max(left, 0))
        return page("524") if seconds > limit else outcome

    def _seconds(self, exchange: Exchange) -> float:
        settings, notes = self._sandbox.settings, exchange.entry.functions
        objects = sum(note.objects for note in notes)
        millis = settings.request_ms + settings.function_ms * len(notes)
        return (millis + settings.object_ms * objects) / 1000

    def _carry_out(self, exchange: Exchange, control: Control) -> Outcome:
        """Raises TooLong."""
        answered: list[Answered] = []
        whole: tuple[str, str] | None = None
        for operation, identity in zip(exchange.operations, exchange.identities, strict=True):
            if isinstance(identity, SignInRefusal):
                answered.append(Answered(self._block(identity), problem=identity.problem))
                continue
            run = self._run(exchange, control, operation, identity)
            block = self._block(identity)
            answered.append(Answered(block, tuple(run.results)))
            whole = next((r.answer.whole for r in run.results if r.answer.whole), whole)
        if whole is not None:
            media, text = whole
            return Outcome(200, text.encode(), media)
        if control.policyid:
            return Outcome(200, acknowledged(control))
        body = response(control, answered, self._sandbox.settings.support_ids)
        return Outcome(200, body, fault=_first_fault(answered))

    def _run(
        self, exchange: Exchange, control: Control, operation: Operation, identity: Identity
    ) -> Run:
        settings, hit = self._sandbox.settings, exchange.hit
        limit = settings.functions_limit
        if limit is not None and len(operation.functions) > limit:
            words = f"XML Parse schema error: more than {limit} functions."
            raise ControlRefusal(Problem("XL03000003", words))
        stop = hit.functions if hit is not None and hit.when == "midway" else None
        run = Run(self._sandbox, control, identity, operation, exchange.base, stop)
        with identity.company.attempt():
            run.carry_out()
            exchange.entry.functions.extend(run.notes)
            late = self._seconds(exchange) > settings.server_seconds
            if late and not settings.work_survives_limit:
                raise TooLong
        run.settle()
        return run

    def _block(self, identity: Identity | SignInRefusal) -> SignedIn:
        if isinstance(identity, SignInRefusal):
            return SignedIn("failure", identity.userid, identity.companyid)
        return signed_in(self._sandbox, identity)


def _first_fault(answered: list[Answered]) -> str | None:
    for operation in answered:
        if operation.problem is not None:
            return operation.problem.errorno
        for result in operation.results:
            if result.problems:
                return result.problems[0].errorno
    return None


def _facts(exchange: Exchange, control: Control) -> list[dict[str, str]]:
    found = [
        facts_of(control, identity if isinstance(identity, Identity) else None, name, element)
        for operation, identity in zip(exchange.operations, exchange.identities, strict=True)
        for name, element in operation.functions
    ]
    return found or [facts_of(control, None, "", etree.Element("content"))]


def _salvaged(body: bytes) -> Control | None:
    """The control block of a broken request, if it can still be read."""
    found = salvaged_control(body)
    if not found.get("controlid"):
        return None
    return Control(
        found.get("senderid", ""),
        "",
        found["controlid"],
        found.get("uniqueid", "").lower() != "false",
        found.get("dtdversion") or "3.0",
        whitespace=found.get("includewhitespace", "").lower() != "false",
    )


async def _body(receive: Receive) -> bytes:
    """All of it, up to a bound beyond which the rest is dropped."""
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size <= MOST_BYTES + 1:
            parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)


async def _respond(send: Send, outcome: Outcome) -> None:
    headers = [
        (b"content-type", outcome.media.encode()),
        (b"content-length", str(len(outcome.body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if outcome.retry_after is not None:
        headers.append((b"retry-after", str(outcome.retry_after).encode()))
    start = {"type": "http.response.start", "status": outcome.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": outcome.body})
