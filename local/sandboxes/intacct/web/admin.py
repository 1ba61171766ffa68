"""The sandbox's own calls under `/_sandbox`: for tests and benchmarks, from this machine only."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any, Final, TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ...common.injection import BadFault
from ...common.settings import UnknownSetting
from ..books.company import Company, User
from ..books.rows import Record
from ..engine import operations
from ..engine.change import Sent
from ..errors import Refusal
from ..sandbox import Sandbox
from ..schema.fields import Field
from ..schema.registry import BY_NAME
from .operation import ENDPOINT

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "testclient"})
Json: TypeAlias = dict[str, Any]
Handler: TypeAlias = Callable[[Request], Awaitable[Any]]
MISTAKES: Final = (KeyError, TypeError, ValueError, BadFault, UnknownSetting)


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
            ("POST", "/senders", self.add_sender),
            ("POST", "/session", self.session),
            ("POST", "/sessions/expire", self.expire),
            ("GET", "/faults", self.faults),
            ("POST", "/faults", self.add_fault),
            ("DELETE", "/faults", self.clear_faults),
            ("POST", "/clock", self.clock),
            ("GET", "/settings", self.settings),
            ("POST", "/settings", self.change_settings),
            ("POST", "/companies/{company}", self.change_company),
            ("POST", "/companies/{company}/closed", self.close_books),
            ("POST", "/companies/{company}/fields", self.add_field),
            ("POST", "/companies/{company}/edit", self.edit),
            ("GET", "/companies/{company}/{object}", self.rows),
        )
        return [
            Route(f"/_sandbox{path}", _guarded(handler), methods=[method])
            for method, path, handler in table
        ]

    async def health(self, _request: Request) -> Json:
        companies = [{"company": c.id, "title": c.title} for c in self._sandbox.companies.values()]
        return {"status": "ok", "scale": self._sandbox.clock.scale, "companies": companies}

    async def journal(self, request: Request) -> Json:
        after = int(request.query_params.get("after", 0))
        return self._sandbox.journal.since(after, int(request.query_params.get("limit", 1000)))

    async def clear_journal(self, _request: Request) -> Json:
        self._sandbox.journal.clear()
        return {}

    async def stats(self, _request: Request) -> Json:
        return self._sandbox.journal.stats()

    async def add_company(self, request: Request) -> Json:
        body = await _json(request)
        company = self._sandbox.add_company(body.pop("company"), **body)
        return {"company": company.id}

    async def add_sender(self, request: Request) -> Json:
        """Another partner; each company authorizes it for itself."""
        body = await _json(request)
        self._sandbox.senders[str(body["sender"])] = str(body["password"])
        return {"senders": sorted(self._sandbox.senders)}

    async def session(self, request: Request) -> Json:
        """A session without a login."""
        body, sandbox = await _json(request), self._sandbox
        company = sandbox.companies[body["company"]]
        user = body.get("user", sandbox.settings.user_id)
        sender = body.get("sender", sandbox.settings.sender_id)
        expires = sandbox.clock.now() + sandbox.settings.session_seconds
        session = sandbox.sessions.open(
            sender, company.id, user, body.get("entity", ""), expires, ENDPOINT
        )
        return {"sessionid": session.id, "endpoint": f"{_base(request)}{ENDPOINT}"}

    async def expire(self, request: Request) -> Json:
        return {"expired": self._sandbox.sessions.expire((await _json(request))["company"])}

    async def faults(self, _request: Request) -> Json:
        return {"faults": [i.shown() for i in self._sandbox.injections.all]}

    async def add_fault(self, request: Request) -> Json:
        return self._sandbox.injections.add(await _json(request)).shown()

    async def clear_faults(self, _request: Request) -> Json:
        self._sandbox.injections.clear()
        return {}

    async def clock(self, request: Request) -> Json:
        body = await _json(request)
        scale = float(body["scale"]) if "scale" in body else None
        if scale is not None and scale <= 0:
            raise ValueError("scale must be above 0")
        clock = self._sandbox.clock
        clock.change(scale, float(body.get("advance_seconds", 0)))
        return {"scale": clock.scale, "ledger_time": clock.now()}

    async def settings(self, _request: Request) -> Json:
        return self._sandbox.settings.as_dict()

    async def change_settings(self, request: Request) -> Json:
        self._sandbox.change_settings(await _json(request))
        return self._sandbox.settings.as_dict()

    def _company(self, request: Request) -> Company:
        return self._sandbox.companies[request.path_params["company"]]

    async def change_company(self, request: Request) -> Json:
        """What an administrator sets: users, senders, preferences, subscriptions."""
        company, body = self._company(request), await _json(request)
        known = {"users", "senders", "preferences", "applications", *FLAGS}
        if unknown := body.keys() - known:
            raise ValueError(f"unknown members: {', '.join(sorted(unknown))}")
        for name in FLAGS & body.keys():
            setattr(company, name, bool(body[name]))
        for user in body.get("users", ()):
            denied = frozenset(user.get("denied", ()))
            company.users[user["id"]] = User(user["id"], user["password"], denied)
        if "senders" in body:
            company.senders = set(body["senders"])
        if "applications" in body:
            company.applications = frozenset(body["applications"])
        self._sandbox.prefer(company, body.get("preferences", {}))
        return {"company": company.id, "preferences": company.preferences}

    async def close_books(self, request: Request) -> Json:
        """Closes modules through a day, `{"AP": "2026-01-31"}`; null opens them again."""
        company = self._company(request)
        for module, day in (await _json(request)).items():
            if day is None:
                company.closed.pop(module, None)
            else:
                company.closed[module] = date.fromisoformat(day)
        return {module: day.isoformat() for module, day in company.closed.items()}

    async def add_field(self, request: Request) -> Json:
        """A custom field: `{"object","name","label"?,"required"?,"kind"?,"choices"?}`."""
        company, body = self._company(request), await _json(request)
        entry = BY_NAME[body["object"]]
        field = Field(
            body["name"].upper(),
            body.get("kind", "TEXT"),
            required=bool(body.get("required")),
            choices=tuple(body.get("choices", ())),
            label=body.get("label", ""),
            custom=True,
        )
        if field.name in company.fields(entry):
            raise ValueError(f"{entry.name} has a field {field.name} already")
        company.custom[entry.name] = (*company.custom.get(entry.name, ()), field)
        company.version += 1
        return {"object": entry.name, "fields": [f.name for f in company.custom[entry.name]]}

    async def edit(self, request: Request) -> Json:
        """Somebody creates, changes or deletes a record in the screens."""
        body = await _json(request)
        entry = BY_NAME[body["object"]]
        work = self._sandbox.by_hand(request.path_params["company"], body.get("entity", ""))
        if "create" in body:
            return shown(operations.create(work, entry, Sent(_texts(body["create"]), _lines(body))))
        number = str(body["recordno"])
        record = operations.sought(work, entry, {"RECORDNO": number})
        work.entity = record.entity
        if body.get("delete"):
            operations.delete(work, entry, record)
            return {}
        values = {**_texts(body.get("changes", {})), "RECORDNO": number}
        return shown(operations.update(work, entry, Sent(values, _lines(body))))

    async def rows(self, request: Request) -> Json:
        """Every record as it is stored."""
        table = self._company(request).tables[request.path_params["object"]]
        return {"rows": [shown(record) for record in table.rows()]}


FLAGS: Final = frozenset({"multi_entity", "multi_currency", "web_services", "expired"})


def shown(record: Record) -> Json:
    times = {"created": record.created, "modified": record.modified}
    place = {"RECORDNO": record.recordno, "entity": record.entity, "parent": record.parent}
    return {**place, **times, **record.values}


def _texts(values: Json) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _lines(body: Json) -> list[dict[str, str]] | None:
    return [_texts(line) for line in body["lines"]] if "lines" in body else None


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _guarded(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Answers only this machine; a mistake in the request is a 400 with words."""

    async def guarded(request: Request) -> Response:
        if request.client is None or request.client.host not in LOOPBACK:
            return JSONResponse({"error": "loopback only"}, status_code=403)
        try:
            value = await handler(request)
        except Refusal as refusal:
            all_words = [f"{p.errorno} {p.text}".strip() for p in refusal.problems]
            return JSONResponse({"error": all_words[0], "errors": all_words}, status_code=400)
        except MISTAKES as error:
            words = f"{type(error).__name__}: {error}"
            return JSONResponse({"error": words}, status_code=400)
        return JSONResponse(value)

    return guarded


async def _json(request: Request) -> Json:
    value = json.loads(await request.body() or b"{}")
    if not isinstance(value, dict):
        raise ValueError("the body must be a JSON object")
    return value
