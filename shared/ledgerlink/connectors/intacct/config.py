"""Where Sage Intacct is, which hosts may be spoken to, and how fast its clock runs."""

import re
from dataclasses import dataclass

import httpx

HOST = re.compile(r"[\w.-]+", re.ASCII)
"""Names and addresses of hosts; whatever else is meant to be read as another."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The gateway's first address, and the hosts that it may send sessions to: by name, or, with a
    leading dot, all below it. `clock_scale` is ledger seconds per real second: pauses, timeouts
    and lifetimes are divided by it.
    """

    gateway_url: str = "https://api.intacct.com/ia/xml/xmlgw.phtml"
    hosts: tuple[str, ...] = (".intacct.com",)
    clock_scale: float = 1.0

    def allow(self, url: str) -> bool:
        """Whether a session may be used at this address, as it is read when it is called: it is as
        safe as the first one, and of a host that is named. Credentials go there."""
        try:
            parts, first = httpx.URL(url), httpx.URL(self.gateway_url)
        except httpx.InvalidURL:
            return False
        host = parts.host.lower()
        proper = HOST.fullmatch(host) is not None and not parts.userinfo
        named = any(_matches(host, allowed.lower()) for allowed in self.hosts)
        return named and proper and parts.scheme == first.scheme


def _matches(host: str, allowed: str) -> bool:
    return host.endswith(allowed) if allowed.startswith(".") else host == allowed


PRODUCTION = Endpoints()
