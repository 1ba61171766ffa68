"""Which ports the machine listens on and which folders it keeps."""

import shutil
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from local.machine.ledgers import LEDGERS

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_ROOT = ROOT / ".local"
HOST = "127.0.0.1"
REGION = "us-east-1"
ACCOUNT = "000000000000"
API_ID = "ledgerlink"


@dataclass(frozen=True)
class Ports:
    """Loopback ports of the AWS emulator, the token issuer, and each ledger's sandbox."""

    aws: int = 4599
    issuer: int = 4601
    sandboxes: Mapping[str, int] = field(
        default_factory=lambda: {ledger.name: ledger.port for ledger in LEDGERS}
    )

    @classmethod
    def ephemeral(cls) -> "Ports":
        """Ports that nobody listens on now."""
        with ExitStack() as stack:
            sockets = [stack.enter_context(socket.socket()) for _ in range(2 + len(LEDGERS))]
            for one in sockets:
                one.bind((HOST, 0))
            aws, issuer, *others = (one.getsockname()[1] for one in sockets)
        names = (ledger.name for ledger in LEDGERS)
        return cls(aws, issuer, dict(zip(names, others, strict=True)))

    @classmethod
    def noted(cls, note: Mapping[str, Any]) -> "Ports":
        """The ports as a machine noted them. What only another version knows is left out."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in note.items() if name in known})

    @property
    def aws_url(self) -> str:
        return f"http://{HOST}:{self.aws}"

    def sandbox_url(self, ledger: str) -> str:
        return f"http://{HOST}:{self.sandboxes[ledger]}"

    @property
    def issuer_url(self) -> str:
        return f"http://{HOST}:{self.issuer}"

    @property
    def api_url(self) -> str:
        """Known before deploy, because the API's id is pinned by a tag."""
        return f"{self.aws_url}/_aws/execute-api/{API_ID}"


@dataclass(frozen=True)
class Layout:
    """Folders below one root: state survives, the others belong to what runs now."""

    root: Path

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def logs(self) -> Path:
        return self.root / "log"

    @property
    def scratch(self) -> Path:
        return self.root / "tmp"

    @property
    def assembly(self) -> Path:
        return self.root / "cdk.out"

    @property
    def running(self) -> Path:
        """What `up` started, for `down`, `status`, `token` and Machine.attach."""
        return self.run / "machine.json"

    def prepare(self) -> None:
        for folder in (self.state, self.run, self.logs, self.scratch):
            folder.mkdir(parents=True, exist_ok=True)

    def forget(self) -> None:
        """Remove everything, state included. Folders only; the root itself may be anybody's."""
        for folder in (self.state, self.run, self.logs, self.scratch, self.assembly):
            shutil.rmtree(folder, ignore_errors=True)
