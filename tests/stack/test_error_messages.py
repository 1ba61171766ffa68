"""When something stands in the way, the machine says what and what to do, without a trace."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from local.machine import Layout, Machine, MachineError, Ports
from local.machine.layout import HOST, ROOT
from local.machine.service import Service
from local.machine.steps import run_step
from tests.support.waiting import LONGEST


def local(
    state_dir: Path, *words: str, environment: Mapping[str, str] = os.environ
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local", "--state-dir", str(state_dir), *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LONGEST
    )


def port_options(ports: Ports) -> list[str]:
    return [
        f"--aws-port={ports.aws}",
        f"--issuer-port={ports.issuer}",
        *(f"--{ledger}-port={port}" for ledger, port in ports.sandboxes.items()),
    ]


def test_a_taken_port_is_named_with_the_setting_that_moves_it(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        # The usual ports may belong to a machine that runs beside the tests.
        done = local(tmp_path, "up", *port_options(Ports.ephemeral()), f"--qbo-port={port}")
    assert done.returncode == 2
    assert f"port {port}, meant for qbo, is taken" in done.stderr
    assert "--qbo-port" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_node_the_words_name_the_version_to_install(tmp_path: Path) -> None:
    ports = port_options(Ports.ephemeral())
    done = local(tmp_path, "up", *ports, environment={"PATH": str(tmp_path)})
    assert done.returncode == 2
    assert "Install Node.js 20 or newer" in done.stderr
    assert "Traceback" not in done.stderr
    assert Machine(state_dir=tmp_path).is_running() is False


def test_a_token_without_a_machine_explains_how_to_start_one(tmp_path: Path) -> None:
    done = local(tmp_path, "token")
    assert done.returncode == 2
    assert "make up" in done.stderr


def test_status_of_nothing_is_not_a_failure_of_ours(tmp_path: Path) -> None:
    done = local(tmp_path, "status")
    assert done.returncode == 1
    assert done.stdout.count("down") == 4


def test_a_process_that_ends_at_once_shows_its_last_lines(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.prepare()
    script = "import sys; sys.exit('no such seed')"
    service = Service(
        name="ledger",
        module="no such seed",
        command=(sys.executable, "-c", script),
        port=Ports.ephemeral().aws,
        setting="--port",
        health="http://127.0.0.1:9/",
        layout=layout,
    )
    service.start()
    with pytest.raises(MachineError, match=r"ledger ended while starting[\s\S]*no such seed"):
        service.wait_until_ready()


def test_a_step_that_fails_shows_its_last_lines() -> None:
    command = [sys.executable, "-c", "print('why it failed'); raise SystemExit(3)"]
    with pytest.raises(MachineError, match=r"deploy failed \(exit code 3\)[\s\S]*why it failed"):
        run_step("deploy", command, {}, seconds=LONGEST)


def test_a_step_is_bounded_in_time() -> None:
    # A shell says something within its seconds on a busy machine, too.
    command = ["/bin/sh", "-c", "echo still here; exec sleep 60"]
    with pytest.raises(MachineError, match=r"deploy took more than 2 s[\s\S]*still here"):
        run_step("deploy", command, dict(os.environ), seconds=2)
