"""Runs in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ledgerlink.domain.errors import Conflict, NotFound
from ledgerlink.domain.model.plan import Outcome
from ledgerlink.domain.model.runs import FINISHED, Progress, Run, RunState
from ledgerlink.services.ports import Page

Owner = tuple[str, str]


@dataclass
class FakeRuns:
    """Implements `services.stores.Runs`."""

    rows: dict[Owner, dict[str, Run]] = field(default_factory=dict)
    claims: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    notes: dict[tuple[str, str, str], dict[int, Progress]] = field(default_factory=dict)
    items: dict[tuple[str, str, str], dict[int, Outcome]] = field(default_factory=dict)

    def create(self, run: Run, idempotency_key: str, content: str) -> Run:
        name = (run.firm, run.connection_id, idempotency_key)
        earlier_content, earlier_id = self.claims.setdefault(name, (content, run.id))
        if earlier_content != content:
            raise Conflict(
                "idempotency_key_reused", "This key was used with other records.", "Use a new key."
            )
        if earlier_id == run.id:
            self.save(run)
        return self.get(run.firm, run.connection_id, earlier_id)

    def save(self, run: Run, of_generation: int | None = None) -> None:
        there = self.rows.get((run.firm, run.connection_id), {}).get(run.id)
        if of_generation is not None and (there is None or there.generation != of_generation):
            raise Conflict("resumed_already", "It was resumed by somebody else.", "Nothing to do.")
        self.rows.setdefault((run.firm, run.connection_id), {})[run.id] = replace(run, progress={})

    def get(self, firm: str, connection_id: str, run_id: str) -> Run:
        run = self.rows.get((firm, connection_id), {}).get(run_id)
        if run is None:
            raise NotFound("no_run", f"There is no run {run_id}.", "See the list.")
        return replace(run, progress=dict(self.notes.get((firm, connection_id, run_id), {})))

    def list(
        self,
        firm: str,
        connection_id: str,
        after: str | None,
        limit: int,
        *,
        oldest_first: bool = False,
    ) -> Page[Run]:
        ids = sorted(self.rows.get((firm, connection_id), {}), reverse=not oldest_first)
        left = [i for i in ids if after is None or ((i > after) is oldest_first and i != after)]
        runs = [self.get(firm, connection_id, run_id) for run_id in left[:limit]]
        return Page(runs, runs[-1].id if len(left) > limit else None)

    def in_state(self, firm: str, connection_id: str, state: RunState) -> Sequence[Run]:
        mine = self.rows.get((firm, connection_id), {})
        assert state not in FINISHED
        return [self.get(firm, connection_id, i) for i in sorted(mine) if mine[i].state is state]

    def save_progress(self, run: Run, chunk: int, progress: Progress) -> None:
        self.notes.setdefault((run.firm, run.connection_id, run.id), {})[chunk] = progress

    def put_outcomes(self, run: Run, outcomes: Sequence[Outcome]) -> None:
        mine = self.items.setdefault((run.firm, run.connection_id, run.id), {})
        mine.update({outcome.seq: outcome for outcome in outcomes})

    def outcomes(self, run: Run, first: int, count: int) -> Mapping[int, Outcome]:
        mine = self.items.get((run.firm, run.connection_id, run.id), {})
        return {seq: o for seq, o in mine.items() if first <= seq < first + count}
