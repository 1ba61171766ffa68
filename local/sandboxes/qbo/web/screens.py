"""What somebody does to a company in the QuickBooks screens."""

from __future__ import annotations

from decimal import Decimal

from local.sandboxes.qbo.books.rows import Row
from local.sandboxes.qbo.engine.currencies import open_currency
from local.sandboxes.qbo.engine.merge import merge
from local.sandboxes.qbo.engine.operations import write
from local.sandboxes.qbo.engine.rules.guards import MARKS
from local.sandboxes.qbo.engine.seed import plant
from local.sandboxes.qbo.protocol.errors import not_found
from local.sandboxes.qbo.sandbox import Sandbox
from local.sandboxes.qbo.schema.registry import BY_NAME


def edit(sandbox: Sandbox, realm: str, body: Row) -> Row:
    """Creates, changes or deletes a row; what is read-only over the API may change here."""
    entity = BY_NAME[body["entity"]]
    context = sandbox.context(realm, by_hand=True)
    if "create" in body:
        return plant(context, entity.name, body["create"])
    row = context.company.row(entity.name, str(body["id"]))
    if row is None:
        raise not_found()
    token = {"Id": row["Id"], "SyncToken": row["SyncToken"]}
    if body.get("delete"):
        return write(context, entity, token, "delete")
    changes = dict(body.get("changes", {}))
    calculated = {name: changes.pop(name) for name in entity.readonly if name in changes}
    if changes:
        row = write(context, entity, {**token, **changes, "sparse": True}, "update")
    row.update(calculated)
    context.company.version += 1
    return row


def join(sandbox: Sandbox, realm: str, body: Row) -> Row:
    """Merges two rows; the survivor."""
    context = sandbox.context(realm, by_hand=True)
    loser, survivor = str(body["loser"]), str(body["survivor"])
    row = merge(context, body["entity"], loser, survivor)
    sandbox.webhooks.note(realm, body["entity"], survivor, "Merge", loser)
    return row


def mark(sandbox: Sandbox, realm: str, body: Row) -> Row:
    """Closes a transaction to the API as matched, reconciled or deposited; null opens it."""
    company, place = sandbox.companies[realm], (str(body["entity"]), str(body["id"]))
    if company.row(*place) is None:
        raise not_found()
    if body["as"] is None:
        company.marks.pop(place, None)
    elif body["as"] not in MARKS:
        raise ValueError(f"as must be null or one of {', '.join(MARKS)}")
    else:
        company.marks[place] = body["as"]
    return {"entity": place[0], "id": place[1], "as": company.marks.get(place)}


def use_currency(sandbox: Sandbox, realm: str, body: Row) -> Row:
    """Turns multi-currency on and opens a foreign currency with its rates by day."""
    sandbox.change_preferences(realm, {"CurrencyPrefs": {"MultiCurrencyEnabled": True}})
    by_day = {day: Decimal(str(rate)) for day, rate in body.get("rates", {}).items()}
    return open_currency(sandbox.context(realm, by_hand=True), str(body["code"]), by_day)
