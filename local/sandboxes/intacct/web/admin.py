"""The calls under `/_sandbox` that only the sandbox of Sage Intacct has."""

from __future__ import annotations

from datetime import date
from typing import Final

from starlette.requests import Request

from local.sandboxes.common import admin
from local.sandboxes.common.admin import Json, read_json
from local.sandboxes.intacct.books.company import Company, User
from local.sandboxes.intacct.books.rows import Record
from local.sandboxes.intacct.engine import operations
from local.sandboxes.intacct.engine.change import Sent
from local.sandboxes.intacct.protocol.errors import Refusal
from local.sandboxes.intacct.sandbox import Sandbox
from local.sandboxes.intacct.schema.fields import Field
from local.sandboxes.intacct.schema.registry import BY_NAME
from local.sandboxes.intacct.web.operation import ENDPOINT


class Admin(admin.Admin[Sandbox]):
    MISTAKES = (*admin.Admin.MISTAKES, Refusal)

    def calls(self) -> admin.Table:
        return (
            *super().calls(),
            ("POST", "/companies", self.add_company),
            ("POST", "/senders", self.add_sender),
            ("POST", "/session", self.session),
            ("POST", "/sessions/expire", self.expire),
            ("POST", "/companies/{company}", self.change_company),
            ("POST", "/companies/{company}/closed", self.close_books),
            ("POST", "/companies/{company}/fields", self.add_field),
            ("POST", "/companies/{company}/edit", self.edit),
            ("GET", "/companies/{company}/{object}", self.rows),
        )

    def mistaken(self, error: Exception) -> Json:
        if not isinstance(error, Refusal):
            return super().mistaken(error)
        all_words = [f"{p.errorno} {p.text}".strip() for p in error.problems]
        return {"error": all_words[0], "errors": all_words}

    def companies(self) -> list[Json]:
        return [{"company": c.id, "title": c.title} for c in self._sandbox.companies.values()]

    async def add_company(self, request: Request) -> Json:
        body = await read_json(request)
        company = self._sandbox.add_company(body.pop("company"), **body)
        return {"company": company.id}

    async def add_sender(self, request: Request) -> Json:
        """Another partner; each company authorizes it for itself."""
        body = await read_json(request)
        self._sandbox.senders[str(body["sender"])] = str(body["password"])
        return {"senders": sorted(self._sandbox.senders)}

    async def session(self, request: Request) -> Json:
        """A session without a login."""
        body, sandbox = await read_json(request), self._sandbox
        company = sandbox.companies[body["company"]]
        user = body.get("user", sandbox.settings.user_id)
        sender = body.get("sender", sandbox.settings.sender_id)
        expires = sandbox.clock.now() + sandbox.settings.session_seconds
        session = sandbox.sessions.open(
            sender, company.id, user, body.get("entity", ""), expires, ENDPOINT
        )
        return {"sessionid": session.id, "endpoint": f"{_base(request)}{ENDPOINT}"}

    async def expire(self, request: Request) -> Json:
        return {"expired": self._sandbox.sessions.expire((await read_json(request))["company"])}

    def _company(self, request: Request) -> Company:
        return self._sandbox.companies[request.path_params["company"]]

    async def change_company(self, request: Request) -> Json:
        """What an administrator sets: users, senders, preferences, subscriptions."""
        company, body = self._company(request), await read_json(request)
        known = {"users", "senders", "preferences", "applications", "absent", *FLAGS}
        if unknown := body.keys() - known:
            raise ValueError(f"unknown members: {', '.join(sorted(unknown))}")
        for name in FLAGS & body.keys():
            setattr(company, name, bool(body[name]))
        for user in body.get("users", ()):
            denied = frozenset(user.get("denied", ()))
            company.users[user["id"]] = User(user["id"], user["password"], denied)
        if "senders" in body:
            company.senders = set(body["senders"])
        if "absent" in body:
            company.absent = frozenset(body["absent"])
            company.fresh.clear()
        if "applications" in body:
            company.applications = frozenset(body["applications"])
        self._sandbox.prefer(company, body.get("preferences", {}))
        return {"company": company.id, "preferences": company.preferences}

    async def close_books(self, request: Request) -> Json:
        """Closes modules through a day, `{"AP": "2026-01-31"}`; null opens them again."""
        company = self._company(request)
        for module, day in (await read_json(request)).items():
            if day is None:
                company.closed.pop(module, None)
            else:
                company.closed[module] = date.fromisoformat(day)
        return {module: day.isoformat() for module, day in company.closed.items()}

    async def add_field(self, request: Request) -> Json:
        """A custom field: `{"object","name","label"?,"required"?,"kind"?,"choices"?}`."""
        company, body = self._company(request), await read_json(request)
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
        body = await read_json(request)
        entry = BY_NAME[body["object"]]
        context = self._sandbox.by_hand(request.path_params["company"], body.get("entity", ""))
        if "create" in body:
            return shown(
                operations.create(context, entry, Sent(_texts(body["create"]), _lines(body)))
            )
        number = str(body["recordno"])
        record = operations.sought(context, entry, {"RECORDNO": number})
        context.entity = record.entity
        if body.get("delete"):
            operations.delete(context, entry, record)
            return {}
        values = {**_texts(body.get("changes", {})), "RECORDNO": number}
        return shown(operations.update(context, entry, Sent(values, _lines(body))))

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
