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


def test_production_quickbooks_is_the_default() -> None:
    assert read().qbo.api_url == "https://quickbooks.api.intuit.com"
    assert read().qbo.clock_scale == "1"


def test_production_sage_intacct_is_the_default() -> None:
    assert read().intacct.gateway_url == "https://api.intacct.com/ia/xml/xmlgw.phtml"
    assert read().intacct.hosts == (".intacct.com",)
    assert read().intacct.clock_scale == "1"


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
        ("layerPlatform", "windows"),
        ("corsOrigins", "[not json"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_by_its_key(key: str, value: object) -> None:
    with pytest.raises(SettingError, match=key):
        read(**{key: value})
