"""The control ids of functions that are done; with uniqueid none is carried out twice."""

from __future__ import annotations

from dataclasses import dataclass, field

from local.sandboxes.intacct.protocol.errors import Problem, Refusal, unprocessed
from local.sandboxes.intacct.settings import Settings


@dataclass(slots=True)
class ControlIds:
    """When each was done, in ledger seconds."""

    done: dict[tuple[str, str, str], float] = field(default_factory=dict)

    def refuse_repeat(
        self, sender: str, company: str, controlid: str, now: float, settings: Settings
    ) -> None:
        """Raises Refusal, with whatever number and words the settings have for it."""
        at = self.done.get(_scoped(sender, company, controlid, settings))
        seconds = settings.duplicate_seconds
        if at is None or (seconds is not None and at < now - seconds):
            return
        raise repeated(controlid, settings)

    def remember(
        self, sender: str, company: str, controlid: str, now: float, settings: Settings
    ) -> None:
        self.done[_scoped(sender, company, controlid, settings)] = now


def repeated(controlid: str, settings: Settings) -> Refusal:
    """The answer to a control id that was used up. It says so, or nothing that can be used."""
    if settings.uniqueid == "fault":
        return unprocessed()
    return Refusal(
        Problem(settings.duplicate_errorno, settings.duplicate_text.format(controlid=controlid))
    )


def _scoped(sender: str, company: str, controlid: str, settings: Settings) -> tuple[str, str, str]:
    if settings.duplicate_scope == "everywhere":
        return "", "", controlid
    return (sender if settings.duplicate_scope == "sender" else "", company, controlid)
