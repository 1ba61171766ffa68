"""Change data capture: what changed since, with stubs of what is gone."""

from __future__ import annotations

from typing import Final

from local.sandboxes.qbo.books.company import Company
from local.sandboxes.qbo.books.rows import Record, Row
from local.sandboxes.qbo.protocol.errors import Fault, required
from local.sandboxes.qbo.protocol.timestamps import parse_moment
from local.sandboxes.qbo.schema.entity import Entity
from local.sandboxes.qbo.schema.registry import BY_PATH
from local.sandboxes.qbo.settings import Settings
from local.sandboxes.qbo.web.call import Call
from local.sandboxes.qbo.web.wire import Outcome, answered

LOOK_BACK_SECONDS: Final = 30 * 86400


def changes(call: Call) -> Outcome:
    names = [n.strip() for n in call.params.get("entities", "").split(",") if n.strip()]
    if not names:
        raise required("entities")
    since = _since(call)
    entities = [_supported(name, call.settings) for name in names]
    left = call.settings.cdc_page_limit
    responses: list[Row] = []
    for entity in entities:
        found = _changed(call.context().company, entity, since, left) if entity else []
        left -= len(found)
        responses.append(_response(entity, found, call.settings))
    return answered({"CDCResponse": [{"QueryResponse": responses}]}, call.now)


def _since(call: Call) -> float:
    text = call.params.get("changedSince", "")
    since = parse_moment(text, call.settings.naive_datetimes)
    if since is None:
        raise Fault("2070", f"Invalid date : {text}", "changedSince")
    if since < call.now - LOOK_BACK_SECONDS:
        words = f"Operation cdc with changedSince date {text} older than fixed days"
        raise Fault("500", f"{words} is not supported")
    return since


def _supported(name: str, settings: Settings) -> Entity | None:
    entity = BY_PATH.get(name.lower())
    if entity is not None and entity.changes:
        return entity
    if settings.cdc_unsupported == "omit":
        return None
    raise Fault("500", f"Operation cdc for resource {name} is not supported.")


def _changed(company: Company, entity: Entity, since: float, limit: int) -> list[Record]:
    table = company.table(entity.name)
    records = [*table.records.values(), *table.deleted.values()]
    found = [r for r in records if r.updated >= int(since)]
    return sorted(found, key=lambda r: r.updated)[:limit]


def _response(entity: Entity | None, found: list[Record], settings: Settings) -> Row:
    if entity is None or not found:
        return {}
    rows = [_shown(record, settings) for record in found]
    return {
        entity.wire: rows,
        "startPosition": 1,
        "maxResults": len(rows),
        "totalCount": len(rows),
    }


def _shown(record: Record, settings: Settings) -> Row:
    row = record.row
    inactive = row.get("Active") is False and settings.cdc_inactive == "stub"
    if not inactive and row.get("status") != "Deleted":
        return row
    times = {"LastUpdatedTime": row["MetaData"]["LastUpdatedTime"]}
    return {"domain": "QBO", "status": "Deleted", "Id": row["Id"], "MetaData": times}
