"""How answers look: section 1.4 and 9.1."""

from __future__ import annotations

import re

import httpx

from tests.sandbox.qbo.conftest import Books, hours

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[78]:00")


def test_ids_and_sync_tokens_are_strings(books: Books) -> None:
    row = books.create("TimeActivity", hours())
    assert (type(row["Id"]), row["SyncToken"]) == (str, "0")


def test_stamps_carry_the_pacific_offset(books: Books) -> None:
    answer = books.post("timeactivity", hours()).json()
    times = answer["TimeActivity"]["MetaData"]
    assert STAMP.fullmatch(times["CreateTime"])
    assert STAMP.fullmatch(times["LastUpdatedTime"])
    assert re.fullmatch(r".*\.\d{3}-0[78]:00", answer["time"])


def test_rows_carry_domain_and_sparse(books: Books) -> None:
    row = books.create("Customer", {"DisplayName": "Envelope"})
    assert (row["domain"], row["sparse"]) == ("QBO", False)


def test_nulls_are_left_out(books: Books) -> None:
    row = books.create("Customer", {"DisplayName": "No Nulls", "Notes": None, "Title": ""})
    assert "Notes" not in row
    assert "Title" not in row
    assert None not in row.values()


def test_a_reference_gets_its_name_from_the_books(books: Books) -> None:
    row = books.create("TimeActivity", hours(ItemRef={"value": "8", "name": "wrong"}))
    assert row["ItemRef"] == {"value": "8", "name": "Lighting"}


def test_a_renamed_row_shows_in_every_reference(books: Books) -> None:
    activity = books.create("TimeActivity", hours())
    customer = books.read("Customer", "21")
    books.update("Customer", customer, DisplayName="Rondonuwu New")
    assert books.read("TimeActivity", activity["Id"])["CustomerRef"]["name"] == "Rondonuwu New"


def test_every_answer_has_a_trace_id(books: Books) -> None:
    assert books.http.get("customer/1").headers["intuit_tid"]


def test_a_business_fault_has_the_capital_shape(books: Books) -> None:
    answer = books.http.get("customer/424242")
    body = answer.json()
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    assert body["Fault"]["type"] == "ValidationFault"
    assert body["Fault"]["Error"][0]["code"] == "610"
    assert set(body["Fault"]["Error"][0]) == {"Message", "Detail", "code", "element"}


def test_an_expired_token_gets_the_gateway_shape(books: Books) -> None:
    books.admin("/tokens/expire", {"realm": books.realm, "access": True})
    answer = books.http.get("customer/1")
    body = answer.json()
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="Intuit"')
    assert body["fault"]["type"] == "AUTHENTICATION"
    assert body["fault"]["error"][0]["code"] == "3200"
    assert body["fault"]["error"][0]["detail"].startswith("Token expired")
    assert isinstance(body["time"], int)


def test_another_companys_token_is_forbidden(books: Books) -> None:
    url = f"{books.running.api}/9130350000000001/customer/1"
    answer = books.http.get(url)
    assert answer.status_code == 403
    assert answer.json()["fault"]["error"][0]["code"] == "3100"


def test_without_accept_the_answer_is_xml(books: Books) -> None:
    headers = {"authorization": books.http.headers["authorization"], "accept": "*/*"}
    answer = httpx.get(f"{books.running.api}/{books.realm}/customer/1", headers=headers)
    assert answer.headers["content-type"].startswith("application/xml")
    assert "<Customer" in answer.text
    assert "<DisplayName>Amy's Bird Sanctuary</DisplayName>" in answer.text


def test_paths_are_case_sensitive(books: Books) -> None:
    assert books.fault(books.http.get("Customer/1"))[0] == "500"


def test_an_id_that_is_no_number_is_refused(books: Books) -> None:
    code, detail = books.fault(books.http.get("customer/1.5"))
    assert (code, detail) == ("2030", "Id should be a valid number. Supplied value:1.5")
