"""Rules and their history, in the table."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from ledgerlink.domain.errors import DEFECTS, ChangedMeanwhile
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.rules import Mapping as RuleMapping
from ledgerlink.domain.model.rules import Rule, RuleKind, Unreadable
from ledgerlink.storage import keys
from ledgerlink.storage.table import Row, Table, Taken, parts
from ledgerlink.wire.rules import dump_mapping, load_mapping

logger = logging.getLogger(__name__)
COUNT = "rules"
"""The sort key of the row that counts the changes of a connection's rules."""
TOGETHER = 49
"""Rules that are stored in one transaction: each has two rows, and DynamoDB takes 100."""


class DynamoRules:
    """Implements `services.ports.Rules`.

    A rule has a row with its newest version and a row per version. A row of the connection counts
    the changes of its rules. Every transaction checks that count and raises it, so of two writers
    who read the same rules only one is successful: no version is written twice, and what was
    checked over all rules (people are one-to-one) still holds.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def version(self, connection_key: ConnectionKey) -> int:
        row = self._table.get(keys.connection(connection_key), COUNT)
        return int(row["version"]) if row else 0

    def put(self, connection_key: ConnectionKey, rules: Iterable[Rule], of_version: int) -> int:
        pk, version = keys.connection(connection_key), of_version
        for some in parts(list(rules), TOGETHER):
            rows = [row for rule in some for row in _rows(pk, rule)]
            self._put_together(pk, rows, version)
            version += 1
        return version

    def _put_together(self, pk: str, rows: Sequence[Row], version: int) -> None:
        count: Row = {"pk": pk, "sk": COUNT, "version": version + 1}
        held = {"version": version} if version else None
        try:
            self._table.together([count], beside=rows, new=not version, held=held)
        except Taken as taken:
            raise ChangedMeanwhile from taken

    def get(
        self, connection_key: ConnectionKey, kind: RuleKind, wanted: Iterable[str]
    ) -> Mapping[str, Rule]:
        sort_keys = (keys.row("rule", kind, key) for key in wanted)
        rows = self._table.get_many(keys.connection(connection_key), sort_keys)
        return {rule.key: rule for rule in map(_rule, rows)}

    def page(
        self,
        connection_key: ConnectionKey,
        kind: RuleKind | None,
        after: tuple[RuleKind, str] | None,
        limit: int,
    ) -> tuple[Sequence[Rule], bool]:
        rows = list(
            self._table.query(
                keys.connection(connection_key),
                keys.under("rule", *(() if kind is None else (kind,))),
                after=keys.row("rule", *after) if after else None,
                limit=limit + 1,
            )
        )
        return [_rule(row) for row in rows[:limit]], len(rows) > limit

    def list(self, connection_key: ConnectionKey, kind: RuleKind | None = None) -> Sequence[Rule]:
        of_kind = () if kind is None else (kind,)
        return self._load(connection_key, keys.under("rule", *of_kind))

    def history(self, connection_key: ConnectionKey, kind: RuleKind, key: str) -> Sequence[Rule]:
        return self._load(connection_key, keys.under("rulelog", kind, key))

    def _load(self, connection_key: ConnectionKey, prefix: str) -> Sequence[Rule]:
        rows = self._table.query(keys.connection(connection_key), prefix)
        return [_rule(row) for row in rows]


def _rows(pk: str, rule: Rule) -> Iterator[Row]:
    """The row of the rule and the row of this version."""
    row = {
        "kind": rule.kind.value,
        "key": rule.key,
        "mapping": dump_mapping(rule.kind, rule.mapping),
        "set_by": rule.set_by,
        "set_at": rule.set_at.isoformat(),
        "version": rule.version,
    }
    version = keys.number(rule.version)
    yield row | {"pk": pk, "sk": keys.row("rule", rule.kind, rule.key)}
    yield row | {"pk": pk, "sk": keys.row("rulelog", rule.kind, rule.key, version)}


def _rule(row: Row) -> Rule:
    kind = RuleKind(row["kind"])
    return Rule(
        kind=kind,
        key=row["key"],
        mapping=_mapping(kind, row),
        set_by=row["set_by"],
        set_at=datetime.fromisoformat(row["set_at"]),
        version=int(row["version"]),
    )


def _mapping(kind: RuleKind, row: Row) -> RuleMapping:
    """The rule's mapping. One that our program cannot read blocks the records of its rule, and no
    other."""
    try:
        return load_mapping(kind, row["mapping"])
    except DEFECTS as defect:
        logger.error("the rule %s %s cannot be read: %s", kind, row["key"], type(defect).__name__)
        return Unreadable()
