"""The whole sandbox: companies and everything that surrounds them."""

from __future__ import annotations

from typing import Any

from local.sandboxes.common import sandbox
from local.sandboxes.common.clock import Clock
from local.sandboxes.intacct.api_functions.call import Cursors
from local.sandboxes.intacct.auth.sessions import Sessions
from local.sandboxes.intacct.books.company import PREFERENCES, Company, User
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.seeds import SEEDS, large
from local.sandboxes.intacct.settings import Settings
from local.sandboxes.intacct.traffic.control_ids import ControlIds
from local.sandboxes.intacct.traffic.injection import Injection, Injections
from local.sandboxes.intacct.traffic.journal import Journal
from local.sandboxes.intacct.traffic.limits import Limits

DEFAULT_COMPANY = "sandbox-co"


class Sandbox(sandbox.Sandbox):
    """State of one running sandbox; the web layer asks and changes it. `senders` are the partner
    credentials that exist, id to password."""

    settings: Settings
    journal: Journal
    injections: Injections

    def __init__(self, settings: Settings | None = None, clock: Clock | None = None) -> None:
        self.settings = settings or Settings()
        self.clock = clock or Clock()
        self.companies: dict[str, Company] = {}
        self.senders = {self.settings.sender_id: self.settings.sender_password}
        self.sessions = Sessions()
        self.controlids = ControlIds()
        self.cursors = Cursors()
        self.limits = Limits()
        self.journal = Journal(self.settings.journal_size)
        self.injections = Injections(Injection)

    def add_company(self, company_id: str, seed: str = "sample", **more: Any) -> Company:
        """A new company, sown with a seed of that name. `more`: title, multi_entity,
        multi_currency, preferences, settings (for this company alone), sizes (for the seed
        `large`). Raises ValueError."""
        if company_id in self.companies:
            raise ValueError(f"company {company_id} exists already")
        if seed not in (*SEEDS, large.NAME):
            raise ValueError(f"seed must be one of {', '.join((*SEEDS, large.NAME))}")
        company = Company(company_id, str(more.get("title") or company_id))
        company.settings = dict(more.get("settings") or {})
        settings = self.settings.of_company(company.settings)
        company.multi_entity = bool(more.get("multi_entity"))
        company.multi_currency = bool(more.get("multi_currency"))
        self.prefer(company, more.get("preferences") or {})
        user, password = self.settings.user_id, self.settings.user_password
        company.users[user] = User(user, password)
        company.senders.add(self.settings.sender_id)
        context = Context(company, settings, self.clock, user=user, by_hand=True)
        if seed == large.NAME:
            large.sow(context, more.get("sizes") or {})
        else:
            SEEDS[seed](context)
        self.companies[company_id] = company
        return company

    @staticmethod
    def prefer(company: Company, changes: dict[str, Any]) -> None:
        """Raises ValueError for a preference that does not exist."""
        if unknown := changes.keys() - PREFERENCES.keys():
            raise ValueError(f"no preference is called {', '.join(sorted(unknown))}")
        company.preferences.update(changes)

    def by_hand(self, company_id: str, entity: str = "") -> Context:
        """Somebody at work in the screens; raises KeyError."""
        company, settings = self.companies[company_id], self.settings_of(company_id)
        return Context(company, settings, self.clock, user="Admin", entity=entity, by_hand=True)

    def settings_of(self, company_id: str) -> Settings:
        return self.settings.of_company(self.companies[company_id].settings)
