"""Requests taken apart, answers put together: sections 2 and 4."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from lxml import etree

from local.sandboxes.intacct.api_functions.answer import ODD, Answer, child
from local.sandboxes.intacct.api_functions.call import text_of
from local.sandboxes.intacct.protocol.errors import Problem

XML: Final = 'text/xml; encoding="UTF-8"'
HEAD: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
ODD_NAMES: Final = re.compile(rb"(?<=[</])" + ODD.encode() + rb"([0-9a-f]+)")
SUPPORTED: Final = ("BL", "PL", "DL")


@dataclass(frozen=True, slots=True)
class Control:
    """The control block. `policyid` asks for an asynchronous answer."""

    senderid: str
    password: str
    controlid: str
    uniqueid: bool
    dtdversion: str
    policyid: str = ""
    whitespace: bool = True
    additional: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    transaction: bool
    authentication: etree._Element
    functions: list[tuple[str, etree._Element]]


def control_of(root: etree._Element) -> Control:
    """What is not said is as the gateway has it: uniqueid and whitespace are on."""
    block = root.find("control")
    assert block is not None
    return Control(
        text_of(block, "senderid"),
        block.findtext("password") or "",
        text_of(block, "controlid"),
        text_of(block, "uniqueid").lower() != "false",
        text_of(block, "dtdversion") or "3.0",
        text_of(block, "policyid"),
        text_of(block, "includewhitespace").lower() != "false",
        text_of(block, "showadditionalerrorinfo").lower() == "true",
    )


def operations_of(root: etree._Element) -> list[Operation]:
    return [_operation(element) for element in root.iterfind("operation")]


def _operation(element: etree._Element) -> Operation:
    authentication = element.find("authentication")
    assert authentication is not None
    functions = [
        (function.get("controlid", ""), function[0])
        for function in element.iterfind("content/function")
    ]
    return Operation(element.get("transaction") == "true", authentication, functions)


@dataclass(slots=True)
class Result:
    """What became of one function."""

    status: str
    function: str
    controlid: str
    answer: Answer = field(default_factory=Answer)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The authentication block of an answer."""

    status: str
    userid: str = ""
    companyid: str = ""
    locationid: str | None = None
    timestamp: str = ""
    timeout: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """One operation of an answer: results, or the problem that kept it from having any."""

    signed_in: SignedIn
    results: tuple[Result, ...] = ()
    problem: Problem | None = None


def response(control: Control, operations: Iterable[Answered], support_ids: bool) -> bytes:
    root = etree.Element("response")
    _control(root, "success", control)
    for operation in operations:
        _answered(root, operation, control, support_ids)
    return written(root, control.whitespace)


def refused(control: Control | None, problems: Iterable[Problem]) -> bytes:
    """A request that failed as a whole; without a control block that could be read only the
    status comes back."""
    root = etree.Element("response")
    _control(root, "failure", control)
    _errors(root, problems, control, support_ids=False)
    return written(root, control is None or control.whitespace)


def acknowledged(control: Control) -> bytes:
    root = etree.Element("response")
    child(child(root, "acknowledgement"), "status", "success")
    _control(root, "success", control)
    return written(root, control.whitespace)


def written(root: etree._Element, whitespace: bool) -> bytes:
    body = etree.tostring(root, encoding="UTF-8", xml_declaration=False, pretty_print=whitespace)
    return HEAD + ODD_NAMES.sub(lambda found: bytes.fromhex(found[1].decode()), body)


def _control(root: etree._Element, status: str, control: Control | None) -> None:
    block = child(root, "control")
    child(block, "status", status)
    if control is not None:
        child(block, "senderid", control.senderid)
        child(block, "controlid", control.controlid)
        child(block, "uniqueid", str(control.uniqueid).lower())
        child(block, "dtdversion", control.dtdversion)


def _answered(
    root: etree._Element, operation: Answered, control: Control, support_ids: bool
) -> None:
    element = child(root, "operation")
    block, signed_in = child(element, "authentication"), operation.signed_in
    child(block, "status", signed_in.status)
    child(block, "userid", signed_in.userid)
    child(block, "companyid", signed_in.companyid)
    if signed_in.locationid is not None:
        child(block, "locationid", signed_in.locationid)
        child(block, "sessiontimestamp", signed_in.timestamp)
        child(block, "sessiontimeout", signed_in.timeout)
    if operation.problem is not None:
        _errors(element, [operation.problem], control, support_ids=False)
    for result in operation.results:
        _result(element, result, control, support_ids)


def _result(parent: etree._Element, result: Result, control: Control, support_ids: bool) -> None:
    element = child(parent, "result")
    child(element, "status", result.status)
    child(element, "function", result.function)
    child(element, "controlid", result.controlid)
    answer = result.answer
    if answer.listtype is not None:
        attributes, text = answer.listtype
        child(element, "listtype", text, **attributes)
    if answer.key:
        child(element, "key", answer.key)
    if answer.data is not None:
        element.append(answer.data)
    if result.problems:
        _errors(element, result.problems, control, support_ids=support_ids)


def _errors(
    parent: etree._Element,
    problems: Iterable[Problem],
    control: Control | None,
    *,
    support_ids: bool,
) -> None:
    """Empty elements are sent, not left out."""
    block = child(parent, "errormessage")
    suffix = (
        f" [Support ID: {quote(f'{secrets.token_urlsafe(6)}~{secrets.token_hex(8)}', safe='')}]"
    )
    suffix = suffix.replace("~", "%7E")
    for problem in problems:
        error = child(block, "error")
        supported = support_ids and problem.text and problem.errorno.startswith(SUPPORTED)
        child(error, "errorno", problem.errorno)
        child(error, "description", problem.description)
        child(error, "description2", problem.text + (suffix if supported else ""))
        child(error, "correction", problem.correction)
        if control is not None and control.additional:
            child(error, "additionalinfo")
