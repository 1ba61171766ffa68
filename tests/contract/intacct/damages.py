"""What may become of an answer on its way: cut, mixed up with others, spoilt or made to do harm.
Each damage is the same every time."""

import gzip
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy

from lxml import etree

Damage = Callable[[bytes], bytes]
Tree = Callable[[etree._Element], None]

HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502</h1><hr></body></html>"
CUTS = 16
FLIPS = 12
GAPS = 6


# As bytes.


def _cut(part: int) -> Damage:
    return lambda answer: answer[: len(answer) * part // CUTS]


def _flip(part: int) -> Damage:
    def flipped(answer: bytes) -> bytes:
        place = len(answer) * part // FLIPS
        return answer[:place] + bytes([answer[place] ^ 0x15]) + answer[place + 1 :]

    return flipped


def _gap(part: int) -> Damage:
    """Something in the middle is missing."""

    def gapped(answer: bytes) -> bytes:
        place = len(answer) * part // GAPS
        return answer[:place] + answer[place + 37 :]

    return gapped


def _again(part: int) -> Damage:
    """Something in the middle is there twice."""

    def repeated(answer: bytes) -> bytes:
        place = len(answer) * part // GAPS
        return answer[: place + 53] + answer[place:]

    return repeated


def _inner(piece: bytes, place: bytes) -> Damage:
    return lambda answer: answer.replace(place, place + piece, 1)


def _swapped(old: bytes, new: bytes, count: int = -1) -> Damage:
    return lambda answer: answer.replace(old, new, count)


def _headed(doctype: bytes, text: bytes = b"&x;") -> Damage:
    """With a DOCTYPE, and texts that name its entity."""

    def headed(answer: bytes) -> bytes:
        declaration, _, rest = answer.partition(b"?>")
        spoilt = rest.replace(b"<status>success</status>", b"<status>" + text + b"</status>")
        return declaration + b"?>" + doctype + spoilt

    return headed


LEVELS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
ATTACKS: Mapping[str, Damage] = {
    "a billion laughs": _headed(b'<!DOCTYPE response [<!ENTITY l0 "ha">' + LEVELS + b"]>", b"&l9;"),
    "quadratic blowup": _headed(
        b'<!DOCTYPE response [<!ENTITY x "' + b"ha" * 50_000 + b'">]>', b"&x;" * 2000
    ),
    "an entity of a file": _headed(b'<!DOCTYPE response [<!ENTITY x SYSTEM "file:///etc/hosts">]>'),
    "an entity of a device": _headed(
        b'<!DOCTYPE response [<!ENTITY x SYSTEM "file:///dev/zero">]>'
    ),
    "an entity of a word": _headed(b'<!DOCTYPE response [<!ENTITY x "success">]>'),
    "a parameter entity": _headed(
        b'<!DOCTYPE response [<!ENTITY % p SYSTEM "file:///etc/hosts"> %p;]>', b"success"
    ),
    "a DTD of elsewhere": _headed(
        b'<!DOCTYPE response SYSTEM "http://127.0.0.1:1/evil.dtd">', b"success"
    ),
    "a public DTD": _headed(
        b'<!DOCTYPE response PUBLIC "-//x//y" "http://127.0.0.1:1/evil.dtd">', b"success"
    ),
    "a DTD of its own": _headed(b"<!DOCTYPE response [<!ELEMENT response ANY>]>", b"success"),
    "defaults of attributes": _headed(
        b'<!DOCTYPE response [<!ATTLIST data numremaining CDATA "9">]>', b"success"
    ),
    "an unknown entity": _swapped(b"<status>success", b"<status>&y;success"),
    "deep nesting": _inner(b"<a>" * 100_000 + b"</a>" * 100_000, b"<response>"),
    "deep nesting without an end": _inner(b"<a>" * 100_000, b"<response>"),
    "a long name": _inner(b"<" + b"a" * 200_000 + b"/>", b"<response>"),
    "many attributes": _inner(
        b"<a " + b" ".join(b'b%d=""' % n for n in range(20_000)) + b"/>", b"<response>"
    ),
    "a long text": _inner(b"<note>" + b"z" * 12_000_000 + b"</note>", b"<response>"),
}

BYTES: Mapping[str, Damage] = {
    **{f"cut at {part}/{CUTS}": _cut(part) for part in range(CUTS)},
    **{f"a byte at {part}/{FLIPS}": _flip(part) for part in range(FLIPS)},
    **{f"a gap at {part}/{GAPS}": _gap(part) for part in range(GAPS)},
    **{f"twice at {part}/{GAPS}": _again(part) for part in range(GAPS)},
    "only blanks": lambda _: b" \r\n\t",
    "only a declaration": lambda answer: answer.partition(b"?>")[0] + b"?>",
    "zeros": lambda answer: b"\0" * len(answer),
    "JSON": lambda _: b'{"response": {"status": "success"}}',
    "a word": lambda _: b"OK",
    "HTML": lambda _: HTML,
    "HTML before": lambda answer: HTML + answer,
    "HTML behind": lambda answer: answer + HTML,
    "HTML within": _inner(HTML, b"<operation>"),
    "HTML within a result": _inner(b"<br><hr>", b"<result>"),
    "twice": lambda answer: answer + answer,
    "text before": lambda answer: b"Warning: mysql_connect() on line 7\n" + answer,
    "text behind": lambda answer: answer + b"\nConnection closed",
    "blanks before": lambda answer: b"\n\n" + answer,
    "a BOM": lambda answer: b"\xef\xbb\xbf" + answer,
    "UTF-16": lambda answer: answer.decode().encode("utf-16"),
    "UTF-16 without a mark": lambda answer: answer.decode().encode("utf-16-le"),
    "UTF-32": lambda answer: answer.decode().encode("utf-32"),
    "said to be UTF-16": _swapped(b"UTF-8", b"UTF-16", 1),
    "said to be of no known encoding": _swapped(b"UTF-8", b"x-nowhere", 1),
    "said to be EBCDIC": _swapped(b"UTF-8", b"cp037", 1),
    "a byte that is no UTF-8": _inner(b"\xff\xfe", b"<controlid>"),
    "half a character": _inner(b"\xe2\x82", b"<senderid>"),
    "a control character": _inner(b"\x01", b"<senderid>"),
    "a zero within": _inner(b"\0", b"<operation>"),
    "compressed": gzip.compress,
    "with a piece of gzip before": lambda answer: b"\x1f\x8b\x08" + answer,
    "an ampersand": _inner(b" & ", b"<senderid>"),
    "an open CDATA": _inner(b"<![CDATA[", b"<operation>"),
    "an open comment": _inner(b"<!--", b"<operation>"),
    "ends without slashes": _swapped(b"</", b"<", 3),
    "upper case": bytes.upper,
    "an attribute twice": _swapped(b"<operation>", b'<operation a="1" a="2">'),
    "an old XML": _swapped(b'version="1.0"', b'version="3.0"'),
}


# As a tree: readable, and not what was said.


def _grown(change: Tree) -> Damage:
    def grown(answer: bytes) -> bytes:
        root = etree.fromstring(answer)
        change(root)
        return etree.tostring(root, encoding="UTF-8", xml_declaration=True)

    return grown


def _results(root: etree._Element) -> list[etree._Element]:
    return list(root.iterfind("operation/result"))


def _set(path: str, text: str) -> Tree:
    def put(root: etree._Element) -> None:
        for node in root.findall(path):
            node.text = text

    return put


def _without(path: str) -> Tree:
    def take(root: etree._Element) -> None:
        for node in root.findall(path):
            parent = node.getparent()
            assert parent is not None
            parent.remove(node)

    return take


def _root(name: str) -> Tree:
    def rename(root: etree._Element) -> None:
        root.tag = name

    return rename


def _first_gone(root: etree._Element) -> None:
    for result in _results(root)[:1]:
        root[-1].remove(result)


def _last_gone(root: etree._Element) -> None:
    for result in _results(root)[-1:]:
        root[-1].remove(result)


def _doubled(root: etree._Element) -> None:
    for result in _results(root):
        root[-1].append(deepcopy(result))


def _contradicted(status: str, first: int) -> Tree:
    """Each result is there twice, once with another status."""

    def contradict(root: etree._Element) -> None:
        for result in _results(root):
            other = deepcopy(result)
            _set("status", status)(other)
            _without("data")(other)
            root[-1].insert(1 if first else len(root[-1]), other)

    return contradict


def _stranger(root: etree._Element) -> None:
    """A result that nobody asked for."""
    for result in _results(root)[:1]:
        other = deepcopy(result)
        _set("controlid", "nobody")(other)
        root[-1].append(other)


def _exchanged(root: etree._Element) -> None:
    """Two results that stand the other way round; each still says whose it is."""
    results = _results(root)
    for result in results[1:]:
        root[-1].insert(1, result)


def _wrapped(root: etree._Element) -> None:
    """As some other protocol would put it."""
    inner = deepcopy(root)
    for child in list(root):
        root.remove(child)
    root.tag = "{http://schemas.xmlsoap.org/soap/envelope/}Envelope"
    root.append(inner)


def _failed(status: str, *errors: tuple[str, str], data: bool = False) -> Tree:
    """Results that say that they failed."""

    def fail(root: etree._Element) -> None:
        for result in _results(root):
            _set("status", status)(result)
            if not data:
                _without("data")(result)
                _without("key")(result)
            message = etree.SubElement(result, "errormessage")
            for number, text in errors:
                error = etree.SubElement(message, "error")
                etree.SubElement(error, "errorno").text = number
                etree.SubElement(error, "description2").text = text

    return fail


def _quiet(root: etree._Element) -> None:
    for result in _results(root):
        _set("status", "failure")(result)


def _remaining(count: str) -> Tree:
    def say(root: etree._Element) -> None:
        for data in root.iterfind("operation/result/data"):
            data.set("numremaining", count)

    return say


def _rows_gone(root: etree._Element) -> None:
    """Records are missing; how many there should be is still said."""
    for data in root.iterfind("operation/result/data"):
        for child in list(data):
            data.remove(child)


def _lower(root: etree._Element) -> None:
    """Records in lower case, as some are."""
    for data in root.iterfind("operation/result/data"):
        for node in data.iter():
            if isinstance(node.tag, str) and node is not data:
                node.tag = node.tag.lower()


def _numbers(text: str) -> Tree:
    def put(root: etree._Element) -> None:
        for node in root.iter("RECORDNO", "key"):
            node.text = text

    return put


TREES: Mapping[str, Tree] = {
    "another root": _root("reply"),
    "a root in a namespace": _root("{urn:x}response"),
    "an envelope": _wrapped,
    "no control": _without("control"),
    "no status of control": _without("control/status"),
    "a failure of control": _set("control/status", "failure"),
    "an unknown status of control": _set("control/status", "maybe"),
    "another request": _set("control/controlid", "another"),
    "no request": _set("control/controlid", ""),
    "no operation": _without("operation"),
    "an empty operation": _without("operation/*"),
    "nobody signed in": _without("operation/authentication"),
    "a failure to sign in": _set("operation/authentication/status", "failure"),
    "a session without an end": _set("operation/authentication/sessiontimeout", "never"),
    "no results": _without("operation/result"),
    "no first result": _first_gone,
    "no last result": _last_gone,
    "each result twice": _doubled,
    "each result twice, and first failed": _contradicted("failure", 1),
    "each result twice, and then failed": _contradicted("failure", 0),
    "each result twice, and first a success": _contradicted("success", 1),
    "each result twice, and then a success": _contradicted("success", 0),
    "a result of nobody": _stranger,
    "results the other way round": _exchanged,
    "results of another name": _set("operation/result/controlid", "other"),
    "results without a name": _without("operation/result/controlid"),
    "results without a status": _without("operation/result/status"),
    "results of an unknown status": _set("operation/result/status", "maybe"),
    "results without data": _without("operation/result/data"),
    "data without records": _rows_gone,
    "failed without words": _quiet,
    "failed with no explanation": _failed("failure"),
    "failed, with all that was done": _failed("failure", ("BL01001973", "No"), data=True),
    "a success with errors": _failed("success", ("BL01001973", "A warning"), data=True),
    "aborted": _failed("aborted", ("XL03000009", "The entire transaction has been rolled back")),
    "failed over a project": _failed("failure", ("BL01001973", "Invalid Project 'P-1' specified.")),
    "failed as a double": _failed("failure", ("BL34000061", "Another with these values exists")),
    "failed for reasons of its own": _failed("failure", ("DL02000001", "There was an error")),
    "more to come": _remaining("1"),
    "more to come than there is": _remaining("9" * 400),
    "less than nothing to come": _remaining("-1"),
    "records without numbers": _without(".//RECORDNO"),
    "records in lower case": _lower,
    "a number of none": _numbers("nothing"),
    "a number that is huge": _numbers("9" * 5000),
    "a number below zero": _numbers("-1"),
    "a number of somebody else": _numbers("1"),
}

DAMAGES: Mapping[str, Damage] = {
    **BYTES,
    **ATTACKS,
    **{name: _grown(change) for name, change in TREES.items()},
}

HARMLESS = frozenset(
    {
        "a BOM", "UTF-16", "UTF-32", "each result twice", "a result of nobody",
        "results the other way round", "records in lower case", "no request",
        "a session without an end", "less than nothing to come",
    }
)  # fmt: skip
"""After which what was said can still be known for certain."""


def spoiling(name: bytes, damage: Damage) -> Callable[[bytes, bytes], bytes]:
    """Damages the answers to requests that have this in them."""
    return lambda request, answer: damage(answer) if name in request else answer


def once(names: tuple[bytes, ...], damage: Damage) -> Callable[[bytes, bytes], bytes]:
    """Damages the first answer to a request that has one of these in it, for each of them."""
    left = set(names)

    def spoil(request: bytes, answer: bytes) -> bytes:
        met = next(_met(left, request), None)
        if met is None:
            return answer
        left.discard(met)
        return damage(answer)

    return spoil


def _met(names: set[bytes], request: bytes) -> Iterator[bytes]:
    return (name for name in sorted(names) if name in request)
