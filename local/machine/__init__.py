"""Ledgerlink on one machine: the emulator, the sandbox ledgers, the token issuer, the stack."""

from local.machine.errors import MachineError
from local.machine.layout import Layout, Ports
from local.machine.machine import Machine

__all__ = ["Layout", "Machine", "MachineError", "Ports"]
