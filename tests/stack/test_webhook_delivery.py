"""The webhook door, as a ledger meets it on the deployed stack."""

import base64
import hashlib
import hmac
import json
import time

import httpx
import pytest

from local.machine import Machine
from tests.support.waiting import until

ENTRY = {
    "specversion": "1.0",
    "id": "88cd52aa-33b6-4351-9aa4-47572edbd068",
    "source": "intuit.dsnjd5cTn0VHSDDWQfhnvYRGFh4AzqZyt0nEqYn9JHg=",
    "type": "qbo.customer.updated.v1",
    "datacontenttype": "application/json",
    "time": "2026-09-10T21:31:25.179550Z",
    "intuitentityid": "1",
    "intuitaccountid": "9130000000000000",
    "data": {},
}
CLASSIC = {
    "eventNotifications": [
        {
            "realmId": "9130000000000000",
            "dataChangeEvent": {
                "entities": [
                    {
                        "id": "1",
                        "operation": "Update",
                        "name": "Customer",
                        "lastUpdated": "2026-09-10T21:31:25.000Z",
                    }
                ]
            },
        }
    ]
}


def verifier(machine: Machine) -> str:
    name = machine.outputs["AppSecretQbo"]
    value = machine.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    return str(json.loads(value)["webhook_verifier_token"])


def notify(machine: Machine, body: bytes, token: str, ledger: str = "qbo") -> httpx.Response:
    signature = base64.b64encode(hmac.new(token.encode(), body, hashlib.sha256).digest())
    return httpx.post(
        f"{machine.api_url}/v1/webhooks/{ledger}",
        content=body,
        headers={"content-type": "application/json", "intuit-signature": signature.decode()},
        timeout=30,
        trust_env=False,
    )


@pytest.mark.parametrize("payload", [[ENTRY], CLASSIC], ids=["cloudevents", "classic"])
def test_a_signed_webhook_needs_no_token(machine: Machine, payload: object) -> None:
    answer = notify(machine, json.dumps(payload).encode(), verifier(machine))
    assert (answer.status_code, answer.json()) == (200, {})


def test_the_signature_covers_the_bytes_as_they_were_sent(machine: Machine) -> None:
    body = json.dumps([ENTRY], indent=3).replace("intuit.", "intuit.\u00fc").encode() + b"\r\n"
    assert notify(machine, body, verifier(machine)).status_code == 200


def test_a_wrong_signature_is_unauthorized_with_words(machine: Machine) -> None:
    answer = notify(machine, json.dumps([ENTRY]).encode(), "somebody-elses-token")
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["remedy"]


def test_no_signature_is_unauthorized(machine: Machine) -> None:
    answer = httpx.post(machine.webhook_url("qbo"), json=[ENTRY], timeout=30, trust_env=False)
    assert answer.status_code == 401


def test_a_signed_body_without_notification_is_a_bad_request(machine: Machine) -> None:
    assert notify(machine, b"not json", verifier(machine)).status_code == 400


def test_a_ledger_that_we_do_not_know_has_no_door(machine: Machine) -> None:
    assert notify(machine, b"[]", verifier(machine), "ledger-x").status_code == 404


def test_a_notification_of_more_than_a_mebibyte_is_too_large(machine: Machine) -> None:
    assert notify(machine, b" " * 1_048_577, verifier(machine)).status_code == 413


def test_an_edit_in_the_ledger_is_notified_and_taken(machine: Machine) -> None:
    sandbox = f"{machine.sandbox_url('qbo')}/_sandbox"
    realm = str(httpx.get(f"{sandbox}/health", trust_env=False).json()["companies"][0]["realm"])
    before = len(_deliveries(machine))
    edit = {"entity": "Customer", "create": {"DisplayName": f"Notified {time.time_ns()}"}}
    httpx.post(f"{sandbox}/companies/{realm}/edit", json=edit, trust_env=False).raise_for_status()
    until(lambda: len(_deliveries(machine)) > before)
    assert _deliveries(machine)[-1]["status"] == 200


def _deliveries(machine: Machine) -> list[dict[str, int]]:
    found = httpx.get(
        f"{machine.sandbox_url('qbo')}/_sandbox/webhooks", timeout=10, trust_env=False
    )
    return list(found.json()["deliveries"])
