"""Executions of the import state machine in Step Functions, and the step at which each waits."""

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from ledgerlink.domain.model.runs import Run
from ledgerlink.domain.ports import Clock
from ledgerlink.services.ports import ExecutionState, Ids
from ledgerlink.storage import keys
from ledgerlink.storage.table import Row, Table, Taken
from ledgerlink.wire.stored import dump, load

if TYPE_CHECKING:
    from typing import Any as SFNClient

LONGEST_NAME = 80
"""Characters that the name of an execution may have."""
GONE = frozenset({"TaskDoesNotExist", "TaskTimedOut", "InvalidToken"})
"""Errors that mean that no execution waits with this token."""


class StepFunctionsExecutions:
    """Implements `services.ports.ImportExecutions`. One row per run holds the newest execution and
    the step at which it waits."""

    def __init__(
        self, client: "SFNClient", machine: str, table: Table, clock: Clock, ids: Ids
    ) -> None:
        self._client = client
        self._machine = machine
        self._table = table
        self._clock = clock
        self._ids = ids

    def start(self, run: Run, step: str) -> None:
        given = {
            "firm": run.firm,
            "connection_id": run.connection_id,
            "run_id": run.id,
            "told": {"next": step},
        }
        name = f"{run.id}-{self._ids.new(self._clock.now())}"[:LONGEST_NAME]
        self._put(run, ExecutionState(machine=name, since=self._clock.now()))
        try:
            self._client.start_execution(
                stateMachineArn=self._machine,
                name=name,
                input=json.dumps(given),
            )
        except (BotoCoreError, ClientError):
            self._table.take(*_key(run))
            raise

    def state(self, run: Run) -> ExecutionState:
        row = self._table.get(*_key(run))
        return load(ExecutionState, row["data"]) if row else ExecutionState()

    def store_wait(self, run: Run, execution: str, step: str, token: str, until: int) -> None:
        waiting = ExecutionState(
            machine=execution, generation=run.generation, step=step, token=token, until=until
        )
        self._put(run, waiting)

    def continue_at(self, run: Run, waiting: ExecutionState, step: str) -> bool:
        try:
            self._client.send_task_success(
                taskToken=waiting.token, output=json.dumps({"next": step})
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise
            return not self._delete(run, waiting.token)
        with suppress(Taken):  # it waits at its next step already
            going = ExecutionState(machine=waiting.machine, step=step, since=self._clock.now())
            self._table.put_if(
                _row(run, going), "#token = :token", {":token": waiting.token}, names=["token"]
            )
        return True

    def delete_wait(self, run: Run, token: str) -> None:
        self._delete(run, token)

    def _delete(self, run: Run, token: str) -> bool:
        """Delete the row of this token; False when another call has answered it meanwhile."""
        try:
            self._table.delete_if(*_key(run), "#token = :token", {":token": token}, names=["token"])
        except Taken:
            return False
        return True

    def _put(self, run: Run, waiting: ExecutionState) -> None:
        self._table.put(_row(run, waiting))


def _key(run: Run) -> tuple[str, str]:
    return keys.connection(run.connection_key), keys.row("machine", run.id)


def _row(run: Run, waiting: ExecutionState) -> Row:
    pk, sk = _key(run)
    return {"pk": pk, "sk": sk, "token": waiting.token, "data": dump(waiting).decode()}
