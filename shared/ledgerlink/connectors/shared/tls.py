"""The certificates that connections to ledgers trust."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that httpx trusts, read once because reading takes longer than a call."""
    return httpx.create_ssl_context()
