"""What every sandbox has around its companies."""

from __future__ import annotations

from typing import Any

from local.sandboxes.common.clock import Clock
from local.sandboxes.common.injection import Injections
from local.sandboxes.common.journal import Journal
from local.sandboxes.common.settings import Settings


class Sandbox:
    settings: Settings
    clock: Clock
    journal: Journal[Any]
    injections: Injections[Any]

    def change_settings(self, changes: dict[str, Any]) -> None:
        """Raises UnknownSetting."""
        self.settings = self.settings.changed(changes)
        self.journal.resize(self.settings.journal_size)
