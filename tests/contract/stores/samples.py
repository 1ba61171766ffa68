"""Things to store, with names that try to reach into each other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ledgerlink.domain.model.connections import (
    Authorization,
    Connection,
    ConnectionKey,
    ConnectionState,
)
from ledgerlink.domain.model.links import Link
from ledgerlink.domain.model.runs import Chunk, Run, RunState
from ledgerlink.domain.ports import Tokens

from tests.fakes.clock import START

STRANGE = [
    "a#b",
    "a/b",
    "a",
    "a#",
    "#",
    "ä🙂",
    'a"b',
    "a'b",
    "a b",
    "a%23b",
    "..",
    "字" * 200,
    "🙂" * 195,
]
ACME = ConnectionKey("acme", "c1")
ACME_SECOND = ConnectionKey("acme", "c2")
RIVAL = ConnectionKey("rival", "c1")
NEIGHBOURS = [
    ConnectionKey("a", "x"),
    ConnectionKey("a#connection#x", "x"),
    ConnectionKey("a", "x#run#1"),
    ConnectionKey("a%23connection%23x", "x"),
]


def connection(firm: str = "acme", number: str = "c1", company: str | None = None) -> Connection:
    return Connection(
        firm=firm,
        id=number,
        ledger="qbo",
        state=ConnectionState.AUTHORIZING,
        created_by="ada",
        created_at=START,
        company_id=company,
    )


def authorization(state: str) -> Authorization:
    return Authorization(
        state=state,
        firm="acme",
        user="ada",
        connection_id="c1",
        redirect_uri="https://api.example/callback",
        asked_at=START,
        expires_at=START + timedelta(minutes=10),
    )


def run(number: str = "r1", connection_key: ConnectionKey = ACME) -> Run:
    return Run(
        firm=connection_key.firm,
        connection_id=connection_key.id,
        id=number,
        kind="post",
        state=RunState.QUEUED,
        created_by="ada",
        created_at=START,
        staged="somewhere",
    )


def planned(given: Run) -> Run:
    chunk = Chunk(number=0, first=0, count=3, pending=2, settled={"skipped": 1})
    return replace(given, state=RunState.APPLYING, chunks=(chunk,))


def link(key: str, ledger_id: str = "7", version: str | None = "0") -> Link:
    return Link(
        key=key,
        kind="TimeActivity",
        ledger_id=ledger_id,
        version=version,
        fingerprint="f" * 64,
        run_id="r1",
        written_at=datetime(2026, 3, 2, 9, 0, 1, 234567, tzinfo=UTC),
    )


def tokens(number: int = 1) -> Tokens:
    return Tokens(
        access_token=f"access-{number}",
        refresh_token=f"refresh-{number}",
        access_expires_at=START + timedelta(hours=1),
        refresh_expires_at=START + timedelta(days=100),
    )
