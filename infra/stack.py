"""The stack: storage, secrets, the lane, the event bus, the functions, and their alarms."""

from pathlib import Path

from aws_cdk import CfnOutput, Stack, Tags
from constructs import Construct

from infra.api import Api
from infra.events import Events
from infra.functions import FunctionSetup, environment, layers, machine_arn
from infra.lanes import Lanes
from infra.machines import StateMachines
from infra.observability import Observability, Watched
from infra.scheduler import Scheduler
from infra.secrets import Secrets
from infra.settings import Settings
from infra.storage import Storage
from infra.webhooks import Webhooks
from infra.worker import Worker


class LedgerlinkStack(Stack):
    """All of Ledgerlink. `build` is the folder that layers.build writes to."""

    def __init__(self, scope: Construct, name: str, settings: Settings, build: Path) -> None:
        super().__init__(scope, name, description="Ledgerlink: time and invoices into ledgers")
        storage = Storage(self, "Storage", settings)
        secrets = Secrets(self, "Secrets", settings)
        lanes = Lanes(self, "Lanes", settings)
        events = Events(self, "Events")
        built = build / settings.layer_platform
        setup = FunctionSetup(
            settings,
            built,
            layers(self, settings, built),
            environment(settings, storage, secrets, lanes, events),
        )
        api = Api(self, "Api", setup, storage, secrets, lanes)
        worker = Worker(self, "Worker", setup, storage, secrets, lanes, events)
        machines = StateMachines(self, "Machines", setup, storage, lanes)
        scheduler = Scheduler(self, "Scheduler", setup, storage, lanes)
        webhooks = Webhooks(self, "Webhooks", setup, storage, secrets, api)
        Observability(
            self,
            "Observability",
            settings,
            lanes,
            Watched(api, worker, machines, scheduler, webhooks),
        )
        self._outputs(
            {
                "ApiId": api.http.api_id,
                "ApiUrl": settings.public_url or api.http.api_endpoint,
                "TableName": storage.table.table_name,
                "BucketName": storage.bucket.bucket_name,
                "LaneUrl": lanes.lane.queue_url,
                "DeadLettersUrl": lanes.dead_letters.queue_url,
                **{
                    f"AppSecret{one.name.capitalize()}": one.description.secret_name
                    for one in settings.ledgers
                },
                "ApiFunction": api.api.live.function_name,
                "WorkerFunction": worker.worker.live.function_name,
                "LargeWorkerFunction": worker.large.live.function_name,
                "SchedulerFunction": scheduler.scheduler.live.function_name,
                "WebhooksFunction": webhooks.webhooks.live.function_name,
                "ImportsFunction": machines.imports.live.function_name,
                "MachineArn": machine_arn(),
                "BusName": events.bus.event_bus_name,
            }
        )
        for key, value in settings.tags.items():
            Tags.of(self).add(key, value)

    def _outputs(self, values: dict[str, str]) -> None:
        for name, value in values.items():
            CfnOutput(self, name, value=value)
