"""A body that cannot be read is refused with what is wrong and where, and never as our failure."""

import base64
import json
from typing import Any

import pytest
from ledgerlink.domain.model.connections import Connection

from functions.api.request_body import MOST_BYTES
from tests.fakes.service import COMPANY, entry
from tests.unit.api.client import Answer, Api
from tests.unit.api.test_problems import check

JSON = "application/json"
CALLBACK = "/v1/oauth/fake/callback"


@pytest.fixture
def connection(api: Api) -> Connection:
    return api.app.connected()


def send(
    api: Api, body: str | bytes, media_type: str = JSON, path: str = "/v1/connections"
) -> Answer:
    packed = isinstance(body, bytes)
    text = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    headers = {"content-type": media_type, "idempotency-key": "k"}
    return api.call("POST", path, text, headers=headers, packed=packed)


@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "text/plain",
        "application/xml",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "application/problem+json",
        "application/json; charset=latin-1",
        "json",
    ],
)
@pytest.mark.parametrize("path", ["/v1/connections", "/v1/connections/{id}/posts"])
def test_another_media_type_is_refused(
    api: Api, connection: Connection, media_type: str, path: str
) -> None:
    """Cases security 3, product 11."""
    answer = send(api, '{"ledger": "fake"}', media_type, path.format(id=connection.id))
    check(answer, 415)
    assert answer.json["code"] == "wrong_media_type"
    assert JSON in answer.json["remedy"]


@pytest.mark.parametrize(
    "media_type",
    [
        JSON,
        "APPLICATION/JSON",
        "application/json;charset=UTF-8",
        'Application/Json; charset="utf8"',
    ],
)
def test_json_is_taken_however_it_is_spelt(api: Api, media_type: str) -> None:
    """Case security 3."""
    assert send(api, '{"ledger": "fake"}', media_type).status == 201
    assert send(api, b'{"ledger": "fake"}', media_type).status == 201


def test_an_empty_body_needs_no_media_type(api: Api, connection: Connection) -> None:
    path = f"/v1/connections/{connection.id}/disconnect"
    assert send(api, "", "application/x-www-form-urlencoded", path).status == 200


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"ledger": "f\xe9"}', b'{"a": "\xc3'])
def test_a_body_that_is_not_utf_8_is_refused(api: Api, body: bytes) -> None:
    """Cases security 3, product 11."""
    answer = send(api, body)
    check(answer, 400)
    assert answer.json["code"] == "not_utf8"
    assert "byte" in answer.json["detail"]


def test_bytes_that_the_gateway_replaced_are_refused(api: Api) -> None:
    """Case product 11: a gateway may hand the body over as text."""
    sent = b'{"ledger": "f\xe9"}'
    headers = {"content-type": JSON, "content-length": str(len(sent))}
    answer = api.call("POST", "/v1/connections", sent.decode(errors="replace"), headers=headers)
    check(answer, 400)
    assert "byte 14" in answer.json["detail"]


def test_a_replacement_character_that_was_sent_is_taken(api: Api, connection: Connection) -> None:
    body = json.dumps({"time_entries": [entry("t1", notes="\ufffd")]}, ensure_ascii=False)
    headers = {"content-length": str(len(body.encode())), "idempotency-key": "k"}
    path = f"/v1/connections/{connection.id}/posts"
    assert api.call("POST", path, body, headers=headers).status == 202


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ('{"ledger": ', "line 1, column 12"),
        ('{\n  "ledger": "fake",\n}', "line 3, column 1"),
        ("{'ledger': 1}", "line 1, column 2"),
        ("{} {}", "line 1, column 4"),
        ("\ufeff{}", "line 1, column 1"),
        ('{"a": "x\n"}', "line 1, column 9"),
    ],
)
def test_broken_json_names_line_and_column(api: Api, body: str, place: str) -> None:
    """Cases product 12, general 17."""
    answer = send(api, body)
    check(answer, 400)
    assert answer.json["code"] == "broken_json"
    assert place in answer.json["detail"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_in_json_is_refused(api: Api, number: str) -> None:
    answer = send(api, f'{{"ledger": {number}}}')
    check(answer, 400)
    assert number.strip("-") in answer.json["detail"]


@pytest.mark.parametrize("digits", ["1" * 5_000, "-" + "9" * 4_301, "7" * 100_000])
@pytest.mark.parametrize("body", ['{"ledger": %s}', '{"time_entries": [{"minutes": %s}]}', "[%s]"])
def test_a_number_of_thousands_of_digits_is_refused(
    api: Api, connection: Connection, digits: str, body: str
) -> None:
    """Cases security 3, product 11."""
    check(send(api, body % digits, path=f"/v1/connections/{connection.id}/posts"), 422)
    check(send(api, body % digits), 422)


def test_a_number_of_many_digits_blocks_its_record_alone(api: Api, connection: Connection) -> None:
    body = json.dumps({"time_entries": [entry("t1"), entry("t2", minutes=10**4_000)]})
    answer = send(api, body, path=f"/v1/connections/{connection.id}/posts")
    assert answer.status == 202
    api.app.work()
    items = api.get(f"{answer.json['href']}/items").json["items"]
    assert {item["key"]: item["state"] for item in items} == {
        "time:t1": "posted",
        "time:t2": "blocked",
    }


@pytest.mark.parametrize("path", ["/v1/connections/{id}/posts", "/v1/connections"])
def test_a_body_beyond_the_limit_is_refused_with_the_way_out(
    api: Api, connection: Connection, path: str
) -> None:
    """Case security 6."""
    records = [entry("t1", notes="x" * (MOST_BYTES // 4)) for _ in range(4)]
    answer = send(api, json.dumps({"time_entries": records}), path=path.format(id=connection.id))
    check(answer, 413)
    assert answer.json["code"] == "body_too_large"
    assert "/uploads" in answer.json["remedy"]
    assert api.get(f"/v1/connections/{connection.id}/runs").json["runs"] == []


def test_the_limit_fits_into_what_lambda_takes(api: Api, connection: Connection) -> None:
    """Case security 6: 6 MB at AWS, in which quotes count twice."""
    one = json.dumps(
        entry("e-1234567", labor_code_key="dev", task="Home page", notes="First draft")
    )
    count = MOST_BYTES // (len(one) + 2)
    event = {"body": json.dumps({"time_entries": [one]}).replace(one, ", ".join([one] * count))}
    assert len(json.dumps(event)) < 6_000_000


FORM = {"state": "s", "code": "c", "realmId": COMPANY, "decision": "connect"}


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (json.dumps(FORM), JSON, 415),
        ("state=s", "text/plain", 415),
        ("state=s", "", 415),
        ("state=s", "multipart/form-data", 415),
        (b"state=\xff", "application/x-www-form-urlencoded", 400),
        (b"state=s", "application/x-www-form-urlencoded", 422),
        ("x" * (MOST_BYTES + 1), "application/x-www-form-urlencoded", 413),
    ],
)
def test_nobody_can_make_the_public_callback_fail(
    api: Api, body: str | bytes, media_type: str, status: int
) -> None:
    """Case security 3."""
    check(send(api, body, media_type, CALLBACK), status)
    assert not any('"level":"ERROR"' in line for line in api.log)


def test_a_form_in_text_is_read_like_one_in_base64(api: Api) -> None:
    form = "state=s&code=c&realmId=r&decision=cancel"
    assert send(api, form, "application/x-www-form-urlencoded", CALLBACK).status == 400
    assert (
        send(api, form, "application/x-www-form-urlencoded; charset=UTF-8", CALLBACK).status == 400
    )


SETTINGS: list[tuple[dict[str, Any], set[str]]] = [
    ({"direction": "up", "schedule": {"hour": 99}}, {"/direction", "/schedule/hour"}),
    ({"direction": "up", "schedule": {"hour": "x"}}, {"/direction", "/schedule/hour"}),
    ({"direction": "up", "colour": 1}, {"/direction", "/colour"}),
    (
        {"posting": {"round_to": 7, "ledger_edits": "x"}, "invoices": {"lines": "x"}},
        {"/posting/round_to", "/posting/ledger_edits", "/invoices/lines"},
    ),
    (
        {"posting": {"round_to": "x"}, "expenses": {"group_by": "x"}, "lists": ["nonsense"]},
        {"/posting/round_to", "/expenses/group_by", "/lists/0"},
    ),
]


@pytest.mark.parametrize(("body", "pointers"), SETTINGS)
def test_all_that_is_wrong_with_settings_is_named_at_once(
    api: Api, connection: Connection, body: dict[str, Any], pointers: set[str]
) -> None:
    """Case product 12."""
    path = f"/v1/connections/{connection.id}/settings"
    answer = api.call("PATCH", path, body)
    assert answer.status == 422
    assert set(answer.pointers) == pointers
