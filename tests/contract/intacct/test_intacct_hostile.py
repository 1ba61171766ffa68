"""Answers that were made to do harm: nothing is read or fetched for whoever made them, nothing is
lost and nothing doubled."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from ledgerlink.domain.errors import LedgerError, LedgerUnavailable
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.plan import ItemState

from tests.contract.intacct.books import Books, Spoil, faithful
from tests.contract.intacct.poster import Poster
from tests.contract.papers import worked


def only(name: bytes, spoil: Callable[[bytes], bytes]) -> Spoil:
    """Spoils answers to requests that have this in them."""
    return lambda request, answer: spoil(answer) if name in request else answer


def laughing(answer: bytes) -> bytes:
    """Entities of entities, a billion in the end."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE response [<!ENTITY l0 "ha">{levels}]>'.encode()
    return swapped(answer, doctype, b"&l9;")


def swapped(answer: bytes, doctype: bytes, text: bytes) -> bytes:
    """The answer with a DOCTYPE, and a name that is something else."""
    declaration, _, rest = answer.partition(b"?>")
    return (
        declaration
        + b"?>"
        + doctype
        + rest.replace(b"<NAME>Acme</NAME>", b"<NAME>" + text + b"</NAME>")
    )


def reading(path: Path) -> Callable[[bytes], bytes]:
    """A file of this machine as the name of a customer."""
    doctype = f'<!DOCTYPE response [<!ENTITY x SYSTEM "file://{path}">]>'.encode()
    return lambda answer: swapped(answer, doctype, b"&x;")


@contextmanager
def listening() -> Iterator[tuple[int, list[object]]]:
    """A port, and who came to it."""
    came: list[object] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.05)
        done = threading.Event()

        def serve() -> None:
            while not done.is_set():
                try:
                    came.append(listener.accept())
                except TimeoutError:
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1], came
        finally:
            done.set()
            thread.join()


def spoilt(books: Books, spoil: Spoil) -> Books:
    return replace(books, spoil=spoil)


# What is made to do harm.


def test_a_file_of_this_machine_is_not_read_into_a_list(books: Books, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret of this machine")
    with pytest.raises(LedgerUnavailable) as caught:
        spoilt(books, only(b"<object>CUSTOMER", reading(secret))).read(ListType.CUSTOMER)
    assert "secret of" not in str(caught.value)


def test_a_billion_laughs_are_not_laughed(books: Books) -> None:
    begun = time.process_time()
    with pytest.raises(LedgerUnavailable):
        spoilt(books, only(b"<object>CUSTOMER", laughing)).read(ListType.CUSTOMER)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("way", ["entity", "dtd", "parameter", "instruction", "inclusion"])
def test_nothing_is_fetched_for_an_answer(books: Books, way: str) -> None:
    with listening() as (port, came):
        url = f"http://127.0.0.1:{port}/x"
        ways = {
            "entity": (f'<!DOCTYPE response [<!ENTITY x SYSTEM "{url}">]>', "&x;"),
            "dtd": (f'<!DOCTYPE response SYSTEM "{url}">', "Acme"),
            "parameter": (f'<!DOCTYPE response [<!ENTITY % x SYSTEM "{url}"> %x;]>', "Acme"),
            "instruction": (f'<?xml-stylesheet href="{url}"?>', "Acme"),
            "inclusion": (
                "",
                f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{url}"/>',
            ),
        }
        doctype, text = (part.encode() for part in ways[way])
        spoil = only(b"<object>CUSTOMER", lambda answer: swapped(answer, doctype, text))
        if way in ("instruction", "inclusion"):
            assert len(spoilt(books, spoil).read(ListType.CUSTOMER)) == 4
        else:
            with pytest.raises(LedgerUnavailable):
                spoilt(books, spoil).read(ListType.CUSTOMER)
        time.sleep(0.1)
    assert came == []


def test_a_session_that_leads_elsewhere_is_not_followed(books: Books) -> None:
    with listening() as (port, came):
        there = f"<endpoint>http://evil.example:{port}/ia/xml/xmlgw.phtml</endpoint>".encode()

        def lead(_request: bytes, answer: bytes) -> bytes:
            begin, _, rest = answer.partition(b"<endpoint>")
            return begin + there + rest.partition(b"</endpoint>")[2] if rest else answer

        with pytest.raises(LedgerError) as caught:
            spoilt(books, lead).read(ListType.CUSTOMER)
        assert "not allowed" in caught.value.message
    assert came == []
    assert books.desk.login.session is None


def test_a_write_whose_answer_has_a_doctype_is_looked_up(books: Books, tmp_path: Path) -> None:
    poster = Poster(books)
    poster.planned()
    poster.books = spoilt(books, only(b"<create>", reading(tmp_path)))
    poster.post(worked())
    poster.books = spoilt(books, faithful)
    assert poster.found()["time:t1"].state is ItemState.POSTED
