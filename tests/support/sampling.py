"""Enumerations too long for every run: all cases with FULL=1, else a seeded sample of them."""

import os
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

import pytest

Case = TypeVar("Case")
Test = TypeVar("Test", bound=Callable[..., Any])

FULL: Final = os.environ.get("FULL", "") not in ("", "0")
SEED: Final = os.environ.setdefault("LEDGERLINK_SEED", str(random.randrange(10_000)))
"""The worker processes of one run inherit it, so that all collect the same cases."""
MOST_CASES: Final = {"tests/unit/": 3, "tests/contract/": 1}
"""How many cases of one test run without FULL=1."""


def header() -> str:
    """The line of pytest's header that says what is sampled and how to sample it again."""
    if FULL:
        return "sampling: none, every case runs (FULL=1)"
    return f"sampling: seed {SEED}; LEDGERLINK_SEED={SEED} repeats it, FULL=1 runs every case"


def sampled(
    names: str | Sequence[str],
    cases: Iterable[Any],
    one_in: int = 10,
    ids: Iterable[str] | Callable[[Any], str] | None = None,
) -> Callable[[Test], Test]:
    """`pytest.mark.parametrize`, with a sample of the cases unless FULL=1.

    The sample has one of each `one_in` consecutive cases, so a case order that follows a process
    step by step is covered from its beginning to its end. It depends on the seed and on the test's
    name, so two tests over the same cases complement each other. `ids` are the
    names of all cases in their order, or make the name of one.
    """
    every = list(cases) if ids is None or callable(ids) else _named(cases, ids)
    of_one = ids if callable(ids) else None

    def mark(test: Test) -> Test:
        name = f"{test.__module__}.{test.__qualname__}"
        chosen = sample(every, name, one_in)
        marked: Test = pytest.mark.parametrize(names, chosen, ids=of_one)(test)
        return marked

    return mark


def _named(cases: Iterable[Any], ids: Iterable[str]) -> list[Any]:
    return [
        pytest.param(*(case if isinstance(case, tuple) else (case,)), id=name)
        for case, name in zip(cases, ids, strict=True)
    ]


def sample(cases: Sequence[Case], name: str, one_in: int = 10) -> list[Case]:
    """One of each `one_in` consecutive cases, chosen by the seed and this name; all if FULL=1."""
    if FULL:
        return list(cases)
    chosen = random.Random(f"{SEED}/{name}")
    groups = (cases[start : start + one_in] for start in range(0, len(cases), one_in))
    return [chosen.choice(group) for group in groups]


def chosen_for(test: str, cases: Sequence[Case]) -> Case:
    """One of the cases, chosen by the seed and the test's name: for a condition under which every
    test has to pass, each under another one."""
    return random.Random(f"{SEED}/{test}").choice(cases)


def examples(every: int) -> int:
    """Hypothesis' max_examples: all of them with FULL=1, else a fifth, but twenty at least."""
    return every if FULL else min(every, max(20, every // 5))


def cases_left_out(items: Sequence[pytest.Item]) -> set[pytest.Item]:
    """What a run without FULL=1 leaves out of a test with many cases, chosen by the seed and the
    test's name: all but three of a unit test, and all but one of a contract test, because each case
    of those makes a company of its own."""
    tests: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in [] if FULL else items:
        tests[item.nodeid.partition("[")[0]].append(item)
    left_out: set[pytest.Item] = set()
    for name, cases in tests.items():
        most = next((n for folder, n in MOST_CASES.items() if name.startswith(folder)), len(cases))
        fewer = max(0, len(cases) - most)
        left_out.update(random.Random(f"{SEED}/{name}").sample(cases, fewer))
    return left_out


def amount(every: int, fewer: int) -> int:
    """How many things a test makes to prove a ratio: `every` with FULL=1, else `fewer`."""
    return every if FULL else fewer
