"""All rules of a connection, page by page."""

from urllib.parse import unquote

import pytest
from ledgerlink.domain.model.connections import Connection

from tests.unit.api.client import Api

SKIP = {"action": "skip"}


@pytest.fixture
def connection(api: Api) -> Connection:
    return api.app.connected()


def test_all_rules_are_read_in_pages(api: Api, connection: Connection) -> None:
    """Case product 17."""
    path = f"/v1/connections/{connection.id}/rules"
    given = {
        "users": {f"a/ü{n}": SKIP for n in range(3)},
        "cards": {f"c{n}": SKIP for n in range(4)},
    }
    assert api.call("PUT", path, {"rules": given}).status == 200
    whole = api.get(path)
    assert "Next" not in whole.headers
    found: dict[str, dict[str, object]] = {}
    query = {"limit": "2"}
    for _ in range(10):
        page = api.get(path, query=query)
        for kind, some in page.json["rules"].items():
            found.setdefault(kind, {}).update(some)
        if (after := page.headers.get("Next")) is None:
            break
        query["after"] = unquote(after)
    assert found == whole.json["rules"]
    assert api.call("PUT", path, whole.json).status == 200  # an export can be sent back


@pytest.mark.parametrize("cursor", ["x", "users", "colours/a", ""])
def test_another_cursor_is_refused(api: Api, connection: Connection, cursor: str) -> None:
    """Case product 12."""
    answer = api.get(f"/v1/connections/{connection.id}/rules", query={"after": cursor})
    assert (answer.status, answer.json["code"]) == (422, "bad_cursor")
