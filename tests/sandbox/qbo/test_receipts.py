"""Receipts: uploads, links, downloads: section 8.16."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.qbo.conftest import Books, bill, hours, invoice, purchase

BOUNDARY = "-------------PythonMultipartPost"
Pair = tuple[dict[str, Any] | None, bytes | None]


def receipt(entity: str, row_id: str, **more: Any) -> dict[str, Any]:
    link = {"EntityRef": {"type": entity, "value": row_id}, "IncludeOnSend": False}
    named = {"FileName": "lunch.pdf", "ContentType": "application/pdf", "Category": "Receipt"}
    return {"AttachableRef": [link], **named, **more}


def form(*pairs: Pair, base64: bool = False, newline: bytes = b"\r\n") -> bytes:
    """A multipart body of numbered pairs; None leaves a part out."""
    pieces: list[bytes] = []
    for number, (metadata, content) in enumerate(pairs, start=1):
        if metadata is not None:
            pieces += _part(
                f"file_metadata_{number:02}", "", json.dumps(metadata).encode(), newline
            )
        if content is not None:
            data = b64encode(content) if base64 else content
            encoding = "Content-Transfer-Encoding: base64" if base64 else ""
            name = f'file_content_{number:02}"; filename="file_metadata_99.pdf'
            pieces += _part(name, encoding, data, newline)
    return newline.join([*pieces, f"--{BOUNDARY}--".encode(), b""])


def _part(name: str, encoding: str, content: bytes, newline: bytes) -> list[bytes]:
    head = f'Content-Disposition: form-data; name="{name}"'.encode()
    extra = [encoding.encode()] if encoding else []
    return [f"--{BOUNDARY}".encode(), head, *extra, b"", content]


def send(books: Books, content: bytes, **params: str) -> httpx.Response:
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    return books.http.post("upload", content=content, params=params, headers=headers)


def upload(books: Books, *pairs: Pair, **params: str) -> list[dict[str, Any]]:
    answer = send(books, form(*pairs), **params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["AttachableResponse"]
    return found


def code(answer: dict[str, Any]) -> str:
    found: str = answer["Fault"]["Error"][0]["code"]
    return found


def attached(books: Books, entity: str, row_id: str) -> list[str]:
    """Ids of what a query by link finds."""
    where = f"AttachableRef.EntityRef.Type = '{entity}' and AttachableRef.EntityRef.value"
    found = books.query(f"select * from Attachable where {where} = '{row_id}'")
    return [row["Id"] for row in found.get("Attachable", ())]


MAKERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Purchase", purchase()),
    ("Bill", bill()),
    ("Invoice", invoice()),
    ("TimeActivity", hours()),
    ("Vendor", {"DisplayName": "With papers"}),
)


@pytest.mark.parametrize(("entity", "body"), MAKERS)
@pytest.mark.parametrize("newline", [b"\r\n", b"\n"])
@pytest.mark.parametrize("base64", [False, True])
def test_a_receipt_is_stored_linked_found_and_downloaded(
    books: Books, entity: str, body: dict[str, Any], newline: bytes, base64: bool
) -> None:
    content = bytes(range(256)) * 3
    row = books.create(entity, body)
    made = receipt(entity, row["Id"], Note="with the client")
    answer = send(books, form((made, content), base64=base64, newline=newline))
    stored = answer.json()["AttachableResponse"][0]["Attachable"]
    assert stored["Size"] == len(content)
    assert stored["AttachableRef"][0]["EntityRef"] == {"type": entity, "value": row["Id"]}
    assert (stored["FileName"], stored["Category"]) == ("lunch.pdf", "Receipt")
    assert stored["FileAccessUri"] == f"/v3/company/{books.realm}/download/{stored['Id']}"
    assert len(stored["Id"]) == 19
    assert books.anybody.get(stored["TempDownloadUri"]).content == content
    link = books.http.get(f"download/{stored['Id']}").text
    assert books.anybody.get(link).content == content
    assert attached(books, entity, row["Id"]) == [stored["Id"]]
    assert books.read("Attachable", stored["Id"])["Note"] == "with the client"


def test_a_link_lives_a_quarter_of_an_hour_and_a_read_gives_a_new_one(books: Books) -> None:
    row = books.rows("Purchase")[0]
    stored = upload(books, (receipt("Purchase", row["Id"]), b"paid"))[0]["Attachable"]
    books.admin("/clock", {"advance_seconds": 901})
    assert books.anybody.get(stored["TempDownloadUri"]).status_code == 403
    again = books.read("Attachable", stored["Id"])["TempDownloadUri"]
    assert books.anybody.get(again).content == b"paid"


def test_each_pair_has_its_own_end(books: Books) -> None:
    row_id = books.rows("Purchase")[0]["Id"]
    good = receipt("Purchase", row_id)
    answers = upload(
        books,
        (good, b"one"),
        ({**good, "FileName": "virus.exe"}, b"two"),
        (good, None),
        (None, b"four"),
        (receipt("Purchase", "99999"), b"five"),
        (receipt("Castle", row_id), b"six"),
        (receipt("TaxCode", "2"), b"seven"),
        ({**good, "Colour": "red"}, b"eight"),
        ({**good, "FileName": "second.png", "ContentType": "image/png"}, b"nine"),
    )
    assert [code(a) if "Fault" in a else "" for a in answers] == [
        "",
        "6040",
        "2020",
        "2020",
        "2500",
        "6050",
        "6050",
        "2010",
        "",
    ]
    stored = [a["Attachable"]["Id"] for a in answers if "Attachable" in a]
    assert attached(books, "Purchase", row_id) == stored
    assert {row["Id"] for row in books.rows("Attachable")} == set(stored)
    assert list(books.running.sandbox.companies[books.realm].files.values()) == [b"one", b"nine"]


def test_content_that_cannot_be_decoded_faults_alone(books: Books) -> None:
    good = receipt("Purchase", books.rows("Purchase")[0]["Id"])
    content = form((good, b"abc"), (good, b"abcdef"), base64=True)
    answer = send(books, content.replace(b64encode(b"abcdef"), b"YWJjZGVmY"))
    first, second = answer.json()["AttachableResponse"]
    assert first["Attachable"]["Size"] == 3
    assert code(second) == "2010"


def test_metadata_that_is_no_json_faults_alone(books: Books) -> None:
    content = form((receipt("Purchase", "1"), b"x")).replace(b'{"Attach', b"{Attach")
    assert code(send(books, content).json()["AttachableResponse"][0]) == "2010"


@pytest.mark.parametrize("content", [b"", b"--other--", form()])
def test_a_request_without_pairs_is_refused_whole(books: Books, content: bytes) -> None:
    assert books.fault(send(books, content))[0] == "2020"
    assert books.fault(books.http.post("upload", content=content))[0] == "2010"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"FileName": f"{'x' * 997}.pdf"}, "2050"),
        ({"Note": "x" * 2001}, "2050"),
        ({"Category": "Lunch"}, "2170"),
        ({"FileName": "archive.zip"}, "6040"),
        ({"FileName": "nothing"}, "6040"),
        ({"ContentType": "application/zip"}, "6040"),
    ],
)
def test_a_wrong_receipt_is_refused(books: Books, changes: dict[str, Any], expected: str) -> None:
    row_id = books.rows("Purchase")[0]["Id"]
    (answer,) = upload(books, (receipt("Purchase", row_id, **changes), b"x"))
    assert code(answer) == expected
    assert books.refused("Attachable", receipt("Purchase", row_id, **changes)) == expected


def test_the_longest_name_and_note_are_taken(books: Books) -> None:
    longest = {"FileName": f"{'x' * 996}.pdf", "Note": "n" * 2000}
    row_id = books.rows("Purchase")[0]["Id"]
    (answer,) = upload(books, (receipt("Purchase", row_id, **longest), b"x"))
    assert len(answer["Attachable"]["FileName"]) == 1000


TYPES = (
    *("ai", "csv", "doc", "docx", "eps", "gif", "jpeg", "jpg", "ods"),
    *("pdf", "png", "rtf", "tif", "txt", "xls", "xlsx", "xml"),
)


def test_every_listed_type_is_taken_in_either_case(books: Books) -> None:
    row_id = books.rows("Purchase")[0]["Id"]
    plain = {"AttachableRef": receipt("Purchase", row_id)["AttachableRef"]}
    names = [*(f"f.{kind}" for kind in TYPES), "F.PDF"]
    answers = upload(books, *(({**plain, "FileName": name}, b"x") for name in names))
    assert [a["Attachable"]["FileName"] for a in answers] == names


def test_whether_the_content_type_is_looked_at_is_a_setting(books: Books) -> None:
    made = receipt("Purchase", books.rows("Purchase")[0]["Id"], ContentType="application/zip")
    assert code(upload(books, (made, b"x"))[0]) == "6040"
    books.set(content_types="any")
    assert "Attachable" in upload(books, (made, b"x"))[0]


def test_a_request_over_the_limit_is_refused_whole(books: Books) -> None:
    row_id = books.rows("Purchase")[0]["Id"]
    books.set(upload_limit=5000)
    assert books.fault(send(books, form((receipt("Purchase", row_id), b"x" * 5000))))[0] == "6030"
    assert books.rows("Attachable") == []
    assert "Attachable" in upload(books, (receipt("Purchase", row_id), b"x" * 4000))[0]


def test_a_large_request_is_read_to_its_end_before_it_is_refused(books: Books) -> None:
    books.set(upload_limit=1_000_000)
    large = form((receipt("Purchase", "1"), b"x" * 8_000_000))
    assert books.fault(send(books, large))[0] == "6030"


def test_an_attachment_is_linked_later_and_links_are_replaced_whole(books: Books) -> None:
    one, two = books.rows("Purchase")[0]["Id"], books.rows("Bill")[0]["Id"]
    stored = upload(books, (receipt("Purchase", one), b"x"))[0]["Attachable"]
    links = [{"EntityRef": {"type": "Bill", "value": two}}]
    changed = books.create("Attachable", {**stored, "AttachableRef": links})
    assert (changed["SyncToken"], changed["Size"]) == ("1", 1)
    assert attached(books, "Purchase", one) == []
    assert attached(books, "Bill", two) == [stored["Id"]]
    wrong = {**changed, "AttachableRef": [{"EntityRef": {"type": "Bill", "value": "99999"}}]}
    assert books.refused("Attachable", wrong) == "2500"


def test_a_query_by_link_wants_type_and_id_of_one_and_the_same_link(books: Books) -> None:
    one, two = books.rows("Purchase")[0]["Id"], books.rows("Bill")[0]["Id"]
    made = receipt("Purchase", one)
    made["AttachableRef"].append({"EntityRef": {"type": "Bill", "value": two}})
    upload(books, (made, b"x"))
    assert len(attached(books, "Purchase", one)) == 1
    assert len(attached(books, "Bill", two)) == 1
    assert attached(books, "Bill", one) == attached(books, "Purchase", two) == []


@pytest.mark.parametrize("how", ["thin", "full"])
def test_how_much_a_query_by_link_shows_is_a_setting(books: Books, how: str) -> None:
    books.set(attachable_ref_query=how)
    row_id = books.rows("Purchase")[0]["Id"]
    stored = upload(books, (receipt("Purchase", row_id), b"x"))[0]["Attachable"]
    where = f"AttachableRef.EntityRef.value = '{row_id}'"
    (found,) = books.query(f"select * from Attachable where {where}")["Attachable"]
    assert (found["Id"], found["SyncToken"]) == (stored["Id"], "0")
    assert ("FileName" in found) is (how == "full")
    by_name = books.query("select * from Attachable where FileName = 'lunch.pdf'")["Attachable"]
    assert by_name[0]["AttachableRef"][0]["EntityRef"]["value"] == row_id


def test_a_deleted_attachment_is_gone_with_its_bytes(books: Books) -> None:
    row_id = books.rows("Purchase")[0]["Id"]
    stored = upload(books, (receipt("Purchase", row_id), b"x"))[0]["Attachable"]
    answer = books.delete("Attachable", stored).json()["Attachable"]
    assert answer == {"domain": "QBO", "status": "Deleted", "Id": stored["Id"]}
    assert books.anybody.get(stored["TempDownloadUri"]).status_code == 403
    assert books.fault(books.http.get(f"download/{stored['Id']}"))[0] == "610"
    assert books.fault(books.http.get(f"attachable/{stored['Id']}"))[0] == "610"
    assert attached(books, "Purchase", row_id) == []


@pytest.mark.parametrize(("touches", "tokens"), [(False, ("0", "0")), (True, ("1", "2"))])
def test_whether_attaching_moves_the_documents_version_is_a_setting(
    books: Books, touches: bool, tokens: tuple[str, str]
) -> None:
    books.set(attaching_touches=touches)
    row = books.create("Purchase", purchase())
    stored = upload(books, (receipt("Purchase", row["Id"]), b"x"))[0]["Attachable"]
    assert books.read("Purchase", row["Id"])["SyncToken"] == tokens[0]
    books.create("Attachable", {**stored, "Note": "still linked"})
    assert books.read("Purchase", row["Id"])["SyncToken"] == tokens[0]
    books.delete("Attachable", books.read("Attachable", stored["Id"]))
    assert books.read("Purchase", row["Id"])["SyncToken"] == tokens[1]


def test_a_repeated_upload_returns_the_same_attachables(books: Books) -> None:
    good = receipt("Purchase", books.rows("Purchase")[0]["Id"])
    pairs: tuple[Pair, ...] = ((good, b"x"), ({**good, "FileName": "a.exe"}, b"y"))
    first = upload(books, *pairs, requestid="u1")
    assert upload(books, *pairs, requestid="u1") == first
    assert len(books.rows("Attachable")) == 1
    assert upload(books, *pairs, requestid="u2") != first


@pytest.mark.parametrize("action", ["html502", "fault10000", "cut", "503"])
def test_an_upload_lost_after_the_commit_is_found_by_its_requestid(
    books: Books, action: str
) -> None:
    fault = {"action": action, "when": "after", "match": {"kind": "upload", "entity": "Attachable"}}
    books.admin("/faults", fault)
    content = form((receipt("Purchase", books.rows("Purchase")[0]["Id"]), b"x"))
    try:
        assert send(books, content, requestid="u3").status_code >= 500
    except httpx.RemoteProtocolError:
        assert action == "cut"
    (row,) = books.rows("Attachable")
    again = send(books, content, requestid="u3").json()["AttachableResponse"]
    assert again[0]["Attachable"]["Id"] == row["Id"]
    assert len(books.rows("Attachable")) == 1


def test_an_upload_whose_caller_is_gone_halfway_stores_nothing(books: Books) -> None:
    content = form((receipt("Purchase", books.rows("Purchase")[0]["Id"]), b"x" * 100_000))
    headers = {
        "content-type": f"multipart/form-data; boundary={BOUNDARY}",
        "content-length": str(len(content)),
    }

    def half() -> Iterator[bytes]:
        yield content[:50_000]
        raise EOFError

    with pytest.raises(EOFError):
        books.http.post("upload", content=half(), params={"requestid": "u4"}, headers=headers)
    again = send(books, content, requestid="u4").json()["AttachableResponse"]
    assert again[0]["Attachable"]["Size"] == 100_000
    assert len(books.rows("Attachable")) == 1


@pytest.mark.parametrize(("when", "stored"), [("before", 1), ("after", 2)])
def test_one_file_of_an_upload_can_fail_on_demand(books: Books, when: str, stored: int) -> None:
    match = {"kind": "upload"}
    fault = {"action": "item_fault", "when": when, "match": match, "skip": 1, "code": "6000"}
    books.admin("/faults", fault)
    good = receipt("Purchase", books.rows("Purchase")[0]["Id"])
    answers = upload(books, (good, b"x"), (good, b"y"))
    assert ["Fault" in answer for answer in answers] == [False, True]
    assert len(books.rows("Attachable")) == stored


def test_the_journal_counts_the_files(books: Books) -> None:
    good = receipt("Purchase", books.rows("Purchase")[0]["Id"])
    upload(books, (good, b"x"), (good, b"y"))
    entries = books.admin("/journal", method="GET")["entries"]
    (entry,) = (e for e in entries if e["kind"] == "upload" and e["realm"] == books.realm)
    assert (entry["entity"], entry["operation"], entry["items"]) == ("Attachable", "create", 2)
