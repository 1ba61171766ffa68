"""The sandbox's own calls under `/_sandbox`: for tests and benchmarks, from this machine only."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Any, Final, TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ...common.injection import BadFault
from ...common.settings import UnknownSetting
from ..faults import Fault
from ..rows import Row
from ..sandbox import SCOPE, Sandbox
from ..webhooks import BadSubscription, Event, Storm, subscription
from . import desk
from .wire import dump

STORMY: Final = ("Customer", "Item", "Vendor", "Employee", "Account")
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "testclient"})
Handler: TypeAlias = Callable[[Request], Awaitable[Any]]
Deed: TypeAlias = Callable[[Sandbox, str, Row], Row]
MISTAKES: Final = (KeyError, TypeError, ValueError, BadFault, UnknownSetting, BadSubscription)


class Admin:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        table: tuple[tuple[str, str, Handler], ...] = (
            ("GET", "/health", self.health),
            ("GET", "/journal", self.journal),
            ("DELETE", "/journal", self.clear_journal),
            ("GET", "/stats", self.stats),
            ("POST", "/companies", self.add_company),
            ("POST", "/token", self.token),
            ("POST", "/tokens/expire", self.expire),
            ("GET", "/faults", self.faults),
            ("POST", "/faults", self.add_fault),
            ("DELETE", "/faults", self.clear_faults),
            ("POST", "/clock", self.clock),
            ("GET", "/settings", self.settings),
            ("POST", "/settings", self.change_settings),
            ("GET", "/webhooks", self.webhooks),
            ("PUT", "/webhooks", self.subscribe),
            ("DELETE", "/webhooks", self.unsubscribe),
            ("POST", "/companies/{realm}/edit", self._desk(desk.edit)),
            ("POST", "/companies/{realm}/merge", self._desk(desk.join)),
            ("POST", "/companies/{realm}/mark", self._desk(desk.mark)),
            ("POST", "/companies/{realm}/currencies", self._desk(desk.use_currency)),
            ("POST", "/companies/{realm}/storm", self.storm),
            ("POST", "/companies/{realm}/preferences", self.preferences),
            ("GET", "/companies/{realm}/{entity}", self.rows),
        )
        return [
            Route(f"/_sandbox{path}", _guarded(handler), methods=[method])
            for method, path, handler in table
        ]

    async def health(self, _request: Request) -> Row:
        companies = [{"realm": c.realm, "name": c.name} for c in self._sandbox.companies.values()]
        return {"status": "ok", "scale": self._sandbox.clock.scale, "companies": companies}

    async def journal(self, request: Request) -> Row:
        after = int(request.query_params.get("after", 0))
        limit = int(request.query_params.get("limit", 1000))
        return self._sandbox.journal.since(after, limit)

    async def clear_journal(self, _request: Request) -> Row:
        self._sandbox.journal.clear()
        return {}

    async def stats(self, _request: Request) -> Row:
        return self._sandbox.journal.stats()

    async def add_company(self, request: Request) -> Row:
        body = await _json(request)
        company = self._sandbox.add_company(
            body["name"],
            body.get("seed", "empty"),
            body.get("realm"),
            body.get("preferences"),
            body.get("sizes"),
        )
        return {"realm": company.realm}

    async def token(self, request: Request) -> Row:
        realm = (await _json(request))["realm"]
        if realm not in self._sandbox.companies:
            raise KeyError(realm)
        sandbox = self._sandbox
        app = sandbox.settings.client_id
        now = sandbox.clock.now()
        return sandbox.tokens.issue(realm, app, SCOPE, now, sandbox.settings)

    async def expire(self, request: Request) -> Row:
        body = await _json(request)
        access, refresh = bool(body.get("access")), bool(body.get("refresh"))
        return {"expired": self._sandbox.tokens.expire(body["realm"], access, refresh)}

    async def faults(self, _request: Request) -> Row:
        return {"faults": [i.shown() for i in self._sandbox.injections.all]}

    async def add_fault(self, request: Request) -> Row:
        return self._sandbox.injections.add(await _json(request)).shown()

    async def clear_faults(self, _request: Request) -> Row:
        self._sandbox.injections.clear()
        return {}

    async def clock(self, request: Request) -> Row:
        body = await _json(request)
        scale = float(body["scale"]) if "scale" in body else None
        if scale is not None and scale <= 0:
            raise ValueError("scale must be above 0")
        clock = self._sandbox.clock
        clock.change(scale, float(body.get("advance_seconds", 0)))
        return {"scale": clock.scale, "ledger_time": clock.now()}

    async def settings(self, _request: Request) -> Row:
        return self._sandbox.settings.as_dict()

    async def change_settings(self, request: Request) -> Row:
        self._sandbox.change_settings(await _json(request))
        return self._sandbox.settings.as_dict()

    async def webhooks(self, _request: Request) -> Row:
        target = self._sandbox.webhooks.subscription
        url = target.url if target else None
        return {"url": url, "deliveries": list(self._sandbox.webhooks.deliveries)}

    async def subscribe(self, request: Request) -> Row:
        target = subscription(await _json(request))
        self._sandbox.webhooks.subscription = target
        return {"url": target.url, "format": target.format}

    async def unsubscribe(self, _request: Request) -> Row:
        self._sandbox.webhooks.subscription = None
        return {}

    def _desk(self, deed: Deed) -> Handler:
        """Somebody works in the QuickBooks screens."""

        async def done(request: Request) -> Row:
            return deed(self._sandbox, request.path_params["realm"], await _json(request))

        return done

    async def storm(self, request: Request) -> Row:
        """Notifications about rows that are there, with their true times: a storm of them."""
        body, realm = await _json(request), request.path_params["realm"]
        duplicates = float(body.get("duplicates", 0))
        plan = Storm(duplicates, bool(body.get("shuffle")), str(body.get("format", "cloudevents")))
        company = self._sandbox.companies[realm]
        changed = (
            Event(realm, entity, record.row["Id"], "Update", record.updated)
            for entity in STORMY
            for record in reversed(company.table(entity).records.values())
        )
        wanted = round(int(body["count"]) / (1 + duplicates))
        return await self._sandbox.webhooks.storm(list(islice(changed, wanted)), plan)

    async def preferences(self, request: Request) -> Row:
        changes = await _json(request)
        return self._sandbox.change_preferences(request.path_params["realm"], changes)

    async def rows(self, request: Request) -> Row:
        """Live rows and the stubs of deleted ones, as stored."""
        company = self._sandbox.companies[request.path_params["realm"]]
        table = company.table(request.path_params["entity"])
        deleted = [record.row for record in table.deleted.values()]
        return {"rows": list(table.rows()), "deleted": deleted}


def _guarded(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Answers only this machine; a mistake in the request is a 400 with words."""

    async def guarded(request: Request) -> Response:
        if request.client is None or request.client.host not in LOOPBACK:
            return JSONResponse({"error": "loopback only"}, status_code=403)
        try:
            value = await handler(request)
        except Fault as fault:
            return JSONResponse({"Fault": fault.body()}, status_code=400)
        except MISTAKES as error:
            words = f"{type(error).__name__}: {error}"
            return JSONResponse({"error": words}, status_code=400)
        return Response(dump(value), media_type="application/json")

    return guarded


async def _json(request: Request) -> dict[str, Any]:
    value = json.loads(await request.body() or b"{}")
    if not isinstance(value, dict):
        raise ValueError("the body must be a JSON object")
    return value
