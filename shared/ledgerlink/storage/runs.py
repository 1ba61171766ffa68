"""Runs, progress and outcomes, in the table."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from ledgerlink.domain.errors import ChangedMeanwhile, Conflict, NotFound
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.plan import ItemState, Outcome
from ledgerlink.domain.model.reasons import reason
from ledgerlink.domain.model.retention import STANDARD, Retention
from ledgerlink.domain.model.runs import DRAFTS, FINISHED, Progress, Run, RunState
from ledgerlink.domain.ports import Clock
from ledgerlink.services.ports import Page
from ledgerlink.storage import keys
from ledgerlink.storage.table import Row, Table, Taken
from ledgerlink.wire.stored import Unreadable, dump, load

logger = logging.getLogger(__name__)

IDEMPOTENCY_LIFETIME = timedelta(days=30)
"""How long an idempotency key is remembered."""
LONGEST_PROGRESS = 250_000
"""Characters of progress that are stored beside a run, enough for the 1,000 chunks of the longest
import; DynamoDB limits a row to 400 KB."""
AT_WORK = frozenset(state.value for state in set(RunState) - FINISHED - DRAFTS)
"""The states of runs whose progress is read apart."""
READERS = 8
"""Runs whose progress is read at the same time."""
OUTCOMES_PER_ROW = 25
"""Outcomes that share a row, by number. They are few, because each may have a long reason and
DynamoDB limits a row to 400 KB."""


class DynamoRuns:
    """Implements `services.ports.Runs`.

    Outcomes that are stored together share rows. The key of a row ends with the time of its
    writing, so that later outcomes never overwrite it. Of two outcomes of one item the later one
    counts.
    """

    def __init__(self, table: Table, clock: Clock, retention: Retention = STANDARD) -> None:
        self._table = table
        self._clock = clock
        self._retention = retention

    def create(self, run: Run, idempotency_key: str, content: str) -> Run:
        pk = keys.connection(run.connection_key)
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
                "Use a new key for other records.",
            )
        return self.get(run.connection_key, claim["run"])

    def save(self, run: Run, of_generation: int | None = None) -> None:
        delete = [_unfinished(run)] if run.state in FINISHED else []
        held = {} if of_generation is None else {"generation": of_generation}
        own, *unfinished = _rows(run)
        try:
            rows = [own | self._expiry(run), *unfinished]
            self._table.together(rows, delete=delete, held=held)
        except Taken as taken:
            raise _resumed(run) from taken
        if "progress" in own:  # which is beside the run from now on
            numbers = (keys.row("progress", keys.number(number)) for number in run.progress)
            self._table.delete_many(keys.run(run.connection_key, run.id), numbers)

    def _expiry(self, run: Run) -> Row:
        """When the run is deleted: a sync with the changes that it has found, others never."""
        if run.sync is None or run.state not in FINISHED:
            return {}
        ended_at = run.finished_at or self._clock.now()
        return {"expires_at": int((ended_at + self._retention.feed).timestamp())}

    def update(self, run: Run) -> None:
        own, *_ = _rows(run)
        unchanged = "#state = :state AND generation = :generation"
        values = {":state": own["state"], ":generation": own["generation"]}
        try:
            self._table.put_if(own, unchanged, values, names=["state"])
        except Taken as taken:
            raise _resumed(run) from taken

    def get(self, connection_key: ConnectionKey, run_id: str) -> Run:
        row = self._table.get(keys.connection(connection_key), keys.row("run", run_id))
        if row is None:
            days = self._retention.feed.days
            remedy = f"List the connection's runs to see ids. Syncs are deleted after {days} days."
            raise NotFound("no_run", f"There is no run {run_id}.", remedy)
        return self._with_progress(row)

    def _with_progress(self, row: Row) -> Run:
        """The run of a row with its progress, which is in the row of a finished run."""
        run = load(Run, row["data"])
        if "progress" in row:
            some = {int(n): load(Progress, text) for n, text in row["progress"].items()}
            return replace(run, progress=some)
        if not run.chunks or run.state in DRAFTS:
            return run
        pk = keys.run(run.connection_key, run.id)
        progress = {
            int(found["sk"].rpartition("#")[2]): load(Progress, found["data"])
            for found in self._table.query(pk, keys.under("progress"))
        }
        return replace(run, progress=progress)

    def list(
        self,
        connection_key: ConnectionKey,
        after: str | None,
        limit: int,
        *,
        oldest_first: bool = False,
    ) -> Page[Run]:
        rows = list(
            self._table.query(
                keys.connection(connection_key),
                keys.under("run"),
                after=keys.row("run", after) if after else None,
                limit=limit + 1,
                backward=not oldest_first,
            )
        )
        at_work = {row["sk"]: row for row in rows[:limit] if row["state"] in AT_WORK}
        with ThreadPoolExecutor(READERS) as readers:
            found = readers.map(self._with_progress, at_work.values())
            read = dict(zip(at_work, found, strict=True))
        runs = [read.get(row["sk"]) or self._with_progress(row) for row in rows[:limit]]
        return Page(runs, runs[-1].id if len(rows) > limit else None)

    def in_state(self, connection_key: ConnectionKey, state: RunState) -> Sequence[Run]:
        rows = self._table.query(keys.unfinished(connection_key), keys.under("run"))
        found = [row["run"] for row in rows if row["state"] == state.value]
        return [self.get(connection_key, run_id) for run_id in found]

    def save_progress(self, run: Run, chunk: int, progress: Progress) -> None:
        self._table.put(
            {
                "pk": keys.run(run.connection_key, run.id),
                "sk": keys.row("progress", keys.number(chunk)),
                "data": dump(progress).decode(),
            }
        )

    def put_outcomes(self, run: Run, outcomes: Sequence[Outcome]) -> None:
        pk, now = keys.run(run.connection_key, run.id), self._clock.now()
        moment = now.isoformat(timespec="microseconds")
        expires_at = int((run.items_until or now + self._retention.history).timestamp())
        self._table.put_many(
            {
                "pk": pk,
                "sk": keys.row("item", keys.number(some[0].seq), moment),
                "moment": moment,
                "expires_at": expires_at,
                "data": [dump(outcome).decode() for outcome in some],
            }
            for some in _spans(outcomes)
        )

    def outcomes(self, run: Run, first: int, count: int) -> Mapping[int, Outcome]:
        pk = keys.run(run.connection_key, run.id)
        first_key = keys.under("item", keys.number(max(first - OUTCOMES_PER_ROW + 1, 0)))
        last_key = keys.under("item", keys.number(first + count - 1)) + "~"
        rows = sorted(self._table.between(pk, first_key, last_key), key=lambda row: row["moment"])
        found = (_outcome(text) for row in rows for text in row["data"])
        return {one.seq: one for one in found if one and first <= one.seq < first + count}


def _outcome(text: str) -> Outcome | None:
    """An outcome. One that our program cannot read ends its record with a reason; None if it does
    not even tell whose it is, which is then looked up."""
    try:
        return load(Outcome, text)
    except Unreadable as defect:
        logger.error("an outcome cannot be read: %s", defect)
    with suppress(ValueError, LookupError, TypeError):
        seq = int(json.loads(text)["seq"])
        return Outcome(seq=seq, state=ItemState.FAILED, reason=reason("outcome_unreadable"))
    return None


def _spans(outcomes: Sequence[Outcome]) -> Iterator[list[Outcome]]:
    """The outcomes in order, cut into those of one row each."""
    some: list[Outcome] = []
    for outcome in sorted(outcomes, key=lambda one: one.seq):
        if some and outcome.seq - some[0].seq >= OUTCOMES_PER_ROW:
            yield some
            some = []
        some.append(outcome)
    if some:
        yield some


def _rows(run: Run) -> list[Row]:
    """The run's row, and its row among the unfinished runs."""
    pk, state = keys.connection(run.connection_key), run.state.value
    data = dump(replace(run, progress={})).decode()
    kept = {"state": state, "generation": run.generation}
    own: Row = {"pk": pk, "sk": keys.row("run", run.id), "data": data, **kept, **_final(run)}
    rows = [own]
    if run.state not in FINISHED:
        rows.append(_unfinished(run) | {"run": run.id} | kept)
    return rows


def _final(run: Run) -> Row:
    """The progress of a finished run, beside the run: it no longer changes, and a list of runs is
    then read in one query."""
    if run.state not in FINISHED:
        return {}
    progress = {str(number): dump(some).decode() for number, some in run.progress.items()}
    return {"progress": progress} if sum(map(len, progress.values())) <= LONGEST_PROGRESS else {}


def _resumed(run: Run) -> ChangedMeanwhile:
    return ChangedMeanwhile(
        "resumed_already",
        f"Somebody else has changed, resumed or interrupted run {run.id}.",
        "Reload the run to see its state.",
    )


def _unfinished(run: Run) -> Row:
    return {"pk": keys.unfinished(run.connection_key), "sk": keys.row("run", run.id)}
