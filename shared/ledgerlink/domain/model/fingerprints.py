"""Fingerprints: hashes of bodies, by which a document is recognised as it was written."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from itertools import combinations
from json.encoder import encode_basestring
from typing import Any

from ledgerlink.domain.model.references import Body


def fingerprint(body: Body) -> str:
    """SHA-256 (hex) over the canonical JSON of what is posted."""
    return hashlib.sha256(_canonical(body).encode()).hexdigest()


def fingerprints_without(body: Body, left_out: Iterable[Collection[str]]) -> Iterator[str]:
    """The fingerprint of the body without each of these sets of its members. Its members become
    JSON once, because a ledger's record may have come from many bodies."""
    members = {
        name: f"{_canonical(name)}:{_canonical(value)}" for name, value in sorted(body.items())
    }
    for names in left_out:
        text = ",".join(member for name, member in members.items() if name not in names)
        yield hashlib.sha256(f"{{{text}}}".encode()).hexdigest()


def fields_sent(
    body: Body, optional: Iterable[str], recorded: str | None
) -> Collection[str] | None:
    """The optional fields of a body, as a ledger holds it, that we had sent, by the fingerprint of
    what we sent. None where that does not tell, because somebody has edited the record."""
    names = [name for name in optional if name in body]
    left_out = [some for n in range(len(names) + 1) for some in combinations(names, n)]
    forms = zip(left_out, fingerprints_without(body, left_out), strict=True)
    return next((set(names).difference(out) for out, form in forms if form == recorded), None)


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def _canonical(value: Any) -> str:
    """The value as canonical JSON; text, of which there is most, without an encoder of its own."""
    return encode_basestring(value) if type(value) is str else _encode(value)
