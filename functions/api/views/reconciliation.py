"""Both sides of what was written, compared."""

from datetime import date
from typing import Literal

from ledgerlink.services.imports.reconciliation import Difference, Reconciliation, Sum

from functions.api.views.common import View


class SumView(View):
    """Minutes and money (decimal strings) as we wrote them and as the ledger holds them."""

    activities: int
    ours_minutes: int
    ledger_minutes: int
    ours_money: str
    ledger_money: str

    @classmethod
    def of(cls, one: Sum) -> "SumView":
        return cls(
            activities=one.activities,
            ours_minutes=one.ours_minutes,
            ledger_minutes=one.ledger_minutes,
            ours_money=str(one.ours_money),
            ledger_money=str(one.ledger_money),
        )


class GroupView(SumView):
    """One person's time on one project."""

    person: str
    project: str | None


class DifferenceView(View):
    """An activity that differs between what we wrote and what the ledger holds."""

    what: Literal["gone", "hours", "rate", "fields"]
    key: str
    members: list[str]
    person: str
    project: str | None
    work_date: date
    run_id: str
    ledger_id: str
    ours_minutes: int
    ledger_minutes: int
    ledger_money: str

    @classmethod
    def of(cls, one: Difference) -> "DifferenceView":
        link, source = one.link, one.link.source
        assert source is not None
        return cls.model_validate(
            {
                "what": one.what,
                "key": link.key,
                "members": list(link.members),
                "person": source.staff_key,
                "project": source.project_key or source.client_key,
                "work_date": source.work_date,
                "run_id": link.run_id,
                "ledger_id": link.ledger_id,
                "ours_minutes": link.minutes,
                "ledger_minutes": one.ledger_minutes,
                "ledger_money": str(one.ledger_money),
            }
        )


class ReconciliationView(View):
    """The time of these days as we wrote it and as the ledger holds it now."""

    total: SumView
    groups: list[GroupView]
    differences: list[DifferenceView]

    @classmethod
    def of(cls, found: Reconciliation) -> "ReconciliationView":
        return cls(
            total=SumView.of(found.total),
            groups=[
                GroupView(**SumView.of(one).model_dump(), person=person, project=project or None)
                for (person, project), one in sorted(found.by_person_and_project.items())
            ],
            differences=[DifferenceView.of(one) for one in found.differences],
        )
