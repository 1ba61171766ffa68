"""A token vault in memory."""

from dataclasses import dataclass, field
from datetime import timedelta

from ledgerlink.domain.ports import Tokens

from tests.support.qbo.virtual_time import START


@dataclass
class InMemoryTokenVault:
    """The token vault port in memory; records what was called."""

    tokens: Tokens
    events: list[str] = field(default_factory=list)
    held_elsewhere: int = 0

    def load(self) -> Tokens:
        return self.tokens

    def save(self, tokens: Tokens) -> None:
        self.events.append(f"save {tokens.access_token}")
        self.tokens = tokens

    def claim(self, seconds: float) -> bool:
        self.events.append("claim")
        self.held_elsewhere -= 1
        return self.held_elsewhere < 0

    def release(self) -> None:
        self.events.append("release")


def tokens(name: str = "A0", seconds: float = 3600.0) -> Tokens:
    return Tokens(
        access_token=name,
        refresh_token=f"R-{name}",
        access_expires_at=START + timedelta(seconds=seconds),
    )
