"""Building what cdk uploads, on a small tree of its own."""

import shutil
import sys
from pathlib import Path

import pytest

from layers import build as building
from layers import bytecode, dependencies
from layers.build import ROOT, Part, build, function_names
from layers.errors import BuildError


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Sources of which nothing has been built."""
    return planted(tmp_path)


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = planted(tmp_path_factory.mktemp("built"))
    build("machine", tree)
    return tree


@pytest.fixture
def built(built_once: Path, tmp_path: Path) -> Path:
    """The same sources with all that is built of them."""
    shutil.copytree(built_once, tmp_path, dirs_exist_ok=True)
    return tmp_path


def planted(folder: Path) -> Path:
    sources = {
        "requirements/runtime.txt": "",
        "shared/ledgerlink/__init__.py": "",
        "shared/ledgerlink/__pycache__/old.pyc": "stale",
        "functions/__init__.py": "",
        "functions/api/__init__.py": "",
        "functions/api/handler.py": "WORDS = 'first'",
        "functions/notes/readme.md": "no handler, no function",
    }
    for name, text in sources.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def renewed(parts: tuple[Part, ...]) -> list[bool]:
    return [part.renewed for part in parts]


def test_a_function_keeps_its_package_path_so_that_its_handler_string_holds(built: Path) -> None:
    staged = built / ".build" / "machine" / "functions" / "api" / "functions"
    assert (staged / "__init__.py").is_file()
    assert (staged / "api" / "handler.py").read_text() == "WORDS = 'first'"


def test_caches_of_the_sources_are_not_uploaded(built: Path) -> None:
    assert not list((built / ".build").rglob("old.pyc"))


def compiled(tree: Path, platform: str) -> dict[str, bytes]:
    """Bytecode by module, as it is uploaded."""
    folder = tree / ".build" / platform
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*.pyc")}


def test_code_and_functions_come_with_bytecode_that_is_not_checked_against_its_source(
    built: Path,
) -> None:
    found = compiled(built, "machine")
    tag = sys.implementation.cache_tag
    assert {f"functions/api/functions/api/__pycache__/handler.{tag}.pyc"} <= set(found)
    assert {f"code/python/ledgerlink/__pycache__/__init__.{tag}.pyc"} <= set(found)
    # https://peps.python.org/pep-0552/: hash-based, and not checked
    assert {one[4:8] for one in found.values()} == {b"\x01\x00\x00\x00"}


def test_equal_sources_are_uploaded_with_equal_bytecode(built: Path, tmp_path: Path) -> None:
    again = planted(tmp_path / "again")
    build("machine", again)
    assert compiled(again, "machine") == compiled(built, "machine")


def test_a_module_that_cannot_be_compiled_is_refused(tree: Path) -> None:
    (tree / "functions" / "api" / "handler.py").write_text("def handler(")
    with pytest.raises(BuildError, match=r"handler\.py"):
        build("machine", tree)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole PATH."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_compiler_is_the_running_python_or_one_on_the_path_that_starts(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = elsewhere / "later"
    later.mkdir()
    program(elsewhere / "python3.99", "exit 127")  # as a version manager's stand-in
    assert bytecode.interpreter((3, 99)) is None
    found = program(later / "python3.99", "echo 3 99")
    monkeypatch.setenv("PATH", f"{elsewhere}:{later}")
    assert bytecode.interpreter((3, 99)) == str(found)
    assert bytecode.interpreter(sys.version_info[:2]) == sys.executable


def test_without_the_functions_python_a_deploy_is_refused_and_a_check_is_not(
    tree: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependencies, "LAMBDA_PYTHON", (3, 99))
    with pytest.raises(BuildError, match=r"uv python install 3\.99"):
        build("lambda", tree)
    build("lambda", tree, needs_bytecode=False)
    assert compiled(tree, "lambda") == {}


def test_what_was_built_without_bytecode_is_built_again_once_it_can_be_compiled(
    tree: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependencies, "LAMBDA_PYTHON", (3, 99))
    build("lambda", tree, needs_bytecode=False)
    monkeypatch.setattr(bytecode, "interpreter", lambda _version: sys.executable)
    assert renewed(build("lambda", tree)) == [True, True, True]
    assert renewed(build("lambda", tree)) == [False, False, False]


def test_a_folder_without_a_handler_is_no_function(tree: Path) -> None:
    assert function_names(tree) == ("api",)


def test_unchanged_code_is_not_built_again(tree: Path) -> None:
    assert renewed(build("machine", tree)) == [True, True, True]
    assert renewed(build("machine", tree)) == [False, False, False]
    (tree / "functions" / "api" / "handler.py").write_text("WORDS = 'second'")
    assert renewed(build("machine", tree)) == [False, False, True]


def test_a_removed_module_leaves_the_layer(built: Path) -> None:
    module = built / "shared" / "ledgerlink" / "gone.py"
    staged = built / ".build/machine/code/python/ledgerlink/gone.py"
    module.write_text("")
    build("machine", built)
    assert staged.exists()
    module.unlink()
    build("machine", built)
    assert not staged.exists()


def test_layers_that_unzip_to_too_much_are_refused(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "LAYER_LIMIT", 10)
    (built / "shared" / "ledgerlink" / "__init__.py").write_text("x = 12345678")
    with pytest.raises(BuildError, match=r"requirements/runtime\.in"):
        build("lambda", built, needs_bytecode=False)
    build("machine", built)  # whose wheels are not uploaded


def test_a_requirement_without_a_hash_is_refused(tree: Path) -> None:
    (tree / "requirements" / "runtime.txt").write_text("httpx==0.28.1\n")
    with pytest.raises(BuildError, match="hash"):
        build("machine", tree)


def test_the_dependency_layer_brings_the_zones_that_the_functions_are_pointed_to() -> None:
    locked = (ROOT / "requirements" / "runtime.txt").read_text()
    assert [line for line in locked.splitlines() if line.startswith("tzdata==")]
