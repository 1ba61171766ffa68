"""Starting, stopping, keeping state, files and the sandbox's own calls."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from local.sandboxes.common.state import UnreadableState
from local.sandboxes.qbo import snapshot
from local.sandboxes.qbo.__main__ import main, parser, settings_of
from local.sandboxes.qbo.seeds import SEEDS
from local.sandboxes.qbo.server import Options, make_sandbox
from local.sandboxes.qbo.settings import CHOICES, Settings
from tests.sandbox.qbo.conftest import Books, hours
from tests.support.skipped_time import SkippedTime, send_together

LF_UPLOAD = """
--bound
Content-Disposition: form-data; name="file_metadata_01"
Content-Type: application/json

{"AttachableRef":[{"EntityRef":{"type":"Purchase","value":"%s"}}],"FileName":"r.pdf"}

--bound
Content-Disposition: form-data; name="file_content_01"
Content-Type: application/pdf
Content-Transfer-Encoding: base64

SGVsbG8=

--bound--
"""


def test_a_process_keeps_its_state_between_runs(tmp_path: Path) -> None:
    state = tmp_path / "kept" / "qbo.json"
    options = ("--port", "0", "--state", str(state), "--latency-ms", "0")
    command = [sys.executable, "-m", "local.sandboxes.qbo", *options]
    ids = []
    for _ in range(2):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            admin = line.split("admin=")[1].split()[0]
            realm = line.split("realms=")[1].strip()
            token = httpx.post(f"{admin}/token", json={"realm": realm}).json()["access_token"]
            url = f"{admin.removesuffix('/_sandbox')}/v3/company/{realm}/timeactivity"
            headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
            url = f"{url}?requestid=once"
            answer = httpx.post(url, json=hours(), headers=headers)
            ids.append(answer.json()["TimeActivity"]["Id"])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)
    assert ids == ["2", "2"]
    assert [p.name for p in state.parent.iterdir()] == ["qbo.json"]


def test_a_snapshot_comes_back_as_it_was(tmp_path: Path) -> None:
    first = make_sandbox(Options())
    path = tmp_path / "s.json"
    snapshot.save(first, path)
    second = make_sandbox(Options(state=path))
    realm = next(iter(first.companies))
    old, new = first.companies[realm], second.companies[realm]
    assert new.tables == old.tables
    assert (new.names, new.numbers, new.sequences) == (old.names, old.numbers, old.sequences)


def test_a_file_that_is_no_state_is_refused_with_words(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(UnreadableState, match=r"s\.json cannot be read"):
        make_sandbox(Options(state=path))
    assert main(["--state", str(path)]) == 2


def test_a_taken_port_ends_with_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 2
    assert f"port {port}" in capsys.readouterr().err


def test_options_become_settings() -> None:
    given = parser().parse_args(
        ["--no-throttle", "--no-rotation", "--latency-ms", "0", "--set", "batch_limit=10"]
    )
    settings = settings_of(given)
    assert (settings.throttle, settings.rotation, settings.single_ms) == (False, False, 0.0)
    assert settings.batch_limit == 10


def test_an_empty_company_has_accounts_and_no_people(books: Books) -> None:
    body = {"name": "Fresh", "seed": "empty", "preferences": {"TaxPrefs": {"UsingSalesTax": False}}}
    company = books.running.sandbox.companies[books.admin("/companies", body)["realm"]]
    assert not list(company.rows("Customer"))
    assert any(row["AccountType"] == "Income" for row in company.rows("Account"))
    assert (company.row("Item", "2") or {})["Name"] == "Hours"
    assert company.preference("TaxPrefs", "UsingSalesTax") is False


def test_a_setting_that_does_not_exist_is_refused(books: Books) -> None:
    url = f"{books.running.url}/_sandbox/settings"
    assert books.anybody.post(url, json={"speed": 9}).status_code == 400
    assert books.anybody.post(url, json={"batch_limit": "many"}).status_code == 400
    assert books.anybody.post(url, json={"paid_documents": "perhaps"}).status_code == 400


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sandbox_can_start_with_any_seed(seed: str) -> None:
    chosen = parser().parse_args(["--seed", seed]).seed
    (company,) = make_sandbox(Options(seed=chosen)).companies.values()
    assert company.row("Preferences", "1")


def test_every_setting_of_words_starts_with_its_first_one() -> None:
    settings = Settings().as_dict()
    assert {name: words[0] for name, words in CHOICES.items()}.items() <= settings.items()


def test_a_user_can_edit_and_delete_in_the_screens(books: Books) -> None:
    row = books.create("TimeActivity", hours())
    path = f"/companies/{books.realm}/edit"
    edited = books.admin(path, {"entity": "TimeActivity", "id": row["Id"], "changes": {"Hours": 8}})
    assert (edited["Hours"], edited["SyncToken"]) == (8, "1")
    books.admin(path, {"entity": "TimeActivity", "id": row["Id"], "delete": True})
    found = books.admin(f"/companies/{books.realm}/TimeActivity", method="GET")
    assert row["Id"] not in {r["Id"] for r in found["rows"]}
    assert row["Id"] in {r["Id"] for r in found["deleted"]}


def test_the_journal_keeps_bodies_on_request(books: Books) -> None:
    books.set(journal_bodies=True)
    books.admin("/journal", method="DELETE")
    books.post("timeactivity", hours())
    entry = books.admin("/journal", method="GET")["entries"][0]
    assert json.loads(entry["request_body"])["Hours"] == 3
    assert "TimeActivity" in json.loads(entry["answer_body"])


def test_the_journal_is_a_bounded_ring(books: Books) -> None:
    books.set(journal_size=3)
    for _ in range(5):
        books.http.get("customer/1")
    found = books.admin("/journal?after=0", method="GET")
    assert len(found["entries"]) == 3
    assert found["next"] == found["entries"][-1]["n"]


def test_a_receipt_is_uploaded_linked_and_downloaded(books: Books) -> None:
    purchase = books.rows("Purchase")[0]["Id"]
    headers = {"content-type": "multipart/form-data; boundary=bound"}
    answer = books.http.post("upload", content=LF_UPLOAD % purchase, headers=headers)
    row = answer.json()["AttachableResponse"][0]["Attachable"]
    assert row["Size"] == 5
    assert books.anybody.get(row["TempDownloadUri"]).content == b"Hello"
    assert books.anybody.get(books.http.get(f"download/{row['Id']}").text).content == b"Hello"
    statement = (
        "select * from Attachable where AttachableRef.EntityRef.Type = 'Purchase' "
        f"and AttachableRef.EntityRef.value = '{purchase}'"
    )
    assert books.query(statement)["Attachable"][0]["Id"] == row["Id"]
    books.admin("/clock", {"advance_seconds": 901})
    assert books.anybody.get(row["TempDownloadUri"]).status_code == 403


def test_a_bad_upload_faults_inside_a_200(books: Books) -> None:
    headers = {"content-type": "multipart/form-data; boundary=bound"}
    content = (LF_UPLOAD % "1").replace("r.pdf", "r.exe")
    books_purchase = books.rows("Purchase")[0]["Id"]
    content = content.replace('"value":"1"', f'"value":"{books_purchase}"')
    answer = books.http.post("upload", content=content, headers=headers)
    assert answer.status_code == 200
    fault = answer.json()["AttachableResponse"][0]["Fault"]
    assert fault["Error"][0]["code"] == "6040"


def test_latency_is_divided_by_the_scale(own: Books, time: SkippedTime) -> None:
    own.set(single_ms=60_000.0)
    own.admin("/clock", {"scale": 20})
    started, skipped = time.monotonic(), time.skipped
    asked = own.http.build_request("GET", "customer/1")
    send_together(time, own.running.transport, [asked])
    assert time.monotonic() - started >= 3
    assert time.skipped - skipped <= 3.1


def test_a_form_can_be_printed_and_sent(books: Books) -> None:
    row = books.rows("Invoice")[0]
    pdf = books.http.get(f"invoice/{row['Id']}/pdf", headers={"accept": "application/pdf"})
    assert pdf.content.startswith(b"%PDF-")
    sent = books.http.post(f"invoice/{row['Id']}/send", params={"sendTo": "a@b.co"})
    assert sent.json()["Invoice"]["EmailStatus"] == "EmailSent"
