"""Department, location and class of lines, with what the company has chosen where nobody says."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.protocol.record_ids import parse, ref
from ledgerlink.domain.model.documents import (
    ExpenseLine,
    ResolvedInvoice,
    ResolvedInvoiceLine,
    ResolvedTime,
)
from ledgerlink.domain.model.reasons import Reason, reason
from ledgerlink.domain.ports import Blocked

Placed = ResolvedTime | ExpenseLine | ResolvedInvoiceLine | ResolvedInvoice

DEFAULTED_DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "department": ("department",),
    "location": ("location", "locationentity"),
    "class": ("class",),
}
"""The dimensions that have defaults, each with the objects whose records it may be."""


@dataclass(slots=True)
class DimensionDefaults:
    """The dimensions of one document; `stood_in` are those that the company's choice gave."""

    choices: Choices
    stood_in: dict[str, str] = field(default_factory=dict)

    def of(self, *some: Placed) -> dict[str, str]:
        """The references of a line; the first of these that says one counts. An entity is told as
        the location that it is. Raises Blocked for an id of something else."""
        told = {name.upper(): self._said(name, some) for name in DEFAULTED_DIMENSIONS}
        return {place: said for place, said in told.items() if said}

    def _said(self, name: str, some: tuple[Placed, ...]) -> str | None:
        ids = (getattr(one, f"{name}_id", None) for one in some)
        said: str | None = next((each for each in ids if each is not None), None)
        chosen: str | None = getattr(self.choices, f"{name}_id")
        if said is None and chosen is not None:
            self.stood_in[name] = chosen
        found = said or chosen
        if found is None:
            return None
        kind, record_id = parse(found, name)
        if kind not in DEFAULTED_DIMENSIONS[name]:
            raise Blocked(reason("target_missing", f"{name}_key", detail=f"{found} is no {name}"))
        return ref(name, record_id)

    @property
    def warnings(self) -> list[Reason]:
        """What a person should know of the document."""
        return [
            reason("default_dimension", f"{name}_key", dimension=name, name=chosen)
            for name, chosen in self.stood_in.items()
        ]
