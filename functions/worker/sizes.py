"""Which messages need a whole vCPU. Most of a post is waiting for the ledger, which needs none."""

from ledgerlink.connectors.ledgers import BUSY
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.messages import Message


def needs_vcpu(deps: Dependencies, message: Message) -> bool:
    """Planning does, and applying to a ledger that takes records faster than a third of a vCPU
    composes them."""
    if message.step == "apply":
        return deps.connections.get(message.connection_key).ledger in BUSY
    return message.step == "plan"
