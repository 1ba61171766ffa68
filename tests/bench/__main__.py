"""make bench: python -m tests.bench [--scale N]

Prints budgets beside what was measured. Exit code 1 only when a counted budget is not met: times
depend on how busy the machine is.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence

from rich.console import Console

from local.machine import MachineError
from tests.bench import measuring
from tests.bench.budgets import Line, broken, table
from tests.bench.importing import importing
from tests.bench.intacct import sage
from tests.bench.lists import lists
from tests.bench.measured_system import system
from tests.bench.own_speed import SCALE, own_speed
from tests.bench.pages import pages
from tests.bench.spending import spending
from tests.bench.worker import worker

DEFAULT_SCALE = 3
PIPE_WIDTH = 130


def measure(scale: int) -> Iterator[Line]:
    """Every line, as it is measured."""
    yield from measuring.starting()
    yield from measuring.planning()
    with system(scale) as ground:
        with worker(ground) as posting:
            yield from measuring.posting(posting, scale)
        yield from measuring.rival_clients(ground)
    with system(SCALE) as ground, worker(ground) as posting:
        yield from own_speed(posting)
    with system(scale) as ground, worker(ground) as posting:
        yield from spending(posting, scale)
    with system(scale) as ground:
        yield from importing(ground)
    with system(scale) as ground:
        yield from lists(ground)
        yield from pages(ground)
    yield from sage()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--scale", type=int, default=DEFAULT_SCALE, help="speed of the sandbox ledger's clock"
    )
    options = parser.parse_args(arguments)
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPE_WIDTH)
    lines: list[Line] = []
    try:
        for line in measure(options.scale):
            console.print(f"{line.what}: {line.measured}", style="dim", highlight=False)
            lines.append(line)
    except MachineError as error:
        console.print(str(error), style="red", markup=False)
        return 2
    console.print(table(lines))
    return 1 if broken(lines) else 0


if __name__ == "__main__":
    sys.exit(main())
