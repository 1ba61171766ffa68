"""The whole machine: start, deploy, use, restart, stop."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, get_args

import httpx

from local.machine.aws import Aws
from local.machine.deployment import Deployment
from local.machine.errors import MachineError
from local.machine.layout import DEFAULT_ROOT, Layout, Ports
from local.machine.ledgers import LEDGERS, SandboxLedger
from local.machine.service import Service
from local.machine.services import emulator, issuer, sandbox

Seed = Literal["sample", "empty"]
SEEDS: tuple[Seed, ...] = get_args(Seed)
ALL_SCOPES = ("ledger:read", "ledger:post", "ledger:admin")


@dataclass(frozen=True)
class Choices:
    """What one machine was started with. scale: how much faster the sandboxes' clocks run."""

    ports: Ports
    scale: int
    seed: Seed


class Machine:
    """Everything on loopback. As a context manager: up inside, nothing left outside.

    `client(service)` gives a boto3 client for the emulator.
    """

    def __init__(
        self,
        *,
        ports: Ports | None = None,
        state_dir: Path = DEFAULT_ROOT,
        scale: int = 1,
        seed: Seed = "sample",
        say: Callable[[str], None] = lambda _words: None,
    ) -> None:
        self.choices = Choices(ports or Ports(), scale, seed)
        self.layout = Layout(state_dir.resolve())
        self.aws = Aws(self.ports.aws_url)
        self.client = self.aws.client
        self.outputs: dict[str, str] = {}
        self._say = say

    @classmethod
    def attach(cls, state_dir: Path = DEFAULT_ROOT) -> "Machine":
        """The machine that `make up` started. MachineError when there is none."""
        machine = cls.last(state_dir)
        if machine is None or not machine.is_running():
            raise MachineError("nothing is running here; start it with: make up")
        machine.outputs = machine._deployment().outputs(machine.aws)
        return machine

    @classmethod
    def last(cls, state_dir: Path = DEFAULT_ROOT) -> "Machine | None":
        """The machine last started in this folder, running or not; None when there was none."""
        layout = Layout(state_dir)
        if not layout.running.is_file():
            return None
        kept = json.loads(layout.running.read_text())
        return cls(
            ports=Ports.noted(kept["ports"]),
            state_dir=state_dir,
            scale=kept["scale"],
            seed=kept["seed"],
        )

    @property
    def ports(self) -> Ports:
        return self.choices.ports

    @property
    def api_url(self) -> str:
        return self.ports.api_url

    @property
    def aws_endpoint(self) -> str:
        return self.ports.aws_url

    def sandbox_url(self, ledger: str) -> str:
        return self.ports.sandbox_url(ledger)

    @property
    def issuer_url(self) -> str:
        return self.ports.issuer_url

    def webhook_url(self, ledger: str) -> str:
        """Where that ledger's sandbox sends its webhooks."""
        return f"{self.api_url}/v1/webhooks/{ledger}"

    def __enter__(self) -> "Machine":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start what does not run yet and deploy what changed.

        MachineError in plain words when something stands in the way; then what this call
        started is ended again.
        """
        self.layout.prepare()
        self._refuse_other_choices()
        idle = [service for service in self.services() if service.pid() is None]
        for service in idle:
            service.check_port()
        self.layout.running.write_text(json.dumps(asdict(self.choices)))
        try:
            self._start(idle)
            self._deploy()
        except BaseException:
            self._stop(idle)
            raise

    def redeploy(self) -> None:
        """Deploy although nothing changed; what the stores hold stays."""
        self._adopt(self._deployment().deploy(self.aws))

    def stop(self) -> None:
        """End every process; the state stays."""
        self._stop(self.services())

    def restart(self, *names: str, kill: bool = False) -> None:
        """End some or all services and start them again on their state: `aws`, `issuer`, or a
        ledger's sandbox by the ledger's name.

        kill=True ends them without warning; the emulator then loses what it did not keep.
        """
        chosen = [one for one in self.services() if not names or one.name in names]
        self._stop(chosen, kill)
        self._start(chosen)
        self._subscribe(one.name for one in chosen)

    def is_running(self) -> bool:
        return all(service.pid() is not None for service in self.services())

    def services(self) -> tuple[Service, ...]:
        """In the order of ending: the functions first, then what they speak to."""
        seed, scale = self.choices.seed, self.choices.scale
        return (
            emulator(self.layout, self.ports),
            *(sandbox(ledger, self.layout, self.ports, seed, scale) for ledger in LEDGERS),
            issuer(self.layout, self.ports),
        )

    def token(
        self,
        firm: str,
        user: str = "demo",
        scopes: Sequence[str] = ALL_SCOPES,
        minutes: int = 60,
        kinds: Sequence[str] | None = None,
    ) -> str:
        """A signed access token; negative minutes give an expired one. `kinds` are the records that
        the user may post, all where it is None."""
        rights = {"scopes": list(scopes), "kinds": None if kinds is None else list(kinds)}
        asked = {"firm": firm, "user": user, "minutes": minutes, **rights}
        answer = httpx.post(f"{self.issuer_url}/token", json=asked, timeout=10, trust_env=False)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def tick(self) -> int:
        """One tick now, besides those of the rule: how many connections' work was queued.

        MachineError when the function failed.
        """
        done = self.client("lambda").invoke(FunctionName=self.outputs["SchedulerFunction"])
        answer = json.loads(done["Payload"].read())
        if "FunctionError" in done:
            raise MachineError(f"the tick failed: {answer.get('errorMessage', answer)}")
        return int(answer["queued"])

    def _refuse_other_choices(self) -> None:
        running = Machine.last(self.layout.root)
        if running is None or running.choices == self.choices:
            return
        if any(service.pid() is not None for service in running.services()):
            raise MachineError(
                f"a machine runs here with {running.choices}. End it first: make down"
            )

    def _start(self, services: Sequence[Service]) -> None:
        for service in services:
            self._say(f"starting {service.name} on port {service.port}")
            service.start()
        for service in services:
            service.wait_until_ready()

    def _stop(self, services: Sequence[Service], kill: bool = False) -> None:
        for service in services:
            service.stop(kill)

    def _deploy(self) -> None:
        self._say("deploying what changed")
        self._adopt(self._deployment().bring_up_to_date(self.aws))

    def _adopt(self, outputs: dict[str, str]) -> None:
        """Remember the outputs, and do what an operator does after a deploy."""
        self.outputs = outputs
        for ledger in LEDGERS:
            self.aws.set_secret(outputs[ledger.secret_output], ledger.credentials)
        self._subscribe(ledger.name for ledger in LEDGERS)

    def _subscribe(self, names: Iterable[str]) -> None:
        """Have the sandboxes among these services notify the stack, as an operator does on the
        ledger's portal. A sandbox forgets it when it ends."""
        chosen = set(names)
        for ledger in LEDGERS:
            if ledger.webhook_token and ledger.name in chosen:
                self._notify(ledger)

    def _notify(self, ledger: SandboxLedger) -> None:
        wanted = {"url": self.webhook_url(ledger.name), "verifier_token": ledger.webhook_token}
        answer = httpx.put(
            f"{self.sandbox_url(ledger.name)}/_sandbox/webhooks",
            json=wanted,
            timeout=10,
            trust_env=False,
        )
        answer.raise_for_status()

    def _deployment(self) -> Deployment:
        return Deployment(self.layout, self.ports, self.choices.scale)
