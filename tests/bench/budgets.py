"""Lines of the table: what, the budget, what was measured, whether it is met."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Line:
    """One measurement. `met` is None where there is no budget; `counted` ones can fail the run,
    because they do not depend on how busy the machine is."""

    what: str
    budget: str
    measured: str
    met: bool | None = None
    counted: bool = False


HOTTEST = 800
"""Write units a second into one partition key; DynamoDB takes 1,000."""


def hottest(what: str, units: Mapping[str, int]) -> Line:
    """How much was written into the partition key that was written most."""
    most = units["hottest"]
    name = f"{what}: most write units a second into one partition key"
    return Line(name, f"at most {HOTTEST}", f"{most}", most <= HOTTEST, counted=True)


def table(lines: Iterable[Line]) -> Table:
    """All lines as one table."""
    shown = Table(title="Budgets", title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for heading in ("what", "budget", "measured"):
        shown.add_column(heading, overflow="fold")
    shown.add_column("met")
    for line in lines:
        shown.add_row(line.what, line.budget, line.measured, _verdict(line))
    return shown


def _verdict(line: Line) -> str:
    if line.met is None:
        return ""
    if line.met:
        return "[green]yes[/]"
    return "[bold red]NO[/]" if line.counted else "[yellow]no[/]"


def broken(lines: Iterable[Line]) -> list[Line]:
    """Counted budgets that are not met."""
    return [line for line in lines if line.counted and line.met is False]
