"""Building what cdk uploads, on a small tree of its own."""

from pathlib import Path

import pytest

from layers import build as building
from layers.build import ROOT, Part, build, function_names
from layers.errors import BuildError


@pytest.fixture
def tree(tmp_path: Path) -> Path:
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
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def renewed(parts: tuple[Part, ...]) -> list[bool]:
    return [part.renewed for part in parts]


def test_a_function_keeps_its_package_path_so_that_its_handler_string_holds(tree: Path) -> None:
    build("machine", tree)
    staged = tree / ".build" / "functions" / "api" / "functions"
    assert (staged / "__init__.py").is_file()
    assert (staged / "api" / "handler.py").read_text() == "WORDS = 'first'"


def test_caches_are_not_uploaded(tree: Path) -> None:
    build("machine", tree)
    assert not list((tree / ".build" / "layers" / "code").rglob("*.pyc"))


def test_a_folder_without_a_handler_is_no_function(tree: Path) -> None:
    assert function_names(tree) == ("api",)


def test_what_did_not_change_is_not_built_again(tree: Path) -> None:
    assert renewed(build("machine", tree)) == [True, True, True]
    assert renewed(build("machine", tree)) == [False, False, False]
    (tree / "functions" / "api" / "handler.py").write_text("WORDS = 'second'")
    assert renewed(build("machine", tree)) == [False, False, True]


def test_a_removed_module_leaves_the_layer(tree: Path) -> None:
    module = tree / "shared" / "ledgerlink" / "gone.py"
    module.write_text("")
    build("machine", tree)
    module.unlink()
    build("machine", tree)
    assert not (tree / ".build/layers/code/python/ledgerlink/gone.py").exists()


def test_layers_that_unzip_to_too_much_are_refused(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "LAYER_LIMIT", 10)
    (tree / "shared" / "ledgerlink" / "__init__.py").write_text("x" * 11)
    with pytest.raises(BuildError, match=r"requirements/runtime\.in"):
        build("machine", tree)


def test_a_requirement_without_a_hash_is_refused(tree: Path) -> None:
    (tree / "requirements" / "runtime.txt").write_text("httpx==0.28.1\n")
    with pytest.raises(BuildError, match="hash"):
        build("machine", tree)


def test_the_dependency_layer_brings_the_zones_that_the_functions_are_pointed_to() -> None:
    locked = (ROOT / "requirements" / "runtime.txt").read_text()
    assert [line for line in locked.splitlines() if line.startswith("tzdata==")]
