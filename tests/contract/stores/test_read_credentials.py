"""The application's credentials are read once in a few minutes, however often they are needed."""

from typing import Any, cast

import pytest
from ledgerlink.storage.secrets import CREDENTIALS_SECONDS, SecretVaults

from tests.contract.stores.stores import Clients, new_table
from tests.fakes.clock import FakeClock


class Counted:
    """Secrets Manager that counts its reads."""

    def __init__(self) -> None:
        self.reads = 0

    def get_secret_value(self, **_given: Any) -> dict[str, str]:
        self.reads += 1
        return {"SecretString": f'{{"token": "{self.reads}"}}'}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_a_thousand_forged_webhooks_read_the_secret_once(aws: Clients, clock: FakeClock) -> None:
    """Case security 14."""
    client = Counted()
    vaults = SecretVaults(
        client=cast(Any, client),
        table=new_table(aws, "credentials"),
        clock=clock,
        prefix="x/",
        kms_key="alias/secrets",
        applications={"qbo": "a", "intacct": "b"},
    )
    assert {vaults.credentials("qbo")["token"] for _ in range(1000)} == {"1"}
    assert vaults.credentials("intacct") == {"token": "2"}
    clock.go_on(seconds=CREDENTIALS_SECONDS - 1)
    assert vaults.credentials("qbo") == {"token": "1"}
    clock.go_on(seconds=1)
    assert vaults.credentials("qbo") == {"token": "3"}  # a rotated secret comes into effect
    assert "token" not in repr(vaults)
