from collections.abc import Callable

import pytest

from infra.settings import SettingError, Settings, read_settings
from tests.infra.conftest import context


def read(**changes: object) -> Settings:
    values = {**context(), **changes}
    lookup: Callable[[str], object] = values.get
    return read_settings(lookup)


def test_lists_and_objects_may_come_from_the_command_line_as_json() -> None:
    settings = read(jwtAudience='["a","b"]', tags='{"team":"ledgers"}')
    assert settings.jwt_audience == ("a", "b")
    assert settings.tags == {"team": "ledgers"}


def variables(settings: Settings) -> dict[str, str]:
    """The environment of the functions, as far as it says where ledgers are."""
    return {name: value for one in settings.ledgers for name, value in one.environment.items()}


def test_production_of_every_ledger_is_the_default() -> None:
    assert variables(read()) == {
        "QBO_API_URL": "https://quickbooks.api.intuit.com",
        "QBO_AUTHORIZE_URL": "https://appcenter.intuit.com/connect/oauth2",
        "QBO_TOKEN_URL": "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
        "QBO_REVOKE_URL": "https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
        "QBO_DISCOVERY_URL": "https://developer.intuit.com/.well-known/openid_configuration/",
        "QBO_CLOCK_SCALE": "1",
        "INTACCT_GATEWAY_URL": "https://api.intacct.com/ia/xml/xmlgw.phtml",
        "INTACCT_HOSTS": ".intacct.com",
        "INTACCT_CLOCK_SCALE": "1",
    }


def test_a_deployment_may_say_where_a_ledger_is() -> None:
    elsewhere = {"gatewayUrl": "https://x.test/gw", "hosts": ["x.test", ".y.test"], "clockScale": 9}
    found = variables(read(intacct=elsewhere))
    assert found["INTACCT_GATEWAY_URL"] == "https://x.test/gw"
    assert found["INTACCT_HOSTS"] == "x.test,.y.test"
    assert found["INTACCT_CLOCK_SCALE"] == "9"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("jwtIssuer", None),
        ("jwtAudience", []),
        ("scopes", {"read": "ledger:read"}),
        ("qbo", {"apiUrl": "https://example.com"}),
        ("intacct", {"gatewayUrl": "https://example.com", "clockScale": 1}),
        ("intacct", {"hosts": [".example.com"], "clockScale": 1}),
        ("removalPolicy", "maybe"),
        ("logRetentionDays", 45),
        ("historyDays", 89),
        ("historyDays", "for ever"),
        ("feedDays", 29),
        ("feedDays", 3651),
        ("maxWorkers", 1),
        ("maxWorkers", "1001"),
        ("maxWorkers", "many"),
        ("layerPlatform", "windows"),
        ("corsOrigins", "[not json"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_by_its_key(key: str, value: object) -> None:
    with pytest.raises(SettingError, match=key):
        read(**{key: value})
