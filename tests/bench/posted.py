"""What one post took, as the worker reports it to the bench."""

from pydantic import BaseModel


class Posted(BaseModel):
    """`requests` are calls to AWS by operation, `units` what they consume."""

    records: int
    state: str
    reason: str
    counts: dict[str, int]
    calls: dict[str, int]
    seconds: float
    planning_seconds: float
    planning_cpu_seconds: float
    cpu_seconds: float
    peak_mb: float
    """The largest size of the worker so far."""
    messages: int
    requests: dict[str, int]
    units: dict[str, int]
