from tests.machine_fixture import machine as machine
