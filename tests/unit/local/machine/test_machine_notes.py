"""A machine finds what another version of itself left in its folder."""

import json
from pathlib import Path

from local.machine.layout import Layout, Ports
from local.machine.machine import Machine


def test_a_machine_reads_the_note_of_a_version_that_named_its_ports_otherwise(
    tmp_path: Path,
) -> None:
    ports = {"aws": 5001, "sandbox": 5002, "issuer": 5003, "intacct": 5004}
    running = Layout(tmp_path).running
    running.parent.mkdir(parents=True)
    running.write_text(json.dumps({"ports": ports, "scale": 20, "seed": "sample"}))
    machine = Machine.last(tmp_path)
    assert machine is not None
    assert machine.ports == Ports(aws=5001, issuer=5003)
    machine.stop()
