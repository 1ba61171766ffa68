"""A lane that leads to a company of Sage Intacct, and what that has of a month."""

from collections import Counter
from dataclasses import dataclass, field
from typing import ClassVar

from ledgerlink.domain.model.rules import CreateUser, LinkExpenseCode, RuleKind
from ledgerlink.services.connections import connect
from ledgerlink.services.settings import rules, settings

from tests.chaos.lane import FIRM, KillableLane
from tests.chaos.month import CARDS, INVOICES, RECEIPTS, REPORTS, Month, file_of
from tests.e2e.intacct_company import Company
from tests.e2e.intacct_ledger import IntacctLedger
from tests.e2e.ledger import Kind

CLOCK_SCALE = "500"
"""Ledger seconds in one of ours, for who waits until the gateway must have ended a request."""


@dataclass(slots=True)
class IntacctLane(KillableLane):
    """The same for the other ledger."""

    NAMED: ClassVar[bool] = True
    REPEATS: ClassVar[str] = "uniqueid"
    ledger: IntacctLedger = field(init=False)

    @property
    def ledger_url(self) -> str:
        return self.machine.sandbox_url("intacct")

    def environment(self) -> dict[str, str]:
        return KillableLane.environment(self) | {"INTACCT_CLOCK_SCALE": CLOCK_SCALE}

    def _connect(self) -> None:
        self.ledger = IntacctLedger.new(self.machine)
        login = self.ledger.company.login()
        self.connection = connect.sign_in(self.deps, FIRM, "chaos", "intacct", login)
        self.realm = self.ledger.company.id

    def _income(self) -> str:
        return "glaccount/4000"

    def set_up(self) -> None:
        """What it needs besides to post a month."""
        person = CreateUser(name="Vera Contractor", person="vendor")
        for kind, some in (
            (RuleKind.EXPENSE_CODES, {"one": LinkExpenseCode(ledger_id="glaccount/6000")}),
            (RuleKind.USERS, {"two": person}),
        ):
            rules.put_rules(self.deps, self.connection.key, "chaos", kind, some)
        chosen = {"expenses": {"card_account_id": "creditcard/CORP-VISA"}}
        settings.change_settings(self.deps, self.connection.key, "chaos", chosen)

    @property
    def company(self) -> Company:
        return self.ledger.company


def once_each(lane: IntacctLane, month: Month) -> None:
    """Assert that all is in the ledger exactly once, to the cent, with its file."""
    documents = [document for document in lane.ledger.documents() if month.name in document.content]
    told = Counter((p.kind, p.number, p.total) for p in documents if p.kind not in CHARGED)
    reports = {
        (Kind.REPORT if n % 2 else Kind.BILL, f"{month.name}-{n}", month.total(n))
        for n in range(REPORTS)
    }
    invoices = {(Kind.INVOICE, f"{month.name}-{n}", month.amount(n)) for n in range(INVOICES)}
    assert told == Counter(reports | invoices)
    charged = Counter((p.kind, p.texts[0], p.total) for p in documents if p.kind in CHARGED)
    assert charged == Counter(
        (CHARGED[n % 8 == 0], f"{month.name}-card-{n}", month.amount(n)) for n in range(CARDS)
    )
    files = sorted((p.number, name, len(file)) for p in documents for name, file in p.files)
    assert files == sorted(
        (f"{month.name}-{n}", f"{month.name}-{n}.pdf", len(file_of(month.name, n)))
        for n in range(RECEIPTS)
    )
    notes = [row["NOTES"] for row in lane.company.rows("TIMESHEETENTRY")]
    for n in range(INVOICES):
        assert len([one for one in notes if f"[time:{month.name}-time-{n}]" in one]) == 1


CHARGED = (Kind.CHARGE, Kind.REFUND)


def is_gone(lane: IntacctLane, month: Month) -> None:
    """Assert that nothing of it is in the ledger but time."""
    assert not [document for document in lane.ledger.documents() if month.name in document.content]
