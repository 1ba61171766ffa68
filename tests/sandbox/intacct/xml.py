"""Requests written and answers read, as a client of the gateway would."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

_numbers = itertools.count(1)


def el(tag: str, *inner: Any, **attributes: Any) -> str:
    """An element; inner strings that begin with `<` are elements, others text."""
    shown = "".join(f" {name}={quoteattr(str(value))}" for name, value in attributes.items())
    body = "".join(
        one if isinstance(one, str) and one.startswith("<") else escape(str(one)) for one in inner
    )
    return f"<{tag}{shown}>{body}</{tag}>"


def els(**values: Any) -> str:
    """Elements in the order given; a dict is nested, a list repeats, None is left out."""
    return "".join(
        el(tag, els(**one) if isinstance(one, dict) else one)
        for tag, value in values.items()
        for one in (value if isinstance(value, list) else [value])
        if one is not None
    )


def day(text: str) -> dict[str, str]:
    """`2026-02-03` in three parts."""
    year, month, number = text.split("-")
    return {"year": year, "month": month, "day": number}


def function(body: str, controlid: str | None = None) -> str:
    return el("function", body, controlid=controlid or f"f{next(_numbers)}")


def login(user: str, company: str, password: str, entity: str | None = None) -> str:
    return el("login", els(userid=user, companyid=company, password=password, locationid=entity))


def request(authentication: str, *functions: str, **more: Any) -> str:
    """A whole request; `more` changes the control block, or is `transaction` or `end`, what
    follows dtdversion."""
    transaction = str(more.pop("transaction", False)).lower()
    end = more.pop("end", {"includewhitespace": "false"})
    values = {
        "senderid": "sandbox-sender",
        "password": "sender-secret",
        "controlid": f"r{next(_numbers)}",
        "uniqueid": "false",
        "dtdversion": "3.0",
        **more,
    }
    control = el("control", els(**{k: v for k, v in values.items() if v is not None}, **end))
    operation = el(
        "operation",
        el("authentication", authentication),
        el("content", *functions),
        transaction=transaction,
    )
    return el("request", control, operation)


@dataclass(frozen=True)
class Errors:
    """What a failure says: numbers and words, the useful one first."""

    numbers: list[str]
    texts: list[str]

    @property
    def first(self) -> str:
        return self.texts[0]


def errors(element: etree._Element | None) -> Errors:
    assert element is not None
    found = element.findall("errormessage/error")
    numbers = [error.findtext("errorno") or "" for error in found]
    texts = [error.findtext("description2") or "" for error in found]
    return Errors(numbers, [text.split(" [Support ID:")[0] for text in texts])


def record(element: etree._Element) -> dict[str, str]:
    return {str(child.tag): child.text or "" for child in element}
