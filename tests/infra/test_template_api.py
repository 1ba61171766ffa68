import json

from aws_cdk.assertions import Template

from tests.infra.resources import Properties, only, properties

WEBHOOKS = "POST /v1/webhooks/{ledger}"


def routes(template: Template) -> dict[str, Properties]:
    found = properties(template, "AWS::ApiGatewayV2::Route").values()
    return {route["RouteKey"]: route for route in found}


def test_only_the_callback_the_reference_and_the_webhook_door_are_public(
    template: Template,
) -> None:
    public = {key for key, route in routes(template).items() if route["AuthorizationType"] != "JWT"}
    assert public == {
        "GET /v1/oauth/{ledger}/callback",
        "POST /v1/oauth/{ledger}/callback",
        "GET /v1/docs",
        "GET /v1/docs/{asset}",
        "GET /v1/errors",
        "GET /v1/openapi.json",
        "$default",
        WEBHOOKS,
    }


def test_the_webhook_door_leads_to_its_own_function(template: Template) -> None:
    integrations = properties(template, "AWS::ApiGatewayV2::Integration")
    name = routes(template)[WEBHOOKS]["Target"]["Fn::Join"][1][1]["Ref"]
    (function,) = integrations[name]["IntegrationUri"]["Fn::GetAtt"][:1]
    functions = properties(template, "AWS::Lambda::Function")
    variables = functions[function]["Environment"]["Variables"]
    assert variables["POWERTOOLS_SERVICE_NAME"] == "webhooks"


def test_the_webhook_door_takes_a_storm_and_leaves_the_callers_their_share(
    template: Template,
) -> None:
    stage = only(template, "AWS::ApiGatewayV2::Stage")
    assert stage["RouteSettings"] == {
        WEBHOOKS: {"ThrottlingRateLimit": 500, "ThrottlingBurstLimit": 1000}
    }


def test_the_stage_comes_after_the_route_whose_throttle_it_sets(template: Template) -> None:
    (stage,) = template.find_resources("AWS::ApiGatewayV2::Stage").values()
    found = template.find_resources("AWS::ApiGatewayV2::Route").items()
    (route,) = [name for name, one in found if one["Properties"]["RouteKey"] == WEBHOOKS]
    assert route in stage["DependsOn"]


def test_the_gateway_checks_tokens_and_the_function_their_scopes(template: Template) -> None:
    """Case product 10: a token without the scope is answered with a problem document."""
    found = routes(template)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        route = found[f"{method} /v1/{{proxy+}}"]
        assert route["AuthorizationType"] == "JWT"
        assert "AuthorizationScopes" not in route


def test_every_other_address_leads_to_the_function(template: Template) -> None:
    """Case product 10."""
    found = routes(template)
    assert found["$default"]["Target"] == found["GET /v1/{proxy+}"]["Target"]


def test_tokens_are_checked_for_issuer_and_audience(template: Template) -> None:
    authorizer = only(template, "AWS::ApiGatewayV2::Authorizer")
    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["JwtConfiguration"] == {
        "Issuer": "https://id.example.com/",
        "Audience": ["ledgerlink"],
    }


def test_browsers_of_the_chosen_origins_may_call(template: Template) -> None:
    cors = only(template, "AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    assert cors["AllowOrigins"] == ["https://app.example.com"]
    assert "authorization" in cors["AllowHeaders"]


def test_calls_are_throttled_and_logged_as_json(template: Template) -> None:
    stage = only(template, "AWS::ApiGatewayV2::Stage")
    throttle = stage["DefaultRouteSettings"]
    assert throttle == {"ThrottlingBurstLimit": 200, "ThrottlingRateLimit": 100}
    fields = json.loads(stage["AccessLogSettings"]["Format"])
    assert fields["requestId"] == "$context.requestId"
    assert "Fn::GetAtt" in stage["AccessLogSettings"]["DestinationArn"]
