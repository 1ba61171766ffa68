"""Receipts as attachments: composed, uploaded, answered."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from ledgerlink.connectors.qbo.documents.attachment import CONTENT_TYPES
from ledgerlink.connectors.qbo.posting import uploads
from ledgerlink.connectors.qbo.posting.batching import call_for, write_results
from ledgerlink.connectors.qbo.posting.uploads import MAX_BYTES, UnsendableFile
from ledgerlink.connectors.qbo.protocol.response import Response
from ledgerlink.connectors.qbo.transport.rate_limits import Budget
from ledgerlink.domain.errors import Invalid, NotFound
from ledgerlink.domain.model.plan import Action, ItemState, Request, Write
from ledgerlink.domain.model.reasons import Reason
from ledgerlink.domain.model.references import Pending, needs

from tests.support.qbo.scripted_company import ScriptedCompany, fault_body, reply, write_all
from tests.support.qbo.virtual_time import run
from tests.support.qbo.writes import create
from tests.unit.connectors.qbo.document_samples import blocked, body, composed, receipt

BYTES = b"%PDF-1.7 \x00\xff\r\n--- lunch"


def upload(seq: int = 0, file: Callable[[], bytes] | None = lambda: BYTES, **of: Any) -> Write:
    """A receipt on its way."""
    document = composed(receipt(**of))
    return Write(
        seq=seq,
        action=Action.CREATE,
        key=document.key,
        kind=document.kind,
        body=document.body,
        file=file,
    )


def stored(request: httpx.Request) -> httpx.Response:
    """The answer of the ledger, as recorded."""
    entity = {**body(receipt()), "Id": "5000000000000085682", "SyncToken": "0", "Size": 24}
    return reply({"AttachableResponse": [{"Attachable": entity}], "time": "…"})


def test_a_receipt_is_attached_to_its_document_and_not_mailed() -> None:
    document = composed(receipt(note=" Lunch\r\nwith Amy "))
    assert (document.kind, document.key) == ("Attachable", "receipt:x1/r1")
    assert document.body == {
        "AttachableRef": [
            {"EntityRef": {"type": "Purchase", "value": "145"}, "IncludeOnSend": False}
        ],
        "FileName": "lunch.pdf",
        "ContentType": "application/pdf",
        "Category": "Receipt",
        "Note": "Lunch\nwith Amy",
    }
    assert "Note" not in body(receipt())


def test_a_document_still_to_come_is_kept_open() -> None:
    document = composed(receipt(document=Pending("expense:x1"), document_kind="Bill"))
    assert list(needs(document.body)) == ["expense:x1"]


def test_every_type_of_file_that_the_ledger_takes_is_taken() -> None:
    listed = "ai csv doc docx eps gif jpeg jpg ods pdf png rtf tif txt xls xlsx xml"
    assert sorted(CONTENT_TYPES) == listed.split()
    for ending, types in CONTENT_TYPES.items():
        for content_type in types:
            given = receipt(file_name=f"a.b.{ending.upper()}", content_type=content_type)
            assert composed(given).body["ContentType"] == content_type


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"file_name": "lunch.exe"}, "receipt_refused", "file_name"),
        ({"file_name": "lunch.heic"}, "receipt_refused", "file_name"),
        ({"file_name": "lunch"}, "receipt_refused", "file_name"),
        ({"content_type": "image/png"}, "receipt_refused", "content_type"),
        ({"content_type": "text/html"}, "receipt_refused", "content_type"),
        ({"file_name": "x" * 997 + ".pdf"}, "text_too_long", "file_name"),
        ({"file_name": "a\r\nb.pdf"}, "control_characters", "file_name"),
        ({"note": "x" * 2001}, "text_too_long", "note"),
    ],
)
def test_unsupported_values_are_blocked_with_their_field(
    changes: dict[str, Any], code: str, field: str
) -> None:
    why = blocked(receipt(**changes))
    assert (why.code, why.field) == (code, field)


def test_a_refusal_names_the_file_and_the_accepted_types() -> None:
    assert "lunch.exe: it takes ai, csv," in blocked(receipt(file_name="lunch.exe")).message
    words = blocked(receipt(content_type="image/png")).message
    assert "its content type is image/png, but a pdf file has application/pdf" in words


def test_parameters_of_a_content_type_are_left_out() -> None:
    given = receipt(file_name="a.txt", content_type="Text/Plain; charset=utf-8")
    assert composed(given).body["ContentType"] == "text/plain"


def test_a_receipt_goes_up_with_its_bytes_in_one_call() -> None:
    call = call_for(Request("r-1", (upload(),)))
    assert (call.kind, call.method) == ("upload", "POST")
    assert call.path == "/upload?requestid=r-1&minorversion=75"
    kind, _, boundary = call.content_type.partition("; boundary=")
    assert kind == "multipart/form-data"
    about, file = parts(call.body(), boundary)
    assert about[0] == {
        "content-disposition": 'form-data; name="file_metadata_01"',
        "content-type": "application/json",
    }
    assert json.loads(about[1]) == composed(receipt()).body
    assert file == (
        {
            "content-disposition": 'form-data; name="file_content_01"; filename="lunch.pdf"',
            "content-type": "application/pdf",
        },
        BYTES,
    )


def parts(content: bytes, boundary: str) -> list[tuple[dict[str, str], bytes]]:
    """The parts of a multipart body, as RFC 2046 has them."""
    mark = f"--{boundary}".encode()
    first, *between, last = content.split(mark)
    assert (first, last) == (b"", b"--\r\n")
    read = []
    for part in between:
        head, _, rest = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        fields = (line.partition(": ") for line in head.decode().split("\r\n"))
        read.append(({name.lower(): value for name, _, value in fields}, rest[:-2]))
        assert rest.endswith(b"\r\n")
    return read


def test_the_same_request_is_the_same_bytes_and_another_has_another_boundary() -> None:
    first, again = (call_for(Request("r-1", (upload(),))) for _ in range(2))
    assert (first.path, first.content_type, first.body()) == (
        again.path,
        again.content_type,
        again.body(),
    )
    assert call_for(Request("r-2", (upload(),))).content_type != first.content_type


@pytest.mark.parametrize("request_id", ["r", "a" * 36, "odd &id=ü\r\n"])
def test_a_boundary_is_valid_for_any_request_id(request_id: str) -> None:
    boundary = call_for(Request(request_id, (upload(),))).content_type.partition("boundary=")[2]
    assert boundary.isascii()
    assert boundary.isalnum()
    assert len(boundary) <= 70


def test_a_name_cannot_break_out_of_its_header() -> None:
    call = call_for(Request("r", (upload(file_name='a"; name="b 100% é.pdf'),)))
    about, (head, _) = parts(call.body(), call.content_type.partition("boundary=")[2])
    assert head["content-disposition"].endswith('filename="a%22; name=%22b 100%25 é.pdf"')
    assert json.loads(about[1])["FileName"] == 'a"; name="b 100% é.pdf'


def test_an_upload_writes_and_draws_on_the_budget_of_single_calls() -> None:
    call = call_for(Request("r", (upload(),)))
    assert call.writes
    assert call.budget is Budget.SINGLE


def test_a_receipt_moved_to_another_document_is_updated_whole_and_without_its_bytes() -> None:
    moved = replace(upload(document_kind="Bill"), action=Action.UPDATE, ledger_id="5", version="1")
    call = call_for(Request("r-1", (moved,)))
    assert (call.kind, call.path) == ("single", "/attachable?requestid=r-1&minorversion=75")
    assert json.loads(call.body()) == {
        **body(receipt(document_kind="Bill")),
        "Id": "5",
        "SyncToken": "1",
        "sparse": False,
    }


def test_a_receipt_that_is_taken_out_is_deleted() -> None:
    gone = replace(upload(file=None), action=Action.DELETE, body=None, ledger_id="5", version="1")
    call = call_for(Request("r-1", (gone,)))
    assert call.path == "/attachable?operation=delete&requestid=r-1&minorversion=75"
    assert json.loads(call.body()) == {"Id": "5", "SyncToken": "1"}


def test_the_answer_to_an_upload_is_the_receipt_or_its_fault() -> None:
    request = Request("r", (upload(3),))
    entity = {"Id": "5", "SyncToken": "0"}
    (told,) = write_results(
        request, Response(200, {"AttachableResponse": [{"Attachable": entity}]})
    )
    assert (told.write.seq, told.entity, told.faults) == (3, entity, ())
    (told,) = write_results(request, Response(200, {"AttachableResponse": [fault_body("6030")]}))
    assert [each.code for each in told.faults] == ["6030"]
    assert list(write_results(request, Response(200, {"AttachableResponse": []}))) == []


def absent() -> bytes:
    raise NotFound("no_upload", "Nothing was uploaded.")


def beyond() -> bytes:
    raise Invalid("too_large", "More than can be sent on.")


def unsendable(file: Callable[[], bytes] | None) -> Reason:
    call = call_for(Request("r", (upload(file=file),)))
    with pytest.raises(UnsendableFile) as raised:
        call.body()
    return raised.value.reason


@pytest.mark.parametrize("file", [None, absent])
def test_a_file_that_was_not_uploaded_is_missing(file: Callable[[], bytes] | None) -> None:
    why = unsendable(file)
    assert (why.code, why.field) == ("receipt_missing", "upload_id")
    assert "lunch.pdf" in why.message


def test_a_file_beyond_the_stores_limit_is_too_large() -> None:
    assert unsendable(beyond).code == "receipt_too_large"


def test_a_call_has_no_more_bytes_than_the_ledger_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_BYTES == 100_000_000
    whole = call_for(Request("r", (upload(file=lambda: b"x"),))).body()
    monkeypatch.setattr(uploads, "MAX_BYTES", len(whole))
    assert len(call_for(Request("r", (upload(file=lambda: b"y"),))).body()) == len(whole)
    why = unsendable(lambda: b"xy")
    assert why.code == "receipt_too_large"
    assert "lunch.pdf has 2 bytes, but at most 1 are possible" in why.message


def test_a_receipt_without_a_file_fails_alone_and_nothing_leaves_for_it() -> None:
    company = ScriptedCompany(script=[None, stored])
    requests = [
        Request("r-0", (create(0),)),
        Request("r-1", (upload(1, absent),)),
        Request("r-2", (upload(2, beyond),)),
        Request("r-3", (upload(3),)),
    ]
    report = run(write_all(company, requests))
    states = {seq: outcome.state for seq, outcome in report.outcomes.items()}
    assert states == {
        0: ItemState.POSTED,
        1: ItemState.FAILED,
        2: ItemState.FAILED,
        3: ItemState.POSTED,
    }
    assert [reason_of(report.outcomes[seq]) for seq in (1, 2)] == [
        "receipt_missing",
        "receipt_too_large",
    ]
    assert report.outcomes[3].ledger_id == "5000000000000085682"
    assert [kind for _, kind, _ in company.log] == ["timeactivity", "upload"]


def reason_of(outcome: Any) -> str:
    return str(outcome.reason.code)


def test_an_upload_is_repeated_byte_for_byte_and_its_file_read_again() -> None:
    read: list[int] = []

    def file() -> bytes:
        read.append(1)
        return BYTES

    company = ScriptedCompany(script=[httpx.ConnectError("refused"), stored])
    report = run(write_all(company, [Request("r-1", (upload(0, file),))]))
    first, again = company.calls("upload")
    assert first.url == again.url
    assert first.content == again.content
    assert first.headers["content-type"] == again.headers["content-type"]
    assert len(read) == 2
    assert report.outcomes[0].state is ItemState.POSTED


def test_files_are_read_no_earlier_than_they_leave() -> None:
    company = ScriptedCompany(latency=lambda kind: 30.0)
    company.accept = lambda kind, request: stored(request)  # type: ignore[method-assign]
    flying: list[int] = []

    def file() -> bytes:
        flying.append(company.flying)
        return BYTES

    run(write_all(company, [Request(f"r-{n}", (upload(n, file),)) for n in range(25)]))
    assert len(flying) == 25
    assert max(flying) <= 9


def test_a_file_that_the_ledger_refuses_fails_its_receipt() -> None:
    refused = reply({"AttachableResponse": [fault_body("6030", "Too large")], "time": "…"})
    company = ScriptedCompany(script=[lambda request: refused])
    report = run(write_all(company, [Request("r-1", (upload(),))]))
    assert report.outcomes[0].state is ItemState.FAILED
    assert reason_of(report.outcomes[0]) == "refused"
