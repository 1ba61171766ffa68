"""A firm at the front door: its token, its calls, its company in the sandbox ledger."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from local.demo.qbo.browser import give_consent
from local.machine import Machine
from tests.support.waiting import until

JSON = dict[str, Any]


@dataclass(slots=True)
class Firm:
    """A firm with a user who holds every right, unless told otherwise."""

    machine: Machine
    name: str = field(default_factory=lambda: f"firm-{uuid4().hex[:8]}")
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.as_user("user", "ledger:read", "ledger:post", "ledger:admin")

    def as_user(self, user: str, *scopes: str, kinds: Sequence[str] | None = None) -> httpx.Client:
        """Calls in the name of a user with these scopes, who may post these kinds of records."""
        token = self.machine.token(self.name, user, scopes, kinds=kinds)
        return httpx.Client(
            base_url=self.machine.api_url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
            trust_env=False,
        )

    def new_connection(self) -> JSON:
        answer = self.client.post("/v1/connections", json={"ledger": "qbo"})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def consent(self, authorize_url: str, realm: str) -> None:
        with httpx.Client(follow_redirects=True, timeout=30, trust_env=False) as browser:
            give_consent(browser, authorize_url, realm)

    def connected(self, realm: str) -> str:
        """The id of a new connection to this company, once it has been read back."""
        made = self.new_connection()
        self.consent(made["authorize_url"], realm)
        until(lambda: self.connection(made["id"])["company_name"])
        return str(made["id"])

    def connection(self, connection_id: str) -> JSON:
        return dict(self.client.get(f"/v1/connections/{connection_id}").json())

    def put_rules(self, connection_id: str, kind: str, rules: JSON) -> httpx.Response:
        return self.client.put(
            f"/v1/connections/{connection_id}/rules/{kind}", json={"rules": rules}
        )

    def map_one_of_each(self, connection_id: str, income_account_id: str) -> None:
        """Rules for user u1, project p1 and labor code dev, all to be created."""
        dev = {"action": "create", "name": "Development", "rate": "95.00"}
        for kind, rules in (
            ("users", {"u1": {"action": "create", "name": "Ada Lovelace"}}),
            (
                "projects",
                {
                    "p1": {
                        "action": "create",
                        "name": "Website",
                        "client": {"key": "c1", "name": "Rossi & Söhne"},
                    }
                },
            ),
            ("labor-codes", {"dev": dev | {"income_account_id": income_account_id}}),
        ):
            answer = self.put_rules(connection_id, kind, rules)
            assert answer.status_code == 200, answer.text

    def post(self, connection_id: str, entries: Sequence[Any], key: str = "") -> httpx.Response:
        return self.client.post(
            f"/v1/connections/{connection_id}/posts",
            json={"time_entries": entries},
            headers={"Idempotency-Key": key or uuid4().hex},
        )

    def posted(self, connection_id: str, entries: Sequence[Any]) -> JSON:
        """The run of a post, once it has come to rest."""
        answer = self.post(connection_id, entries)
        assert answer.status_code == 202, answer.text
        return self.at_rest(answer.json()["href"])

    def at_rest(self, href: str) -> JSON:
        """The run, once it is neither queued nor under way."""

        def rested() -> JSON | None:
            run = dict(self.client.get(href).json())
            return run if run["state"] not in ("queued", "applying") else None

        run: JSON = until(rested)
        return run

    def first_synced(self, realm: str) -> tuple[str, JSON]:
        """A new connection to this company and its first sync, once that is done."""
        connection_id = self.connected(realm)

        def first() -> JSON | None:
            runs = self.runs(connection_id)
            return runs[-1] if runs else None

        run: JSON = until(first)
        return connection_id, self.at_rest(run["href"])

    def runs(self, connection_id: str) -> list[JSON]:
        """Newest first."""
        return list(self.get(f"/v1/connections/{connection_id}/runs")["runs"])

    def sync(self, connection_id: str, **asked: Any) -> JSON:
        """The run of a sync that somebody asks for."""
        answer = self.client.post(
            f"/v1/connections/{connection_id}/syncs",
            json=asked,
            headers={"Idempotency-Key": uuid4().hex},
        )
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    def synced(self, connection_id: str, **asked: Any) -> JSON:
        """The same, once it has come to rest."""
        return self.at_rest(self.sync(connection_id, **asked)["href"])

    def get(self, path: str, **filters: Any) -> JSON:
        answer = self.client.get(path, params=filters)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def records(self, connection_id: str, kind: str, **filters: Any) -> list[JSON]:
        """All records of a list, page by page."""
        path = f"/v1/connections/{connection_id}/records/{kind}"
        found: list[JSON] = []
        after: JSON = {}
        while True:
            page = self.get(path, limit=500, **filters, **after)
            found += page["records"]
            if not page["next"]:
                return found
            after = {"after": page["next"]}

    def changes(self, connection_id: str, after: str = "0") -> tuple[list[JSON], str]:
        """The feed past a cursor, and where it ends now."""
        found: list[JSON] = []
        while True:
            path = f"/v1/connections/{connection_id}/changes"
            page = self.get(path, after=after, limit=500)
            found += page["changes"]
            if not page["changes"]:
                return found, page["next"]
            after = page["next"]

    def change_settings(self, connection_id: str, **settings: Any) -> JSON:
        answer = self.client.patch(f"/v1/connections/{connection_id}/settings", json=settings)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def items(self, run: JSON, **filters: str) -> list[JSON]:
        answer = self.client.get(f"{run['href']}/items", params={"limit": "1000", **filters})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])


@dataclass(frozen=True, slots=True)
class Books:
    """A company in the sandbox ledger, seen by the sandbox's admin calls."""

    machine: Machine
    realm: str

    @classmethod
    def new(cls, machine: Machine, **given: Any) -> "Books":
        company = {"name": f"Books {uuid4().hex[:8]}", "seed": "empty"} | given
        made = sandbox_admin(machine, "POST", "companies", json=company)
        return cls(machine, made["realm"])

    def rows(self, entity: str) -> list[JSON]:
        found = sandbox_admin(self.machine, "GET", f"companies/{self.realm}/{entity}")
        rows = found if isinstance(found, list) else found["rows"]
        return [row for row in rows if row.get("status") != "Deleted"]

    def create(self, entity: str, **fields: Any) -> JSON:
        """Somebody adds a row in the ledger's own screens."""
        return self._edit(entity=entity, create=fields)

    def change(self, entity: str, row_id: str, **fields: Any) -> JSON:
        """Somebody changes one."""
        return self._edit(entity=entity, id=row_id, changes=fields)

    def delete(self, entity: str, row_id: str) -> JSON:
        """Somebody deletes one."""
        return self._edit(entity=entity, id=row_id, delete=True)

    def merge(self, entity: str, loser: str, survivor: str) -> JSON:
        """Somebody merges one into another."""
        body = {"entity": entity, "loser": loser, "survivor": survivor}
        return dict(sandbox_admin(self.machine, "POST", f"companies/{self.realm}/merge", json=body))

    def _edit(self, **body: Any) -> JSON:
        return dict(sandbox_admin(self.machine, "POST", f"companies/{self.realm}/edit", json=body))

    @property
    def income_account_id(self) -> str:
        return next(str(r["Id"]) for r in self.rows("Account") if r["AccountType"] == "Income")


def sandbox_admin(machine: Machine, method: str, path: str, **given: Any) -> Any:
    """An admin call of the sandbox. A storm of webhooks takes its time on a busy machine."""
    url = f"{machine.sandbox_url('qbo')}/_sandbox/{path}"
    answer = httpx.request(method, url, timeout=300, trust_env=False, **given)
    answer.raise_for_status()
    return answer.json()


def entry(key: str, **changes: Any) -> JSON:
    """A good time entry of user u1 on project p1, with changes."""
    good = {
        "key": key,
        "staff_key": "u1",
        "work_date": "2026-03-02",
        "minutes": 210,
        "project_key": "p1",
        "labor_code_key": "dev",
        "billable": True,
        "task": "Home page",
        "notes": f"Notes of {key}",
    }
    return good | changes
