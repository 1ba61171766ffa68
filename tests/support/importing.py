"""Imports that tests draft, plan, start and undo with the service in memory."""

from datetime import date
from typing import Any

from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.imports import Scope
from ledgerlink.domain.model.runs import Run
from ledgerlink.services.imports import service
from ledgerlink.services.imports.service import ImportRequest, User

from tests.fakes.service import FIRM, InMemoryService

ADA, BOB = User(FIRM, "ada"), User(FIRM, "bob")
ADMIN = User(FIRM, "carol", administrator=True)
FEBRUARY = Scope(first_day=date(2026, 2, 1), last_day=date(2026, 2, 28))


def drafted(
    app: InMemoryService, connection: Connection, *records: Any, key: str = "k", **more: Any
) -> Run:
    """A new draft of these records, with its entities found."""
    wanted = ImportRequest(scope=more.pop("scope", FEBRUARY), records=list(records), **more)
    run = service.create(app.deps, ADA, connection.id, key, wanted)
    app.work()
    return app.run(run)


def planned(app: InMemoryService, run: Run, user: User = ADA) -> Run:
    """The run once its plan is made."""
    service.order_plan(app.deps, user, run.connection_id, run.id)
    app.work()
    return app.run(run)


def started(app: InMemoryService, run: Run, user: User = ADA) -> Run:
    """The run once its plan is applied."""
    service.start(app.deps, user, run.connection_id, run.id, run.plan)
    app.work()
    return app.run(run)


def imported(
    app: InMemoryService, connection: Connection, *records: Any, key: str = "k", **more: Any
) -> Run:
    """An import of these records from the draft to the ledger."""
    return started(app, planned(app, drafted(app, connection, *records, key=key, **more)))


def undone(app: InMemoryService, run: Run, key: str = "u") -> Run:
    """The run that undoes this one, once it is applied."""
    taking = service.undo(app.deps, ADA, run.connection_id, run.id, key)
    app.work()
    return started(app, app.run(taking))
