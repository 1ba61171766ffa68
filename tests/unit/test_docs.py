"""The documentation: its links lead somewhere, and the files and commands that it names exist."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md")])
FOLDERS = ("shared", "functions", "infra", "layers", "local", "tests", "docs", "events")
"""Folders of the repository; a path in a page that begins with one is meant from the root."""

FENCE = re.compile(r"^ *```.*?^ *```", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(rf"(?:{'|'.join(FOLDERS)})/[\w./-]+")
MODULE = re.compile(r"[\w/-]+\.py")
NAME_IN = re.compile(r"`(\w+)` in `([\w/]+\.py)`")
MAKE = re.compile(r"(?:^|`)make ([a-z]+)", re.M)
RUN = re.compile(r"python -m ([a-z_.]+)|^from ([a-z_.]+) import ", re.M)
TARGET = re.compile(r"^([a-z]+):", re.M)

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text())


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ +(.*)$", prose(page), re.M)
    return frozenset(re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings)


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether a link's file and heading exist; other sites are not asked."""
    if re.match(r"[a-z]+:", link):
        return True
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    return target.exists() and (not anchor or anchor in anchors(target))


@cache
def modules() -> tuple[str, ...]:
    found = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return tuple(f"/{path.relative_to(ROOT).as_posix()}" for path in found)


def sources(module: str) -> Iterator[str]:
    """The text of the modules whose path ends so."""
    return ((ROOT / path[1:]).read_text() for path in modules() if path.endswith(f"/{module}"))


def named_code(page: Path) -> Iterator[str]:
    """What the page shows as code within its sentences, word by word."""
    return (word for code in CODE.findall(prose(page)) for word in code.split())


@every_page
def test_links_within_the_repository_lead_to_a_file_and_a_heading(page: Path) -> None:
    assert not [link for link in LINK.findall(prose(page)) if not leads_somewhere(page, link)]


@every_page
def test_files_and_folders_that_a_page_names_exist(page: Path) -> None:
    words = set(named_code(page))
    paths = {word for word in words if PATH.fullmatch(word)}
    missing = [path for path in paths if not (ROOT / path).exists()]
    names = {word for word in words - paths if MODULE.fullmatch(word)}
    missing += [name for name in names if not any(path.endswith(f"/{name}") for path in modules())]
    assert not missing


@every_page
def test_names_that_a_page_puts_in_a_file_exist_there(page: Path) -> None:
    missing = [
        (name, module)
        for name, module in NAME_IN.findall(prose(page))
        if not any(re.search(rf"\b{name}\b", text) for text in sources(module))
    ]
    assert not missing


def test_the_files_of_each_connector_are_in_its_folder() -> None:
    """The table of `docs/connectors.md`: a question, then a column per ledger."""
    page = prose(ROOT / "docs/connectors.md")
    table = page.partition("## Where to find what")[2].partition("\n## ")[0]
    rows = [line.split("|")[2:4] for line in table.splitlines() if line.startswith("| ")]
    assert len(rows) > 30
    for ledger, cells in zip(("qbo", "intacct"), zip(*rows, strict=True), strict=True):
        folder = ROOT / "shared/ledgerlink/connectors" / ledger
        files = [name for cell in cells for name in CODE.findall(cell)]
        assert not [name for name in files if not (folder / name).exists()]


@every_page
def test_make_commands_that_a_page_names_exist(page: Path) -> None:
    targets = TARGET.findall((ROOT / "Makefile").read_text())
    assert set(MAKE.findall(page.read_text())) <= set(targets)


@every_page
def test_modules_that_a_page_runs_or_imports_exist(page: Path) -> None:
    names = {one or other for one, other in RUN.findall(page.read_text())}
    places = {
        name: ROOT / name.replace(".", "/").replace("ledgerlink/", "shared/ledgerlink/")
        for name in names
    }
    assert not [
        name
        for name, place in places.items()
        if not (place.with_suffix(".py").exists() or (place / "__init__.py").exists())
    ]
