"""Imports modules changed, or marked to record which test runs which function; a pytest plugin.

MUTANT=module:number imports that module with that change. MARKS=file with MARKED=module,module
writes which functions of these modules each test ran, as JSON.
"""

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from tests.mutants.changes import changed

MARK = "_mark_as_run"


class _Loader(importlib.machinery.SourceFileLoader):
    """Compiles the module from its changed syntax tree, without the cached bytecode."""

    def get_code(self, fullname: str) -> CodeType:
        source = Path(self.path).read_text()
        return compile(tree_of(fullname, source), self.path, "exec")

    def exec_module(self, module: ModuleType) -> None:
        setattr(module, MARK, recorded.add)
        super().exec_module(module)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules that are changed or marked."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self._names:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is None or spec.origin is None:
            raise ImportError(f"There is no module {fullname}.")
        return importlib.util.spec_from_file_location(
            fullname, spec.origin, loader=_Loader(fullname, spec.origin)
        )


recorded: set[str] = set()
"""The functions that ran since the last test."""
_ran: dict[str, list[str]] = defaultdict(list)


def tree_of(module: str, source: str) -> ast.Module:
    """The module as it is imported here: with its change, or with marks."""
    name, _, number = os.environ.get("MUTANT", "").partition(":")
    return changed(source, int(number)) if name == module else marked(module, source)


def marked(module: str, source: str) -> ast.Module:
    """The module, each function of which records that it ran."""
    tree = ast.parse(source)
    for path, function in _functions(tree, ()):
        named = ast.Constant(value=f"{module}:{'.'.join(path)}")
        call = ast.Call(func=ast.Name(id=MARK, ctx=ast.Load()), args=[named], keywords=[])
        function.body.insert(0, ast.Expr(value=call))
    return ast.fix_missing_locations(tree)


def _functions(
    node: ast.AST, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (*path, child.name), child
            yield from _functions(child, (*path, child.name))
        else:
            named = (*path, child.name) if isinstance(child, ast.ClassDef) else path
            yield from _functions(child, named)


def pytest_runtest_teardown(item: pytest.Item) -> None:
    for function in recorded:
        _ran[function].append(item.nodeid)
    recorded.clear()


def pytest_sessionfinish() -> None:
    if file := os.environ.get("MARKS"):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        Path(f"{file}.{worker}").write_text(json.dumps(_ran))


_names = [*os.environ.get("MARKED", "").split(","), os.environ.get("MUTANT", "").partition(":")[0]]
sys.meta_path.insert(0, _Finder([name for name in _names if name]))
