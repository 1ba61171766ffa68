"""Tokens and credentials in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from ledgerlink.domain.errors import AuthorizationLost
from ledgerlink.domain.ports import Clock, Tokens

CLIENT_SECRET = "client-secret-81c2"
_holders = count()


@dataclass
class FakeVaults:
    """Implements `services.stores.Vaults`."""

    clock: Clock
    tokens: dict[tuple[str, str], Tokens] = field(default_factory=dict, repr=False)
    claims: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)

    def of(self, firm: str, connection_id: str) -> "FakeVault":
        return FakeVault(self, (firm, connection_id))

    def put(self, firm: str, connection_id: str, tokens: Tokens) -> None:
        self.tokens[(firm, connection_id)] = tokens

    def remove(self, firm: str, connection_id: str) -> None:
        self.tokens.pop((firm, connection_id), None)

    def credentials(self, ledger: str) -> Mapping[str, str]:
        return {"client_id": f"client-of-{ledger}", "client_secret": CLIENT_SECRET}


@dataclass
class FakeVault:
    """Implements `domain.ports.TokenVault`."""

    vaults: FakeVaults
    owner: tuple[str, str]
    holder: int = field(default_factory=lambda: next(_holders))

    def load(self) -> Tokens:
        if self.owner not in self.vaults.tokens:
            raise AuthorizationLost("no_tokens", "The connection holds no tokens.")
        return self.vaults.tokens[self.owner]

    def save(self, tokens: Tokens) -> None:
        self.load()
        self.vaults.tokens[self.owner] = tokens

    def claim(self, seconds: float) -> bool:
        now = self.vaults.clock.now().timestamp()
        holder, until = self.vaults.claims.get(self.owner, (self.holder, 0.0))
        if holder != self.holder and until >= now:
            return False
        self.vaults.claims[self.owner] = (self.holder, now + seconds)
        return True

    def release(self) -> None:
        if self.vaults.claims.get(self.owner, (None, 0))[0] == self.holder:
            del self.vaults.claims[self.owner]
