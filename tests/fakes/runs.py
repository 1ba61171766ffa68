"""Runs in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ledgerlink.domain.errors import ChangedMeanwhile, Conflict, NotFound
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.plan import Outcome
from ledgerlink.domain.model.runs import FINISHED, Progress, Run, RunState
from ledgerlink.services.ports import Page


@dataclass
class FakeRuns:
    """Implements `services.ports.Runs`."""

    rows: dict[ConnectionKey, dict[str, Run]] = field(default_factory=dict)
    claims: dict[tuple[ConnectionKey, str], tuple[str, str]] = field(default_factory=dict)
    notes: dict[tuple[ConnectionKey, str], dict[int, Progress]] = field(default_factory=dict)
    items: dict[tuple[ConnectionKey, str], dict[int, Outcome]] = field(default_factory=dict)

    def create(self, run: Run, idempotency_key: str, content: str) -> Run:
        name = (run.connection_key, idempotency_key)
        earlier_content, earlier_id = self.claims.setdefault(name, (content, run.id))
        if earlier_content != content:
            raise Conflict(
                "idempotency_key_reused", "This key was used with other records.", "Use a new key."
            )
        if earlier_id == run.id:
            self.save(run)
        return self.get(run.connection_key, earlier_id)

    def save(self, run: Run, of_generation: int | None = None) -> None:
        there = self.rows.get(run.connection_key, {}).get(run.id)
        if of_generation is not None and (there is None or there.generation != of_generation):
            raise ChangedMeanwhile("resumed_already", "Somebody else resumed it.", "Read it.")
        self.rows.setdefault(run.connection_key, {})[run.id] = replace(run, progress={})

    def update(self, run: Run) -> None:
        there = self.rows.get(run.connection_key, {}).get(run.id)
        if there is None or there.state is not run.state:
            raise ChangedMeanwhile("resumed_already", "Somebody else resumed it.", "Read it.")
        self.save(run, of_generation=run.generation)

    def get(self, connection_key: ConnectionKey, run_id: str) -> Run:
        run = self.rows.get(connection_key, {}).get(run_id)
        if run is None:
            raise NotFound("no_run", f"There is no run {run_id}.", "See the list.")
        return replace(run, progress=dict(self.notes.get((connection_key, run_id), {})))

    def list(
        self,
        connection_key: ConnectionKey,
        after: str | None,
        limit: int,
        *,
        oldest_first: bool = False,
    ) -> Page[Run]:
        ids = sorted(self.rows.get(connection_key, {}), reverse=not oldest_first)
        left = [i for i in ids if after is None or ((i > after) is oldest_first and i != after)]
        runs = [self.get(connection_key, run_id) for run_id in left[:limit]]
        return Page(runs, runs[-1].id if len(left) > limit else None)

    def in_state(self, connection_key: ConnectionKey, state: RunState) -> Sequence[Run]:
        mine = self.rows.get(connection_key, {})
        assert state not in FINISHED
        return [self.get(connection_key, i) for i in sorted(mine) if mine[i].state is state]

    def save_progress(self, run: Run, chunk: int, progress: Progress) -> None:
        self.notes.setdefault((run.connection_key, run.id), {})[chunk] = progress

    def put_outcomes(self, run: Run, outcomes: Sequence[Outcome]) -> None:
        mine = self.items.setdefault((run.connection_key, run.id), {})
        mine.update({outcome.seq: outcome for outcome in outcomes})

    def outcomes(self, run: Run, first: int, count: int) -> Mapping[int, Outcome]:
        mine = self.items.get((run.connection_key, run.id), {})
        return {seq: o for seq, o in mine.items() if first <= seq < first + count}
