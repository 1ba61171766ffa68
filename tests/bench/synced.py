"""What one sync took, as the worker reports it to the bench. `units` are DynamoDB's."""

from pydantic import BaseModel


class Synced(BaseModel):
    """`lists` counts the records read by list, `peak_mb` is the worker's largest size so far."""

    state: str
    reason: str
    counts: dict[str, int]
    lists: dict[str, int]
    calls: dict[str, int]
    metered: int
    seconds: float
    peak_mb: float
    messages: int
    units: dict[str, int] = {}
    requests: dict[str, int] = {}

    @property
    def records(self) -> int:
        """Records read."""
        return sum(self.lists.values())
