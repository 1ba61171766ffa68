"""A lane of its own on the deployed stack: posts go in, workers that may die take them out."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar
from uuid import uuid4

import httpx
from ledgerlink.bootstrap import build
from ledgerlink.domain.model.connections import Connection
from ledgerlink.domain.model.imports import Scope
from ledgerlink.domain.model.rules import (
    Client,
    CreateLaborCode,
    CreateProject,
    CreateUser,
    RuleKind,
)
from ledgerlink.domain.model.runs import Run
from ledgerlink.services.dependencies import Dependencies, NoMetrics
from ledgerlink.services.imports import service
from ledgerlink.services.posting import accept
from ledgerlink.services.settings import rules
from ledgerlink.services.sync import request

from local.machine import Machine
from tests.chaos.killing_proxy import Kill, KillingProxy
from tests.chaos.processes import ROOT, WorkerProcesses
from tests.stepping import Stepping, connected, handle_next

FIRM = "chaos"
DEATHS = 12
MESSAGES = 120
CLOCK_SCALE = "500"
"""Ledger seconds in one of the worker's, which waits until the ledger must have ended what a dead
worker sent. The sandbox's own clock is slower."""


@dataclass(slots=True)
class KillableLane:
    """One connected company of its own, one queue, and proxies before the ledger and AWS."""

    NAMED: ClassVar[bool] = False
    """Whether its sandbox gives addresses of its own, which have to lead through the proxy."""

    REPEATS: ClassVar[str] = "requestid"
    """The setting that says what its sandbox makes of a repeated request id."""

    machine: Machine
    realm: str = ""
    deps: Dependencies = field(init=False)
    connection: Connection = field(init=False)
    ledger_proxy: KillingProxy = field(init=False)
    aws_proxy: KillingProxy = field(init=False)
    queue_url: str = ""
    stepping: Stepping = field(init=False)
    workers: WorkerProcesses = field(init=False)

    def __post_init__(self) -> None:
        self.ledger_proxy = KillingProxy(self.ledger_url, named=self.NAMED)
        self.aws_proxy = KillingProxy(self.machine.aws_endpoint)
        queue = self.machine.client("sqs").create_queue(
            QueueName=f"chaos-{uuid4().hex}.fifo",
            Attributes={"FifoQueue": "true", "VisibilityTimeout": "0"},
        )
        self.queue_url = queue["QueueUrl"]
        self.stepping = Stepping.new(self.machine.client)
        environment = self.environment()
        self.workers = WorkerProcesses(environment)
        built = build(environment, self.machine.client)
        # Metrics are kept by process, and this one is not a function of ours.
        self.deps = replace(built, metrics=NoMetrics())
        self._connect()
        self._map()

    @property
    def ledger_url(self) -> str:
        """Where its sandbox listens."""
        return self.machine.sandbox_url("qbo")

    def environment(self) -> dict[str, str]:
        """What the deployed worker has, with its ways out led through the proxies. It hands nothing
        over to a larger one, which could not be killed and would go past them."""
        functions = self.machine.client("lambda").list_functions()["Functions"]
        deployed = next(
            one["Environment"]["Variables"]
            for one in functions
            if one["Handler"] == "functions.worker.handler.handler"
        )
        proxied = {
            name: value.replace(self.ledger_url, self.ledger_proxy.url)
            for name, value in deployed.items()
        }
        return proxied | {
            "QBO_CLOCK_SCALE": CLOCK_SCALE,
            "LEDGERLINK_LANE_URL": self.queue_url,
            "LEDGERLINK_LARGE_WORKER": "",
            "LEDGERLINK_MACHINE": self.stepping.arn,
            "AWS_ENDPOINT_URL": self.aws_proxy.url,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "POWERTOOLS_METRICS_DISABLED": "true",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'shared'}",
            "PATH": os.environ["PATH"],
        }

    def remember(self, memory: str) -> None:
        """From now on its company makes this of a repeated request id."""
        self._sandbox("POST", f"companies/{self.realm}/settings", json={self.REPEATS: memory})

    def _sandbox(self, method: str, path: str, **given: Any) -> Any:
        url = f"{self.ledger_url}/_sandbox/{path}"
        answer = httpx.request(method, url, timeout=30, trust_env=False, **given)
        answer.raise_for_status()
        return answer.json()

    def _connect(self) -> None:
        company = {"name": f"Chaos {uuid4().hex[:6]}", "seed": "empty"}
        self.realm = self._sandbox("POST", "companies", json=company)["realm"]
        granted = self._sandbox("POST", "token", json={"realm": self.realm})
        self.connection = connected(self.deps, FIRM, self.realm, granted)

    def _map(self) -> None:
        income = self._income()
        client = Client(key="c1", name="Client One")
        for kind, mapping in (
            (RuleKind.USERS, CreateUser(name="Ada Lovelace")),
            (RuleKind.PROJECTS, CreateProject(name="Engine", client=client)),
            (RuleKind.LABOR_CODES, CreateLaborCode(name="Dev", income_account_id=income)),
        ):
            rules.put_rules(self.deps, self.connection.key, "chaos", kind, {"one": mapping})

    def _income(self) -> str:
        accounts = self.rows("Account")
        return next(str(row["Id"]) for row in accounts if row["AccountType"] == "Income")

    def rows(self, entity: str) -> list[dict[str, Any]]:
        """What the ledger holds, deleted ones left out."""
        found = self._sandbox("GET", f"companies/{self.realm}/{entity}")
        rows = found if isinstance(found, list) else found["rows"]
        return [row for row in rows if row.get("status") != "Deleted"]

    def post(self, entries: Sequence[dict[str, Any]]) -> Run:
        return accept.post(self.deps, self.connection.key, "chaos", uuid4().hex, entries)

    def imported(
        self, entries: Sequence[dict[str, Any]], ledger: Kill | None = None, aws: Kill | None = None
    ) -> tuple[Run, int]:
        """The import of these entries, and how many workers died while it was applied."""
        user = service.User(FIRM, "chaos")
        scope = Scope(first_day=date(2026, 3, 1), last_day=date(2026, 3, 31))
        wanted = service.ImportRequest(scope=scope, records=list(entries))
        run = service.create(self.deps, user, self.connection.id, uuid4().hex, wanted)
        self.work()
        service.order_plan(self.deps, user, run.connection_id, run.id)
        self.work()
        service.start(self.deps, user, run.connection_id, run.id, self.run(run).plan)
        deaths = self.work(ledger, aws)
        return self.run(run), deaths

    def sync(self, **asked: Any) -> Run:
        return request.request_sync(self.deps, self.connection.key, "chaos", uuid4().hex, **asked)

    def edit(self, **body: Any) -> dict[str, Any]:
        """Somebody works in the ledger's own screens; the row."""
        return dict(self._sandbox("POST", f"companies/{self.realm}/edit", json=body))

    def run(self, run: Run) -> Run:
        return self.deps.runs.get(self.connection.key, run.id)

    def work(self, ledger: Kill | None = None, aws: Kill | None = None) -> int:
        """Take everything out of the lane; returns how many workers died on the way."""
        self.ledger_proxy.planned, self.aws_proxy.planned = ledger, aws
        sqs, deaths = self.machine.client("sqs"), 0
        for _ in range(MESSAGES):
            messages = sqs.receive_message(QueueUrl=self.queue_url, VisibilityTimeout=0).get(
                "Messages", []
            )
            if not messages:
                if self.stepping.step(self.deps):
                    continue
                return deaths
            while self._worker(messages[0]) < 0:
                deaths += 1
                assert deaths < DEATHS
            sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=messages[0]["ReceiptHandle"])
        raise AssertionError("the lane did not run dry")

    def work_here(self) -> None:
        """The same in this process, where nothing dies."""
        sqs = self.machine.client("sqs")
        assert any(not handle_next(self.deps, sqs, self.queue_url) for _ in range(MESSAGES))

    def _worker(self, message: Any) -> int:
        """One invocation in a process of its own; its exit code, negative when it was killed."""
        record = {
            "messageId": "1",
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "eventSourceARN": "arn:aws:sqs:::lane.fifo",
        }

        def started(pid: int) -> None:
            for proxy in (self.ledger_proxy, self.aws_proxy):
                proxy.point_at(pid)

        return self.workers.handle({"Records": [record]}, started)

    def close(self) -> None:
        self.workers.close()
        self.ledger_proxy.close()
        self.aws_proxy.close()
        self.machine.client("sqs").delete_queue(QueueUrl=self.queue_url)


def entries(prefix: str, count: int) -> list[dict[str, Any]]:
    """Time entries that can be told apart in the ledger by their notes."""
    return [
        {
            "key": f"{prefix}-{number}",
            "staff_key": "one",
            "work_date": "2026-03-02",
            "minutes": 1 + number % 480,
            "project_key": "one",
            "labor_code_key": "one",
            "notes": f"{prefix}-{number}",
        }
        for number in range(count)
    ]
