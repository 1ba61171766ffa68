"""Pages of the API for a connection with many rules and runs."""

from collections.abc import Iterator

from tests.bench.budgets import Line
from tests.bench.measured_system import MeasuredSystem
from tests.bench.paging import RULE_PAGE, RULES, RUN_PAGE, RUNS, ReadPage
from tests.bench.worker import child_of, tokens

UNITS, MILLISECONDS = 10, 10
QUERY = "dynamodb:Query"
WHAT = {
    "rules": f"a page of {RULE_PAGE} of {RULES:,} rules",
    "mapping": f"the rules of a page of mapping, {RULES:,} rules",
    "runs": f"a page of {RUN_PAGE} of {RUNS:,} runs",
}


def pages(system: MeasuredSystem) -> Iterator[Line]:
    """Read units and CPU of each page."""
    order = tokens(system, system.sandbox.new_company("Pages"))
    with child_of(system, "tests.bench.paging") as child:
        child.ask(order)
        for page, what in WHAT.items():
            yield from _lines(what, ReadPage.model_validate_json(child.ask({"page": page})))


def _lines(what: str, read: ReadPage) -> Iterator[Line]:
    queries = read.requests.get(QUERY, 0)
    yield Line(
        f"{what}: read units",
        f"at most {UNITS}, one query",
        f"{read.units} ({sum(read.requests.values())} calls, {queries} queries)",
        read.units <= UNITS and queries <= 1,
        counted=True,
    )
    yield Line(
        f"{what}: CPU",
        f"{MILLISECONDS} ms",
        f"{read.milliseconds:.1f} ms",
        read.milliseconds <= MILLISECONDS,
    )
