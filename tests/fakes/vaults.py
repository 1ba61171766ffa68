"""Keys and credentials in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ledgerlink.domain.errors import AuthorizationLost
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.ports import Clock, Keys

CLIENT_SECRET = "client-secret-81c2"
_holders = count()


@dataclass
class FakeVaults:
    """Implements `services.ports.Vaults`."""

    clock: Clock
    tokens: dict[ConnectionKey, Any] = field(default_factory=dict, repr=False)
    claims: dict[ConnectionKey, tuple[int, float]] = field(default_factory=dict)

    def of(self, connection_key: ConnectionKey) -> "FakeVault":
        return FakeVault(self, connection_key)

    def put(self, connection_key: ConnectionKey, keys: Keys) -> None:
        self.tokens[connection_key] = keys

    def remove(self, connection_key: ConnectionKey) -> None:
        self.tokens.pop(connection_key, None)

    def credentials(self, ledger: str) -> Mapping[str, str]:
        return {"client_id": f"client-of-{ledger}", "client_secret": CLIENT_SECRET}


@dataclass
class FakeVault:
    """Implements `domain.ports.Vault`."""

    vaults: FakeVaults
    owner: ConnectionKey
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
