"""Whom connections to ledgers trust."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """The certificates that are trusted, read once: it takes longer than a call."""
    return httpx.create_ssl_context()
