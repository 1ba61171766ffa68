"""Sample writes of time entries, and a collector of their outcomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledgerlink.domain.model.plan import Action, Outcome, Request, Write


def activity(number: int = 0, **changes: Any) -> dict[str, Any]:
    """The body of a time entry; its notes contain the number."""
    body = {
        "NameOf": "Employee",
        "EmployeeRef": {"value": "55"},
        "TxnDate": "2026-02-02",
        "Hours": 3,
        "Minutes": 30,
        "CustomerRef": {"value": "21"},
        "ItemRef": {"value": "8"},
        "BillableStatus": "Billable",
        "HourlyRate": "15.25",
        "Taxable": False,
        "Description": f"Garden Lighting {number}",
    }
    return {name: value for name, value in {**body, **changes}.items() if value is not None}


def create(seq: int, body: Mapping[str, Any] | None = None, kind: str = "TimeActivity") -> Write:
    body = activity(seq) if body is None else body
    return Write(
        seq=seq, action=Action.CREATE, key=f"k{seq}", kind=kind, body=body, day=date(2026, 2, 2)
    )


def change(seq: int, action: Action, ledger_id: str = "7", version: str = "2") -> Write:
    return Write(
        seq=seq,
        action=action,
        key=f"k{seq}",
        kind="TimeActivity",
        body=activity(seq) if action is Action.UPDATE else None,
        ledger_id=ledger_id,
        version=version,
        day=date(2026, 2, 2),
    )


def requests(sizes: Sequence[int]) -> list[Request]:
    """Requests of these sizes that create time entries, in order."""
    made, seq = [], 0
    for number, size in enumerate(sizes):
        made.append(Request(f"req-{number}", tuple(create(seq + n) for n in range(size))))
        seq += size
    return made


@dataclass
class OutcomeCollector:
    """Collects the outcomes that a write reports."""

    requests: list[str] = field(default_factory=list)
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    async def __call__(self, request: Request, outcomes: Sequence[Outcome]) -> None:
        self.requests.append(request.id)
        self.outcomes.update({outcome.seq: outcome for outcome in outcomes})
