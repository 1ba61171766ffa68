import json

from aws_cdk.assertions import Template

from tests.infra.resources import Properties, only, properties


def routes(template: Template) -> dict[str, Properties]:
    found = properties(template, "AWS::ApiGatewayV2::Route").values()
    return {route["RouteKey"]: route for route in found}


def test_only_the_callback_and_the_reference_are_public(template: Template) -> None:
    public = {key for key, route in routes(template).items() if route["AuthorizationType"] != "JWT"}
    assert public == {
        "GET /v1/oauth/{ledger}/callback",
        "POST /v1/oauth/{ledger}/callback",
        "GET /v1/docs",
        "GET /v1/openapi.json",
    }


def test_reading_asks_for_the_read_scope(template: Template) -> None:
    assert routes(template)["GET /v1/{proxy+}"]["AuthorizationScopes"] == ["ledger:read"]


def test_writing_asks_for_the_post_or_the_admin_scope(template: Template) -> None:
    found = routes(template)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        scopes = found[f"{method} /v1/{{proxy+}}"]["AuthorizationScopes"]
        assert scopes == ["ledger:post", "ledger:admin"]


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
