"""Accepting a post: store the records, create a run, queue it."""

from collections.abc import Sequence
from typing import Any

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.runs import Run, RunState
from ledgerlink.domain.model.source_records import RecordKind
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.messages import run_message
from ledgerlink.services.posting.kept_receipts import with_kept_receipts
from ledgerlink.services.runs.idempotency import digest


def upload(deps: Dependencies, connection_key: ConnectionKey) -> tuple[str, str]:
    """The id of a new upload and the address to PUT its records to, for more records than fit into
    one call. Raises NotFound for an unknown connection."""
    deps.connections.get(connection_key)
    return deps.staging.upload_address(connection_key)


def post(
    deps: Dependencies,
    connection_key: ConnectionKey,
    user: str,
    idempotency_key: str,
    records: Sequence[Any] | str,
    kinds: tuple[RecordKind, ...] | None = None,
) -> Run:
    """Create a run that posts these records, or the records of an upload by its id. Records of a
    kind outside `kinds` are rejected (None allows all kinds).

    An upload is posted as it is now; what is put to its address later is not. The same idempotency
    key with the same records returns the earlier run. Raises NotFound for an
    unknown connection or upload. Raises Conflict for a connection that was never authorised, is
    disconnected or only syncs lists, and for a key that was used with other records.
    """
    connection = deps.connections.get(connection_key)
    connection.require_authorized()
    deps.settings.get(connection_key).require_posting()
    if isinstance(records, str):
        kept = deps.staging.accept_upload(connection_key, records)
        staged, content = kept.name, f"{records} {kept.tag}"
    else:
        content = digest(records, separators=(",", ":"))
        whole = with_kept_receipts(deps, connection_key, records)
        staged = deps.staging.put_records(connection_key, whole)
    now = deps.clock.now()
    run = Run(
        firm=connection_key.firm,
        connection_id=connection_key.id,
        id=deps.ids.new(now),
        kind="post",
        state=RunState.QUEUED,
        created_by=user,
        created_at=now,
        ledger=connection.ledger,
        staged=staged,
        kinds=kinds,
    )
    run = deps.runs.create(run, idempotency_key, content)
    if run.state is RunState.QUEUED:
        deps.lane.send([run_message(run)])
    return run
