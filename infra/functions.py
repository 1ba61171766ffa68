"""Properties of all functions: runtime, layers, environment, role and log group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from cdk_nag import NagPackSuppression, NagSuppressions, RegexAppliesTo
from constructs import Construct

from infra.events import Events
from infra.lanes import Lanes
from infra.permissions import write_logs
from infra.secrets import CONNECTIONS_PREFIX, Secrets
from infra.settings import DeployedLedger, Settings
from infra.storage import Storage

RUNTIME = lambda_.Runtime.PYTHON_3_13
MACHINE = "ledgerlink-imports"
LIVE = "live"
"""The alias of every function: the version that the last deploy published."""
NAMESPACE = "Ledgerlink"
"""The CloudWatch namespace of the metrics that the functions count."""

PINNED_RUNTIME = NagPackSuppression(
    id="AwsSolutions-L1",
    reason="The dependency layer holds wheels for one Python; runtime and layer move together, "
    "in infra/functions.py and layers/dependencies.py, once every wheel exists for the next.",
)


class BuildMissing(Exception):
    """The output of `python -m layers.build` is missing."""


@dataclass(frozen=True)
class Shape:
    """A function and its limits."""

    name: str
    """Its folder in functions/, and the service name of its logs and metrics."""
    description: str
    timeout: Duration
    megabytes: int


@dataclass(frozen=True)
class FunctionSetup:
    """What every function gets: settings, the build for its platform, layers and environment."""

    settings: Settings
    build: Path
    layers: tuple[lambda_.LayerVersion, ...]
    environment: Mapping[str, str]


class Function(Construct):
    """One Lambda function with its own role and its own log group.

    Whoever invokes it takes `live`, because only published versions start from a snapshot.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        shape: Shape,
        setup: FunctionSetup,
        statements: Sequence[iam.PolicyStatement],
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(scope, name)
        self.logs = logs.LogGroup(
            self,
            "Logs",
            retention=setup.settings.log_retention,
            removal_policy=setup.settings.removal,
        )
        role = self._role([*statements, write_logs(self.logs)])
        variables = {**setup.environment, **environment, "POWERTOOLS_SERVICE_NAME": shape.name}
        self.function = self._function(shape, setup, role, variables)
        self.live = lambda_.Alias(
            self, "Live", alias_name=LIVE, version=self.function.current_version
        )
        NagSuppressions.add_resource_suppressions(self.function, [PINNED_RUNTIME])

    def _function(
        self, shape: Shape, setup: FunctionSetup, role: iam.Role, variables: Mapping[str, str]
    ) -> lambda_.Function:
        return lambda_.Function(
            self,
            "Function",
            description=shape.description,
            runtime=RUNTIME,
            architecture=setup.settings.architecture,
            handler=f"functions.{shape.name}.handler.handler",
            code=built(setup.build / "functions" / shape.name),
            layers=list(setup.layers),
            environment={**variables},
            timeout=shape.timeout,
            memory_size=shape.megabytes,
            role=role.without_policy_updates(),
            log_group=self.logs,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
            snap_start=setup.settings.snap_start,
            current_version_options=lambda_.VersionOptions(
                # An old version's snapshot costs as much as that of the new one.
                removal_policy=RemovalPolicy.DESTROY
            ),
        )

    def _role(self, statements: Sequence[iam.PolicyStatement]) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"Work": iam.PolicyDocument(statements=[*statements, _trace()])},
        )
        NagSuppressions.add_resource_suppressions(role, _wildcards())
        return role


def _trace() -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="Trace",
        actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        resources=["*"],
    )


def _wildcards() -> list[NagPackSuppression]:
    reasons = {
        "/^Resource::\\*$/": "X-Ray's write actions know no resources.",
        "/^Resource::.*/staged/\\*$/": "Uploads are named at run time below this prefix.",
        "/^Resource::.*/plans/\\*$/": "Plans are named by run and chunk below this prefix.",
        "/^Resource::.*secret:ledgerlink/connections/\\*$/": "One secret per connection is made "
        "at run time below this prefix.",
    }
    return [
        NagPackSuppression(
            id="AwsSolutions-IAM5",
            reason=reason,
            applies_to=[RegexAppliesTo(regex=pattern)],
        )
        for pattern, reason in reasons.items()
    ]


def layers(
    scope: Construct, settings: Settings, build: Path
) -> tuple[lambda_.LayerVersion, lambda_.LayerVersion]:
    """The dependency layer and the code layer."""
    folders = {
        "Dependencies": build / "dependencies",
        "Code": build / "code",
    }
    dependencies, code = (
        lambda_.LayerVersion(
            scope,
            name,
            code=built(folder),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[settings.architecture],
            removal_policy=settings.removal,
        )
        for name, folder in folders.items()
    )
    return dependencies, code


def environment(
    settings: Settings, storage: Storage, secrets: Secrets, lanes: Lanes, events: Events
) -> dict[str, str]:
    """The environment variables of every function; docs/operations.md explains each."""
    return {
        "LEDGERLINK_TABLE": storage.table.table_name,
        "LEDGERLINK_BUCKET": storage.bucket.bucket_name,
        "LEDGERLINK_LANE_URL": lanes.lane.queue_url,
        "LEDGERLINK_DLQ_ARN": lanes.dead_letters.queue_arn,
        "LEDGERLINK_MACHINE": machine_arn(),
        "LEDGERLINK_HISTORY_DAYS": str(settings.history_days),
        "LEDGERLINK_FEED_DAYS": str(settings.feed_days),
        "LEDGERLINK_BUS": events.bus.event_bus_name,
        "LEDGERLINK_SECRETS_PREFIX": CONNECTIONS_PREFIX,
        "LEDGERLINK_SECRETS_KEY": secrets.key.key_arn,
        "LEDGERLINK_JWT_ISSUER": settings.jwt_issuer,
        "LEDGERLINK_JWT_AUDIENCE": ",".join(settings.jwt_audience),
        "LEDGERLINK_FIRM_CLAIM": settings.firm_claim,
        "LEDGERLINK_KINDS_CLAIM": settings.kinds_claim,
        "LEDGERLINK_SCOPE_READ": settings.scopes.read,
        "LEDGERLINK_SCOPE_POST": settings.scopes.post,
        "LEDGERLINK_SCOPE_ADMIN": settings.scopes.admin,
        "LEDGERLINK_PUBLIC_URL": settings.public_url,
        **_ledgers(settings.ledgers),
        # Empty: zones come from the layer's tzdata, and not from whatever the runtime holds.
        "PYTHONTZPATH": "",
        "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE,
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


def _ledgers(ledgers: Sequence[DeployedLedger]) -> dict[str, str]:
    """Where each ledger is, and the name of the application's secret for it."""
    found: dict[str, str] = {}
    for one in ledgers:
        found |= one.environment
        found[one.description.secret_variable] = one.description.secret_name
    return found


def machine_arn() -> str:
    """The ARN of the state machine, put together from its name: a reference would be circular,
    because the machine calls functions whose roles name it."""
    return f"arn:{Aws.PARTITION}:states:{Aws.REGION}:{Aws.ACCOUNT_ID}:stateMachine:{MACHINE}"


def built(folder: Path) -> lambda_.AssetCode:
    """A folder made by layers.build, as code to upload."""
    if not folder.is_dir():
        raise BuildMissing(
            f"{folder} is not there; run: python -m layers.build --platform lambda|machine"
        )
    return lambda_.Code.from_asset(str(folder))
