"""The wiring on AWS."""

import pytest
from ledgerlink import bootstrap


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
}
SAGE = {
    "INTACCT_GATEWAY_URL": "https://api.intacct.example/gateway",
    "INTACCT_HOSTS": ".intacct.example,localhost",
}


def test_sage_intacct_is_there_where_its_gateway_is_named() -> None:
    clock = bootstrap.SystemClock()
    assert set(bootstrap.connectors(QUICKBOOKS, clock)) == {"qbo"}
    assert set(bootstrap.connectors({**QUICKBOOKS, **SAGE}, clock)) == {"qbo", "intacct"}


def test_each_ledger_has_the_applications_own_credentials() -> None:
    named = {"LEDGERLINK_APP_SECRET_QBO": "app/qbo", "LEDGERLINK_APP_SECRET_INTACCT": "app/sage"}
    assert bootstrap.applications({**named, "LEDGERLINK_APP_SECRET_QBD": ""}) == {
        "qbo": "app/qbo",
        "intacct": "app/sage",
    }
