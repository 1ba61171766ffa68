"""The currencies the sandbox knows by name."""

from __future__ import annotations

from typing import Final

NAMES: Final = {
    "USD": "United States Dollar",
    "CAD": "Canadian Dollar",
    "EUR": "Euro",
    "GBP": "British Pound Sterling",
    "AUD": "Australian Dollar",
}


def named(code: str) -> dict[str, str]:
    """A currency as a reference; one without a known name goes by its code."""
    return {"value": code, "name": NAMES.get(code, code)}
