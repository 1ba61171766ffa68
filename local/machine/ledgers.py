"""The sandbox ledgers of the machine: one row each, with all that the machine has to know of it.

The product has its own table of ledgers. The machine does not read it, because a sandbox that
shares code with the product proves nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxLedger:
    """A ledger whose sandbox runs on the machine, as the module `local.sandboxes.<name>`."""

    name: str
    """As the product calls the ledger; also the name of the service, its state and its option."""
    title: str
    """As its maker calls it."""
    port: int
    """Where the sandbox listens unless somebody chooses otherwise."""
    endpoints: Callable[[str], Mapping[str, object]]
    """The deployment's context for this ledger, from the sandbox's address; no clock scale."""
    credentials: Mapping[str, str]
    """Those of the one application that the sandbox knows."""
    webhook_token: str = ""
    """With which the sandbox signs its webhooks; empty where it sends none."""

    @property
    def module(self) -> str:
        return f"local.sandboxes.{self.name}"

    @property
    def settings_variable(self) -> str:
        """The variable of the environment with other defaults for the sandbox's settings."""
        return f"SANDBOX_SETTINGS_{self.name.upper()}"

    @property
    def secret_output(self) -> str:
        """The stack's output that names the secret for the application's credentials."""
        return f"AppSecret{self.name.capitalize()}"


def _quickbooks(address: str) -> Mapping[str, object]:
    return {
        "apiUrl": address,
        "authorizeUrl": f"{address}/connect/oauth2",
        "tokenUrl": f"{address}/oauth2/v1/tokens/bearer",
        "revokeUrl": f"{address}/v2/oauth2/tokens/revoke",
        "discoveryUrl": f"{address}/.well-known/openid_configuration/",
    }


def _intacct(address: str) -> Mapping[str, object]:
    return {"gatewayUrl": f"{address}/ia/xml/xmlgw.phtml", "hosts": [urlsplit(address).hostname]}


VERIFIER = "sandbox-verifier"

QUICKBOOKS_ONLINE = SandboxLedger(
    name="qbo",
    title="QuickBooks",
    port=4600,
    endpoints=_quickbooks,
    credentials={
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "webhook_verifier_token": VERIFIER,
    },
    webhook_token=VERIFIER,
)

SAGE_INTACCT = SandboxLedger(
    name="intacct",
    title="Sage Intacct",
    port=4602,
    endpoints=_intacct,
    credentials={"sender_id": "sandbox-sender", "sender_password": "sender-secret"},
)

LEDGERS = (QUICKBOOKS_ONLINE, SAGE_INTACCT)
