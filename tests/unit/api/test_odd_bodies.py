"""No body, however odd, makes any route fail."""

import json

import pytest

from functions.api.routes.docs import DOCUMENT
from tests.unit.api.client import Api, filled, kind_in

ODD = [
    "null",
    "[]",
    "7",
    "true",
    '"x"',
    "{}",
    '{"": null}',
    '{"rules": null, "time_entries": null, "ledger": null, "direction": null}',
    '{"rules": {"u": {"action": null}}, "ledger": {"x": []}, "time_entries": [null, 7, [], {}]}',
    '{"login": {"company_id": "\\ud800"}, "ledger": "\\ud800"}',
    '{"names": {"users": {"\\ud800": {}}}, "rules": {"\\ud800": {"action": "skip"}}}',
    '{"schedule": [], "posting": 7, "lists": {}, "block": [null], "expenses": {"group_by": []}}',
    '{"upload_id": "\\u0000", "from": "9999-12-31", "to": "0001-01-01", "kind": "full"}',
    '{"plan": 1e400, "hour": -1e-400}',
]
ROUTES = [
    (method.upper(), path)
    for path, methods in json.loads(DOCUMENT.read_text())["paths"].items()
    for method in methods
    if method in ("post", "put", "patch", "delete") and "oauth" not in path
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_fails_at_an_odd_body(api: Api, method: str, path: str) -> None:
    """Cases security 3, product 11."""
    connection = api.app.connected()
    places = {"connection_id": connection.id, "run_id": "r", "import_id": "i"}
    address = filled(path, **places, kind=kind_in(path), record_id="58")
    for number, body in enumerate(ODD):
        answer = api.call(method, address, body, headers={"idempotency-key": f"k{number}"})
        assert answer.status < 500, (body, answer.text)
        if answer.status >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert json.loads(answer.text)["remedy"]
