"""Addresses of QuickBooks Online, and its limits in time."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses of one environment."""

    api_url: str = "https://quickbooks.api.intuit.com"
    """Scheme and host; `/v3/company/{company id}` is appended."""
    authorize_url: str = "https://appcenter.intuit.com/connect/oauth2"
    token_url: str = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105 - an address
    revoke_url: str = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
    discovery_url: str = "https://developer.intuit.com/.well-known/openid_configuration/"
    """Intuit's document of these addresses, which they are compared with."""
    clock_scale: float = 1.0
    """Ledger seconds in a real second; limits, pauses, timeouts and lifetimes are divided by it."""


PRODUCTION = Endpoints()
SANDBOX = replace(PRODUCTION, api_url="https://sandbox-quickbooks.api.intuit.com")

LATEST_EFFECT = 130.0
"""Ledger seconds after which a request without an answer has finished: QuickBooks cuts a request
after 120 seconds, but goes on with it when its gateway gives up earlier
(https://developer.intuit.com, limits)."""
