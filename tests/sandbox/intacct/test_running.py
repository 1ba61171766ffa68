"""Starting, stopping, keeping state, size, and the sandbox's own calls."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from lxml import etree

from local.sandboxes.common.state import UnreadableState
from local.sandboxes.intacct import snapshot
from local.sandboxes.intacct.__main__ import main, parser, settings_of
from local.sandboxes.intacct.sandbox import Sandbox
from local.sandboxes.intacct.server import Options, make_sandbox
from tests.sandbox.intacct.conftest import Books
from tests.sandbox.intacct.xml import el, els, function, login, record, request


def test_a_process_keeps_its_state_between_runs(tmp_path: Path) -> None:
    state = tmp_path / "kept" / "intacct.json"
    options = ("--port", "0", "--state", str(state), "--latency-ms", "0")
    command = [sys.executable, "-m", "local.sandboxes.intacct", *options]
    made = function(el("create", el("CLASS", els(CLASSID="A", NAME="A"))), "once")
    statuses = []
    for _ in range(2):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            words = process.stdout.readline()
            api, company = (words.split(f"{name}=")[1].split()[0] for name in ("api", "companies"))
            who = login("sandbox-user", company, "user-secret")
            answer = httpx.post(api, content=request(who, made, uniqueid="true"))
            result = etree.fromstring(answer.content).find("operation/result")
            assert result is not None
            errorno = result.findtext("errormessage/error/errorno")
            statuses.append((result.findtext("status"), errorno))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)
    assert statuses == [("success", None), ("failure", "XL03000008")]
    assert [p.name for p in state.parent.iterdir()] == ["intacct.json"]


def test_a_snapshot_comes_back_as_it_was(tmp_path: Path) -> None:
    first = make_sandbox(Options(multi_entity=True))
    company = next(iter(first.companies.values()))
    path = tmp_path / "s.json"
    snapshot.save(first, path)
    second = make_sandbox(Options(state=path))
    again = second.companies[company.id]
    for name, table in company.tables.items():
        assert again.tables[name].records == table.records, name
        assert again.tables[name].unique == table.unique
        assert again.tables[name].last == table.last
    assert (again.users, again.senders) == (company.users, company.senders)
    assert again.multi_entity


def test_custom_fields_closed_books_and_sessions_are_kept(books: Books, tmp_path: Path) -> None:
    books.sign_in()
    books.about("/fields", {"object": "CLASS", "name": "REGION", "choices": ["N", "S"]})
    books.about("/closed", {"AP": "2026-01-31"})
    path = tmp_path / "s.json"
    snapshot.save(books.running.sandbox, path)
    other = Sandbox()
    snapshot.load(other, path)
    company = books.running.sandbox.companies[books.company]
    assert other.companies[books.company].custom == company.custom
    assert other.companies[books.company].closed == company.closed
    assert other.sessions.live[books.session].company == books.company


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
        ["--no-throttle", "--latency-ms", "0", "--set", "read_page_limit=10"]
    )
    settings = settings_of(given)
    assert (settings.throttle, settings.request_ms, settings.read_page_limit) == (False, 0.0, 10)
    assert main(["--set", "speed=9"]) == 2
    assert main(["--scale", "0"]) == 2


@pytest.mark.parametrize("body", [{"speed": 9}, {"read_page_limit": "many"}, {"overlong": "cut"}])
def test_a_setting_that_cannot_be_is_refused(books: Books, body: dict[str, object]) -> None:
    url = f"{books.running.url}/_sandbox/settings"
    assert books.http.post(url, json=body).status_code == 400


def test_an_empty_company_is_set_up_without_people(books: Books) -> None:
    books.admin("/companies", {"company": "fresh", "seed": "empty"})
    company = books.running.sandbox.companies.pop("fresh")
    assert not company.tables["CUSTOMER"].records
    assert company.find("GLACCOUNT", "4000") is not None


@pytest.mark.parametrize(
    "body",
    [
        {"company": "sandbox-co"},
        {"company": "x", "seed": "huge"},
        {"company": "x", "preferences": {"colour": "red"}},
        {"company": "x", "seed": "large", "sizes": {"elephants": 1}},
    ],
)
def test_a_company_that_cannot_be_is_refused(books: Books, body: dict[str, object]) -> None:
    url = f"{books.running.url}/_sandbox/companies"
    assert books.http.post(url, json=body).status_code == 400


def test_a_session_without_a_login(books: Books) -> None:
    given = books.admin("/session", {"company": books.company})
    books.session, books.endpoint = given["sessionid"], given["endpoint"]
    assert books.create("CLASS", CLASSID="A", NAME="A")["CLASSID"] == "A"
    assert books.admin("/sessions/expire", {"company": books.company}) == {"expired": 1}
    body = request(el("sessionid", books.session), function("<getDimensions/>"))
    answer = books.xml(body, books.endpoint)
    assert answer.findtext("operation/authentication/status") == "failure"


def test_the_journal_is_a_bounded_ring(books: Books) -> None:
    books.set(journal_size=3)
    for _ in range(5):
        books.ok("<getDimensions/>")
    found = books.admin("/journal", method="GET")
    assert len(found["entries"]) == 3
    assert found["next"] == found["entries"][-1]["n"]


def test_health_names_the_companies(books: Books) -> None:
    found = books.admin("/health", method="GET")
    assert found["status"] == "ok"
    assert books.company in {one["company"] for one in found["companies"]}


def test_a_large_company_is_read_page_by_page(books: Books) -> None:
    """30,000 customers and 20,000 projects, in far less than a second for each page."""
    started = time.process_time()
    books.admin("/companies", {"company": "large", "seed": "large"})
    assert time.process_time() - started < 20
    owner, books.company = books.company, "large"
    books.sign_in()
    seen: list[str] = []
    for offset in range(0, 30_000, 2000):
        rows = books.query(
            "CUSTOMER",
            "RECORDNO CUSTOMERID NAME STATUS PARENTID DISPLAYCONTACT.EMAIL1 WHENMODIFIED",
            order="RECORDNO",
            pagesize=2000,
            offset=offset,
        )
        seen += [row["CUSTOMERID"] for row in rows]
    assert len(set(seen)) == 30_000
    data = books.queried("PROJECT", "CUSTOMER.NAME", pagesize=1).find("data")
    assert data is not None
    assert data.get("totalcount") == "20000"
    assert record(data[0]) == {"CUSTOMER.NAME": ""}
    assert time.process_time() - started < 40
    del books.running.sandbox.companies["large"]
    books.company = owner
