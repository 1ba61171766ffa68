"""An entity: what it is called, what it holds and what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from local.sandboxes.qbo.schema.fields import Field, Shape

LIST_OPERATIONS = frozenset({"create", "update", "read", "query"})
TRANSACTION_OPERATIONS = LIST_OPERATIONS | {"delete"}
READ_ONLY = frozenset({"read", "query"})


@dataclass(frozen=True)
class Entity:
    """A kind of row.

    `family`: name (person or company), list, transaction or other. `sequence`: which id sequence
    it draws from. `always`: fields a sparse update must repeat too. `suffix`: what deactivation
    adds to its names. `wire`: its key in JSON, where that differs from its name.
    """

    name: str
    fields: tuple[Field, ...]
    family: str
    sequence: str
    operations: frozenset[str] = LIST_OPERATIONS
    defaults: dict[str, Any] = field(default_factory=dict)
    always: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    name_space: str = ""
    suffix: str = " (deleted)"
    details: frozenset[str] = frozenset()
    numbered: bool = False
    wire_name: str = ""
    changes: bool = True
    shape: Shape = field(init=False, repr=False)
    required: tuple[str, ...] = field(init=False, repr=False)
    readonly: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", Shape(self.name, self.fields))
        object.__setattr__(self, "required", tuple(f.name for f in self.fields if f.required))
        object.__setattr__(self, "readonly", tuple(f.name for f in self.fields if f.readonly))

    @property
    def wire(self) -> str:
        return self.wire_name or self.name

    @property
    def path(self) -> str:
        return self.name.lower()
