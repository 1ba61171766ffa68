"""Rules that point at records which cannot be used, or that would be deleted: refused in words."""

from typing import Any

import pytest
from ledgerlink.domain.model.connections import Connection

from tests.support.listed import lists_came_in
from tests.unit.api.client import Api

WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("users", {"action": "link", "ledger_id": "V1"}, "Airline Inc (V1)", "an employee"),
    ("users", {"action": "link", "ledger_id": "P9"}, "John Johnson (P9) is inactive", "active"),
    ("users", {"action": "link", "ledger_id": "999999"}, "999999", "sync the lists"),
    ("projects", {"action": "create", "name": "n", "parent_id": "C9"}, "Old client", "customer"),
    ("cards", {"action": "link", "ledger_id": "BANK"}, "Checking (BANK)", "a credit card account"),
    ("cards", {"action": "link", "ledger_id": "AP"}, "A/P (AP)", "a credit card account"),
    ("expense-codes", {"action": "link", "ledger_id": "AR"}, "A/R (AR)", "an account for expenses"),
    ("terms", {"action": "link", "ledger_id": "T7"}, "T7", "a payment term"),
]


@pytest.fixture
def connection(api: Api) -> Connection:
    return api.app.connected()


@pytest.mark.parametrize(("kind", "mapping", "words", "wanted"), WRONG)
def test_a_rule_says_what_it_may_be(
    api: Api, connection: Connection, kind: str, mapping: Any, words: str, wanted: str
) -> None:
    """Cases general 02, 13, product 4: refused when it is set, in one kind and in all."""
    lists_came_in(api.app, connection)
    path = f"/v1/connections/{connection.id}/rules"
    before = api.get(path).json
    one = api.call("PUT", f"{path}/{kind}", {"rules": {"k/1": mapping}})
    every = api.call("PUT", path, {"rules": {kind: {"k/1": mapping}}})
    for answer, start in ((one, "/rules/k~11/"), (every, f"/rules/{kind}/k~11/")):
        assert (answer.status, answer.json["code"]) == (422, "wrong_rule")
        (problem,) = answer.json["errors"]
        assert problem["pointer"].startswith(start)
        assert words in problem["detail"]
        assert wanted in problem["remedy"]
    assert api.get(path).json == before


@pytest.mark.parametrize("kind", ["users", "cards"])
def test_a_rule_cannot_be_deleted_and_the_answer_says_what_to_do(
    api: Api, connection: Connection, kind: str
) -> None:
    """Case product 6: null is refused with a way that there is."""
    path = f"/v1/connections/{connection.id}/rules"
    one = api.call("PUT", f"{path}/{kind}", {"rules": {"k1": None}})
    every = api.call("PUT", path, {"rules": {kind: {"k1": None}}})
    for answer, pointer in ((one, "/rules/k1"), (every, f"/rules/{kind}/k1")):
        assert answer.status == 422
        (problem,) = answer.json["errors"]
        assert problem["pointer"] == pointer
        assert "cannot be deleted" in problem["detail"]
        assert "skip" in problem["remedy"]
