"""The HTTP API: its public routes, and the scopes that the others require."""

import json

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_logs as logs
from cdk_nag import NagPackSuppression, NagSuppressions
from constructs import Construct

from infra.functions import Function, FunctionSetup, Shape, machine_arn
from infra.lanes import Lanes
from infra.permissions import connect, drive, keep_records, send
from infra.secrets import Secrets
from infra.settings import Settings
from infra.storage import Storage

API = Shape(
    name="api",
    description="Answers the HTTP API",
    timeout=Duration.seconds(29),
    megabytes=512,
)
GET, POST = apigateway.HttpMethod.GET, apigateway.HttpMethod.POST
CALLBACK = "/v1/oauth/{ledger}/callback"
PUBLIC_ROUTES = {
    (GET, CALLBACK): "The ledger's browser redirect carries a single-use state "
    "that the connect flow issued; it cannot carry a token.",
    (POST, CALLBACK): "The form of the callback's page carries the same single-use state; "
    "the browser that sends it holds no token.",
    (GET, "/v1/docs"): "The reference is the same for everybody and holds no data.",
    (GET, "/v1/docs/{asset}"): "The reference is the same for everybody and holds no data.",
    (GET, "/v1/errors"): "The page of error codes is the same for everybody and holds no data.",
    (GET, "/v1/openapi.json"): "The reference is the same for everybody and holds no data.",
}
METHODS = (
    GET,
    POST,
    apigateway.HttpMethod.PUT,
    apigateway.HttpMethod.PATCH,
    apigateway.HttpMethod.DELETE,
)
NO_ADDRESS = (
    "The function answers with 404 or 405, as a problem document. It refuses every request whose "
    "token the gateway has not checked."
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
    "authorizer": "$context.authorizer.error",
    "integration": "$context.integrationErrorMessage",
    "milliseconds": "$context.responseLatency",
}


class Api(Construct):
    """JWT-protected routes to one function, with access logs and throttling."""

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
        self._integration = integrations.HttpLambdaIntegration("Function", self.api.function)
        self._public_routes()
        self._protected_routes(setup.settings)
        self._other_addresses()

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

    def _public_routes(self) -> None:
        for (method, path), reason in PUBLIC_ROUTES.items():
            for route in self.http.add_routes(
                path=path, methods=[method], integration=self._integration
            ):
                NagSuppressions.add_resource_suppressions(
                    route, [NagPackSuppression(id="AwsSolutions-APIG4", reason=reason)]
                )

    def _protected_routes(self, settings: Settings) -> None:
        """The gateway checks the token. Its scopes are checked by the function, because it knows
        which one a route needs, and says which one a token lacks."""
        authorizer = authorizers.HttpJwtAuthorizer(
            "Jwt", settings.jwt_issuer, jwt_audience=list(settings.jwt_audience)
        )
        self.http.add_routes(
            path="/v1/{proxy+}",
            methods=list(METHODS),
            integration=self._integration,
            authorizer=authorizer,
        )

    def _other_addresses(self) -> None:
        """Every other address and method: the function answers that there is no such."""
        route = apigateway.HttpRoute(
            self,
            "Other",
            http_api=self.http,
            integration=self._integration,
            route_key=apigateway.HttpRouteKey.DEFAULT,
        )
        NagSuppressions.add_resource_suppressions(
            route, [NagPackSuppression(id="AwsSolutions-APIG4", reason=NO_ADDRESS)]
        )
