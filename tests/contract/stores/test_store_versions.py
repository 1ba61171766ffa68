"""What every store does when two writers have read the same row."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from ledgerlink.domain.errors import ChangedMeanwhile
from ledgerlink.domain.model.rules import LinkTo, Rule, RuleKind
from ledgerlink.domain.model.settings import Direction, Settings

from tests.contract.stores.samples import ACME, ACME_SECOND, connection
from tests.contract.stores.stores import Stores
from tests.fakes.clock import START


def rule(key: str, ledger_id: str, version: int = 1) -> Rule:
    link = LinkTo(ledger_id=ledger_id)
    kind = RuleKind.USERS
    return Rule(kind=kind, key=key, mapping=link, set_by="ada", set_at=START, version=version)


def test_of_two_who_read_the_same_settings_only_one_writes(stores: Stores) -> None:
    """Case security 1."""
    for direction in (Direction.IN, Direction.OUT):
        read = stores.settings.get(ACME)
        stored = stores.settings.put(ACME, replace(read, direction=direction))
        assert stored.version == read.version + 1
        with pytest.raises(ChangedMeanwhile):
            stores.settings.put(ACME, replace(read, direction=Direction.BOTH))
        assert stores.settings.get(ACME) == stored
        assert stores.settings.get(ACME).version == stored.version
    assert stores.settings.get(ACME_SECOND).version == 0


def test_settings_that_claim_a_version_of_the_future_are_not_written(stores: Stores) -> None:
    with pytest.raises(ChangedMeanwhile):
        stores.settings.put(ACME, Settings(version=3))
    assert stores.settings.get(ACME).version == 0


def test_of_two_who_read_the_same_connection_only_one_writes(stores: Stores) -> None:
    first = stores.connections.save(connection())
    with pytest.raises(ChangedMeanwhile):
        stores.connections.save(connection())  # as if it were new
    second = stores.connections.save(replace(first, company_id="realm"))
    writes: list[Callable[[], object]] = [
        lambda: stores.connections.save(replace(first, company_id="other")),
        lambda: stores.connections.remove(first),
    ]
    for write in writes:
        with pytest.raises(ChangedMeanwhile):
            write()
    found = stores.connections.get(ACME)
    assert (found, found.version) == (second, 2)
    stores.connections.remove(second)
    with pytest.raises(ChangedMeanwhile):
        stores.connections.save(second)  # it was deleted meanwhile
    assert stores.connections.list("acme") == []


def test_of_two_who_read_the_same_rules_only_one_writes(stores: Stores) -> None:
    """Case security 2."""
    assert stores.rules.version(ACME) == 0
    assert stores.rules.put(ACME, [rule("u1", "55")], 0) == 1
    for outdated in (0, 2):
        with pytest.raises(ChangedMeanwhile):
            stores.rules.put(ACME, [rule("u2", "55")], outdated)
    assert [one.key for one in stores.rules.list(ACME)] == ["u1"]
    assert stores.rules.history(ACME, RuleKind.USERS, "u2") == []
    assert stores.rules.put(ACME, [rule("u1", "56", 2)], 1) == stores.rules.version(ACME) == 2
    assert stores.rules.version(ACME_SECOND) == 0


def test_no_rules_change_no_version(stores: Stores) -> None:
    assert stores.rules.put(ACME, [], 0) == 0
    assert stores.rules.version(ACME) == 0
