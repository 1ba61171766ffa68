"""The CDK command line runs on Node.js; package-lock.json pins it."""

import re
import shutil
from pathlib import Path

from local.machine.errors import MachineError
from local.machine.layout import ROOT
from local.machine.services import own_environment
from local.machine.steps import run_step

OLDEST_NODE = 20
CDK = ROOT / "node_modules" / ".bin" / "cdk"
NPM_SECONDS = 300
ASK_SECONDS = 20


def node_major() -> int:
    """Node's major version. MachineError when it is missing or too old."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise MachineError(
                f"{program} was not found. Install Node.js {OLDEST_NODE} or newer; "
                "the CDK command line needs it."
            )
    printed = run_step("node --version", ["node", "--version"], own_environment(), ASK_SECONDS)
    found = re.match(r"v(\d+)\.", printed)
    if found is None or int(found[1]) < OLDEST_NODE:
        raise MachineError(f"Node.js {printed.strip()} is too old; install {OLDEST_NODE} or newer.")
    return int(found[1])


def cdk_command_line() -> Path:
    """The pinned CDK command line, installed from package-lock.json when it is not there."""
    if not CDK.exists():
        run_step("npm ci", ["npm", "ci"], own_environment(), NPM_SECONDS)
    return CDK


def quiet_node(major: int) -> dict[str, str]:
    """Environment that keeps CDK from telling everybody about a Node.js it no longer tests."""
    return {
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": str(major),
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        "NODE_NO_WARNINGS": "1",
    }
