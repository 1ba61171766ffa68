"""The way of a request: identity, limits, failures on demand, requestid, action, latency."""

from __future__ import annotations

import hashlib
import logging
import uuid
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from local.sandboxes.common.server import abort
from local.sandboxes.qbo.protocol.errors import (
    Fault,
    GatewayFault,
    business,
    forbidden,
    throttled,
    unauthorized,
)
from local.sandboxes.qbo.sandbox import Sandbox
from local.sandboxes.qbo.traffic.injection import Injection
from local.sandboxes.qbo.traffic.journal import METERED, Entry
from local.sandboxes.qbo.traffic.request_ids import Answered, checked
from local.sandboxes.qbo.web.actions import run
from local.sandboxes.qbo.web.batch import item_fault, peek
from local.sandboxes.qbo.web.call import Call, from_scope, read_body
from local.sandboxes.qbo.web.wire import JSON_FAULT, Outcome, answered, as_xml, faulted, refused

log = logging.getLogger(__name__)
SERVER_CUT_SECONDS: Final = 120.0
WRITES: Final = frozenset({"single", "batch", "upload", "preferences", "taxservice", "send"})
THROTTLED: Final = frozenset({429, 503})
BY_ITEM: Final = frozenset({"batch", "upload"})
TRY_AGAIN: Final = (
    "An unexpected error occurred while accessing or saving your data. Please wait a few minutes "
    "and try again.  If the problem persists, contact customer support."
)
PAGES: Final = {
    "status500": (500, "Internal Server Error"),
    "html502": (502, "Bad Gateway"),
    "503": (503, "Service Unavailable"),
    "504": (504, "Gateway Time-out"),
}
PAGE: Final = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


class Gateway:
    """ASGI application for `/v3/company/...`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = from_scope(self._sandbox, scope)
        sandbox = self._sandbox
        entry = sandbox.journal.open(
            call.now, call.method, call.path, query=call.query, kind=call.kind
        )
        tid = f"1-{uuid.uuid4().hex[:24]}"
        try:
            outcome = await self._answer(call, entry, receive)
        finally:
            _note(call, entry)
        entry.status, entry.fault = outcome.status, outcome.fault
        if sandbox.settings.journal_bodies:
            entry.request_body = call.body.decode("utf-8", "replace")
            entry.answer_body = outcome.body.decode("utf-8", "replace")
        if not call.wants_json:
            outcome = as_xml(outcome)
        sandbox.journal.close(entry, call.now)
        if outcome.cut:
            entry.status = 0
            abort(scope)
            return
        await respond(send, outcome, tid)

    async def _answer(self, call: Call, entry: Entry, receive: Receive) -> Outcome:
        try:
            call.body = await read_body(receive, call.sandbox.settings.upload_limit)
            self._admit(call)
            peek(call)
        except GatewayFault as fault:
            as_json = fault.status != 429 or call.settings.throttle_format == "json"
            return self._slow_down(refused(fault, call.now, as_json))
        except Fault as fault:
            return faulted(fault, call.now)
        except ClientDisconnect:
            return Outcome(0, cut=True)
        traffic = call.sandbox.limits.traffic_of(call.realm, call.app)
        traffic.running += 1
        journal = call.sandbox.journal
        journal.peak_concurrency = max(journal.peak_concurrency, traffic.running)
        try:
            return await self._work(call, entry)
        finally:
            traffic.running -= 1

    def _slow_down(self, outcome: Outcome, asked: int | None = None) -> Outcome:
        after = self._sandbox.settings.retry_after if asked is None else asked
        if outcome.status in THROTTLED and after is not None:
            outcome.headers.append((b"retry-after", str(after).encode()))
        return outcome

    def _admit(self, call: Call) -> None:
        """Raises GatewayFault 401, 403 or 429."""
        sandbox, settings = call.sandbox, call.settings
        now = sandbox.clock.now()
        scheme, _, value = call.headers.get("authorization", "").partition(" ")
        grant = sandbox.tokens.access.get(value) if scheme.lower() == "bearer" else None
        if grant is None:
            raise unauthorized("Malformed bearer token: too short or too long")
        if grant.expires <= now:
            raise unauthorized(f"Token expired: {value[:8]}...")
        if grant.realm != call.realm or call.realm not in sandbox.companies:
            raise forbidden()
        call.app = grant.app
        quota = settings.core_plus_limit
        if quota is not None and call.kind in METERED and sandbox.journal.metered >= quota:
            raise throttled()
        limits = sandbox.limits
        if settings.throttle and limits.refuses(call.realm, call.app, call.kind, now, settings):
            raise throttled()

    async def _work(self, call: Call, entry: Entry) -> Outcome:
        hit = self._due(call, "before")
        if hit is not None:
            entry.injected = hit.name
            outcome = await self._fail(call, hit)
            if outcome is not None:
                return outcome
        outcome = await self._once(call, entry)
        hit = self._due(call, "after")
        if hit is not None:
            entry.injected = hit.name
            outcome = await self._fail(call, hit) or outcome
        await self._take_time(call)
        return outcome

    def _due(self, call: Call, when: str) -> Injection | None:
        if not call.sandbox.injections.all:
            return None
        return call.sandbox.injections.due(
            [call.facts()],
            lambda i: i.when == when and not (i.action == "item_fault" and call.kind in BY_ITEM),
        )

    async def _fail(self, call: Call, hit: Injection) -> Outcome | None:
        """The failure as an answer; None for a delay that leads to the ordinary answer."""
        if hit.action == "timeout":
            await call.sandbox.clock.sleep(min(hit.seconds, SERVER_CUT_SECONDS))
            return Outcome(0, cut=True) if hit.seconds >= SERVER_CUT_SECONDS else None
        return self._slow_down(failure(hit, call.now), hit.retry_after)

    async def _once(self, call: Call, entry: Entry) -> Outcome:
        requestid = call.params.get("requestid", "")
        if not requestid or call.kind not in WRITES or call.method != "POST":
            return _run(call)
        entry.requestid = requestid
        known = call.sandbox.requestids[call.realm]
        settings = call.settings
        try:
            checked(requestid, call.kind)
            if settings.requestid == "ignored":
                return _run(call)
            digest = hashlib.sha256(call.operation.encode() + call.body).hexdigest()
            first = await known.earlier(requestid, digest, call.sandbox.clock.now(), settings)
        except Fault as fault:
            return faulted(fault, call.now)
        if first is not None:
            entry.replayed = True
            return _replayed(first) if settings.requestid == "honoured" else _repeat_faulted(call)
        outcome = _run_claimed(call, requestid)
        if outcome.status < 300 or settings.requestid_store_faults:
            known.keep(requestid, outcome.status, outcome.body, settings)
        else:
            known.drop(requestid)
        return outcome

    async def _take_time(self, call: Call) -> None:
        settings = call.settings
        if call.kind == "batch":
            millis = settings.batch_ms + settings.batch_item_ms * call.items
        elif call.kind in ("query", "cdc"):
            millis = settings.query_ms
        else:
            millis = settings.single_ms
        await call.sandbox.clock.sleep(millis / 1000)


def _run(call: Call) -> Outcome:
    """The action's answer; what nobody expected is logged and answered as a SystemFault."""
    try:
        return run(call)
    except Fault as fault:
        return faulted(fault, call.now)
    except Exception as error:
        log.exception("%s %s failed", call.method, call.path)
        return faulted(Fault("10000", f"System Failure Error: {type(error).__name__}"), call.now)


def _run_claimed(call: Call, requestid: str) -> Outcome:
    try:
        return _run(call)
    except BaseException:
        call.sandbox.requestids[call.realm].drop(requestid)
        raise


def _replayed(first: Answered) -> Outcome:
    fault = None if first.status < 300 else "replayed"
    content_type = Outcome().content_type if first.status < 300 else JSON_FAULT
    return Outcome(first.status, first.body, content_type, fault=fault)


def _repeat_faulted(call: Call) -> Outcome:
    """What a repeat of something committed has been answered: ruckus/quickbooks-ruby PR 344."""
    fault = business(TRY_AGAIN)
    if call.kind != "batch":
        return faulted(fault, call.now)
    items = call.json()["BatchItemRequest"]
    tags = ({"bId": item["bId"]} if "bId" in item else {} for item in items)
    answers = [{"Fault": fault.body(), **tag} for tag in tags]
    return answered({"BatchItemResponse": answers}, call.now)


def failure(hit: Injection, now: float) -> Outcome:
    """What a failing gateway or service sends."""
    if hit.action == "item_fault":
        return faulted(item_fault(hit), now)
    if hit.action == "fault10000":
        detail = hit.detail.replace("Business Validation Error", "System Failure Error")
        return faulted(Fault("10000", detail), now)
    if hit.action == "cut":
        return Outcome(0, cut=True)
    if hit.action == "401":
        return refused(unauthorized("Token expired: by request"), now)
    if hit.action in ("429xml", "429json"):
        return refused(throttled(), now, hit.action == "429json")
    status, words = PAGES[hit.action]
    page = PAGE.format(f"{status} {words}").encode()
    return Outcome(status, page, "text/html", fault=str(status))


def _note(call: Call, entry: Entry) -> None:
    entry.realm, entry.entity = call.realm, call.entity
    entry.operation, entry.items = call.operation, call.items
    entry.requestid = entry.requestid or call.params.get("requestid", "")


async def respond(send: Send, outcome: Outcome, tid: str) -> None:
    headers = [
        (b"content-type", outcome.content_type.encode()),
        (b"content-length", str(len(outcome.body)).encode()),
        (b"intuit_tid", tid.encode()),
        (b"cache-control", b"max-age=0, no-cache, no-store, must-revalidate"),
        *outcome.headers,
    ]
    start = {"type": "http.response.start", "status": outcome.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": outcome.body})
