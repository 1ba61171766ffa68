"""The door for notifications of ledgers: public, because the signature is the key to it."""

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from cdk_nag import NagPackSuppression, NagSuppressions
from constructs import Construct

from infra.api import Api
from infra.functions import Function, Shape, Surroundings
from infra.permissions import check_signatures, keep_rows
from infra.secrets import Secrets
from infra.storage import Storage

WEBHOOKS = Shape(
    name="webhooks",
    description="Takes notifications of ledgers",
    timeout=Duration.seconds(10),
    megabytes=512,
)
ROUTE = "/v1/webhooks/{ledger}"
# Ledgers send in storms, and what is throttled comes again much later.
REQUESTS_PER_SECOND = 500
BURST = 1000


class Webhooks(Construct):
    """One public route of the API to a function of its own, with a throttle of its own."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        around: Surroundings,
        storage: Storage,
        secrets: Secrets,
        api: Api,
    ) -> None:
        super().__init__(scope, name)
        statements = [*keep_rows(storage), *check_signatures(secrets)]
        self.webhooks = Function(self, "Webhooks", WEBHOOKS, around, statements)
        (route,) = api.http.add_routes(
            path=ROUTE,
            methods=[apigateway.HttpMethod.POST],
            integration=integrations.HttpLambdaIntegration("Function", self.webhooks.function),
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
        # A stage may only speak of routes that are there.
        stage.node.add_dependency(route)
