"""Staging and lane in memory."""

import gzip
import hashlib
import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledgerlink.domain.errors import Expired, Invalid, NotFound
from ledgerlink.domain.model.connections import Connection, ConnectionKey
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.plan import Operation
from ledgerlink.domain.model.runs import Run
from ledgerlink.domain.ports import ConnectorState
from ledgerlink.services.messages import Message
from ledgerlink.services.ports import KeptUpload
from ledgerlink.wire.stored import load

LARGEST = 1_000_000
NO_LINES = gzip.compress(b"", mtime=0)


@dataclass
class FakeStaging:
    """Implements `services.ports.Staging`; `files` by name."""

    files: dict[str, bytes] = field(default_factory=dict)
    plans: dict[tuple[str, str, str, int, int], list[Operation]] = field(default_factory=dict)
    requests: dict[tuple[str, str, str, int, int], list[list[int]]] = field(default_factory=dict)
    pages: dict[tuple[str, str, str, ListType, int], list[ListRecord]] = field(default_factory=dict)
    parts: dict[tuple[str, str, str, str], list[bytes]] = field(default_factory=dict)
    kept: dict[tuple[str, str, str, str], list[Any]] = field(default_factory=dict)
    marks: dict[tuple[str, str, str | None], dict[int, str]] = field(default_factory=dict)
    count: int = 0

    def put_notes(self, run: Run, name: str, lines: Iterable[Any]) -> None:
        place = (run.firm, run.connection_id, run.id, name)
        self.kept[place] = [json.loads(json.dumps(line)) for line in lines]

    def notes(self, run: Run, name: str) -> Sequence[Any]:
        return self.kept.get((run.firm, run.connection_id, run.id, name), [])

    def upload_address(self, connection_key: ConnectionKey) -> tuple[str, str]:
        self.count += 1
        upload_id = f"{self.count:032x}"
        return upload_id, f"memory:{_name(connection_key, upload_id)}"

    def uploaded(self, connection_key: ConnectionKey, upload_id: str) -> str:
        name = _name(connection_key, upload_id)
        if name not in self.files:
            raise NotFound("no_upload", f"Nothing was uploaded as {upload_id}.", "PUT it first.")
        return name

    def accept_upload(self, connection_key: ConnectionKey, upload_id: str) -> KeptUpload:
        content = self.files[self.uploaded(connection_key, upload_id)]
        kept, _ = self.upload_address(connection_key)
        self.put_file(connection_key, kept, content)
        tag = hashlib.sha256(content).hexdigest()
        return KeptUpload(kept, _name(connection_key, kept), tag)

    def upload_size(self, connection_key: ConnectionKey, upload_id: str) -> int:
        return len(self.files[self.uploaded(connection_key, upload_id)])

    def uploaded_file(self, connection_key: ConnectionKey, upload_id: str) -> bytes:
        return self.files[self.uploaded(connection_key, upload_id)]

    def put_file(self, connection_key: ConnectionKey, upload_id: str, content: bytes) -> None:
        """Somebody uploads a file under this id."""
        self.files[_name(connection_key, upload_id)] = content

    def put_records(self, connection_key: ConnectionKey, lines: Iterable[Any]) -> str:
        upload_id, _ = self.upload_address(connection_key)
        name = _name(connection_key, upload_id)
        self.files[name] = b"\n".join(json.dumps(line).encode() for line in lines) or NO_LINES
        return name

    def records(self, name: str) -> Iterable[bytes]:
        body = self.files[name]
        text = _unpacked(body).removeprefix(BOM_UTF8)
        found = [line for line in text.split(b"\n") if line.strip()]
        if not found and body != NO_LINES:
            raise Invalid("unreadable_upload", "nothing was in the file")
        return found

    def put_page(self, run: Run, kind: ListType, number: int, page: Sequence[ListRecord]) -> None:
        self.pages[(run.firm, run.connection_id, run.id, kind, number)] = list(page)

    def page(self, run: Run, kind: ListType, number: int) -> Sequence[ListRecord]:
        return self.pages[(run.firm, run.connection_id, run.id, kind, number)]

    def put_part(self, run: Run, name: str, lines: Iterable[bytes]) -> None:
        self.parts[(run.firm, run.connection_id, run.id, name)] = list(lines)

    def part(self, run: Run, name: str) -> Iterator[bytes]:
        yield from self.parts[(run.firm, run.connection_id, run.id, name)]

    def put_chunk(self, run: Run, number: int, lines: Iterable[bytes]) -> None:
        operations = [load(Operation, line) for line in lines]
        self.plans[(run.firm, run.connection_id, run.id, run.plan, number)] = operations

    def chunk(self, run: Run, number: int) -> Sequence[Operation]:
        place = (run.firm, run.connection_id, run.id, run.plan, number)
        if place not in self.plans:
            raise Expired("items_expired", "The plan of this run was deleted.", "It is too old.")
        return self.plans[place]

    def fix_requests(
        self, run: Run, chunk: int, series: int, requests: Sequence[Sequence[int]]
    ) -> Sequence[Sequence[int]]:
        name = (run.firm, run.connection_id, run.id, chunk, series)
        if requests and name not in self.requests:
            self.requests[name] = [list(part) for part in requests]
        return self.requests[name]

    def mark(self, connection: Connection, number: int) -> str:
        return self.marks.get((connection.firm, connection.ledger, connection.company_id), {}).get(
            number, ""
        )

    def fix_mark(self, connection: Connection, number: int, text: str) -> str:
        company = (connection.firm, connection.ledger, connection.company_id)
        return self.marks.setdefault(company, {}).setdefault(number, text)


def _name(connection_key: ConnectionKey, upload_id: str) -> str:
    return json.dumps([connection_key.firm, connection_key.id, upload_id])


def _unpacked(body: bytes) -> bytes:
    try:
        text = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    except (OSError, EOFError) as error:
        raise Invalid("unreadable_upload", "The upload is not readable.") from error
    if len(text) > LARGEST:
        raise Invalid("unreadable_upload", "The upload is too large.")
    return text


@dataclass
class FakeLane:
    """Implements `services.ports.Lane`: one queue, in order; the same message only once."""

    messages: list[Message] = field(default_factory=list)
    seen: set[Message] = field(default_factory=set)
    delays: list[tuple[str, int]] = field(default_factory=list)

    held: list[tuple[str, int]] = field(default_factory=list)

    def hold(self, receipt: str, seconds: int) -> None:
        self.held.append((receipt, seconds))

    def delay(self, receipt: str, attempt: int) -> None:
        self.delays.append((receipt, attempt))

    def send(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if message not in self.seen:
                self.seen.add(message)
                self.messages.append(message)


@dataclass
class FakeConnectorStates:
    """Implements `services.ports.ConnectorStates`."""

    states: dict[ConnectionKey, ConnectorState] = field(default_factory=dict)

    def load(self, connection_key: ConnectionKey) -> ConnectorState:
        return self.states.get(connection_key, {})

    def save(self, connection_key: ConnectionKey, state: ConnectorState) -> None:
        self.states[connection_key] = dict(state)
