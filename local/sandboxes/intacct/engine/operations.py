"""Create, update and delete, for every object alike. Each is done wholly or not at all."""

from __future__ import annotations

from dataclasses import replace

from local.sandboxes.intacct.books.company import groups, keys
from local.sandboxes.intacct.books.rows import Record, Values, counting
from local.sandboxes.intacct.engine.audit import CHANGED, CREATED, DELETED, audit
from local.sandboxes.intacct.engine.change import Change, Line, Sent
from local.sandboxes.intacct.engine.clean import clean
from local.sandboxes.intacct.engine.context import Context
from local.sandboxes.intacct.engine.references import resolve, used_by
from local.sandboxes.intacct.engine.rules import AFTER, BEFORE, BEFORE_DELETE
from local.sandboxes.intacct.engine.rules.periods import still_open
from local.sandboxes.intacct.protocol.errors import Problem, Refusal, broken, duplicate, missing
from local.sandboxes.intacct.schema.fields import Object
from local.sandboxes.intacct.schema.registry import BY_NAME


def create(context: Context, entry: Object, sent: Sent) -> Record:
    """Raises Refusal; its first problem is the useful one."""
    context.permit("CREATE", entry)
    with context.company.attempt():
        try:
            return _create(context, entry, sent)
        except Refusal as refusal:
            raise _with_verdict(
                refusal, f"Could not create {entry.word.lower()} record!"
            ) from refusal


def _with_verdict(refusal: Refusal, verdict: str) -> Refusal:
    """The same, followed by what came of it."""
    if any(problem.text == verdict for problem in refusal.problems):
        return refusal
    return Refusal(*refusal.problems, Problem("BL01001973", verdict))


def _create(context: Context, entry: Object, sent: Sent) -> Record:
    values = {k: v for k, v in clean(context, entry, sent.values).items() if v != ""}
    for field in context.company.fields(entry).values():
        if field.default and field.name not in values:
            values[field.name] = field.default
    change = Change(context, entry, None, values, sent, _lines(context, entry, sent, None))
    _judge(change)
    now = context.seconds()
    number = context.company.tables[entry.name].next()
    record = Record(number, change.after, context.entity, 0, now, now, context.user, context.user)
    return _store(change, record, CREATED)


def _lines(context: Context, entry: Object, sent: Sent, before: Record | None) -> list[Line] | None:
    """The lines as they will be; None where the request does not mention them."""
    if entry.lines is None or sent.lines is None:
        return None
    lines = BY_NAME[entry.lines.object]
    kept = (
        {line.recordno for line in context.company.lines(lines.name, before.recordno)}
        if before
        else ()
    )
    made: list[Line] = []
    for given in sent.lines:
        sought = given.get("RECORDNO", "")
        known = counting(sought) in kept
        values = clean(context, lines, {k: v for k, v in given.items() if k != "RECORDNO"})
        full = {f.name: f.default for f in lines.fields if f.default}
        full |= {k: v for k, v in values.items() if v != ""}
        made.append(Line(full, int(sought) if known else 0))
    return made


def _judge(change: Change) -> None:
    """Raises Refusal for what must not enter the books."""
    for rule in BEFORE.get(change.entry.name, ()):
        rule(change)
    _require(change)
    resolve(change)
    for rule in BEFORE.get(f"{change.entry.name}.resolved", ()):
        rule(change)
    for rule in BEFORE["*.resolved"]:
        rule(change)


def _require(change: Change) -> None:
    for field in change.company.fields(change.entry).values():
        if field.required and not change.value(field.name):
            raise missing(field.label or field.name)
        if field.immutable and change.before is not None and change.changed(field.name):
            raise broken(f"{field.name} of {change.entry.word} cannot be changed.")
    if change.lines is None or change.entry.lines is None:
        return
    for field in change.company.fields(BY_NAME[change.entry.lines.object]).values():
        if field.required and not all(line.values.get(field.name) for line in change.lines):
            raise missing(field.label or field.name)


def _store(change: Change, record: Record, mode: str) -> Record:
    _unique(change, record)
    change.company.put(change.entry.name, record)
    if change.lines is not None:
        _store_lines(change, record)
    for effect in AFTER.get(change.entry.name, ()):
        effect(change, record)
    record = change.company.record(change.entry.name, record.recordno) or record
    audit(change.context, change.entry, record, mode)
    return record


def _unique(change: Change, record: Record) -> None:
    table = change.company.tables[change.entry.name]
    for key in keys(groups(change.entry), record):
        if table.unique.get(key, record.recordno) != record.recordno:
            width = len(key) // 2
            raise duplicate(change.entry.word, " ".join(key[width:]))


def _store_lines(change: Change, record: Record) -> None:
    """Replaces the owned lines as a whole; those whose record number came along keep it."""
    assert change.entry.lines is not None
    assert change.lines is not None
    name, now, user = change.entry.lines.object, record.modified, record.modifiedby
    company = change.company
    old = {line.recordno: line for line in company.lines(name, record.recordno)}
    for number in old:
        company.drop(name, number)
    for place, line in enumerate(change.lines, start=1):
        values: Values = {**line.values, change.entry.lines.number: str(place)}
        number = line.recordno or company.tables[name].next()
        first = old[number].created if number in old else now
        made = Record(number, values, record.entity, record.recordno, first, now, user, user)
        company.put(name, made)
        line.recordno = number


def update(context: Context, entry: Object, sent: Sent) -> Record:
    """Raises Refusal. The record is named by RECORDNO or by its id field."""
    context.permit("UPDATE", entry)
    with context.company.attempt():
        try:
            return amend(context, entry, sought(context, entry, sent.values), sent)
        except Refusal as refusal:
            raise _with_verdict(
                refusal, f"Could not update {entry.word.lower()} record!"
            ) from refusal


def amend(context: Context, entry: Object, before: Record, sent: Sent) -> Record:
    """The same for a record that was found already; undone only by whoever calls."""
    if context.company.multi_entity and context.entity and before.entity != context.entity:
        raise broken(f"You cannot edit a top level {entry.word} from an entity.")
    values = {k: v for k, v in sent.values.items() if k != "RECORDNO"}
    after = {**before.values, **clean(context, entry, values)}
    after = {name: value for name, value in after.items() if value != ""}
    change = Change(context, entry, before, after, sent, _lines(context, entry, sent, before))
    _judge(change)
    record = replace(
        before, values=change.after, modified=context.seconds(), modifiedby=context.user
    )
    return _store(change, record, CHANGED)


def sought(context: Context, entry: Object, values: Values) -> Record:
    """The record that an update means; raises Refusal."""
    number, key = values.get("RECORDNO", ""), values.get(entry.key, "")
    if number:
        record = context.company.record(entry.name, counting(number))
    else:
        record = context.company.find(entry.name, key) if key else None
    if not number and not key:
        raise missing("RECORDNO" if entry.key == "RECORDNO" else f"RECORDNO or {entry.key}")
    if record is None or not context.sees(record):
        raise broken(f"Cannot find {entry.word.lower()} with key '{number or key}' to update.")
    return record


def delete(context: Context, entry: Object, record: Record) -> None:
    """Raises Refusal for a record that others refer to or that a rule holds."""
    context.permit("DELETE", entry)
    if context.company.multi_entity and context.entity and record.entity != context.entity:
        raise broken(f"You cannot delete a top level {entry.word} from an entity.")
    with context.company.attempt():
        still_open(context.company, entry, record)
        for rule in BEFORE_DELETE.get(entry.name, ()):
            rule(context, record)
        user = "" if context.settings.used_records_deletable else used_by(context, entry, record)
        if user:
            name = record.values.get(entry.key) or record.recordno
            raise broken(f"{entry.word} '{name}' cannot be deleted: it is used by a {user}.")
        remove(context, entry, record)


def remove(context: Context, entry: Object, record: Record) -> None:
    """Takes a record and its lines out of the books, with a trail."""
    if entry.lines is not None:
        for line in context.company.lines(entry.lines.object, record.recordno):
            context.company.drop(entry.lines.object, line.recordno)
    context.company.drop(entry.name, record.recordno)
    audit(context, entry, record, DELETED)
