"""Every code of a refused request is explained: in the registry, and on the page of errors."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from ledgerlink.domain import errors
from ledgerlink.domain.errors import LedgerError, Refused

from functions.api import refusals
from functions.api.error_codes import REFUSALS
from functions.api.problems import STATUS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "errors.md").read_text()
SECTIONS = dict(re.findall(r"^#### (\w+)\n\n(.*?)\n(?=\n#|\Z)", PAGE, re.MULTILINE | re.DOTALL))
CLASSES = {
    name: found
    for module in (errors, refusals)
    for name, found in vars(module).items()
    if isinstance(found, type) and issubclass(found, Refused)
}
SOURCES = [*ROOT.glob("shared/ledgerlink/**/*.py"), *ROOT.glob("functions/**/*.py")]
INTERNAL = {"invalid_record", "unknown_position"}
"""Codes that become the reason of a record or run, and never an answer."""


def raised() -> Iterator[tuple[str, str]]:
    """The class and the code of each refusal in the code, where the code is written there."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and (found := _refusal(node)) is not None:
                yield found


def _refusal(call: ast.Call) -> tuple[str, str] | None:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    match call.func:
        case ast.Name(id=name) if name in CLASSES and call.args:
            code = call.args[0]
        case ast.Attribute(attr="at", value=ast.Name(id=name)) if name in CLASSES:
            code = named["code"]
        case _:
            return None
    return (name, code.value) if isinstance(code, ast.Constant) else None  # type: ignore[return-value]


def test_every_code_is_in_the_registry_with_its_status() -> None:
    """Case product 10."""
    codes = sorted(set(raised()))
    assert len(codes) > 50
    for kind, code in codes:
        check_status(kind, code)


def check_status(kind: str, code: str) -> None:
    if code in INTERNAL or REFUSALS[code].status == 401:
        return
    status = next(s for c, (s, _) in STATUS.items() if issubclass(CLASSES[kind], c))
    expected = {status, 400} | ({422} if code == "unknown_ledger" else set())  # also a webhook's
    assert REFUSALS[code].status in expected


@pytest.mark.parametrize("code", REFUSALS)
def test_the_page_explains_every_code(code: str) -> None:
    """Case product 10."""
    assert SECTIONS[code] == f"{REFUSALS[code].status}. {REFUSALS[code].when}"


def test_the_page_has_no_other_code() -> None:
    assert list(SECTIONS) == list(REFUSALS)


def test_every_class_of_refusal_has_a_status() -> None:
    assert {c for c in CLASSES.values() if c is not Refused} - {errors.ChangedMeanwhile} <= {
        *STATUS
    }
    assert LedgerError in STATUS
