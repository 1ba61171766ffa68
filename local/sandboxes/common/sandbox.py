"""What every sandbox has around its companies."""

from __future__ import annotations

from typing import Any

from .clock import Clock
from .injection import Injections
from .journal import Journal
from .settings import Settings


class Sandbox:
    settings: Settings
    clock: Clock
    journal: Journal[Any]
    injections: Injections[Any]

    def change_settings(self, changes: dict[str, Any]) -> None:
        """Raises UnknownSetting."""
        self.settings = self.settings.changed(changes)
        self.journal.resize(self.settings.journal_size)
