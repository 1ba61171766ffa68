"""Keys and credentials in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ledgerlink.domain.errors import AuthorizationLost
from ledgerlink.domain.ports import Clock, Keys

CLIENT_SECRET = "client-secret-81c2"
_holders = count()


@dataclass
class FakeVaults:
    """Implements `services.stores.Vaults`."""

    clock: Clock
    tokens: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)
    claims: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)

    def of(self, firm: str, connection_id: str) -> "FakeVault":
        return FakeVault(self, (firm, connection_id))

    def put(self, firm: str, connection_id: str, keys: Keys) -> None:
        self.tokens[(firm, connection_id)] = keys

    def remove(self, firm: str, connection_id: str) -> None:
        self.tokens.pop((firm, connection_id), None)

    def credentials(self, ledger: str) -> Mapping[str, str]:
        return {"client_id": f"client-of-{ledger}", "client_secret": CLIENT_SECRET}


@dataclass
class FakeVault:
    """Implements `domain.ports.Vault`."""

    vaults: FakeVaults
    owner: tuple[str, str]
    holder: int = field(default_factory=lambda: next(_holders))

    def load(self) -> Any:
        if self.owner not in self.vaults.tokens:
            raise AuthorizationLost("no_tokens", "The connection holds no tokens.")
        return self.vaults.tokens[self.owner]

    def save(self, keys: Any) -> None:
        self.load()
        self.vaults.tokens[self.owner] = keys

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
