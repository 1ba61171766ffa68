"""Departments in Sage Intacct from the front door: seen, asked for, learned and given."""

from typing import Any
from uuid import uuid4

from local.machine import Machine
from tests.e2e.firm import JSON, Firm, entry
from tests.e2e.intacct_company import Company

INVOICE: JSON = {
    "key": "i1",
    "project_key": "p1",
    "issued_on": "2026-03-31",
    "lines": [{"amount": "332.50", "labor_code_key": "dev"}],
}


def posts(firm: Firm, connection_id: str, *, preview: bool = False, **records: Any) -> JSON:
    """What the call answers."""
    answer = firm.client.post(
        f"/v1/connections/{connection_id}/posts",
        params={"preview": "true"} if preview else {},
        headers={"Idempotency-Key": uuid4().hex},
        json=records,
    )
    assert answer.status_code in (200, 202), answer.text
    return dict(answer.json())


def ended(firm: Firm, connection_id: str, **records: Any) -> JSON:
    """The one item of such a post, once its run is at rest."""
    (item,) = firm.items(firm.at_rest(posts(firm, connection_id, **records)["href"]))
    return item


def test_a_department_is_seen_asked_for_learned_and_given(machine: Machine) -> None:
    firm, company = Firm(machine), Company.new(machine)
    connection_id = company.connected(firm)
    rules = {"sales": {"action": "link", "ledger_id": "department/20"}}
    assert firm.put_rules(connection_id, "departments", rules).status_code == 200

    plan = posts(firm, connection_id, preview=True, time_entries=[entry("t1")])
    (seen,) = plan["items"]
    assert seen["after"]["DEPARTMENT"] == "department/10"  # the employee's own

    (revenue,) = (row for row in company.rows("GLACCOUNT") if row["ACCOUNTNO"] == "4000")
    body = {"object": "GLACCOUNT", "recordno": revenue["RECORDNO"]}
    changes = {"changes": {"REQUIREDEPT": "true"}}
    company.ask("POST", f"companies/{company.id}/edit", json=body | changes)
    refused = ended(firm, connection_id, invoices=[INVOICE])
    assert (refused["state"], refused["reason"]["code"]) == ("failed", "missing_dimension")
    assert refused["reason"]["field"] == "department_key"
    assert "Account 4000" in refused["reason"]["message"]

    plan = posts(firm, connection_id, preview=True, invoices=[INVOICE])
    (blocked,) = plan["items"]
    assert (blocked["state"], blocked["reason"]["code"]) == ("blocked", "missing_dimension")
    assert "account 4000 requires a department" in blocked["reason"]["message"]
    given = INVOICE | {"department_key": "sales"}
    assert ended(firm, connection_id, invoices=[given])["state"] == "posted"
    (line,) = company.rows("SODOCUMENTENTRY")
    assert line["DEPARTMENTID"] == "20"
    assert ended(firm, connection_id, invoices=[given])["state"] == "unchanged"
