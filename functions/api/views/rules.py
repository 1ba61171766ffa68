"""Rules and their mappings."""

from datetime import datetime
from typing import Annotated, Any

from ledgerlink.domain.model.rules import Rule, RuleKind
from ledgerlink.wire.rules import plain
from pydantic import WithJsonSchema

from functions.api.views.common import Given, View


class RuleView(View):
    """A rule: how one source entity is mapped, who set it and when."""

    key: str
    mapping: Annotated[
        dict[str, Any], WithJsonSchema({"allOf": [{"$ref": "#/components/schemas/Mapping"}]})
    ]
    version: int
    set_by: str
    set_at: datetime

    @classmethod
    def of(cls, rule: Rule) -> "RuleView":
        return cls(
            key=rule.key,
            mapping=plain(rule.kind, rule.mapping),
            version=rule.version,
            set_by=rule.set_by,
            set_at=rule.set_at,
        )


class RuleList(View):
    """`next` is the cursor of the next page; null at the end."""

    rules: list[RuleView]
    next: str | None = None


class Rules(Given):
    """Mappings by source key; rules of other keys stay as they are."""

    rules: Annotated[
        dict[str, Any],
        WithJsonSchema(
            {
                "type": "object",
                "description": "A mapping per source key: skip, link or create.",
                "additionalProperties": {"$ref": "#/components/schemas/Mapping"},
            }
        ),
    ]


class AllRules(Given):
    """Mappings by kind of rule and source key."""

    rules: Annotated[
        dict[RuleKind, dict[str, Any]],
        WithJsonSchema(
            {
                "type": "object",
                "description": f"By kind ({', '.join(RuleKind)}), then by key.",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": {"$ref": "#/components/schemas/Mapping"},
                },
            }
        ),
    ]


class RulesSet(View):
    """How many rules of each kind were given."""

    rules: dict[RuleKind, int]
