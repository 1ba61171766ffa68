"""A row of the table of ledgers is all that the stack has to be told of another one."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from aws_cdk.assertions import Template
from ledgerlink.connectors.ledgers import LEDGERS, ApplicationSecret, LedgerDescription
from ledgerlink.domain.ports import Clock, Connector

from tests.infra.conftest import synthesized
from tests.infra.resources import Properties, only, properties
from tests.infra.test_template_functions import functions, secrets_read


def refuse(_values: Mapping[str, str], _clock: Clock) -> Connector:
    raise AssertionError("the stack connects to no ledger")


ABACUS = LedgerDescription(
    name="abacus",
    title="Abacus Books",
    production={"base_url": "https://api.abacus.test", "hosts": (".abacus.test", "abacus.example")},
    secret=ApplicationSecret(
        fields=("app_id", "app_key", "signing_key"),
        issued_as="Abacus developer account",
        why_not_rotated="Abacus has no API to rotate it.",
    ),
    signs_webhooks=True,
    keeps_vcpu_busy=False,
    connect=refuse,
)


@pytest.fixture(scope="module")
def template(build: Path) -> Template:
    return Template.from_stack(synthesized(build, (*LEDGERS, ABACUS)))


def secret_id(template: Template) -> str:
    found = properties(template, "AWS::SecretsManager::Secret")
    (name,) = [name for name, one in found.items() if one["Name"] == "ledgerlink/app/abacus"]
    return name


def app_secrets(template: Template, function: str) -> set[str]:
    """The application secrets that a function may read."""
    found: list[Properties] = secrets_read(template, function)
    (statement,) = [one for one in found if one["Sid"] == "AppSecret"]
    return {one["Ref"] for one in statement["Resource"]}


def test_every_function_knows_where_it_is_and_which_hosts_it_may_use(template: Template) -> None:
    for function in functions(template).values():
        given = function["Environment"]["Variables"]
        assert given["ABACUS_BASE_URL"] == "https://api.abacus.test"
        assert given["ABACUS_HOSTS"] == ".abacus.test,abacus.example"
        assert given["ABACUS_CLOCK_SCALE"] == "1"
        assert given["LEDGERLINK_APP_SECRET_ABACUS"] == "ledgerlink/app/abacus"


def test_a_deployment_may_put_it_elsewhere(build: Path) -> None:
    trial = {"baseUrl": "https://trial.test", "hosts": ["trial.test"], "clockScale": 60}
    stack = synthesized(build, (*LEDGERS, ABACUS), abacus=trial)
    for function in functions(Template.from_stack(stack)).values():
        given = function["Environment"]["Variables"]
        assert given["ABACUS_BASE_URL"] == "https://trial.test"
        assert given["ABACUS_HOSTS"] == "trial.test"
        assert given["ABACUS_CLOCK_SCALE"] == "60"


def test_its_secret_waits_for_credentials(template: Template) -> None:
    secret = properties(template, "AWS::SecretsManager::Secret")[secret_id(template)]
    assert secret["Description"] == (
        "app_id, app_key and signing_key of the Abacus developer account; set after deploy"
    )
    generated = secret["GenerateSecretString"]
    assert json.loads(generated["SecretStringTemplate"]) == {"app_id": "set-after-deploy"}
    assert generated["GenerateStringKey"] == "app_key"
    outputs = template.find_outputs("AppSecretAbacus")
    assert outputs["AppSecretAbacus"]["Value"] == "ledgerlink/app/abacus"


def test_functions_that_call_ledgers_or_check_signatures_read_the_secret(
    template: Template,
) -> None:
    for function in ("api", "worker", "webhooks"):
        assert secret_id(template) in app_secrets(template, function)


def test_the_dashboard_shows_existing_metrics(template: Template) -> None:
    body = json.dumps(only(template, "AWS::CloudWatch::Dashboard")["DashboardBody"])
    assert '\\"MeteredReads\\",\\"ledger\\",\\"abacus\\"' in body


def test_the_table_of_ledgers_loads_no_connector_and_no_client() -> None:
    """Synthesizing needs neither, and so takes no longer."""
    heavy = ("httpx", "boto3", "lxml", "pydantic", "ledgerlink.connectors.qbo")
    program = "import sys, ledgerlink.connectors.ledgers; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert not set(heavy) & set(done.stdout.split())
