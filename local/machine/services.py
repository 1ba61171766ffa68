"""The processes and how each is started."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from local.machine.layout import HOST, Layout, Ports
from local.machine.ledgers import SandboxLedger
from local.machine.service import Service

KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "SSL_CERT_FILE", "PYTHONDONTWRITEBYTECODE")


def own_environment(*more: str) -> dict[str, str]:
    """The little of our environment that a process of the machine may see: `more` names of it."""
    return {name: os.environ[name] for name in (*KEPT_ENVIRONMENT, *more) if name in os.environ}


def emulator(layout: Layout, ports: Ports) -> Service:
    """MiniStack. Its environment leaks into functions, so it starts with almost none.

    It keeps its state on SIGTERM only, and leaves folders of killed workers behind, so its
    TMPDIR is wiped at each start.
    """

    def wipe_scratch() -> None:
        shutil.rmtree(layout.scratch, ignore_errors=True)
        layout.scratch.mkdir(parents=True)

    return Service(
        name="aws",
        module="ministack",
        command=(sys.executable, "-m", "local.machine.bounded_ministack"),
        port=ports.aws,
        setting="--aws-port",
        health=f"{ports.aws_url}/_ministack/ready",
        layout=layout,
        before=wipe_scratch,
        environment={
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(layout.scratch),
            "TMPDIR": str(layout.scratch),
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(ports.aws),
            "PERSIST_STATE": "1",
            "STATE_DIR": str(layout.state / "aws"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(layout.state / "s3"),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
        },
    )


def sandbox(ledger: SandboxLedger, layout: Layout, ports: Ports, seed: str, scale: int) -> Service:
    """A ledger's sandbox; scale makes its clock run that many times faster. Its settings may have
    other defaults in a variable of our environment."""
    port, kept = ports.sandboxes[ledger.name], layout.state / f"{ledger.name}.json"
    options = ("--port", str(port), "--seed", seed, "--scale", str(scale))
    health = f"{ports.sandbox_url(ledger.name)}/_sandbox/health"
    return _python_module(
        ledger.name,
        ledger.module,
        (*options, "--state", str(kept)),
        (port, f"--{ledger.name}-port", health),
        layout,
        own_environment(ledger.settings_variable),
    )


def issuer(layout: Layout, ports: Ports) -> Service:
    """The token issuer; its key is kept, because verifiers remember the public half."""
    key: Path = layout.state / "issuer.pem"
    return _python_module(
        "issuer",
        "local.issuer",
        ("--port", str(ports.issuer), "--key", str(key)),
        (ports.issuer, "--issuer-port", f"{ports.issuer_url}/jwks.json"),
        layout,
        own_environment(),
    )


def _python_module(
    name: str,
    module: str,
    options: tuple[str, ...],
    address: tuple[int, str, str],
    layout: Layout,
    environment: Mapping[str, str],
) -> Service:
    port, setting, health = address
    return Service(
        name=name,
        module=module,
        command=(sys.executable, "-m", module, *options),
        port=port,
        setting=setting,
        health=health,
        layout=layout,
        environment=environment,
    )
