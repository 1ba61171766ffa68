"""The wiring on AWS."""

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace

import pytest
from ledgerlink import bootstrap
from ledgerlink.connectors import intacct, qbo
from ledgerlink.connectors.ledgers import LEDGERS, LedgerDescription
from ledgerlink.domain.ports import Clock, Connector


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "eu-central-1"])
def test_uploads_are_signed_so_that_s3_takes_them_for_a_bucket_with_a_key(
    region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    bootstrap.client.cache_clear()
    url = bootstrap.client("s3").generate_presigned_url(
        "put_object", Params={"Bucket": "a-bucket-of-ours", "Key": "staged/x"}
    )
    bootstrap.client.cache_clear()
    assert "X-Amz-Signature=" in url
    assert url.startswith(f"https://a-bucket-of-ours.s3.{region}.amazonaws.com/")


QUICKBOOKS = {
    "QBO_API_URL": "https://api.example",
    "QBO_AUTHORIZE_URL": "https://consent.example",
    "QBO_TOKEN_URL": "https://token.example",
    "QBO_REVOKE_URL": "https://revoke.example",
    "QBO_DISCOVERY_URL": "https://discovery.example",
}
SAGE = {
    "INTACCT_GATEWAY_URL": "https://api.intacct.example/gateway",
    "INTACCT_HOSTS": ".intacct.example,localhost",
}


def test_a_ledger_is_available_where_the_environment_names_its_endpoints() -> None:
    clock = bootstrap.SystemClock()
    assert set(bootstrap.connectors(QUICKBOOKS, clock)) == {"qbo"}
    assert set(bootstrap.connectors({**QUICKBOOKS, **SAGE}, clock)) == {"qbo", "intacct"}


def test_half_configured_endpoints_are_a_fault_of_the_deployment() -> None:
    half = {"INTACCT_GATEWAY_URL": SAGE["INTACCT_GATEWAY_URL"]}
    with pytest.raises(KeyError, match="INTACCT_HOSTS"):
        bootstrap.connectors({**QUICKBOOKS, **half}, bootstrap.SystemClock())


def test_a_connector_has_the_name_of_its_row_and_what_the_environment_says() -> None:
    environment = {**QUICKBOOKS, **SAGE, "QBO_CLOCK_SCALE": "60", "INTACCT_CLOCK_SCALE": "2"}
    given: dict[str, Mapping[str, str]] = {}

    def watched(ledger: LedgerDescription) -> LedgerDescription:
        def connect(values: Mapping[str, str], clock: Clock) -> Connector:
            given[ledger.name] = values
            return ledger.connect(values, clock)

        return replace(ledger, connect=connect)

    clock = bootstrap.SystemClock()
    found = bootstrap.connectors(environment, clock, [watched(one) for one in LEDGERS])
    assert {name: connector.name for name, connector in found.items()} == {
        "qbo": "qbo",
        "intacct": "intacct",
    }
    assert given == {
        "qbo": {
            "api_url": "https://api.example",
            "authorize_url": "https://consent.example",
            "token_url": "https://token.example",
            "revoke_url": "https://revoke.example",
            "discovery_url": "https://discovery.example",
            "clock_scale": "60",
        },
        "intacct": {
            "gateway_url": "https://api.intacct.example/gateway",
            "hosts": ".intacct.example,localhost",
            "clock_scale": "2",
        },
    }


def test_a_row_and_its_connector_agree_on_where_production_is() -> None:
    quickbooks, sage = LEDGERS
    for ledger, endpoints in ((quickbooks, qbo.PRODUCTION), (sage, intacct.PRODUCTION)):
        for field, value in ledger.production.items():
            assert getattr(endpoints, field) == value


def test_a_connector_is_made_once_and_only_when_it_is_asked_for() -> None:
    made: list[str] = []

    def watched(ledger: LedgerDescription) -> LedgerDescription:
        def connect(values: Mapping[str, str], clock: Clock) -> Connector:
            made.append(ledger.name)
            return ledger.connect(values, clock)

        return replace(ledger, connect=connect)

    clock, ledgers = bootstrap.SystemClock(), [watched(one) for one in LEDGERS]
    found = bootstrap.connectors({**QUICKBOOKS, **SAGE}, clock, ledgers)
    assert (list(found), len(found), "qbd" in found, "qbo" in found) == (
        ["qbo", "intacct"],
        2,
        False,
        True,
    )
    assert made == []
    assert found["qbo"] is found["qbo"]
    assert made == ["qbo"]
    with pytest.raises(KeyError):
        found["qbd"]


def test_an_aws_client_is_made_when_it_is_first_called(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def client(service: str) -> object:
        asked.append(service)
        return SimpleNamespace(list_tables=lambda: "tables")

    monkeypatch.setattr(bootstrap, "client", client)
    lazy = bootstrap.LazyClient("dynamodb")
    assert asked == []
    assert lazy.list_tables() == "tables"
    assert asked == ["dynamodb"]


def test_each_ledger_has_the_applications_own_credentials() -> None:
    named = {"LEDGERLINK_APP_SECRET_QBO": "app/qbo", "LEDGERLINK_APP_SECRET_INTACCT": "app/sage"}
    assert bootstrap.applications(named) == {"qbo": "app/qbo", "intacct": "app/sage"}
    assert bootstrap.applications({**named, "LEDGERLINK_APP_SECRET_INTACCT": ""}) == {
        "qbo": "app/qbo"
    }
