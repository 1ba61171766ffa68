"""make mutants: python -m tests.mutants [--sample N] [--seed S] [--minutes M] [MODULE …]

Makes small changes, one at a time, in the modules that move hours and money, and runs the unit and
contract tests that execute the changed function. Prints each change that no test noticed. Exit code
1 when fewer than 97 % were noticed.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.changes import Change, changes_of

MODULES = (
    "ledgerlink.domain.planning.diff",
    "ledgerlink.domain.planning.grouping",
    "ledgerlink.domain.planning.ordering",
    "ledgerlink.domain.planning.planner",
    "ledgerlink.domain.planning.time",
    "ledgerlink.domain.planning.undo",
    "ledgerlink.services.applying.chunk",
    "ledgerlink.services.applying.preconditions",
    "ledgerlink.services.applying.recorder",
    "ledgerlink.services.imports.plan_import",
    "ledgerlink.services.imports.plan_sheet",
    "ledgerlink.services.imports.plan_undo",
    "ledgerlink.services.imports.sheet",
    "ledgerlink.services.imports.sheet_part",
    "ledgerlink.services.lane",
    "ledgerlink.services.posting.given_keys",
    "ledgerlink.services.posting.plan_parts",
    "ledgerlink.services.posting.plan_posted",
    "ledgerlink.services.posting.post_sheet",
    "ledgerlink.connectors.intacct.outcomes.timesheets",
    "ledgerlink.connectors.intacct.posting.timesheets",
)
"""Where a mistake loses or doubles hours and money."""
TESTS = ("tests/unit", "tests/contract")
WORKERS = 2
FIRST = 40
"""How many tests are tried before all others that run the function."""
ENDLESS_SECONDS = 240.0
"""A change that keeps the tests running for longer counts as noticed, because they never end."""
ENOUGH = 0.97
PYTEST = (
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "-x",
    "-p",
    "tests.mutants.plugin",
    "-p",
    "no:cacheprovider",
)

Runs = Mapping[str, Sequence[str]]
"""The tests that run a function, by `module:function`."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one module."""

    module: str
    change: Change

    def __str__(self) -> str:
        file = source_of(self.module)
        return f"{file}:{self.change.line} {self.change.function}: {self.change.what}"


def source_of(module: str) -> Path:
    """The module's file, below the top of the project."""
    return Path("shared", *module.split(".")).with_suffix(".py")


def mutants_of(modules: Iterable[str]) -> list[Mutant]:
    """Every change of these modules that is in a function."""
    return [
        Mutant(module, change)
        for module in modules
        for change in changes_of(source_of(module).read_text())
        if change.function
    ]


def tests_by_function(modules: Sequence[str]) -> Runs:
    """Which tests run each function of these modules, found by running all of them once. Raises
    SystemExit if one fails without any change."""
    with tempfile.TemporaryDirectory() as folder:
        marks = {"MARKED": ",".join(modules), "MARKS": f"{folder}/ran"}
        files = [str(file) for folder in TESTS for file in Path(folder).rglob("test_*.py")]
        command = [*PYTEST, "-n", str(WORKERS), "--dist", "worksteal", *files]
        done = subprocess.run(command, env=os.environ | marks, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"The tests fail without any change:\n{done.stdout[-2000:]}")
        runs: dict[str, list[str]] = {}
        for file in Path(folder).iterdir():
            for function, tests in json.loads(file.read_text()).items():
                runs.setdefault(function, []).extend(tests)
    return runs


def is_noticed(mutant: Mutant, tests: Sequence[str]) -> bool:
    """Whether one of these tests fails once the change is made."""
    chosen = sorted(tests, key=lambda test: (test.startswith("tests/contract"), test))
    return any(some and _fails(mutant, some) for some in (chosen[:FIRST], chosen[FIRST:]))


def _fails(mutant: Mutant, tests: Sequence[str]) -> bool:
    environment = os.environ | {"MUTANT": f"{mutant.module}:{mutant.change.number}"}
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as named:
        named.write("\n".join(tests))
        named.flush()
        command = [*PYTEST, "-n", "0", f"@{named.name}"]
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, timeout=ENDLESS_SECONDS
            )
        except subprocess.TimeoutExpired:
            return True
    return done.returncode != 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("modules", nargs="*", default=MODULES, help="other modules")
    parser.add_argument("--sample", type=int, default=120, help="how many changes are made")
    parser.add_argument("--seed", type=int, default=1, help="names the sample")
    parser.add_argument("--minutes", type=float, default=20, help="none is begun after these")
    options = parser.parse_args(arguments)
    every = mutants_of(options.modules)
    chosen = random.Random(options.seed).sample(every, min(options.sample, len(every)))
    os.environ["LEDGERLINK_SEED"] = str(options.seed)
    begun = time.monotonic()
    runs = tests_by_function(options.modules)

    def tried(mutant: Mutant) -> tuple[Mutant, bool | None]:
        if time.monotonic() - begun > options.minutes * 60:
            return mutant, None
        name = f"{mutant.module}:{mutant.change.function}"
        return mutant, is_noticed(mutant, runs.get(name, ()))

    with ThreadPoolExecutor(WORKERS) as pool:
        results = [(m, noticed) for m, noticed in pool.map(tried, chosen) if noticed is not None]
    for mutant, noticed in results:
        if not noticed:
            print(f"not noticed: {mutant}")
    share = sum(noticed for _, noticed in results) / len(results)
    print(f"{len(results)} of {len(every)} changes made (seed {options.seed}), {share:.1%} noticed")
    return 0 if share >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
