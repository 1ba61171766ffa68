"""The scheduler: once a minute it queues the connections that are due."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.functions import Function, FunctionSetup, Shape, machine_arn
from infra.lanes import Lanes
from infra.permissions import drive, keep_rows, send
from infra.sizes import SMALL
from infra.storage import Storage

TICK = Duration.minutes(1)
# Shorter than a tick, so that two hardly ever overlap; if they do, the table lets one through.
# Concurrency is not reserved: accounts with a small quota could not deploy it.
SCHEDULER = Shape(
    name="scheduler",
    description="Queues the work of connections that are due",
    timeout=Duration.seconds(55),
    megabytes=SMALL,
)


class Scheduler(Construct):
    """A rule and its function. A failed tick is not retried, because the next one follows."""

    def __init__(
        self, scope: Construct, name: str, setup: FunctionSetup, storage: Storage, lanes: Lanes
    ) -> None:
        super().__init__(scope, name)
        statements = [*keep_rows(storage), send(lanes.lane), *drive(machine_arn())]
        self.scheduler = Function(self, "Scheduler", SCHEDULER, setup, statements)
        function = self.scheduler.live
        function.configure_async_invoke(max_event_age=TICK, retry_attempts=0)
        events.Rule(
            self,
            "EveryMinute",
            description="Ledgerlink: one tick",
            schedule=events.Schedule.rate(TICK),
            targets=[targets.LambdaFunction(function, max_event_age=TICK, retry_attempts=0)],
        )
