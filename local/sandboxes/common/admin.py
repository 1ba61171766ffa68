"""The sandbox's own calls under `/_sandbox`: for tests and benchmarks, from this machine only."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Final, Generic, TypeAlias, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.sandboxes.common.sandbox import Sandbox

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "testclient"})
Json: TypeAlias = dict[str, Any]
Handler: TypeAlias = Callable[[Request], Awaitable[Any]]
Table: TypeAlias = tuple[tuple[str, str, Handler], ...]
Kind = TypeVar("Kind", bound=Sandbox)


class Admin(ABC, Generic[Kind]):
    """The calls that every sandbox has. A ledger's own kind adds its calls, names its companies
    and says what its refusals look like."""

    MISTAKES: ClassVar[tuple[type[Exception], ...]] = (KeyError, TypeError, ValueError)

    def __init__(self, sandbox: Kind) -> None:
        self._sandbox = sandbox

    def calls(self) -> Table:
        """Method, path below `/_sandbox` and handler."""
        return (
            ("GET", "/health", self.health),
            ("GET", "/journal", self.journal),
            ("DELETE", "/journal", self.clear_journal),
            ("GET", "/stats", self.stats),
            ("GET", "/faults", self.faults),
            ("POST", "/faults", self.add_fault),
            ("DELETE", "/faults", self.clear_faults),
            ("POST", "/clock", self.clock),
            ("GET", "/settings", self.settings),
            ("POST", "/settings", self.change_settings),
            ("GET", "/companies/{company}/settings", self.company_settings),
            ("POST", "/companies/{company}/settings", self.change_company_settings),
        )

    @abstractmethod
    def companies(self) -> list[Json]: ...

    def answered(self, value: Any) -> Response:
        return JSONResponse(value)

    def mistaken(self, error: Exception) -> Json:
        return {"error": f"{type(error).__name__}: {error}"}

    def routes(self) -> list[Route]:
        return [
            Route(f"/_sandbox{path}", self._guarded(handler), methods=[method])
            for method, path, handler in self.calls()
        ]

    def _guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """Answers only this machine; a mistake in the request is a 400 with words."""

        async def guarded(request: Request) -> Response:
            if request.client is None or request.client.host not in LOOPBACK:
                return JSONResponse({"error": "loopback only"}, status_code=403)
            try:
                value = await handler(request)
            except self.MISTAKES as error:
                return JSONResponse(self.mistaken(error), status_code=400)
            return self.answered(value)

        return guarded

    async def health(self, _request: Request) -> Json:
        scale = self._sandbox.clock.scale
        return {"status": "ok", "scale": scale, "companies": self.companies()}

    async def journal(self, request: Request) -> Json:
        after = int(request.query_params.get("after", 0))
        limit = int(request.query_params.get("limit", 1000))
        return self._sandbox.journal.since(after, limit)

    async def clear_journal(self, _request: Request) -> Json:
        self._sandbox.journal.clear()
        return {}

    async def stats(self, _request: Request) -> Json:
        return self._sandbox.journal.stats()

    async def faults(self, _request: Request) -> Json:
        return {"faults": [i.shown() for i in self._sandbox.injections.all]}

    async def add_fault(self, request: Request) -> Json:
        shown: Json = self._sandbox.injections.add(await read_json(request)).shown()
        return shown

    async def clear_faults(self, _request: Request) -> Json:
        self._sandbox.injections.clear()
        return {}

    async def clock(self, request: Request) -> Json:
        body = await read_json(request)
        scale = float(body["scale"]) if "scale" in body else None
        if scale is not None and scale <= 0:
            raise ValueError("scale must be above 0")
        clock = self._sandbox.clock
        clock.change(scale, float(body.get("advance_seconds", 0)))
        return {"scale": clock.scale, "ledger_time": clock.now()}

    async def settings(self, _request: Request) -> Json:
        return self._sandbox.settings.as_dict()

    async def change_settings(self, request: Request) -> Json:
        self._sandbox.change_settings(await read_json(request))
        return self._sandbox.settings.as_dict()

    async def company_settings(self, request: Request) -> Json:
        """What a company has otherwise than the sandbox."""
        return self._sandbox.companies[request.path_params["company"]].settings

    async def change_company_settings(self, request: Request) -> Json:
        changes = await read_json(request)
        self._sandbox.change_company_settings(request.path_params["company"], changes)
        return await self.company_settings(request)


async def read_json(request: Request) -> Json:
    value = json.loads(await request.body() or b"{}")
    if not isinstance(value, dict):
        raise ValueError("the body must be a JSON object")
    return value
