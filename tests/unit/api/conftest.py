"""The API on services in memory, and what it logs."""

import logging
from collections.abc import Iterator

import pytest
from ledgerlink import bootstrap

from tests.fakes.service import in_memory_service
from tests.support.signed_tokens import AUDIENCE, ISSUER, answers
from tests.unit.api.client import ADMIN, FIRM_CLAIM, POST, READ, Api

SETTINGS = {
    "LEDGERLINK_SCOPE_READ": READ,
    "LEDGERLINK_SCOPE_POST": POST,
    "LEDGERLINK_SCOPE_ADMIN": ADMIN,
    "LEDGERLINK_FIRM_CLAIM": FIRM_CLAIM,
    "LEDGERLINK_KINDS_CLAIM": "post_kinds",
    "POWERTOOLS_SERVICE_NAME": "api",
    "POWERTOOLS_METRICS_NAMESPACE": "Ledgerlink",
}


class Lines(logging.Handler):
    """Keeps each line as the product would write it."""

    def __init__(self, lines: list[str], formatter: logging.Formatter) -> None:
        super().__init__(logging.DEBUG)
        self.lines = lines
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    from functions.api import tokens
    from functions.api.app import logger

    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    verifier = tokens.TokenVerifier(ISSUER, [AUDIENCE], tokens.SigningKeys(ISSUER, answers))
    monkeypatch.setattr(tokens, "verifier", lambda: verifier)
    api = Api(in_memory_service(chunk_size=3))
    monkeypatch.setattr(bootstrap, "build", lambda _environment: api.app.deps)
    bootstrap.dependencies.cache_clear()
    formatter = logger.handlers[0].formatter
    assert formatter is not None
    lines = Lines(api.log, formatter)
    logger.addHandler(lines)
    yield api
    logger.handlers.remove(lines)
    bootstrap.dependencies.cache_clear()
