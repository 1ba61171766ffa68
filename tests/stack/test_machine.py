"""The machine itself: what survives, what it listens on, what it leaves behind."""

import ipaddress
import json
from pathlib import Path

import httpx

from local.machine import Machine, Ports
from local.machine.process_table import living
from tests.stack.listening import listening_addresses


def all_processes(machine: Machine) -> list[int]:
    leaders = [service.pid() for service in machine.services()]
    return [pid for leader in leaders if leader is not None for pid in living(leader)]


def put(machine: Machine, name: str) -> None:
    item = {"pk": {"S": name}, "sk": {"S": "kept"}}
    machine.client("dynamodb").put_item(TableName=machine.outputs["TableName"], Item=item)


def is_kept(machine: Machine, name: str) -> bool:
    key = {"pk": {"S": name}, "sk": {"S": "kept"}}
    found = machine.client("dynamodb").get_item(TableName=machine.outputs["TableName"], Key=key)
    return "Item" in found


def test_every_process_listens_on_loopback_only(machine: Machine) -> None:
    httpx.get(f"{machine.api_url}/v1/openapi.json", timeout=30)
    found = listening_addresses(all_processes(machine))
    assert {port for _address, port in found} == {
        machine.ports.aws,
        machine.ports.issuer,
        *machine.ports.sandboxes.values(),
    }
    assert all(ipaddress.ip_address(address).is_loopback for address, _port in found)


def test_a_deploy_of_the_same_tree_keeps_data_and_address(machine: Machine) -> None:
    put(machine, "before-redeploy")
    before = machine.outputs
    machine.redeploy()
    assert machine.outputs == before
    assert is_kept(machine, "before-redeploy")
    assert httpx.get(f"{machine.api_url}/v1/openapi.json", timeout=30).status_code == 200


def test_a_restart_ends_the_function_workers_and_keeps_data(machine: Machine) -> None:
    httpx.get(f"{machine.api_url}/v1/openapi.json", timeout=30)
    put(machine, "before-restart")
    emulator = machine.services()[0].pid()
    assert emulator is not None
    assert len(living(emulator)) > 1
    machine.restart("aws")
    assert living(emulator) == []
    assert is_kept(machine, "before-restart")
    assert httpx.get(f"{machine.api_url}/v1/openapi.json", timeout=30).status_code == 200


def test_stopping_leaves_no_process_behind(tmp_path: Path) -> None:
    machine = Machine(ports=Ports.ephemeral(), state_dir=tmp_path)
    machine.layout.prepare()
    machine.restart()
    leaders = [service.pid() for service in machine.services()]
    machine.stop()
    assert None not in leaders
    assert [living(leader) for leader in leaders if leader is not None] == [[]] * 4
    assert not machine.is_running()


def test_the_functions_find_the_credentials_of_the_sandboxes_applications(
    machine: Machine,
) -> None:
    secrets = machine.client("secretsmanager")

    def kept(output: str) -> object:
        name = machine.outputs[output]
        return json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])

    assert kept("AppSecretQbo") == {
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "webhook_verifier_token": "sandbox-verifier",
    }
    assert kept("AppSecretIntacct") == {
        "sender_id": "sandbox-sender",
        "sender_password": "sender-secret",
    }


def subscribed(machine: Machine) -> object:
    found = httpx.get(
        f"{machine.sandbox_url('qbo')}/_sandbox/webhooks", timeout=10, trust_env=False
    )
    return found.json()["url"]


def test_the_sandbox_notifies_the_deployed_door_even_after_its_restart(machine: Machine) -> None:
    assert subscribed(machine) == f"{machine.api_url}/v1/webhooks/qbo"
    machine.restart("qbo")
    assert subscribed(machine) == f"{machine.api_url}/v1/webhooks/qbo"
