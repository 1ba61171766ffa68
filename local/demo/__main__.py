"""make demo: python -m local.demo [--timesheet FILE] [--scale N] [--fresh] [--all]

Posts a timesheet, and a month of time, expenses and invoices, through Ledgerlink's API into the
sandbox ledger and proves that both sides agree. Exit code 0 when they do, 1 when they differ or
an item went wrong, 2 when it cannot run.
"""

import argparse
import signal
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

import httpx
from rich.console import Console

from local.demo.api import Api
from local.demo.connecting import Reception
from local.demo.demonstration import Demonstration
from local.demo.errors import DemoError
from local.demo.ledger import Company
from local.demo.month import FOLDER, Month
from local.demo.sandbox import Sandbox
from local.demo.timesheet import Timesheet, read
from local.machine import Machine, MachineError

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "timesheet.csv"
FIRM = "demo-firm"
DEFAULT_SCALE = 8
DIFFERS, CANNOT, INTERRUPTED = 1, 2, 130
STOPPED = """\
Stopped. Run it again: what was written is known and is not written twice. If entries were on
their way, the queue hands them to a new worker ten minutes after they were taken."""
PIPE_WIDTH = 120
PATIENCE = httpx.Timeout(60.0, connect=5.0)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    console = _console()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        timesheet = read(options.timesheet)
        with _machine(options.scale, console) as machine, ExitStack() as stack:
            demonstration = _demonstration(timesheet, machine, console, options.all, stack)
            return 0 if demonstration.show(options.fresh) else DIFFERS
    except (DemoError, MachineError) as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        return CANNOT
    except httpx.HTTPError as error:
        console.print(f"A call on this machine failed: {error!r}", style="red", markup=False)
        return CANNOT
    except KeyboardInterrupt:
        console.print(STOPPED)
        return INTERRUPTED


def _console() -> Console:
    """A screen as wide as it is; a file or a pipe has room for the tables."""
    console = Console()
    return console if console.is_terminal else Console(width=PIPE_WIDTH)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m local.demo",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--timesheet", type=Path, default=SAMPLE, help="a CSV file")
    parser.add_argument(
        "--scale", type=int, default=DEFAULT_SCALE, help="speed of the sandbox ledger's clock"
    )
    parser.add_argument("--fresh", action="store_true", help="connect a new, empty company")
    parser.add_argument("--all", action="store_true", help="show every project")
    return parser.parse_args(arguments)


@contextmanager
def _machine(scale: int, console: Console) -> Iterator[Machine]:
    """The machine that runs already, or one that is started here and stopped at the end."""
    running = Machine.last()
    if running is not None and running.is_running():
        console.print(
            f"Using the machine that is up; its ledger's speed is {running.choices.scale}."
        )
        yield Machine.attach()
        return
    ours = Machine(scale=scale, say=partial(console.print, style="dim", highlight=False))
    with ours:
        yield ours


def _demonstration(
    timesheet: Timesheet, machine: Machine, console: Console, everything: bool, stack: ExitStack
) -> Demonstration:
    def client(base: str, headers: dict[str, str] | None = None) -> httpx.Client:
        opened = httpx.Client(
            base_url=base, headers=headers, timeout=PATIENCE, trust_env=False, follow_redirects=True
        )
        return stack.enter_context(opened)

    authorization = {"Authorization": f"Bearer {machine.token(FIRM)}"}
    api = Api(client(machine.api_url, authorization), client(machine.aws_endpoint))
    ledger = client(machine.sandbox_url)
    sandbox = Sandbox(ledger)
    scale = sandbox.scale()
    return Demonstration(
        timesheet=timesheet,
        month=Month.read(FOLDER),
        api=api,
        sandbox=sandbox,
        reception=Reception(api, sandbox, client(machine.sandbox_url)),
        company=lambda realm: Company(ledger, realm, partial(sandbox.token, realm), scale),
        new_key=lambda: str(uuid.uuid4()),
        console=console,
        everything=everything,
    )


if __name__ == "__main__":
    sys.exit(main())
