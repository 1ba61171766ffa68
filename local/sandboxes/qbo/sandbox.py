"""The whole sandbox: companies and everything that surrounds them."""

from __future__ import annotations

import itertools
from typing import Any

from local.sandboxes.common import sandbox
from local.sandboxes.common.clock import Clock
from local.sandboxes.common.injection import Injections
from local.sandboxes.qbo.auth.tokens import Tokens
from local.sandboxes.qbo.books.company import Company
from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.change import Context
from local.sandboxes.qbo.engine.operations import write
from local.sandboxes.qbo.schema.registry import BY_NAME
from local.sandboxes.qbo.seeds import SEEDS, large
from local.sandboxes.qbo.settings import Settings
from local.sandboxes.qbo.traffic.injection import Injection
from local.sandboxes.qbo.traffic.journal import Journal
from local.sandboxes.qbo.traffic.limits import Limits
from local.sandboxes.qbo.traffic.request_ids import RequestIds
from local.sandboxes.qbo.traffic.webhooks import Webhooks

DEFAULT_REALM = "9130350000000001"
SCOPE = "com.intuit.quickbooks.accounting"


class Sandbox(sandbox.Sandbox):
    """State of one running sandbox; the web layer asks and changes it."""

    settings: Settings
    journal: Journal
    injections: Injections[Injection]

    def __init__(self, settings: Settings | None = None, clock: Clock | None = None) -> None:
        self.settings = settings or Settings()
        self.clock = clock or Clock()
        self.companies: dict[str, Company] = {}
        self.requestids: dict[str, RequestIds] = {}
        self.tokens = Tokens()
        self.limits = Limits()
        self.journal = Journal(self.settings.journal_size)
        self.injections = Injections(Injection)
        self.webhooks = Webhooks(self.clock, lambda: self.settings)
        self._realms = itertools.count(int(DEFAULT_REALM))

    def add_company(
        self,
        name: str,
        seed: str,
        realm: str | None = None,
        preferences: Row | None = None,
        sizes: dict[str, int] | None = None,
        settings: dict[str, Any] | None = None,
    ) -> Company:
        """A new company, sown with a seed of that name; `sizes` are for the seed `large`,
        `settings` hold for this company alone. Raises ValueError if the realm is taken."""
        realm = realm or next(r for r in map(str, self._realms) if r not in self.companies)
        if realm in self.companies:
            raise ValueError(f"company {realm} exists already")
        if seed not in (*SEEDS, large.NAME):
            raise ValueError(f"seed must be one of {', '.join((*SEEDS, large.NAME))}")
        company = Company(realm, name, dict(settings or {}))
        own = self.settings.of_company(company.settings)
        context = Context(company, own, self.clock, _deaf, by_hand=True)
        if seed == large.NAME:
            large.sow(context, sizes or {})
        else:
            SEEDS[seed](context)
        self.adopt(company)
        self.change_preferences(realm, preferences or {})
        return company

    def adopt(self, company: Company) -> None:
        self.companies[company.realm] = company
        self.requestids[company.realm] = RequestIds()

    def context(self, realm: str, **more: Any) -> Context:
        company, settings = self.companies[realm], self.settings_of(realm)
        return Context(company, settings, self.clock, self.webhooks.note, **more)

    def settings_of(self, realm: str) -> Settings:
        return self.settings.of_company(self.companies[realm].settings)

    def change_preferences(self, realm: str, changes: Row) -> Row:
        """Merges blocks of preferences, as an administrator would in the settings screens."""
        row = self.companies[realm].row("Preferences", "1") or {}
        body = {"Id": "1", "SyncToken": row["SyncToken"], "sparse": True, **changes}
        return write(self.context(realm, by_hand=True), BY_NAME["Preferences"], body, "update")

    def change_settings(self, changes: dict[str, Any]) -> None:
        super().change_settings(changes)
        self.reindex()

    def change_company_settings(self, company: str, changes: dict[str, Any]) -> None:
        super().change_company_settings(company, changes)
        self.reindex()

    def reindex(self) -> None:
        for realm, company in self.companies.items():
            company.reindex(self.settings_of(realm))


def _deaf(_realm: str, _entity: str, _row_id: str, _operation: str) -> None:
    """Seeding tells nobody."""
