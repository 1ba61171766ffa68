"""Records of every kind, a firm that can post them, and what became of them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.rules import CreateLaborCode, LinkExpenseCode, LinkTo, RuleKind

from tests.fakes.service import FIRM, USER, entry
from tests.unit.api.client import ALL, FAR, FIRM_CLAIM, Answer, Api

Items = Mapping[str, dict[str, Any]]
"""Items of a run or a preview, by posting key."""


def expense(key: str, **given: Any) -> dict[str, Any]:
    """What u1 spent of their own money."""
    plain = {"key": key, "staff_key": "u1", "spent_on": "2026-02-27", "amount": "12.50"}
    return plain | {"expense_code_key": "meals", "project_key": "p1"} | given


def invoice(key: str, **given: Any) -> dict[str, Any]:
    """An hour of development for the client of p1."""
    line = {"amount": "95.00", "labor_code_key": "dev", "description": "Development"}
    plain = {"key": key, "issued_on": "2026-02-28", "project_key": "p1", "number": f"N-{key}"}
    return plain | {"lines": [line]} | given


def client(key: str, **given: Any) -> dict[str, Any]:
    return {"key": key, "name": f"Client {key}"} | given


def project(key: str, **given: Any) -> dict[str, Any]:
    return {"key": key, "name": f"Project {key}"} | given


def staff(key: str, **given: Any) -> dict[str, Any]:
    return {"key": key, "name": f"Grace {key}"} | given


SAMPLES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "time_entries": ("time", entry("k1")),
    "expenses": ("expense", expense("k1")),
    "invoices": ("invoice", invoice("k1")),
    "clients": ("client", client("k1")),
    "projects": ("project", project("k1")),
    "staff": ("staff", staff("k1")),
}
"""A good record for each list of a post, and its kind."""

WRITTEN = {
    "time": "time:k1",
    "expense": "expense:k1",
    "invoice": "invoice:k1",
    "client": "project:k1",
    "project": "project:k1",
    "staff": "user:k1",
}
"""The posting key of the sample of each kind."""


def furnished(api: Api) -> Connection:
    """A connection with the rules and settings that the samples need."""
    connection = api.app.connected()
    rules = api.app.rules
    rules(
        connection, RuleKind.LABOR_CODES, {"dev": CreateLaborCode(name="D", income_account_id="9")}
    )
    rules(connection, RuleKind.EXPENSE_CODES, {"meals": LinkExpenseCode(ledger_id="60")})
    rules(connection, RuleKind.VENDORS, {"v1": LinkTo(ledger_id="56")})
    choose(api, connection, {"expenses": {"check_account_id": "35", "card_account_id": "41"}})
    return connection


def choose(api: Api, connection: Connection, settings: Mapping[str, Any]) -> None:
    answer = api.call("PATCH", f"/v1/connections/{connection.id}/settings", settings)
    assert answer.status == 200, answer.text


def claims(kinds: str | None, scopes: Sequence[str] = ALL) -> dict[str, str]:
    """A token's claims with these kinds, or without the claim."""
    token = {FIRM_CLAIM: FIRM, "sub": USER, "exp": FAR, "scope": " ".join(scopes)}
    return token if kinds is None else token | {"post_kinds": kinds}


def send(api: Api, connection: Connection, body: Any, key: str = "key", **given: Any) -> Answer:
    """Post a body."""
    path = f"/v1/connections/{connection.id}/posts"
    return api.post(path, body, headers={"idempotency-key": key}, **given)


def preview(api: Api, connection: Connection, body: Any, **given: Any) -> Answer:
    """Ask what posting it would do."""
    path = f"/v1/connections/{connection.id}/posts"
    return api.post(path, body, query={"preview": "true"}, **given)


def posted(api: Api, connection: Connection, body: Any, key: str = "key", **given: Any) -> Items:
    """Post a body and have it done."""
    answer = send(api, connection, body, key, **given)
    assert answer.status == 202, answer.text
    api.app.work()
    run = api.get(answer.json["href"]).json
    assert run["state"] in ("completed", "completed_with_problems"), run
    return by_key(api.get(f"{run['href']}/items", query={"limit": "1000"}).json["items"])


def by_key(items: Sequence[dict[str, Any]]) -> Items:
    assert len({item["key"] for item in items}) == len(items)
    return {item["key"]: item for item in items}


def states(items: Items) -> dict[str, str]:
    return {key: item["state"] for key, item in items.items()}


def upload(api: Api, connection: Connection, lines: Sequence[Any]) -> str:
    """The id of an upload; text lines stay as they are."""
    made = api.post(f"/v1/connections/{connection.id}/uploads").json
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    place = made["url"].removeprefix("memory:")
    api.app.staging.files[place] = "\n".join(texts).encode()
    return str(made["upload_id"])


def attached(api: Api, connection: Connection, key: str, **given: Any) -> dict[str, Any]:
    """A receipt whose file was uploaded."""
    upload_id = upload(api, connection, ["%PDF-1.7"])
    plain = {"key": key, "upload_id": upload_id, "file_name": f"{key}.pdf"}
    return plain | {"content_type": "application/pdf"} | given
