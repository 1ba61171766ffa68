"""The HTTP API: all of its addresses lead to one function, which checks tokens."""

import json

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_logs as logs
from cdk_nag import NagPackSuppression, NagSuppressions
from constructs import Construct

from infra.functions import Function, FunctionSetup, Shape, machine_arn
from infra.lanes import Lanes
from infra.permissions import connect, drive, keep_records, send
from infra.secrets import Secrets
from infra.settings import Settings
from infra.sizes import SMALL
from infra.storage import Storage

API = Shape(
    name="api",
    description="Answers the HTTP API",
    timeout=Duration.seconds(29),
    megabytes=SMALL,
)
NO_AUTHORIZER = (
    "The function checks the token of every request that needs one, because what API Gateway's own "
    "authorizer refuses is answered in a form of its own and not with a problem document (ADR 21)."
)
REQUESTS_PER_SECOND = 100
BURST = 200
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
ACCESS_LOG_FIELDS = {
    "requestId": "$context.requestId",
    "at": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "error": "$context.error.message",
    "integration": "$context.integrationErrorMessage",
    "milliseconds": "$context.responseLatency",
}


class Api(Construct):
    """One route to one function, with access logs and throttling."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        setup: FunctionSetup,
        storage: Storage,
        secrets: Secrets,
        lanes: Lanes,
    ) -> None:
        super().__init__(scope, name)
        statements = [
            *keep_records(storage),
            *connect(secrets),
            send(lanes.lane),
            *drive(machine_arn()),
        ]
        self.api = Function(self, "Api", API, setup, statements)
        self.http = self._http_api(setup.settings)
        self.stage = self._stage(setup.settings)
        self._integration = integrations.HttpLambdaIntegration("Function", self.api.live)
        self._route()

    def _http_api(self, settings: Settings) -> apigateway.HttpApi:
        cors = apigateway.CorsPreflightOptions(
            allow_origins=list(settings.cors_origins),
            allow_methods=[apigateway.CorsHttpMethod.ANY],
            allow_headers=["authorization", "content-type", "idempotency-key", "if-match"],
            expose_headers=["etag", "location", "next"],
            max_age=Duration.hours(1),
        )
        return apigateway.HttpApi(
            self,
            "Http",
            description="Ledgerlink",
            create_default_stage=False,
            cors_preflight=cors if settings.cors_origins else None,
        )

    def _stage(self, settings: Settings) -> apigateway.CfnStage:
        group = logs.LogGroup(
            self,
            "AccessLogs",
            retention=settings.log_retention,
            removal_policy=settings.removal,
        )
        stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=self.http,
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(rate_limit=REQUESTS_PER_SECOND, burst_limit=BURST),
        )
        resource = stage.node.default_child
        assert isinstance(resource, apigateway.CfnStage)
        resource.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=group.log_group_arn, format=json.dumps(ACCESS_LOG_FIELDS)
        )
        return resource

    def _route(self) -> None:
        route = apigateway.HttpRoute(
            self,
            "Route",
            http_api=self.http,
            integration=self._integration,
            route_key=apigateway.HttpRouteKey.DEFAULT,
        )
        NagSuppressions.add_resource_suppressions(
            route, [NagPackSuppression(id="AwsSolutions-APIG4", reason=NO_AUTHORIZER)]
        )
