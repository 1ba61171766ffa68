"""What a company of Sage Intacct chooses, from the settings to the ledger."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from local.machine import Machine
from tests.e2e.firm import JSON, Firm
from tests.e2e.intacct_company import Company


def invoice(key: str, number: str, **given: Any) -> JSON:
    """Two hours of development for the client of p1."""
    line = {"quantity": "2", "unit_price": "95.00", "labor_code_key": "dev"}
    plain = {"key": key, "issued_on": "2026-03-31", "project_key": "p1", "number": number}
    return plain | {"lines": [line]} | given


def posted(firm: Firm, connection_id: str, *invoices: JSON) -> JSON:
    """The items of a post by key, once its run has come to rest."""
    path = f"/v1/connections/{connection_id}/posts"
    headers = {"Idempotency-Key": uuid4().hex}
    answer = firm.client.post(path, json={"invoices": list(invoices)}, headers=headers)
    assert answer.status_code == 202, answer.text
    run = firm.at_rest(answer.json()["href"])
    return {item["key"]: item for item in firm.items(run)}


def test_a_firm_switches_to_ar_invoices_and_the_next_one_is_an_ar_invoice(
    machine: Machine,
) -> None:
    firm, company = Firm(machine), Company.new(machine)
    connection_id = company.connected(firm)
    first = posted(firm, connection_id, invoice("i1", "A-1"))
    assert first["invoice:i1"]["state"] == "posted", first
    wrong = firm.client.patch(
        f"/v1/connections/{connection_id}/settings",
        json={"ledger": {"sales": "receivables", "revenue_account_id": "glaccount/6000"}},
    )
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["/ledger/revenue_account_id"]
    chosen = {"sales": "receivables", "revenue_account_id": "glaccount/4000"}
    found = firm.change_settings(connection_id, ledger=chosen)
    assert found["ledger"].items() >= chosen.items()
    both = posted(firm, connection_id, invoice("i1", "A-1"), invoice("i2", "A-2"))
    assert [both[f"invoice:{key}"]["state"] for key in ("i1", "i2")] == ["unchanged", "posted"]
    (sale,) = company.rows("SODOCUMENT")
    (owed,) = [row for row in company.rows("ARINVOICE") if row["RECORDID"] == "A-2"]
    assert sale["DOCNO"] == "A-1"
    assert Decimal(owed["TOTALENTERED"]) == 190
    assert owed["DESCRIPTION"].endswith("[invoice:i2]")
    firm.synced(connection_id, kind="full", lists=["invoice"])
    known = {one["name"]: one for one in firm.records(connection_id, "invoice")}
    assert {name: one["fields"]["status"] for name, one in known.items()} == {
        "A-1": "open",
        "A-2": "open",
    }
