"""Payroll: while it is on, QuickBooks refuses new employees, and no preference tells that it is on.

A refusal is therefore remembered for the connection, so that plans do not create employees in vain.
Source: Intuit's API reference (Employee: what QuickBooks Payroll changes).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.ports import ConnectorState

STATE_KEY = "payroll_on"
REMEMBERED = timedelta(days=7)
"""After so long an employee is tried again, because payroll may have been turned off."""


class Payroll:
    """The payroll of a company, as far as its answers tell."""

    def __init__(self, time: LedgerTime, state: ConnectorState) -> None:
        self._time = time
        stored = state.get(STATE_KEY)
        self._refused_at = datetime.fromisoformat(stored) if isinstance(stored, str) else None

    @property
    def is_on(self) -> bool | None:
        """True where an employee was refused for it lately; None where it is not known."""
        refused = self._refused_at
        return True if refused and self._time.wall() - refused < REMEMBERED else None

    def learn(self, reasons: Iterable[Reason]) -> None:
        """Remember a refusal."""
        if any(why.code == "payroll_on" for why in reasons):
            self._refused_at = self._time.wall()

    def state(self) -> dict[str, str]:
        """The refusal that the next worker has to know of, as JSON values."""
        return {STATE_KEY: self._refused_at.isoformat()} if self._refused_at and self.is_on else {}
