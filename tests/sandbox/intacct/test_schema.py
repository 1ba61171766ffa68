"""The field tables and content models agree with the vendor's documents, where they are at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from lxml import etree

from local.sandboxes.intacct.grammar.models import GENERIC, LEGACY, PARTS
from local.sandboxes.intacct.grammar.parsing import check, parsed
from local.sandboxes.intacct.schema.fields import Object
from local.sandboxes.intacct.schema.registry import BY_NAME
from tests.sandbox.intacct.xml import request

FOLDER: Final = Path(__file__).parents[4] / "shared" / "schemas" / "intacct"
X: Final = "{http://www.w3.org/2001/XMLSchema}"
# Newer than the schema of 2019, in the documentation of 2025.
NEWER: Final = {
    "address3",
    "billable",
    "costtypeid",
    "emppositionid",
    "extamount",
    "extcashfringes",
    "extemployertaxes",
    "extfringes",
    "inclusivetax",
    "laborclassid",
    "laborshiftid",
    "laborunionid",
    "taskid",
    "taxentries",
    "taxsolutionid",
    "totaltrxamount",
}
# Nested records that the sandbox does not keep.
NOT_KEPT: Final = {
    "ARPYMT": {"ONLINECARDPAYMENT"},
    "CUSTOMER": {"CONTACT_LIST_INFO", "CUSTOMERCONTACTS", "CUSTOMEREMAILTEMPLATES"},
    "ITEM": {"ITEMTAXGRPITEMMAPS", "LANDEDCOSTINFO", "VENDORINFO", "WAREHOUSEINFO"},
    "PROJECT": {"PROJECT_RULES"},
    "VENDOR": {
        "CONTACT_LIST_INFO",
        "PROVIDERVENDORS",
        "VENDORACCTNOLOCATIONS",
        "VENDORBANKFILEDETAILS",
        "VENDORCONTACTS",
        "VENDOREMAILTEMPLATES",
        "VENDOR_ACCTNO_LOC_HEAD",
    },
}
# Required by a rule that names it better, or only in some companies.
BY_RULE: Final = {"CURRENCY", "RECORDKEY", "WHENCREATED", "WHENDUE"}


def vendor(name: str) -> Path:
    """A file or folder of the vendor's. Skips where they are not beside the checkout."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"schemas/intacct/{name} is not beside the checkout")
    return path


@pytest.fixture(scope="module")
def types() -> dict[str, etree._Element]:
    """The declarations of the vendor's schema by element name."""
    root = etree.parse(str(vendor("schema/api.xsd"))).getroot()
    return {str(e.get("name")): e for e in root.iterchildren(f"{X}element")}


def named(element: etree._Element) -> list[str]:
    """The elements of a content model in order."""
    found = element.iter(f"{X}element")
    return [str(e.get("ref") or e.get("name")).split(":")[-1] for e in found if e is not element]


def ours(model: str) -> list[str]:
    words = "".join(c if c.isalnum() or c == "_" or c == "@" else " " for c in model).split()
    return [word for word in words if not word.startswith("@") and word not in ("ANY", "TEXT")]


def once(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


@pytest.mark.parametrize("name", [*LEGACY, *(part for part in PARTS if "/" not in part)])
def test_content_models_have_the_vendors_elements_in_its_order(
    types: dict[str, etree._Element], name: str
) -> None:
    if name not in types:
        pytest.skip(f"the vendor's schema has no {name}")
    if PARTS.get(name) == "ANY" or LEGACY.get(name, "").startswith("ANY"):
        pytest.skip(f"{name} may hold anything")
    theirs, mine = once(named(types[name])), once(ours({**LEGACY, **PARTS}[name]))
    if "&" not in {**LEGACY, **PARTS}[name]:
        assert [one for one in mine if one in theirs] == [one for one in theirs if one in mine]
    assert set(mine) - set(theirs) <= NEWER, name
    assert set(theirs) <= set(mine), name


@pytest.mark.parametrize("name", LEGACY)
def test_attributes_are_the_vendors(types: dict[str, etree._Element], name: str) -> None:
    if name not in types:
        pytest.skip(f"the vendor's schema has no {name}")
    theirs = {
        (str(a.get("name")), a.get("use") == "required") for a in types[name].iter(f"{X}attribute")
    }
    words = [word for word in LEGACY[name].split() if word.startswith("@")]
    mine = {(word.strip("@!"), word.endswith("!")) for word in words}
    assert {n for n, must in mine if must} == {n for n, must in theirs if must}
    assert {n for n, _ in mine} <= {n for n, _ in theirs}


def documented() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(object, function, field) of every create and update in the documentation."""
    pages = json.loads(vendor("api_fields.json").read_text(encoding="utf-8"))["pages"]
    for name, page in pages.items():
        for function in page["functions"]:
            if function["function"] not in ("create", "update"):
                continue
            for group, fields in function["groups"].items():
                last = group.split(".")[-1]
                inner = last == "CONTACT" and "contacts" not in name
                if last in BY_NAME and not inner:
                    yield from ((last, function["function"], field) for field in fields)


def known(entry: Object) -> set[str]:
    heads = {name.split(".")[0] for name in entry.by_name} | set(entry.expand)
    return heads | ({entry.lines.container} if entry.lines else set())


def test_every_documented_field_is_in_the_tables() -> None:
    missing = {
        (name, field["name"])
        for name, _, field in documented()
        if "ustom field" not in field["name"] and field["name"] not in known(BY_NAME[name])
    }
    assert {
        (name, field)
        for name, field in missing
        if field not in NOT_KEPT.get(name, ()) and name != "ARPYMTDETAIL" and field != "TAXENTRIES"
    } == set()


def test_fields_documented_as_required_are_required() -> None:
    loose = {
        (name, field["name"])
        for name, function, field in documented()
        if function == "create" and field["required"]
        for entry in [BY_NAME[name].by_name.get(field["name"])]
        if entry is not None and not entry.required and field["name"] not in BY_RULE
    }
    assert loose == set()


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("TASK", "TASKSTATUS"),
        ("TIMESHEET", "STATE"),
        ("EMPLOYEE", "TERMINATIONTYPE"),
        ("EMPLOYEE", "GENDER"),
        ("APBILL", "PAYMENTPRIORITY"),
        ("ARPYMT", "PAYMENTMETHOD"),
        ("GLACCOUNT", "NORMALBALANCE"),
    ],
)
def test_documented_messages_can_be_produced(name: str, field: str) -> None:
    choices = {choice.casefold() for choice in BY_NAME[name].by_name[field].choices}
    assert choices
    for place, function, entry in documented():
        if (place, function, entry["name"]) == (name, "create", field):
            said = {word.casefold() for word in entry.get("quoted", ())}
            assert said - {"null", ""} <= choices, entry


def test_references_and_paths_lead_somewhere() -> None:
    for entry in BY_NAME.values():
        for field in entry.fields:
            assert not field.ref or field.ref in BY_NAME
            assert not field.path or field.path.split(".")[0] in entry.ways, field


def test_documents_of_the_vendors_own_clients_fit() -> None:
    found = sorted(vendor("expected").glob("*.function.*.xml"))
    assert found
    for path in found:
        document = etree.tostring(etree.parse(str(path)).getroot()).decode()
        check(parsed(request("<sessionid>s</sessionid>", document).encode()))


def test_generic_functions_are_known_by_the_vendor(types: dict[str, etree._Element]) -> None:
    newer = {"query", "lookup", "approve", "decline", "getObjectTrail", "getDimensions"}
    assert set(GENERIC) - set(types) <= newer
