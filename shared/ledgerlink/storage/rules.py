"""Rules and their history, in the table."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.rules import Rule, RuleKind
from ledgerlink.storage import keys
from ledgerlink.storage.table import Row, Table
from ledgerlink.wire.rules import dump_mapping, load_mapping


class DynamoRules:
    """Implements `services.ports.Rules`. A rule has a row with its newest version and a row per
    version."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, connection_key: ConnectionKey, rules: Iterable[Rule]) -> None:
        pk = keys.connection(connection_key)
        rows: list[Row] = []
        for rule in rules:
            row = {
                "kind": rule.kind.value,
                "key": rule.key,
                "mapping": dump_mapping(rule.kind, rule.mapping),
                "set_by": rule.set_by,
                "set_at": rule.set_at.isoformat(),
                "version": rule.version,
            }
            version = keys.number(rule.version)
            rows.append(row | {"pk": pk, "sk": keys.row("rule", rule.kind, rule.key)})
            rows.append(row | {"pk": pk, "sk": keys.row("rulelog", rule.kind, rule.key, version)})
        self._table.put_many(rows)

    def list(self, connection_key: ConnectionKey, kind: RuleKind | None = None) -> Sequence[Rule]:
        of_kind = () if kind is None else (kind,)
        return self._load(connection_key, keys.under("rule", *of_kind))

    def history(self, connection_key: ConnectionKey, kind: RuleKind, key: str) -> Sequence[Rule]:
        return self._load(connection_key, keys.under("rulelog", kind, key))

    def _load(self, connection_key: ConnectionKey, prefix: str) -> Sequence[Rule]:
        rows = self._table.query(keys.connection(connection_key), prefix)
        return [_rule(row) for row in rows]


def _rule(row: Row) -> Rule:
    kind = RuleKind(row["kind"])
    return Rule(
        kind=kind,
        key=row["key"],
        mapping=load_mapping(kind, row["mapping"]),
        set_by=row["set_by"],
        set_at=datetime.fromisoformat(row["set_at"]),
        version=int(row["version"]),
    )
