"""What every store of rules does."""

from dataclasses import replace
from decimal import Decimal

from ledgerlink.domain.model.connections import ConnectionKey
from ledgerlink.domain.model.rules import (
    Client,
    CreateLaborCode,
    CreateProject,
    CreateUser,
    LinkTo,
    Mapping,
    Rule,
    RuleKind,
    Skip,
)

from tests.contract.stores.samples import ACME, NEIGHBOURS, STRANGE
from tests.contract.stores.stores import Stores
from tests.fakes.clock import START


def rule(kind: RuleKind, key: str, mapping: Mapping, version: int = 1) -> Rule:
    return Rule(kind=kind, key=key, mapping=mapping, set_by="ada", set_at=START, version=version)


def test_every_form_of_mapping_comes_back_as_it_was(stores: Stores) -> None:
    given = [
        rule(RuleKind.USERS, "u1", Skip()),
        rule(RuleKind.USERS, "u2", LinkTo(ledger_id="7", person="vendor")),
        rule(RuleKind.USERS, "u3", CreateUser(name="Ada", email="ada@example.com")),
        rule(RuleKind.PROJECTS, "p1", CreateProject(name="Site", parent_id="3")),
        rule(RuleKind.PROJECTS, "p2", CreateProject(name="S", client=Client(key="k", name="K"))),
        rule(RuleKind.PROJECTS, "p3", CreateProject(name="Ada")),
        rule(RuleKind.LABOR_CODES, "l1", LinkTo(ledger_id="7", rate=Decimal("12.50"))),
        rule(
            RuleKind.LABOR_CODES,
            "l2",
            CreateLaborCode(name="Design", income_account_id="1", rate=Decimal("0.10")),
        ),
    ]
    assert stores.rules.put(ACME, given, 0) == stores.rules.version(ACME) == 1
    found = [r for kind in RuleKind for r in stores.rules.list(ACME, kind)]
    assert sorted(found, key=lambda r: r.key) == sorted(given, key=lambda r: r.key)
    together = stores.rules.list(ACME)
    assert sorted(together, key=lambda r: r.key) == sorted(given, key=lambda r: r.key)


def test_history_keeps_every_version_in_order_and_the_list_only_the_newest(
    stores: Stores,
) -> None:
    versions = [rule(RuleKind.USERS, "u#1", LinkTo(ledger_id=str(n)), n) for n in range(1, 13)]
    for version in versions:
        stores.rules.put(ACME, [version], version.version - 1)
    stores.rules.put(ACME, [replace(versions[0], key="u")], 12)
    assert stores.rules.history(ACME, RuleKind.USERS, "u#1") == versions
    newest = {r.key: r.version for r in stores.rules.list(ACME, RuleKind.USERS)}
    assert newest == {"u#1": 12, "u": 1}


def test_more_rules_than_one_batch_and_strange_keys_are_all_kept(stores: Stores) -> None:
    keys = [*STRANGE, *(f"u{n}" for n in range(40))]
    stores.rules.put(ACME, [rule(RuleKind.USERS, key, Skip()) for key in keys], 0)
    assert {r.key for r in stores.rules.list(ACME, RuleKind.USERS)} == set(keys)
    assert all(
        [r.key for r in stores.rules.history(ACME, RuleKind.USERS, key)] == [key] for key in STRANGE
    )


def test_neighbours_and_kinds_stay_apart(stores: Stores) -> None:
    for neighbour in NEIGHBOURS:
        mapping = LinkTo(ledger_id=neighbour.firm + neighbour.id)
        stores.rules.put(neighbour, [rule(RuleKind.USERS, "u1", mapping)], 0)
    for neighbour in NEIGHBOURS:
        (found,) = stores.rules.list(neighbour, RuleKind.USERS)
        assert found.mapping == LinkTo(ledger_id=neighbour.firm + neighbour.id)
        assert stores.rules.list(neighbour, RuleKind.PROJECTS) == []
    assert stores.rules.history(ConnectionKey("a", "y"), RuleKind.USERS, "u1") == []


def test_rules_are_read_page_by_page(stores: Stores) -> None:
    """Case product 17."""
    given = [rule(RuleKind.USERS, key, Skip()) for key in STRANGE]
    given += [rule(RuleKind.PROJECTS, f"p{n}", Skip()) for n in range(5)]
    stores.rules.put(ACME, given, 0)
    for kind in (RuleKind.USERS, RuleKind.PROJECTS, None):
        wanted = {(r.kind, r.key) for r in given if kind in (None, r.kind)}
        found, after, more = list[tuple[RuleKind, str]](), None, True
        while more:
            page, more = stores.rules.page(ACME, kind, after, 2)
            assert len(page) == 2 or not more
            found += [(one.kind, one.key) for one in page]
            after = found[-1]
        assert sorted(found) == sorted(wanted)
    assert stores.rules.page(ACME, RuleKind.CARDS, None, 10) == ([], False)


def test_rules_are_read_by_their_keys(stores: Stores) -> None:
    """Case security 12: a mapping page reads no rules but its own."""
    stores.rules.put(ACME, [rule(RuleKind.USERS, key, Skip()) for key in STRANGE], 0)
    found = stores.rules.get(ACME, RuleKind.USERS, [*STRANGE[:4], "none"])
    assert {key: one.key for key, one in found.items()} == {key: key for key in STRANGE[:4]}
    assert stores.rules.get(ACME, RuleKind.PROJECTS, STRANGE) == {}
    assert stores.rules.get(ACME, RuleKind.USERS, []) == {}
