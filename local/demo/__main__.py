"""make demo: python -m local.demo [--ledger qbo|intacct] [--timesheet FILE] [--scale N] [--fresh]
[--all]

Posts a timesheet and a month of time, expenses and invoices through Ledgerlink's API into the
sandbox ledger and proves that both sides agree. Exit code 0 when they do,
1 when they differ or an item went wrong, 2 when it cannot run.
"""

import argparse
import fcntl
import signal
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

import httpx
from rich.console import Console

from local.demo.answers import Connection
from local.demo.api import Api
from local.demo.demonstration import CompanyConnector, Demonstration
from local.demo.errors import DemoError
from local.demo.intacct.company import IntacctCompany
from local.demo.intacct.company_connector import IntacctCompanyConnector
from local.demo.intacct.sandbox import IntacctSandbox
from local.demo.ledger import Company
from local.demo.month import FOLDER, Month
from local.demo.month_end import MonthEnd
from local.demo.qbo.company import QuickBooksCompany
from local.demo.qbo.company_connector import QuickBooksCompanyConnector
from local.demo.qbo.sandbox import QuickBooksSandbox
from local.demo.sandbox import SandboxAdmin
from local.demo.timesheet import Timesheet, read
from local.machine import Machine, MachineError
from local.machine.layout import DEFAULT_ROOT

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "timesheet.csv"
FIRM = "demo-firm"
DEFAULT_SCALE = 8
DIFFERS, CANNOT, INTERRUPTED = 1, 2, 130
STOPPED = """\
Stopped. Run it again: what was written is known and is not written twice. If entries were on
their way, the queue hands them to a new worker ten minutes after they were taken."""
PIPE_WIDTH = 120
TIMEOUTS = httpx.Timeout(60.0, connect=5.0)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    console = _console()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        timesheet = read(options.timesheet)
        with _only_one(), _machine(options.scale, console) as machine, ExitStack() as stack:
            stage = Stage(timesheet, machine, console, options.all, stack)
            shown = _demonstration(stage, options.ledger).show(options.fresh)
            return 0 if shown else DIFFERS
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
    parser.add_argument("--ledger", choices=tuple(LEDGERS), default="qbo")
    parser.add_argument("--timesheet", type=Path, default=SAMPLE, help="a CSV file")
    parser.add_argument(
        "--scale", type=int, default=DEFAULT_SCALE, help="speed of the sandbox ledger's clock"
    )
    parser.add_argument("--fresh", action="store_true", help="connect a new, empty company")
    parser.add_argument("--all", action="store_true", help="show every project")
    return parser.parse_args(arguments)


@contextmanager
def _only_one() -> Iterator[None]:
    """Holds the lock of the demonstration, because two at once would write into one company.
    Raises DemoError when another one has it."""
    DEFAULT_ROOT.mkdir(parents=True, exist_ok=True)
    with (DEFAULT_ROOT / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError(
                "Another demo runs here. Wait for its end, then run it again."
            ) from None
        yield


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


@dataclass(frozen=True, slots=True)
class Stage:
    """What a demonstration of any ledger is made of."""

    timesheet: Timesheet
    machine: Machine
    console: Console
    everything: bool
    stack: ExitStack

    def client(self, base: str, headers: dict[str, str] | None = None) -> httpx.Client:
        opened = httpx.Client(
            base_url=base, headers=headers, timeout=TIMEOUTS, trust_env=False, follow_redirects=True
        )
        return self.stack.enter_context(opened)

    def api(self) -> Api:
        authorization = {"Authorization": f"Bearer {self.machine.token(FIRM)}"}
        machine = self.machine
        return Api(self.client(machine.api_url, authorization), self.client(machine.aws_endpoint))


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a ledger brings along: the sandbox's admin calls, how a company is connected, and how
    one is read."""

    sandbox: SandboxAdmin
    company_connector: CompanyConnector
    company: Callable[[str], Company]


def _quickbooks(stage: Stage, api: Api) -> Ledger:
    url = stage.machine.sandbox_url("qbo")
    http = stage.client(url)
    sandbox = QuickBooksSandbox(http)
    scale = sandbox.scale()

    def company(realm: str) -> QuickBooksCompany:
        return QuickBooksCompany(http, realm, partial(sandbox.token, realm), scale)

    return Ledger(sandbox, QuickBooksCompanyConnector(api, sandbox, stage.client(url)), company)


def _intacct(stage: Stage, api: Api) -> Ledger:
    http = stage.client(stage.machine.sandbox_url("intacct"))
    sandbox = IntacctSandbox(http)
    company_connector = IntacctCompanyConnector(api, sandbox, lambda: uuid.uuid4().hex)
    return Ledger(sandbox, company_connector, partial(IntacctCompany, http))


LEDGERS: Mapping[str, Callable[[Stage, Api], Ledger]] = {"qbo": _quickbooks, "intacct": _intacct}


def _demonstration(stage: Stage, name: str) -> Demonstration:
    api, month = stage.api(), Month.read(FOLDER)
    ledger = LEDGERS[name](stage, api)

    def month_end(connection: Connection) -> MonthEnd:
        return MonthEnd(
            month=month,
            api=api,
            connection_id=connection.id,
            company=ledger.company(str(connection.company_id)),
            sandbox=ledger.sandbox,
            new_key=_new_key,
            console=stage.console,
        )

    _, others = month.names()
    return Demonstration(
        timesheet=stage.timesheet,
        month_end=month_end,
        others=others,
        api=api,
        sandbox=ledger.sandbox,
        company_connector=ledger.company_connector,
        company=ledger.company,
        new_key=_new_key,
        console=stage.console,
        everything=stage.everything,
    )


def _new_key() -> str:
    return str(uuid.uuid4())


if __name__ == "__main__":
    sys.exit(main())
