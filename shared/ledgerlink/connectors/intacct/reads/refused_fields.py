"""Fields that the company does not have, or that its user may not see: queries leave them out.

A fault names them in one of two wordings: "The following fields cannot be queried: [ employee:
[CLASSID, SUPERVISORID] ]" (intacct-sdk-js#83, -net#150), or one by one "Field requested is not
valid: employee.CLASSID" (sageintacct-sdk-py#93). They are asked for again after a week.
"""

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from ledgerlink.connectors.intacct.protocol.faults import Fault
from ledgerlink.connectors.shared.ledger_time import LedgerTime
from ledgerlink.domain.model.reasons import Reason, named, reason
from ledgerlink.domain.ports import ConnectorState

STATE_KEY = "refused_fields"
SEPARATORS = re.compile(r"[\s,;:'\"\[\](){}]+")
"""Separators between the names of fields in a fault."""
OF_FIELDS = re.compile(r"fields? (?:cannot be queried|requested)|fields cannot", re.IGNORECASE)
ASKED_AGAIN_AFTER = timedelta(days=7)
MAX_FIELDS = 500
"""So many fields are remembered at most."""


class RefusedFields:
    """The refused fields of one company, by object. Workers hand them on by the connector state."""

    def __init__(self, state: ConnectorState, time: LedgerTime) -> None:
        self._time = time
        self._refused: dict[str, dict[str, str]] = {
            str(entity): {str(name): str(day) for name, day in fields.items()}
            for entity, fields in state.get(STATE_KEY, {}).items()
        }
        self._untold: dict[str, list[str]] = {}

    def allowed(self, entity: str, fields: Sequence[str]) -> list[str]:
        """The fields that are asked for."""
        known = self._refused.get(entity, {})
        recent = (self._today() - ASKED_AGAIN_AFTER).isoformat()
        return [name for name in fields if known.get(name, "") < recent]

    def learn(
        self, entity: str, fields: Sequence[str], needed: Collection[str], fault: Fault
    ) -> bool:
        """Remember those of these fields that a fault names; False when it names none. Fields that
        are `needed` are asked for all the same."""
        refused = [name for name in named_fields(fault, fields) if name not in needed]
        self.leave_out(entity, refused)
        return bool(refused)

    def leave_out(self, entity: str, fields: Sequence[str]) -> None:
        """Remember fields that cannot be asked for at all."""
        known = self._refused.setdefault(entity, {})
        self._untold.setdefault(entity, []).extend(name for name in fields if name not in known)
        if len(known) + len(fields) <= MAX_FIELDS:
            known |= dict.fromkeys(fields, self._today().isoformat())

    def gap(self, entity: str) -> Reason | None:
        """What was left out of a list for the first time; None if that was said before."""
        fields = [_in_words(name) for name in self._untold.pop(entity, [])]
        return reason("fields_left_out", fields=named(fields)) if fields else None

    def state(self) -> dict[str, Any]:
        """What the next worker has to know, as JSON values."""
        kept = {entity: dict(fields) for entity, fields in self._refused.items() if fields}
        return {STATE_KEY: kept} if kept else {}

    def _today(self) -> date:
        return self._time.wall().date()


def _in_words(name: str) -> str:
    """A field as people call it: `SUPERVISORID` is the supervisor."""
    return name.rpartition(".")[2].removesuffix("ID").rstrip("1").lower() or name.lower()


def named_fields(fault: Fault, fields: Sequence[str]) -> list[str]:
    """The fields that a fault names, by themselves, behind their object, or by the path before
    them."""
    words = f"{fault.words} {fault.correction}"
    fold = str.upper if OF_FIELDS.search(words) else str
    tokens = {fold(token.rstrip(".")) for token in SEPARATORS.split(words) if token}
    return [name for name in fields if any(_is_named(name, token) for token in tokens)]


def _is_named(name: str, token: str) -> bool:
    behind_object = token.partition(".")[2]
    return token == name or behind_object == name or name.startswith(f"{token}.")
