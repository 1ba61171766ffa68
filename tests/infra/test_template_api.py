import json

from aws_cdk.assertions import Template

from tests.infra.resources import Properties, only, properties

WEBHOOKS = "POST /v1/webhooks/{ledger}"


def routes(template: Template) -> dict[str, Properties]:
    found = properties(template, "AWS::ApiGatewayV2::Route").values()
    return {route["RouteKey"]: route for route in found}


def test_all_addresses_but_the_webhooks_lead_to_one_function(template: Template) -> None:
    """Case product 10: it checks tokens, so that all answers are problem documents."""
    assert set(routes(template)) == {"$default", WEBHOOKS}
    assert {route["AuthorizationType"] for route in routes(template).values()} == {"NONE"}
    template.resource_count_is("AWS::ApiGatewayV2::Authorizer", 0)
    functions = properties(template, "AWS::Lambda::Function").values()
    named = [one["Environment"]["Variables"] for one in functions if "Environment" in one]
    (api,) = [one for one in named if one["POWERTOOLS_SERVICE_NAME"] == "api"]
    assert api["LEDGERLINK_JWT_ISSUER"] == "https://id.example.com/"
    assert api["LEDGERLINK_JWT_AUDIENCE"] == "ledgerlink"


def test_the_webhook_door_leads_to_its_own_function(template: Template) -> None:
    integrations = properties(template, "AWS::ApiGatewayV2::Integration")
    name = routes(template)[WEBHOOKS]["Target"]["Fn::Join"][1][1]["Ref"]
    alias = integrations[name]["IntegrationUri"]["Ref"]
    function = properties(template, "AWS::Lambda::Alias")[alias]["FunctionName"]["Ref"]
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
