"""Connections, claims on companies and consents under way, in the table."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from ledgerlink.domain.errors import Conflict, Invalid, NotFound
from ledgerlink.domain.model.connections import Authorization, Connection, ConnectionKey
from ledgerlink.services.ports import Page
from ledgerlink.storage import keys
from ledgerlink.storage.table import Row, Table, Taken
from ledgerlink.wire.stored import dump, load

CONSENT_KEPT = 3600
"""Seconds for which an expired consent is kept, so that its user learns that it has expired."""


class DynamoConnections:
    """Implements `services.ports.Connections`.

    A company has one claim row for all firms, so that a conditional write decides which connection
    gets it. The row stays when the company is released: `held` is then false, and the firm that had
    it can only connect the company with the same connection again.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, connection: Connection) -> Connection:
        stored = replace(connection, version=connection.version + 1)
        row: Row = {
            "pk": keys.firm(connection.firm),
            "sk": keys.row("connection", connection.id),
            "state": connection.state.value,
            "data": dump(stored).decode(),
        }
        self._table.put_version(row, stored.version)
        return stored

    def get(self, connection_key: ConnectionKey) -> Connection:
        row = self._table.get(
            keys.firm(connection_key.firm), keys.row("connection", connection_key.id)
        )
        if row is None:
            raise NotFound(
                "no_connection",
                f"There is no connection {connection_key.id}.",
                "List the firm's connections to see their ids.",
            )
        return load(Connection, row["data"])

    def list(self, firm: str) -> Sequence[Connection]:
        rows = self._table.query(keys.firm(firm), keys.under("connection"))
        return [load(Connection, row["data"]) for row in rows]

    def page(self, firm: str, after: str | None, limit: int) -> Page[Connection]:
        rows = list(
            self._table.query(
                keys.firm(firm),
                keys.under("connection"),
                after=keys.row("connection", after) if after else None,
                limit=limit + 1,
            )
        )
        found = [load(Connection, row["data"]) for row in rows[:limit]]
        return Page(found, found[-1].id if len(rows) > limit else None)

    def remove(self, connection: Connection) -> None:
        pk, sk = keys.firm(connection.firm), keys.row("connection", connection.id)
        self._table.delete_version(pk, sk, connection.version)

    def begin(self, authorization: Authorization) -> None:
        self._table.put(
            {
                "pk": keys.authorization(authorization.state),
                "sk": "authorization",
                "data": dump(authorization).decode(),
                "expires_at": int(authorization.expires_at.timestamp()) + CONSENT_KEPT,
            }
        )

    def pending(self, state: str) -> Authorization:
        return _authorization(self._table.get(keys.authorization(state), "authorization"))

    def finish(self, state: str) -> Authorization:
        return _authorization(self._table.take(keys.authorization(state), "authorization"))

    def of_company(self, ledger: str, company_id: str) -> Connection | None:
        claim = self._table.get(keys.company(ledger, company_id), "claim")
        if claim is None or not claim["held"]:
            return None
        with suppress(NotFound):
            return self.get(ConnectionKey(claim["firm"], claim["connection_id"]))
        return None

    def require_free(self, connection: Connection, company_id: str) -> None:
        row = self._table.get(keys.company(connection.ledger, company_id), "claim")
        if row is None or (row["firm"], row["connection_id"]) == (connection.firm, connection.id):
            return
        if row["held"] or row["firm"] == connection.firm:
            raise _taken(connection, row)

    def claim(self, connection: Connection, company_id: str) -> None:
        row = {
            "pk": keys.company(connection.ledger, company_id),
            "sk": "claim",
            "firm": connection.firm,
            "connection_id": connection.id,
            "held": True,
        }
        free = "attribute_not_exists(pk) OR (held = :no AND firm <> :firm)"
        own = "(firm = :firm AND connection_id = :connection)"
        values = {":no": False, ":firm": connection.firm, ":connection": connection.id}
        try:
            self._table.put_if(row, f"{free} OR {own}", values)
        except Taken:
            claim = self._table.get(str(row["pk"]), "claim") or {}
            raise _taken(connection, claim) from None

    def release(self, connection: Connection) -> None:
        if connection.company_id is None:
            return
        row = {
            "pk": keys.company(connection.ledger, connection.company_id),
            "sk": "claim",
            "firm": connection.firm,
            "connection_id": connection.id,
            "held": False,
        }
        values = {":firm": connection.firm, ":connection": connection.id}
        with suppress(Taken):  # another firm has it by now
            self._table.put_if(row, "firm = :firm AND connection_id = :connection", values)


def _authorization(row: Row | None) -> Authorization:
    if row is None:
        raise Invalid(
            "unknown_state",
            "This consent is unknown or was used already.",
            "Start connecting again.",
        )
    return load(Authorization, row["data"])


def _taken(connection: Connection, claim: Row) -> Conflict:
    """The error for a company that another connection has. It names that connection only to the
    firm that it belongs to."""
    if claim.get("firm") == connection.firm:
        other = claim["connection_id"]
        return Conflict(
            "company_already_connected",
            f"Your connection {other} already has this company.",
            f"Use connection {other}; reconnect it if it is disconnected.",
        )
    return Conflict(
        "company_already_connected",
        "This company is already connected.",
        "Disconnect it where it is connected now, then connect it here.",
    )
