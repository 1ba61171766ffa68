"""Runs, progress and outcomes, in the table."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from ledgerlink.domain.errors import Conflict, NotFound
from ledgerlink.domain.plan import Outcome
from ledgerlink.domain.runs import FINISHED, Progress, Run, RunState
from ledgerlink.services.stores import Page
from ledgerlink.storage import keys
from ledgerlink.storage.table import Row, Table, Taken
from ledgerlink.wire.stored import dump, load

IDEMPOTENCY_LIFETIME = timedelta(days=30)


class DynamoRuns:
    """Implements `services.stores.Runs`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def create(self, run: Run, idempotency_key: str, content: str) -> Run:
        pk = keys.connection(run.firm, run.connection_id)
        sk = keys.row("idempotency", idempotency_key)
        claim = {
            "pk": pk,
            "sk": sk,
            "content": content,
            "run": run.id,
            "expires_at": int((run.created_at + IDEMPOTENCY_LIFETIME).timestamp()),
        }
        try:
            self._table.together([*_rows(run), claim], new=True)
        except Taken:
            return self._earlier(run, self._table.get(pk, sk) or {}, content)
        return run

    def _earlier(self, run: Run, claim: Row, content: str) -> Run:
        if claim.get("content") != content:
            raise Conflict(
                "idempotency_key_reused",
                "This Idempotency-Key was used with other records.",
                "Use a new key for new records.",
            )
        return self.get(run.firm, run.connection_id, claim["run"])

    def save(self, run: Run, of_generation: int | None = None) -> None:
        delete = [_unfinished(run)] if run.state in FINISHED else []
        held = {} if of_generation is None else {"generation": of_generation}
        try:
            self._table.together(_rows(run), delete=delete, held=held)
        except Taken as taken:
            raise _resumed(run) from taken

    def get(self, firm: str, connection_id: str, run_id: str) -> Run:
        row = self._table.get(keys.connection(firm, connection_id), keys.row("run", run_id))
        if row is None:
            raise NotFound(
                "no_run", f"There is no run {run_id}.", "List the connection's runs to see ids."
            )
        return self._with_progress(row)

    def _with_progress(self, row: Row) -> Run:
        run = load(Run, row["data"])
        pk = keys.run(run.firm, run.connection_id, run.id)
        progress = {
            int(found["sk"].rpartition("#")[2]): load(Progress, found["data"])
            for found in self._table.query(pk, keys.under("progress"))
        }
        return replace(run, progress=progress)

    def list(
        self,
        firm: str,
        connection_id: str,
        after: str | None,
        limit: int,
        *,
        oldest_first: bool = False,
    ) -> Page[Run]:
        rows = list(
            self._table.query(
                keys.connection(firm, connection_id),
                keys.under("run"),
                after=keys.row("run", after) if after else None,
                limit=limit + 1,
                backward=not oldest_first,
            )
        )
        runs = [self._with_progress(row) for row in rows[:limit]]
        return Page(runs, runs[-1].id if len(rows) > limit else None)

    def in_state(self, firm: str, connection_id: str, state: RunState) -> Sequence[Run]:
        pk = keys.connection(firm, connection_id)
        rows = self._table.query(pk, keys.under("unfinished"))
        found = [row["run"] for row in rows if row["state"] == state.value]
        return [self.get(firm, connection_id, run_id) for run_id in found]

    def save_progress(self, run: Run, chunk: int, progress: Progress) -> None:
        self._table.put(
            {
                "pk": keys.run(run.firm, run.connection_id, run.id),
                "sk": keys.row("progress", keys.number(chunk)),
                "data": dump(progress).decode(),
            }
        )

    def put_outcomes(self, run: Run, outcomes: Sequence[Outcome]) -> None:
        pk = keys.run(run.firm, run.connection_id, run.id)
        self._table.put_many(
            {
                "pk": pk,
                "sk": keys.row("item", keys.number(outcome.seq)),
                "state": outcome.state.value,
                "data": dump(outcome).decode(),
            }
            for outcome in outcomes
        )

    def outcomes(self, run: Run, first: int, count: int) -> Mapping[int, Outcome]:
        pk = keys.run(run.firm, run.connection_id, run.id)
        first_key = keys.row("item", keys.number(first))
        last_key = keys.row("item", keys.number(first + count - 1))
        found = (load(Outcome, row["data"]) for row in self._table.between(pk, first_key, last_key))
        return {outcome.seq: outcome for outcome in found}


def _rows(run: Run) -> list[Row]:
    """The run, and its mark among those that are not finished."""
    pk, state = keys.connection(run.firm, run.connection_id), run.state.value
    data = dump(replace(run, progress={})).decode()
    kept = {"state": state, "generation": run.generation}
    rows: list[Row] = [{"pk": pk, "sk": keys.row("run", run.id), "data": data} | kept]
    if run.state not in FINISHED:
        rows.append(_unfinished(run) | {"run": run.id} | kept)
    return rows


def _resumed(run: Run) -> Conflict:
    return Conflict(
        "resumed_already", f"The run {run.id} was resumed by somebody else.", "Nothing to do."
    )


def _unfinished(run: Run) -> Row:
    pk = keys.connection(run.firm, run.connection_id)
    return {"pk": pk, "sk": keys.row("unfinished", run.id)}
