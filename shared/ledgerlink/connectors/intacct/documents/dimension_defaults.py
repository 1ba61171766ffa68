"""Department, location and class of a line: its own, else the defaults that the company chose."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.protocol.record_ids import parse_ref, ref
from ledgerlink.domain.model.reasons import Blocked, Reason, reason
from ledgerlink.domain.model.resolved_expenses import ExpenseLine
from ledgerlink.domain.model.resolved_invoices import ResolvedInvoice, ResolvedInvoiceLine
from ledgerlink.domain.model.resolved_time import ResolvedTime

HasDimensions = ResolvedTime | ExpenseLine | ResolvedInvoiceLine | ResolvedInvoice

OBJECTS_OF_DIMENSION: Mapping[str, tuple[str, ...]] = {
    "department": ("department",),
    "location": ("location", "locationentity"),
    "class": ("class",),
}
"""The dimensions that have defaults, each with the objects whose records it may be. An entity is
also a location."""


@dataclass(slots=True)
class DimensionDefaults:
    """The dimensions of one document."""

    choices: Choices
    used: dict[str, str] = field(default_factory=dict)
    """The defaults that some line got, by dimension."""

    def fields(self, *sources: HasDimensions) -> dict[str, str]:
        """The references of a line. The first source that has a dimension decides it. Raises
        Blocked for an id of another object."""
        found = {name.upper(): self._reference(name, sources) for name in OBJECTS_OF_DIMENSION}
        return {name: reference for name, reference in found.items() if reference}

    def _reference(self, name: str, sources: tuple[HasDimensions, ...]) -> str | None:
        ids = (getattr(source, f"{name}_id", None) for source in sources)
        own: str | None = next((each for each in ids if each is not None), None)
        default: str | None = getattr(self.choices, f"{name}_id")
        if own is None and default is not None:
            self.used[name] = default
        chosen = own or default
        if chosen is None:
            return None
        kind, record_id = parse_ref(chosen, name)
        if kind not in OBJECTS_OF_DIMENSION[name]:
            raise Blocked(reason("target_missing", f"{name}_key", detail=f"{chosen} is no {name}"))
        return ref(name, record_id)

    @property
    def warnings(self) -> list[Reason]:
        """One for each dimension that got the default."""
        return [
            reason("default_dimension", f"{name}_key", dimension=name, name=default)
            for name, default in self.used.items()
        ]
