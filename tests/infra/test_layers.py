"""Building what cdk uploads, on a small tree of its own."""

import shutil
from pathlib import Path

import pytest

from layers import build as building
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
    staged = built / ".build" / "functions" / "api" / "functions"
    assert (staged / "__init__.py").is_file()
    assert (staged / "api" / "handler.py").read_text() == "WORDS = 'first'"


def test_caches_are_not_uploaded(built: Path) -> None:
    assert not list((built / ".build" / "layers" / "code").rglob("*.pyc"))


def test_a_folder_without_a_handler_is_no_function(tree: Path) -> None:
    assert function_names(tree) == ("api",)


def test_unchanged_code_is_not_built_again(tree: Path) -> None:
    assert renewed(build("machine", tree)) == [True, True, True]
    assert renewed(build("machine", tree)) == [False, False, False]
    (tree / "functions" / "api" / "handler.py").write_text("WORDS = 'second'")
    assert renewed(build("machine", tree)) == [False, False, True]


def test_a_removed_module_leaves_the_layer(built: Path) -> None:
    module = built / "shared" / "ledgerlink" / "gone.py"
    staged = built / ".build/layers/code/python/ledgerlink/gone.py"
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
    (built / "shared" / "ledgerlink" / "__init__.py").write_text("x" * 11)
    with pytest.raises(BuildError, match=r"requirements/runtime\.in"):
        build("machine", built)


def test_a_requirement_without_a_hash_is_refused(tree: Path) -> None:
    (tree / "requirements" / "runtime.txt").write_text("httpx==0.28.1\n")
    with pytest.raises(BuildError, match="hash"):
        build("machine", tree)


def test_the_dependency_layer_brings_the_zones_that_the_functions_are_pointed_to() -> None:
    locked = (ROOT / "requirements" / "runtime.txt").read_text()
    assert [line for line in locked.splitlines() if line.startswith("tzdata==")]
