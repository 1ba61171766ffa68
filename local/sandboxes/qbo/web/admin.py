"""The calls under `/_sandbox` that only the sandbox of QuickBooks Online has."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from local.sandboxes.common import admin
from local.sandboxes.common.admin import Handler, read_json
from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.protocol.errors import Fault
from local.sandboxes.qbo.sandbox import SCOPE, Sandbox
from local.sandboxes.qbo.traffic.webhooks import Event, Storm, subscription
from local.sandboxes.qbo.web import screens
from local.sandboxes.qbo.web.wire import dump

STORMY: Final = ("Customer", "Item", "Vendor", "Employee", "Account")
ScreenEdit: TypeAlias = Callable[[Sandbox, str, Row], Row]


class Admin(admin.Admin[Sandbox]):
    MISTAKES = (*admin.Admin.MISTAKES, Fault)

    def calls(self) -> admin.Table:
        return (
            *super().calls(),
            ("POST", "/companies", self.add_company),
            ("POST", "/token", self.token),
            ("POST", "/tokens/expire", self.expire),
            ("GET", "/webhooks", self.webhooks),
            ("PUT", "/webhooks", self.subscribe),
            ("DELETE", "/webhooks", self.unsubscribe),
            ("POST", "/companies/{realm}/edit", self._screen_edit(screens.edit)),
            ("POST", "/companies/{realm}/merge", self._screen_edit(screens.join)),
            ("POST", "/companies/{realm}/mark", self._screen_edit(screens.mark)),
            ("POST", "/companies/{realm}/currencies", self._screen_edit(screens.use_currency)),
            ("POST", "/companies/{realm}/storm", self.storm),
            ("POST", "/companies/{realm}/preferences", self.preferences),
            ("GET", "/companies/{realm}/{entity}", self.rows),
        )

    def mistaken(self, error: Exception) -> Row:
        return {"Fault": error.body()} if isinstance(error, Fault) else super().mistaken(error)

    def answered(self, value: Any) -> Response:
        return Response(dump(value), media_type="application/json")

    def companies(self) -> list[Row]:
        return [{"realm": c.realm, "name": c.name} for c in self._sandbox.companies.values()]

    async def add_company(self, request: Request) -> Row:
        body = await read_json(request)
        company = self._sandbox.add_company(
            body["name"],
            body.get("seed", "empty"),
            body.get("realm"),
            body.get("preferences"),
            body.get("sizes"),
            body.get("settings"),
        )
        return {"realm": company.realm}

    async def token(self, request: Request) -> Row:
        realm = (await read_json(request))["realm"]
        if realm not in self._sandbox.companies:
            raise KeyError(realm)
        sandbox = self._sandbox
        app = sandbox.settings.client_id
        now = sandbox.clock.now()
        return sandbox.tokens.issue(realm, app, SCOPE, now, sandbox.settings)

    async def expire(self, request: Request) -> Row:
        body = await read_json(request)
        access, refresh = bool(body.get("access")), bool(body.get("refresh"))
        return {"expired": self._sandbox.tokens.expire(body["realm"], access, refresh)}

    async def webhooks(self, _request: Request) -> Row:
        target = self._sandbox.webhooks.subscription
        url = target.url if target else None
        return {"url": url, "deliveries": list(self._sandbox.webhooks.deliveries)}

    async def subscribe(self, request: Request) -> Row:
        target = subscription(await read_json(request))
        self._sandbox.webhooks.subscription = target
        return {"url": target.url, "format": target.format}

    async def unsubscribe(self, _request: Request) -> Row:
        self._sandbox.webhooks.subscription = None
        return {}

    def _screen_edit(self, edit: ScreenEdit) -> Handler:
        """Somebody works in the QuickBooks screens."""

        async def done(request: Request) -> Row:
            return edit(self._sandbox, request.path_params["realm"], await read_json(request))

        return done

    async def storm(self, request: Request) -> Row:
        """Notifications about rows that are there, with their true times: a storm of them."""
        body, realm = await read_json(request), request.path_params["realm"]
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
        changes = await read_json(request)
        return self._sandbox.change_preferences(request.path_params["realm"], changes)

    async def rows(self, request: Request) -> Row:
        """Live rows and the stubs of deleted ones, as stored."""
        company = self._sandbox.companies[request.path_params["realm"]]
        table = company.table(request.path_params["entity"])
        deleted = [record.row for record in table.deleted.values()]
        return {"rows": list(table.rows()), "deleted": deleted}
