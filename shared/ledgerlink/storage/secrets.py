"""Keys and credentials, in Secrets Manager; the right to renew keys, in the table.

It is a row in the table because Secrets Manager has no conditional write.
"""

import json
import secrets as random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ledgerlink.domain.errors import AuthorizationLost, Conflict
from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.ports import Clock, Keys
from ledgerlink.storage import keys as names
from ledgerlink.storage.table import Table, Taken
from ledgerlink.wire.stored import Unreadable, dump, load

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


CREDENTIALS_SECONDS = 300.0
"""How long an application's credentials are used before they are read again."""
PAUSES = (0.0, 0.5, 1.0, 2.0)
"""Seconds before each attempt to write a secret while the former one is still being deleted."""

STORED: Any = Keys
"""The type that stored keys are read as."""

GONE = ("ResourceNotFoundException", "InvalidRequestException")
"""Error codes of Secrets Manager for a secret that is deleted, or is being deleted."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials of an application."""

    values: Mapping[str, str] = field(repr=False)
    read_at: float
    """When they were read, in seconds of a clock that never goes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretVaults:
    """Implements `services.ports.Vaults`."""

    client: "SecretsManagerClient"
    table: Table
    clock: Clock
    prefix: str
    """The beginning of the names of all connections' secrets."""
    kms_key: str
    """The key that encrypts them."""
    applications: Mapping[str, str]
    """The name of the application's secret, by ledger."""
    pause: Callable[[float], None] = time.sleep
    read_credentials: dict[str, "Credentials"] = field(default_factory=dict, repr=False)
    """The applications' credentials as last read, by ledger."""

    def of(self, connection_key: ConnectionKey) -> "SecretVault":
        return SecretVault(self, connection_key)

    def put(self, connection_key: ConnectionKey, keys: Keys) -> None:
        """Raises Conflict while Secrets Manager is still deleting the former secret of this name,
        which it does after it has answered the deletion."""
        name, text = self.name(connection_key), dump(keys).decode()
        for pause in PAUSES:
            self.pause(pause)
            try:
                self._write(name, text)
            except ClientError as error:
                if not _gone(error):
                    raise
            else:
                return
        raise Conflict(
            "tokens_being_deleted",
            "The former authorisation of this connection is still being deleted.",
            "Start connecting again in a minute.",
        )

    def _write(self, name: str, text: str) -> None:
        try:
            self.client.create_secret(Name=name, SecretString=text, KmsKeyId=self.kms_key)
        except self.client.exceptions.ResourceExistsException:
            self.client.put_secret_value(SecretId=name, SecretString=text)

    def remove(self, connection_key: ConnectionKey) -> None:
        try:
            self.client.delete_secret(
                SecretId=self.name(connection_key), ForceDeleteWithoutRecovery=True
            )
        except self.client.exceptions.ResourceNotFoundException:
            return

    def credentials(self, ledger: str) -> Mapping[str, str]:
        """Read at most every few minutes, because anybody can have them read with a webhook."""
        now = self.clock.monotonic()
        known = self.read_credentials.get(ledger)
        if known is None or known.read_at + CREDENTIALS_SECONDS <= now:
            name = self.applications[ledger]
            text = self.client.get_secret_value(SecretId=name)["SecretString"]
            known = self.read_credentials[ledger] = Credentials(json.loads(text), now)
        return known.values

    def name(self, connection_key: ConnectionKey) -> str:
        """The name of a connection's secret."""
        return self.prefix + names.secret(connection_key)


@dataclass(frozen=True, slots=True)
class SecretVault:
    """Implements `domain.ports.Vault` for one connection."""

    vaults: SecretVaults
    connection_key: ConnectionKey
    holder: str = ""
    """A random name of this object, so that only its holder can release the right to renew."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "holder", random.token_hex(8))

    def load(self) -> Keys:
        try:
            name = self.vaults.name(self.connection_key)
            text = self.vaults.client.get_secret_value(SecretId=name)["SecretString"]
        except ClientError as error:
            if not _gone(error):
                raise
            raise AuthorizationLost("no_tokens", "The connection holds no tokens.") from error
        try:
            keys: Keys = load(STORED, text)
        except Unreadable:
            # Without its cause, so that no log contains the text.
            raise AuthorizationLost("no_tokens", "The stored tokens cannot be read.") from None
        return keys

    def save(self, keys: Keys) -> None:
        name = self.vaults.name(self.connection_key)
        try:
            self.vaults.client.put_secret_value(SecretId=name, SecretString=dump(keys).decode())
        except ClientError as error:
            if not _gone(error):
                raise
            raise AuthorizationLost("no_tokens", "The connection was disconnected.") from error

    def claim(self, seconds: float) -> bool:
        now = self.vaults.clock.now().timestamp()
        row = {
            "pk": names.connection(self.connection_key),
            "sk": "refresh",
            "holder": self.holder,
            "ends_at": int((now + seconds) * 1000),
        }
        free = "attribute_not_exists(pk) OR ends_at < :now OR holder = :me"
        try:
            self.vaults.table.put_if(
                row,
                free,
                {":now": int(now * 1000), ":me": self.holder},
            )
        except Taken:
            return False
        return True

    def release(self) -> None:
        pk = names.connection(self.connection_key)
        try:
            self.vaults.table.delete_if(pk, "refresh", "holder = :me", {":me": self.holder})
        except Taken:
            return


def _gone(error: ClientError) -> bool:
    return error.response["Error"]["Code"] in GONE
