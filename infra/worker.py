"""The worker: it works the lane, for every ledger, a message at a time, in two sizes."""

from dataclasses import replace

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.events import Events
from infra.functions import Function, FunctionSetup, Shape, machine_arn
from infra.lanes import Lanes
from infra.permissions import (
    allow,
    consume,
    drive,
    hold,
    keep_records,
    publish,
    send,
    stay_connected,
)
from infra.secrets import Secrets
from infra.settings import FEWEST_WORKERS
from infra.sizes import LARGE, SMALL
from infra.storage import Storage

WORKER = Shape(
    name="worker",
    description="Works the lane: syncs, plans and posts, one message of a connection at a time",
    timeout=Duration.minutes(5),
    megabytes=SMALL,
)
LARGE_WORKER = replace(
    WORKER,
    description="Plans, and applies chunks that need a vCPU, for the worker that waits for it",
    # So that the worker that waits hears of its end.
    timeout=Duration.seconds(285),
    megabytes=LARGE,
)


class Worker(Construct):
    """One worker for all ledgers (docs/adr/0013), in two sizes. The small one works the lane, and
    marks the runs whose messages became dead letters. It hands over what needs a vCPU."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        setup: FunctionSetup,
        storage: Storage,
        secrets: Secrets,
        lanes: Lanes,
        events: Events,
    ) -> None:
        super().__init__(scope, name)
        statements = [
            *keep_records(storage),
            *stay_connected(secrets),
            send(lanes.lane),
            publish(events.bus),
            *drive(machine_arn()),
        ]
        self.large = Function(self, "Large", LARGE_WORKER, setup, [*statements, hold(lanes.lane)])
        larger = self.large.live.function_arn
        self.worker = Function(
            self,
            "Worker",
            WORKER,
            setup,
            [
                *statements,
                consume(lanes.lane, lanes.dead_letters),
                allow("HandOver", ("lambda:InvokeFunction",), larger),
            ],
            {"LEDGERLINK_LARGE_WORKER": larger},
        )
        self._serve("Lane", lanes.lane, setup.settings.max_workers)
        # A worker that died ten times must mark its run; its message still names the run.
        self._serve("DeadLetters", lanes.dead_letters, FEWEST_WORKERS)

    def _serve(self, name: str, queue: sqs.Queue, most: int) -> None:
        """Lambda asks the queue for no more messages than `most` workers have in hand. Without a
        maximum it takes what the account then has no room for."""
        lambda_.EventSourceMapping(
            self,
            f"{name}ToWorker",
            target=self.worker.live,
            event_source_arn=queue.queue_arn,
            batch_size=1,
            max_concurrency=most,
            report_batch_item_failures=True,
        )
