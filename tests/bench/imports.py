"""Cold imports of the functions, each in a fresh interpreter, and the size of the layers."""

import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.machine.layout import ROOT
from tests.bench.worker import child_environment

TIMES = 5
LAYERS = ROOT / ".build" / "lambda"
SECONDS = 60
ENVIRONMENT = {
    "LEDGERLINK_TABLE": "t",
    "LEDGERLINK_BUCKET": "b",
    "LEDGERLINK_BUS": "e",
    "LEDGERLINK_MACHINE": "m",
    "LEDGERLINK_LANE_URL": "http://127.0.0.1/q.fifo",
    "LEDGERLINK_SECRETS_PREFIX": "p/",
    "LEDGERLINK_SECRETS_KEY": "k",
    "LEDGERLINK_APP_SECRET_QBO": "s",
    "QBO_API_URL": "http://127.0.0.1",
    "QBO_AUTHORIZE_URL": "http://127.0.0.1",
    "QBO_TOKEN_URL": "http://127.0.0.1",
    "QBO_REVOKE_URL": "http://127.0.0.1",
    "QBO_DISCOVERY_URL": "http://127.0.0.1",
    "INTACCT_GATEWAY_URL": "http://127.0.0.1",
    "INTACCT_HOSTS": "127.0.0.1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "POWERTOOLS_METRICS_NAMESPACE": "bench",
}
WIRING = "; from ledgerlink.bootstrap import client, dependencies; deps = dependencies()"
CLIENTS: Mapping[str, Sequence[str]] = {
    "worker": ("dynamodb", "secretsmanager", "s3", "sqs"),
    "webhooks": ("dynamodb", "secretsmanager"),
    "scheduler": ("dynamodb", "sqs"),
}
"""The AWS clients that every invocation makes, because all but the table's are made when they are
first called; of a function that is not named, the table's alone."""
ABSENT = "import sys; sys.modules['click'] = None; "
"""Hides what Lambda does not have and `httpx` imports where it is installed, with all of `rich`."""
CONNECTED = ("worker", "webhooks")
"""Functions of which every invocation concerns a ledger and loads its connector."""


def functions() -> list[str]:
    """The functions that have a handler."""
    return sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py"))


def cold_import(function: str, wired: bool) -> float:
    """Milliseconds of CPU for the handler's import in a new interpreter; the median of some."""
    work = f"import functions.{function}.handler" + (_wiring(function) if wired else "")
    timed = f"t = time.process_time(); {work}; print(time.process_time() - t)"
    program = f"{ABSENT}import time; {timed}"
    return statistics.median(_timed(program) for _ in range(TIMES)) * 1000


def _wiring(function: str) -> str:
    """What an invocation needs besides the handler's import, so that lazy parts are measured."""
    made = "".join(f"; client('{one}')" for one in CLIENTS.get(function, ("dynamodb",)))
    return WIRING + made + ("; deps.connector('qbo')" if function in CONNECTED else "")


def _timed(program: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=child_environment(ENVIRONMENT),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    return float(done.stdout)


def layers_mb() -> float | None:
    """Unzipped megabytes of the layers for Lambda; None when they have not been built."""
    folders = (LAYERS / "dependencies", LAYERS / "code")
    if not all(folder.is_dir() for folder in folders):
        return None
    return sum(map(_bytes, folders)) / 2**20


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
