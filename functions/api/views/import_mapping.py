"""The entities of an import: their rules, suggestions and clashes."""

from ledgerlink.domain.mapping.suggestions import Match
from ledgerlink.domain.model.rules import RuleKind
from ledgerlink.services.imports.mapping import Mapped, MappingPage

from functions.api.views.common import View
from functions.api.views.rules import RuleView


class SuggestionView(View):
    """A record of the ledger that the entity may be. Only a person makes it a rule."""

    ledger_id: str
    type: str
    name: str
    score: int
    match: Match
    reason: str


class MappedView(View):
    """An entity of the records with its rule, or with suggestions where it has none.
    `cannot_create` is why the ledger would reject a new record, `rule_problem` why what the rule
    points at cannot be used."""

    key: str
    name: str
    client: str | None = None
    entries: int
    minutes: int
    rule: RuleView | None = None
    suggestions: list[SuggestionView]
    cannot_create: str | None = None
    rule_problem: str | None = None

    @classmethod
    def of(cls, mapped: Mapped) -> "MappedView":
        entity = mapped.entity
        return cls(
            key=entity.key,
            name=entity.name,
            client=entity.client_name,
            entries=mapped.entries,
            minutes=mapped.minutes,
            rule=RuleView.of(mapped.rule) if mapped.rule else None,
            suggestions=[
                SuggestionView(
                    ledger_id=one.ledger_id,
                    type=one.type,
                    name=one.name,
                    score=one.score,
                    match=one.match,
                    reason=one.words,
                )
                for one in mapped.suggestions
            ],
            cannot_create=mapped.withdrawn,
            rule_problem=mapped.unfit,
        )


class ClashView(View):
    """Two users whose time would go to the same person in the ledger."""

    type: str
    ledger_id: str
    key: str
    other: str


class MappingView(View):
    """The entities of one kind in the order of their keys. `open` counts those without a rule;
    `next` is the cursor of the next page, null at the end."""

    kind: RuleKind
    entities: list[MappedView]
    open: int
    clashes: list[ClashView]
    next: str | None = None

    @classmethod
    def of(cls, kind: RuleKind, page: MappingPage) -> "MappingView":
        return cls(
            kind=kind,
            entities=[MappedView.of(one) for one in page.mapped],
            open=page.open,
            clashes=[
                ClashView(type=c.type, ledger_id=c.ledger_id, key=c.key, other=c.other)
                for c in page.clashes
            ],
            next=page.after,
        )
