"""Rules and their history, in the table."""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex

from ledgerlink.domain.errors import DEFECTS, ChangedMeanwhile
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.rules import Mapping as RuleMapping
from ledgerlink.domain.model.rules import Rule, RuleKind, Unreadable
from ledgerlink.storage import keys
from ledgerlink.storage.batches import parts
from ledgerlink.storage.rule_files import RuleFile, S3RuleFiles
from ledgerlink.storage.table import Row, Table, Taken
from ledgerlink.wire.rules import dump_mapping, load_mapping

logger = logging.getLogger(__name__)
COUNT = "rules"
"""The sort key of the row that counts the changes of a connection's rules."""
TOGETHER = 49
"""Rules that are stored in one transaction: each has two rows, and DynamoDB takes 100."""
FEW = 8
"""Rules that are read by their keys. More are read from the file, which costs about as much."""


class DynamoRules:
    """Implements `services.ports.Rules`.

    A rule has a row with its newest version and a row per version. A row of the connection counts
    the changes of its rules. Every transaction checks that count and raises it, so of two writers
    who read the same rules only one is successful: no version is written twice, and what was
    checked over all rules (people are one-to-one) still holds.

    That row also names the file of all rules. The name is random, because after the table was
    restored to an earlier day the counts repeat with other rules.
    """

    def __init__(self, table: Table, files: S3RuleFiles) -> None:
        self._table = table
        self._files = files

    def version(self, connection_key: ConnectionKey) -> int:
        return self._count(connection_key).version

    def changed_since(self, connection_key: ConnectionKey, moment: datetime) -> bool:
        count = self._count(connection_key)
        if not count.changed_at:
            return any(rule.set_at > moment for rule in self.list(connection_key))
        return datetime.fromisoformat(count.changed_at) > moment

    def _count(self, connection_key: ConnectionKey) -> "Count":
        row = self._table.get(keys.connection(connection_key), COUNT) or {}
        version = int(row.get("version", 0))
        return Count(version, row.get("file", ""), row.get("changed_at", ""))

    def put(self, connection_key: ConnectionKey, rules: Iterable[Rule], of_version: int) -> int:
        pk, given = keys.connection(connection_key), list(rules)
        if not given:
            return of_version
        before = count = self._count(connection_key)
        if before.version != of_version:
            raise ChangedMeanwhile
        old = self._stored(connection_key, before) if before.version else self._read(connection_key)
        for some in parts(given, TOGETHER):
            count = self._put_together(pk, some, count)
        if old is not None:
            newest = old.changed(_newest(pk, rule) for rule in given)
            self._files.put(connection_key, count.file, newest)
        return count.version

    def _put_together(self, pk: str, rules: Sequence[Rule], before: "Count") -> "Count":
        """Store these rules in one transaction, with the count that follows `before`."""
        count = before.after(rules)
        held = {"version": before.version} if before.version else None
        rows = [row for rule in rules for row in _rows(pk, rule)]
        new = not before.version
        try:
            self._table.together([_count_row(pk, count)], beside=rows, new=new, held=held)
        except Taken as taken:
            raise ChangedMeanwhile from taken
        return count

    def _stored(self, connection_key: ConnectionKey, count: "Count") -> RuleFile | None:
        return self._files.get(connection_key, count.file) if count.file else None

    def _read(self, connection_key: ConnectionKey) -> RuleFile:
        pk = keys.connection(connection_key)
        return RuleFile.of(self._table.query(pk, keys.under("rule")))

    def _all(self, connection_key: ConnectionKey) -> RuleFile:
        """All rules as they are now."""
        count = self._count(connection_key)
        if (stored := self._stored(connection_key, count)) is not None:
            return stored
        file = self._read(connection_key)
        # Unchanged before and after: nothing was written while the rows were read.
        if count.file and self._count(connection_key) == count:
            self._files.put(connection_key, count.file, file)
        return file

    def get(
        self, connection_key: ConnectionKey, kind: RuleKind, wanted: Iterable[str]
    ) -> Mapping[str, Rule]:
        keys_of_rules = list(dict.fromkeys(wanted))
        if len(keys_of_rules) > FEW:
            file = self._all(connection_key)
            found = [row for key in keys_of_rules if (row := file.get(kind, key))]
        else:
            sort_keys = (keys.row("rule", kind, key) for key in keys_of_rules)
            found = list(self._table.get_many(keys.connection(connection_key), sort_keys))
        return {rule.key: rule for rule in map(_rule, found)}

    def keys(self, connection_key: ConnectionKey, kind: RuleKind) -> Collection[str]:
        return self._all(connection_key).names(kind)

    def page(
        self,
        connection_key: ConnectionKey,
        kind: RuleKind | None,
        after: tuple[RuleKind, str] | None,
        limit: int,
    ) -> tuple[Sequence[Rule], bool]:
        prefix = keys.under("rule", *(() if kind is None else (kind,)))
        begin = keys.row("rule", *after) if after else None
        rows = self._all(connection_key).after(prefix, begin, limit + 1)
        return [_rule(row) for row in rows[:limit]], len(rows) > limit

    def list(self, connection_key: ConnectionKey, kind: RuleKind | None = None) -> Sequence[Rule]:
        return [_rule(row) for row in self._all(connection_key).of_kind(kind)]

    def history(self, connection_key: ConnectionKey, kind: RuleKind, key: str) -> Sequence[Rule]:
        prefix = keys.under("rulelog", kind, key)
        return [_rule(row) for row in self._table.query(keys.connection(connection_key), prefix)]


@dataclass(frozen=True, slots=True)
class Count:
    """How often a connection's rules were changed."""

    version: int = 0
    file: str = ""
    """The name of the file; empty in rows from before there were files."""
    changed_at: str = ""
    """When the newest of the rules was set; empty in these rows, too."""

    def after(self, rules: Sequence[Rule]) -> "Count":
        """The count once these rules are stored."""
        newest = max(rule.set_at for rule in rules).astimezone(UTC).isoformat()
        return Count(self.version + 1, token_hex(16), max(self.changed_at, newest))


def _count_row(pk: str, count: Count) -> Row:
    named = {"file": count.file, "changed_at": count.changed_at}
    return {"pk": pk, "sk": COUNT, "version": count.version, **named}


def _rows(pk: str, rule: Rule) -> Iterator[Row]:
    """The row of the rule and the row of this version."""
    newest, version = _newest(pk, rule), keys.number(rule.version)
    yield newest
    yield newest | {"sk": keys.row("rulelog", rule.kind, rule.key, version)}


def _newest(pk: str, rule: Rule) -> Row:
    return {
        "pk": pk,
        "sk": keys.row("rule", rule.kind, rule.key),
        "kind": rule.kind.value,
        "key": rule.key,
        "mapping": dump_mapping(rule.kind, rule.mapping),
        "set_by": rule.set_by,
        "set_at": rule.set_at.isoformat(),
        "version": rule.version,
    }


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
