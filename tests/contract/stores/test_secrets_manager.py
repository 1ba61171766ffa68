"""Secrets Manager deletes behind its own answer, and what it holds may be damaged."""

import traceback
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError
from ledgerlink.domain.errors import AuthorizationLost, Conflict
from ledgerlink.storage.secrets import PAUSES, SecretVaults

from tests.contract.stores.samples import ACME, tokens
from tests.contract.stores.stores import Clients, new_table
from tests.fakes.clock import FakeClock

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_numbers = count()


@dataclass
class Busy:
    """Secrets Manager that refuses the next `refusals` calls with this code, then works."""

    client: "SecretsManagerClient"
    refusals: int = 0
    code: str = "InvalidRequestException"

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.client, name)
        return found if name == "exceptions" else lambda **given: self._call(found, given)

    def _call(self, found: Any, given: dict[str, Any]) -> Any:
        if self.refusals > 0:
            self.refusals -= 1
            raise ClientError({"Error": {"Code": self.code, "Message": "no"}}, "Any")
        return found(**given)


@dataclass
class Desk:
    """Vaults over it; `pauses` are what they waited, in seconds."""

    vaults: SecretVaults
    aws: Busy
    pauses: list[float] = field(default_factory=list)


@pytest.fixture
def desk(aws: Clients) -> Desk:
    busy, pauses, name = Busy(aws.secrets), list[float](), f"secrets-{next(_numbers)}"
    vaults = SecretVaults(
        client=cast("SecretsManagerClient", busy),
        table=new_table(aws, name),
        clock=FakeClock(),
        prefix=f"{name}/",
        kms_key="alias/secrets",
        applications={},
        pause=pauses.append,
    )
    return Desk(vaults, busy, pauses)


@pytest.mark.parametrize("refusals", [1, 3])
def test_tokens_are_put_once_their_forerunners_are_deleted(desk: Desk, refusals: int) -> None:
    desk.aws.refusals = refusals
    desk.vaults.put(ACME, tokens())
    assert desk.vaults.of(ACME).load() == tokens()
    assert desk.pauses == list(PAUSES[: refusals + 1])


def test_a_deletion_that_takes_long_is_a_conflict_to_be_tried_later(desk: Desk) -> None:
    desk.aws.refusals = 99
    with pytest.raises(Conflict) as busy:
        desk.vaults.put(ACME, tokens())
    assert busy.value.code == "tokens_being_deleted"
    assert "minute" in busy.value.remedy
    assert desk.aws.refusals == 99 - len(PAUSES)
    assert sum(desk.pauses) < 5


def test_another_failure_to_put_is_raised_at_once(desk: Desk) -> None:
    desk.aws.refusals, desk.aws.code = 1, "AccessDeniedException"
    with pytest.raises(ClientError):
        desk.vaults.put(ACME, tokens())
    assert desk.pauses == [0.0]


def test_tokens_that_are_being_deleted_are_lost(desk: Desk) -> None:
    desk.vaults.put(ACME, tokens())
    vault = desk.vaults.of(ACME)
    desk.aws.refusals = 1
    with pytest.raises(AuthorizationLost):
        vault.save(tokens(2))
    desk.aws.refusals = 1
    with pytest.raises(AuthorizationLost):
        vault.load()


def test_another_failure_to_save_or_load_does_not_lose_the_authorisation(desk: Desk) -> None:
    desk.vaults.put(ACME, tokens())
    vault, desk.aws.code = desk.vaults.of(ACME), "InternalServiceError"
    for step in (lambda: vault.save(tokens(2)), vault.load):
        desk.aws.refusals = 1
        with pytest.raises(ClientError):
            step()


@pytest.mark.parametrize("text", ['{"access_token": "s3cret"}', "s3cret", '{"refresh_token": 3'])
def test_unreadable_stored_tokens_are_lost_and_not_logged(desk: Desk, text: str) -> None:
    desk.vaults.put(ACME, tokens())
    name = desk.vaults.name(ACME)
    desk.aws.client.put_secret_value(SecretId=name, SecretString=text)
    with pytest.raises(AuthorizationLost) as lost:
        desk.vaults.of(ACME).load()
    assert "s3cret" not in "".join(traceback.format_exception(lost.value))
