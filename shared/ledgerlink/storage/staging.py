"""Files of runs in S3: source records, pulled pages, plans, notes. Each has one JSON value per line
and is compressed."""

import gzip
import json
import secrets
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from gzip import BadGzipFile, GzipFile
from io import BufferedReader, BytesIO, RawIOBase
from itertools import chain
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ledgerlink.domain.errors import Conflict, Expired, Invalid, NotFound
from ledgerlink.domain.model.connections import Connection, ConnectionKey
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.plan import Operation
from ledgerlink.domain.model.runs import Run
from ledgerlink.services.ports import LARGEST_FILE, KeptUpload
from ledgerlink.storage import keys
from ledgerlink.wire.stored import dump, load

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef, HeadObjectOutputTypeDef

UPLOAD_LIFETIME = 3600
"""Seconds for which the address of an upload is valid."""
ABSENT = ("404", "NoSuchKey", "403", "AccessDenied", "Forbidden")
"""S3's codes for a file that does not exist, for a role that may or may not list the bucket."""
Tags = dict[str, Any]
UNTAGGED: Tags = {}
OF_A_RUN: Tags = {"Tagging": "expires=history"}
"""The tag of files that expire with the items of their run (`infra/storage.py`). Others expire by
their prefix or, as posting marks, never."""
TRIES = 3
"""How often an upload is copied that is written at the same moment."""
GZIP_MAGIC = b"\x1f\x8b"
LARGEST = 512 * 1024 * 1024
"""Bytes of an unpacked file of lines: some two million time entries."""
MOST_LINES = 2_000_000
"""Lines of such a file, blank ones included: short lines take as long as others, and a few KB of
gzip may hold millions."""
BUFFER = 256 * 1024
"""Bytes that are read from a file at once."""


class S3Staging:
    """Implements `services.ports.Staging`. The name of every file begins with its firm and
    connection; that of a posting mark with its firm and company."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def upload_address(self, connection_key: ConnectionKey) -> tuple[str, str]:
        upload_id = new_name()
        url = self._client.generate_presigned_url(
            "put_object",
            Params={"Bucket": self._bucket, "Key": _upload(connection_key, upload_id)},
            ExpiresIn=UPLOAD_LIFETIME,
        )
        return upload_id, url

    def uploaded(self, connection_key: ConnectionKey, upload_id: str) -> str:
        name = _upload(connection_key, upload_id)
        self._tag(name, upload_id)
        return name

    def accept_upload(self, connection_key: ConnectionKey, upload_id: str) -> KeptUpload:
        copy_id = new_name()
        name, kept = _upload(connection_key, upload_id), _upload(connection_key, copy_id)
        for _ in range(TRIES):
            tag = self._tag(name, upload_id)
            if self._copied(name, tag, kept):
                return KeptUpload(copy_id, kept, tag)
        raise Conflict(
            "upload_changing",
            f"The upload {upload_id} is being written at the moment.",
            "Post it once it is complete.",
        )

    def _tag(self, name: str, upload_id: str) -> str:
        """The entity tag of an upload, which differs after every write. Raises NotFound."""
        return self._head(name, upload_id)["ETag"]

    def upload_size(self, connection_key: ConnectionKey, upload_id: str) -> int:
        return self._head(_upload(connection_key, upload_id), upload_id)["ContentLength"]

    def _head(self, name: str, upload_id: str) -> "HeadObjectOutputTypeDef":
        """Raises NotFound."""
        try:
            return self._client.head_object(Bucket=self._bucket, Key=name)
        except ClientError as error:
            if not _is_absent(error):
                raise
            raise NotFound(
                "no_upload",
                f"Nothing was uploaded as {upload_id}.",
                "PUT the records to the upload's address first.",
            ) from error

    def _copied(self, name: str, tag: str, copy: str) -> bool:
        """Copy the file; False when it no longer has this tag."""
        source: CopySourceTypeDef = {"Bucket": self._bucket, "Key": name}
        try:
            self._client.copy_object(
                Bucket=self._bucket, Key=copy, CopySource=source, CopySourceIfMatch=tag
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            return False
        return True

    def uploaded_file(self, connection_key: ConnectionKey, upload_id: str) -> bytes:
        name = self.uploaded(connection_key, upload_id)
        return self._bytes(name)

    def put_records(self, connection_key: ConnectionKey, lines: Iterable[Any]) -> str:
        name = _upload(connection_key, new_name())
        self._put(name, (json.dumps(line).encode() for line in lines))
        return name

    def records(self, name: str) -> Iterable[bytes]:
        found = self._client.get_object(Bucket=self._bucket, Key=name)
        size = found["ContentLength"]
        if size > LARGEST:
            raise _unreadable(f"it holds more than {LARGEST} bytes")
        body = BufferedReader(_Body(found["Body"]), BUFFER)
        is_empty = size < SMALL and body.peek(SMALL) in NO_LINES
        lines = _lines(body)
        first = next(lines, None)
        if first is None and not is_empty:
            raise _unreadable("nothing was in the file")
        return chain([] if first is None else [first], lines)

    def put_page(self, run: Run, kind: ListType, number: int, page: Sequence[ListRecord]) -> None:
        self._put(_page(run, kind, number), map(dump, page))

    def page(self, run: Run, kind: ListType, number: int) -> Sequence[ListRecord]:
        return [load(ListRecord, line) for line in self.records(_page(run, kind, number))]

    def put_notes(self, run: Run, name: str, lines: Iterable[Any]) -> None:
        self._put(_notes(run, name), (json.dumps(line).encode() for line in lines), OF_A_RUN)

    def notes(self, run: Run, name: str) -> Sequence[Any]:
        try:
            return [json.loads(line) for line in self.records(_notes(run, name))]
        except ClientError as error:
            if not _is_absent(error):
                raise
            return []

    def put_part(self, run: Run, name: str, lines: Iterable[bytes]) -> None:
        self._put(_part(run, name), lines)

    def part(self, run: Run, name: str) -> Iterator[bytes]:
        packed = GzipFile(fileobj=BytesIO(self._bytes(_part(run, name))))
        with BufferedReader(packed, BUFFER) as file:
            yield from (line.removesuffix(b"\n") for line in file)

    def put_chunk(self, run: Run, number: int, lines: Iterable[bytes]) -> None:
        self._put(_chunk(run, number), lines, OF_A_RUN)

    def chunk(self, run: Run, number: int) -> Sequence[Operation]:
        try:
            return [load(Operation, line) for line in self.records(_chunk(run, number))]
        except ClientError as error:
            if not _is_absent(error):
                raise
            words = "The plan of this run was deleted because of its age."
            raise Expired("items_expired", words, "Its counts are still shown.") from error

    def fix_requests(
        self, run: Run, chunk: int, series: int, requests: Sequence[Sequence[int]]
    ) -> Sequence[Sequence[int]]:
        name = f"{_plan(run)}/requests-{keys.number(chunk)}-{series}.json.gz"
        if requests:
            self._put_once(name, _packed([json.dumps(requests).encode()]), OF_A_RUN)
        fixed: Sequence[Sequence[int]] = json.loads(self._get(name))
        return fixed

    def mark(self, connection: Connection, number: int) -> str:
        try:
            return self._get(_mark(connection, number)).decode()
        except ClientError as error:
            if not _is_absent(error):
                raise
            return ""

    def fix_mark(self, connection: Connection, number: int, text: str) -> str:
        if self._put_once(_mark(connection, number), text.encode()):
            return text
        return self._get(_mark(connection, number)).decode()

    def _put(self, name: str, lines: Iterable[bytes], tags: Tags = UNTAGGED) -> None:
        self._client.put_object(Bucket=self._bucket, Key=name, Body=_packed(lines), **tags)

    def _put_once(self, name: str, body: bytes, tags: Tags = UNTAGGED) -> bool:
        """Store the file unless there is one of this name; whether it was stored now."""
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=name, Body=body, IfNoneMatch="*", **tags
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in (
                "PreconditionFailed",
                "ConditionalRequestConflict",
            ):
                raise
            return False
        return True

    def _get(self, name: str) -> bytes:
        return _unpacked(self._bytes(name))

    def _bytes(self, name: str) -> bytes:
        found = self._client.get_object(Bucket=self._bucket, Key=name)
        if found["ContentLength"] > LARGEST_FILE:
            raise _unreadable(f"it holds more than {LARGEST_FILE} bytes")
        return found["Body"].read()


class _Body(RawIOBase):
    """The body of an answer of S3, for readers that expect a file."""

    def __init__(self, body: "StreamingBody") -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        read = self._body.read(len(view))
        view[: len(read)] = read
        return len(read)


def _lines(body: "BufferedReader[Any]") -> Iterator[bytes]:
    """The lines that are not blank, one at a time, of a file that may be packed. Raises Invalid for
    a damaged file, and for one that is too large once unpacked."""
    packed = body.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC)
    file = BufferedReader(GzipFile(fileobj=body), BUFFER) if packed else body
    size = number = 0
    try:
        while line := file.readline(min(LARGEST_FILE, LARGEST - size) + 1):
            text = line.removeprefix(BOM_UTF8) if size == 0 else line
            size += len(line)
            number += 1
            if number > MOST_LINES:
                raise _unreadable(f"it has more than {MOST_LINES:,} lines")
            if size > LARGEST:
                raise _unreadable(f"it holds more than {LARGEST} bytes once unpacked")
            if len(line) > LARGEST_FILE:
                raise _unreadable(f"it has a line of more than {LARGEST_FILE} bytes")
            if text.strip():
                yield text.removesuffix(b"\n")
    except (BadGzipFile, EOFError, zlib.error) as error:
        raise _unreadable("its gzip is damaged") from error


def _unpacked(body: bytes) -> bytes:
    return unpacked(body) if body.startswith(GZIP_MAGIC) else body


def new_name() -> str:
    """A random id of an upload."""
    return secrets.token_hex(16)


def _is_absent(error: ClientError) -> bool:
    """Whether S3 says that there is no such file. To a role that may not list the bucket, as ours
    may not, it says 403."""
    return error.response["Error"]["Code"] in ABSENT


def unpacked(body: bytes) -> bytes:
    """The unpacked bytes of a gzip file. Raises Invalid for a damaged file, and for one that is too
    large once unpacked."""
    try:
        with GzipFile(fileobj=BytesIO(body)) as file:
            text = file.read(LARGEST_FILE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable("its gzip is damaged") from error
    if len(text) > LARGEST_FILE:
        raise _unreadable(f"it holds more than {LARGEST_FILE} bytes once unpacked")
    return text


def _unreadable(detail: str) -> Invalid:
    return Invalid("unreadable_upload", detail, "Upload the records again, in smaller files.")


def _packed(lines: Iterable[bytes]) -> bytes:
    """The lines as a gzip file; they are not held together unpacked."""
    packed = BytesIO()
    with GzipFile(fileobj=packed, mode="wb", compresslevel=3, mtime=0) as file:
        for part in _joined(lines):
            file.write(part)
    return packed.getvalue()


def _joined(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The text of these lines, in parts of some size because small writes are slow."""
    part: list[bytes] = []
    size, between = 0, b""
    for line in lines:
        part += (between, line)
        between = b"\n"
        size += len(line)
        if size > BUFFER:
            yield b"".join(part)
            part, size = [], 0
    yield b"".join(part)


NO_LINES = (_packed(()), gzip.compress(b"", compresslevel=3, mtime=0))
"""A file that we wrote and that has no lines, and how it was written before. An upload without
lines is taken for a mistake."""
SMALL = 64
"""Bytes that such a file does not have."""


def _upload(connection_key: ConnectionKey, upload_id: str) -> str:
    safe = "".join(c for c in upload_id if c in "0123456789abcdef")[:32]
    return f"staged/{keys.prefix(connection_key)}/records/{safe}"


def _plan(run: Run) -> str:
    return f"plans/{keys.prefix(run.connection_key)}/{run.id}"


def _mark(connection: Connection, number: int) -> str:
    company = str(connection.company_id)
    place = keys.company_prefix(connection.firm, connection.ledger, company)
    return f"plans/{place}/marks/{keys.number(number)}"


def _page(run: Run, kind: ListType, number: int) -> str:
    place = f"staged/{keys.prefix(run.connection_key)}/lists/{run.id}"
    return f"{place}/{kind.value}-{keys.number(number)}.jsonl.gz"


def _chunk(run: Run, number: int) -> str:
    # An import may be planned several times; a post has one plan, number 0.
    return f"{_plan(run)}/plan{run.plan or ''}-{keys.number(number)}.jsonl.gz"


def _part(run: Run, name: str) -> str:
    return f"staged/{keys.prefix(run.connection_key)}/parts/{run.id}/{name}.jsonl.gz"


def _notes(run: Run, name: str) -> str:
    return f"{_plan(run)}/{name}.jsonl.gz"
