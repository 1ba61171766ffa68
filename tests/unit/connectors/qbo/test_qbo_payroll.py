"""Employees of a company whose payroll is on. Case quickbooks-online 10."""

from datetime import datetime, timedelta

import pytest
from ledgerlink.connectors.qbo.outcomes.payroll import REMEMBERED, STATE_KEY
from ledgerlink.domain.model.plan import Action, ItemState, Request, Write
from ledgerlink.domain.ports import ConnectorState

from tests.support.qbo.scripted_company import ScriptedCompany, fault, open_ledger
from tests.support.qbo.virtual_time import START, run
from tests.support.qbo.writes import OutcomeCollector

REFUSED = "Business Validation Error: You must add employees in QuickBooks Online Payroll."
EMPLOYEE = Write(
    seq=0, action=Action.CREATE, key="user:s1", kind="Employee", body={"DisplayName": "Bo Cruz"}
)
READS = {
    "companyinfo": {"CompanyInfo": {"Id": "1"}},
    "preferences": {"Preferences": {"Id": "1"}},
}


def posted(text: str | None) -> tuple[OutcomeCollector, ConnectorState]:
    """What becomes of a new employee, and the state that is kept."""
    company = ScriptedCompany(script=[fault("6000", text)] if text else [])

    async def main() -> tuple[OutcomeCollector, ConnectorState]:
        report, ledger = OutcomeCollector(), open_ledger(company)
        await ledger.write([Request("r", (EMPLOYEE,))], report, lambda: False)
        return report, ledger.connector_state()

    return run(main())


def payroll_of(state: ConnectorState) -> bool | None:
    company = ScriptedCompany(reads={**READS, "4620816365": READS["companyinfo"]})

    async def main() -> bool | None:
        return (await open_ledger(company, state=state).company()).features.payroll

    return run(main())


def test_a_refusal_because_of_payroll_is_told_in_those_words() -> None:
    report, _ = posted(REFUSED)
    outcome = report.outcomes[0]
    assert outcome.state is ItemState.FAILED
    assert outcome.reason is not None
    assert outcome.reason.code == "payroll_on"
    assert "Bo Cruz" in outcome.reason.message


def test_it_is_remembered_for_the_connection_and_tried_again_after_a_week() -> None:
    _, state = posted(REFUSED)
    assert payroll_of(state) is True
    assert datetime.fromisoformat(state[STATE_KEY]) - START < timedelta(seconds=1)
    old = {**state, STATE_KEY: (START - REMEMBERED).isoformat()}
    assert payroll_of(old) is None
    nearly = {**state, STATE_KEY: (START - REMEMBERED + timedelta(seconds=5)).isoformat()}
    assert payroll_of(nearly) is True


@pytest.mark.parametrize("text", [None, "Another business rule refuses it."])
def test_nothing_is_remembered_of_other_answers(text: str | None) -> None:
    _, state = posted(text)
    assert STATE_KEY not in state
    assert payroll_of(state) is None
