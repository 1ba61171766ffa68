"""What every sandbox has around its companies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from local.sandboxes.common.clock import Clock
from local.sandboxes.common.injection import Injections
from local.sandboxes.common.journal import Journal
from local.sandboxes.common.settings import Settings


class Company(Protocol):
    """`settings` are those that this company has for itself."""

    settings: dict[str, Any]


class Sandbox:
    companies: Mapping[str, Company]
    settings: Settings
    clock: Clock
    journal: Journal[Any]
    injections: Injections[Any]

    def change_settings(self, changes: dict[str, Any]) -> None:
        """Raises UnknownSetting."""
        self.settings = self.settings.changed(changes)
        self.journal.resize(self.settings.journal_size)

    def change_company_settings(self, company: str, changes: dict[str, Any]) -> None:
        """Settings that one company has for itself; raises KeyError and UnknownSetting."""
        own = self.companies[company].settings
        self.settings.of_company({**own, **changes})
        own.update(changes)
