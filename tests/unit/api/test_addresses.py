"""Addresses, methods and query parameters that the API does not have, and its public pages."""

import gzip
import re

import pytest
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.reasons import REASONS

from functions.api.error_codes import REFUSALS
from tests.unit.api.client import Api
from tests.unit.api.test_problems import check


@pytest.fixture
def connection(api: Api) -> Connection:
    return api.app.connected()


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v2/x", "/favicon.ico", "//v1/connections", "/V1/usage"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_an_unknown_address_is_not_found(api: Api, method: str, path: str) -> None:
    """Case product 10."""
    answer = api.call(method, path, claims={})
    check(answer, 404)
    assert answer.json["code"] == "no_route"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/v1/usage", "GET"),
        ("DELETE", "/v1/connections/{id}/settings", "GET, PATCH"),
        ("HEAD", "/v1/connections", "GET, POST"),
        ("PATCH", "/v1/connections/{id}/rules/users", "GET, PUT"),
    ],
)
def test_a_method_that_an_address_does_not_take_is_told_from_an_unknown_address(
    api: Api, connection: Connection, method: str, path: str, allowed: str
) -> None:
    """Case product 10."""
    answer = api.call(method, path.format(id=connection.id))
    check(answer, 405)
    assert (answer.json["code"], answer.headers["Allow"]) == ("wrong_method", allowed)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("rules/users", ["key"]),
        ("runs", ["stat", "limits"]),
        ("settings", ["x"]),
        ("records/customer", ["active "]),
        ("changes", ["since"]),
    ],
)
def test_unknown_query_parameters_are_named(
    api: Api, connection: Connection, path: str, names: list[str]
) -> None:
    """Case product 12."""
    answer = api.get(f"/v1/connections/{connection.id}/{path}", query=dict.fromkeys(names, "1"))
    check(answer, 422)
    assert answer.json["code"] == "unknown_parameter"
    assert answer.pointers == [f"/query/{name}" for name in names]


def test_a_ledger_may_add_parameters_of_its_own_to_the_callback(api: Api) -> None:
    query = {"state": "x", "error": "access_denied", "error_description": "no"}
    answer = api.get("/v1/oauth/fake/callback", query=query, claims={})
    assert (answer.status, answer.headers["Content-Type"][:9]) == (400, "text/html")


@pytest.mark.parametrize("sort", ["newest", "oldest", "state", "user"])
@pytest.mark.parametrize("cursor", ["zzz", "0", "../x", "no such run", "字"])
@pytest.mark.parametrize("path", ["runs", "imports"])
def test_a_bad_cursor_is_refused(
    api: Api, connection: Connection, path: str, cursor: str, sort: str
) -> None:
    """Case product 12."""
    query = {"after": cursor, "sort": sort}
    answer = api.get(f"/v1/connections/{connection.id}/{path}", query=query)
    check(answer, 422)
    assert (answer.json["code"], answer.pointers) == ("bad_cursor", ["/query/after"])


def test_the_reference_is_small_and_cached(api: Api) -> None:
    """Case security 7."""
    page = api.get("/v1/docs", claims={})
    assert page.status == 200
    assert len(page.text) < 5_000
    assert "max-age" in page.headers["Cache-Control"]
    again = api.get("/v1/docs", claims={}, headers={"if-none-match": page.headers["ETag"]})
    assert (again.status, again.text or "None") == (304, "None")


def test_the_references_files_are_kept_for_ever(api: Api) -> None:
    """Case security 7."""
    page = api.get("/v1/docs", claims={}).text
    files = re.findall(r'(?:href|src)="(docs/[^"]+)"', page)
    assert len(files) == 2
    for file in files:
        answer = api.get(f"/v1/{file}", claims={})
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(answer.packed)
    assert api.get("/v1/docs/x-..%2Fapp.py", claims={}).status == 404


def test_the_document_is_revalidated(api: Api) -> None:
    tag = api.get("/v1/openapi.json", claims={}).headers["ETag"]
    for given, status in ((tag, 304), ("*", 304), (f'"x", W/{tag}', 304), ('"x"', 200)):
        answer = api.get("/v1/openapi.json", claims={}, headers={"if-none-match": given})
        assert answer.status == status


def test_every_code_has_its_place_on_the_page_that_types_lead_to(api: Api) -> None:
    """Case product 10."""
    page = api.get("/v1/errors", claims={}).text
    places = re.findall(r'id="([^"]+)"', page)
    assert len(places) == len(set(places)) == len(REFUSALS) + len(REASONS)
    assert set(REFUSALS) <= set(places)
    kind = api.get("/v1/nothing").json["type"]
    assert kind.partition("#")[2] in places
