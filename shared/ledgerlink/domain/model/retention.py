"""For how long is kept what would otherwise grow for ever (`docs/adr/0025`).

Links, list records, rules with their versions, and the runs of posts and imports with their counts
stay. What is said of every single item of a run, and every single change of a list, does not.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ledgerlink.domain.model.runs import Run

CLOSED_BEFORE = timedelta(days=30)
"""How long before the items of a run are deleted it can no longer be resumed or undone, because
both need every item until they are done."""

STAGED = timedelta(days=30)
"""How long the records of a run are kept as they were given, from when it was created
(`infra/storage.py`). Its plan, which is made of them, is kept longer."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long this deployment keeps what expires."""

    history: timedelta = timedelta(days=400)
    """Items of a run with their outcomes, counted from when it was started."""
    feed: timedelta = timedelta(days=90)
    """Entries of the feed, and the syncs that wrote them."""

    def begun(self, run: Run, now: datetime) -> Run:
        """The run, once it is started; one that was started before keeps its times."""
        started_at = run.started_at or now
        return replace(run, started_at=started_at, items_until=self._items_until(run, started_at))

    def _items_until(self, run: Run, started_at: datetime) -> datetime:
        """Stored with the run, because the deployment may choose another time later."""
        return run.items_until or started_at + self.history

    def keeps_items(self, run: Run, now: datetime) -> bool:
        """Whether the items of a run are all there."""
        return run.started_at is None or now < self._items_until(run, run.started_at)

    def lets_go_on(self, run: Run, now: datetime) -> bool:
        """Whether a run can be resumed or undone."""
        return self.keeps_items(run, now + CLOSED_BEFORE)


STANDARD = Retention()
