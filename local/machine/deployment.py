"""The same stack as on AWS, deployed to the emulator by the same command line."""

import json
import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from layers.build import build
from layers.errors import BuildError
from layers.fingerprint import digest
from local.issuer import AUDIENCE
from local.machine.aws import Aws
from local.machine.errors import MachineError
from local.machine.layout import ACCOUNT, API_ID, REGION, ROOT, Layout, Ports
from local.machine.ledgers import LEDGERS, SandboxLedger
from local.machine.node import cdk_command_line, node_major, quiet_node
from local.machine.services import own_environment
from local.machine.steps import run_step

STACK = "Ledgerlink"
FUNCTION_OUTPUTS = frozenset(
    f"{one}Function" for one in ("Api", "Imports", "LargeWorker", "Scheduler", "Webhooks", "Worker")
)
TOOLKIT = "CDKToolkit"
# Kept by the emulator itself: what it loses with a kill, it loses together with the stack.
DEPLOYED = "/ledgerlink/local/deployed-from"
INPUTS = ("infra", "layers", "functions", "shared/ledgerlink", "cdk.json", "package-lock.json")
LOCKED = "requirements/runtime.txt"
SYNTH_SECONDS = 180
BOOTSTRAP_SECONDS = 120
DEPLOY_SECONDS = 300
MIGRATE_SECONDS = 300
CLI_OPTIONS = ("--ci", "--no-notices", "--no-color", "--no-version-reporting")


@dataclass(frozen=True)
class Deployment:
    """One deploy of the working tree to the emulator at these ports."""

    layout: Layout
    ports: Ports
    scale: int

    def bring_up_to_date(self, aws: Aws) -> dict[str, str]:
        """Deploy unless the last deploy had the same inputs and is intact. The stack's outputs."""
        inputs = self._inputs()
        if aws.noted(DEPLOYED) == inputs and aws.stack_is_complete(STACK):
            return self.outputs(aws)
        outputs = self.deploy(aws)
        aws.note(DEPLOYED, inputs)
        return outputs

    def outputs(self, aws: Aws) -> dict[str, str]:
        """What the stack says of itself: names of the table, the bucket, the queues ..."""
        return aws.stack_outputs(STACK)

    def deploy(self, aws: Aws) -> dict[str, str]:
        """Build, synthesize, bootstrap if need be, deploy. The stack's outputs."""
        major, cdk = node_major(), str(cdk_command_line())
        with ThreadPoolExecutor(max_workers=2) as pool:
            synthesized = pool.submit(self._synthesize, major)
            self._bootstrap(aws, cdk, major)
            synthesized.result()
        command = [cdk, "deploy", STACK, "--app", str(self.layout.assembly)]
        command += ["--method", "direct", "--require-approval", "never", *CLI_OPTIONS]
        run_step("cdk deploy", command, self._environment(major), DEPLOY_SECONDS)
        outputs = self.outputs(aws)
        for name in outputs.keys() & FUNCTION_OUTPUTS:
            aws.wait_until_initialised(outputs[name])
        self._migrate(outputs["TableName"], major)
        return outputs

    def _migrate(self, table: str, major: int) -> None:
        """Bring rows of an earlier deploy to the shape that this one writes."""
        command = [sys.executable, "-m", "ledgerlink.storage.migrations", table]
        run_step("migrate", command, self._for_python(major), MIGRATE_SECONDS)

    def _bootstrap(self, aws: Aws, cdk: str, major: int) -> None:
        if aws.stack_is_complete(TOOLKIT):
            return
        # In a folder without cdk.json, or the command line would run the app first.
        run_step(
            "cdk bootstrap",
            [cdk, "bootstrap", f"aws://{ACCOUNT}/{REGION}", *CLI_OPTIONS],
            self._environment(major),
            BOOTSTRAP_SECONDS,
            folder=self.layout.state,
        )

    def _synthesize(self, major: int) -> None:
        try:
            build("machine", ROOT)
        except BuildError as error:
            raise MachineError(str(error)) from error
        environment = {
            **self._for_python(major),
            "CDK_OUTDIR": str(self.layout.assembly),
            "CDK_CONTEXT_JSON": json.dumps(self._context()),
        }
        run_step("cdk synth", [sys.executable, "-m", "infra.app"], environment, SYNTH_SECONDS)

    def _context(self) -> dict[str, object]:
        """cdk.json's context with what is different on one machine."""
        return {
            **json.loads((ROOT / "cdk.json").read_text())["context"],
            "jwtIssuer": self.ports.issuer_url,
            "jwtAudience": [AUDIENCE],
            "publicUrl": self.ports.api_url,
            "layerPlatform": "machine",
            "removalPolicy": "destroy",
            "tags": {"ms-custom-id": API_ID},
            **{ledger.name: self._ledger(ledger) for ledger in LEDGERS},
        }

    def _ledger(self, ledger: SandboxLedger) -> dict[str, object]:
        endpoints = ledger.endpoints(self.ports.sandbox_url(ledger.name))
        return {**endpoints, "clockScale": self.scale}

    def _inputs(self) -> str:
        paths = [ROOT / path for path in (*INPUTS, LOCKED)]
        return digest(ROOT, paths, json.dumps(self._context(), sort_keys=True), sys.version)

    def _for_python(self, major: int) -> Mapping[str, str]:
        """The same for a program of ours."""
        path = os.pathsep.join((str(ROOT), str(ROOT / "shared")))
        return {**self._environment(major), "PYTHONPATH": path}

    def _environment(self, major: int) -> Mapping[str, str]:
        """The emulator's address and no credentials of the person at the keyboard."""
        return {
            **own_environment(),
            **quiet_node(major),
            "AWS_ENDPOINT_URL": self.ports.aws_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "1",
        }
