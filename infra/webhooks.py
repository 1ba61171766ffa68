"""The public route for ledgers' webhooks. The function authenticates them by their signature."""

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from cdk_nag import NagPackSuppression, NagSuppressions
from constructs import Construct

from infra.api import Api
from infra.functions import Function, FunctionSetup, Shape
from infra.permissions import check_signatures, keep_rows
from infra.secrets import Secrets
from infra.sizes import SMALL
from infra.storage import Storage

WEBHOOKS = Shape(
    name="webhooks",
    description="Receives webhooks of ledgers",
    timeout=Duration.seconds(10),
    megabytes=SMALL,
)
ROUTE = "/v1/webhooks/{ledger}"
# Ledgers send bursts, and repeat a throttled webhook much later.
REQUESTS_PER_SECOND = 500
BURST = 1000


class Webhooks(Construct):
    """A public route of the API with its own function and its own throttle."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        setup: FunctionSetup,
        storage: Storage,
        secrets: Secrets,
        api: Api,
    ) -> None:
        super().__init__(scope, name)
        statements = [*keep_rows(storage), *check_signatures(secrets)]
        self.webhooks = Function(self, "Webhooks", WEBHOOKS, setup, statements)
        (route,) = api.http.add_routes(
            path=ROUTE,
            methods=[apigateway.HttpMethod.POST],
            integration=integrations.HttpLambdaIntegration("Function", self.webhooks.live),
        )
        NagSuppressions.add_resource_suppressions(
            route,
            [
                NagPackSuppression(
                    id="AwsSolutions-APIG4",
                    reason="The ledger holds no token of ours; the function checks the signature "
                    "that the ledger puts over the whole body.",
                )
            ],
        )
        self._throttle(api.stage, route)

    def _throttle(self, stage: apigateway.CfnStage, route: apigateway.HttpRoute) -> None:
        stage.route_settings = {
            f"POST {ROUTE}": {
                "ThrottlingRateLimit": REQUESTS_PER_SECOND,
                "ThrottlingBurstLimit": BURST,
            }
        }
        # A stage may name only existing routes.
        stage.node.add_dependency(route)
