"""Two writers at once: both changes are kept, or one is refused and changes nothing."""

import threading
from collections.abc import Callable

import pytest
from ledgerlink.domain.errors import (
    AuthorizationLost,
    ChangedMeanwhile,
    Conflict,
    Invalid,
    NotFound,
    PreconditionFailed,
)
from ledgerlink.domain.model.connections import Connection, ConnectionState
from ledgerlink.domain.model.list_records import ListTraits, ListType
from ledgerlink.domain.model.rules import CreateUser, LinkTo, Rule, RuleKind, Skip
from ledgerlink.services.connections import connect
from ledgerlink.services.newest import TRIES
from ledgerlink.services.runs import parking
from ledgerlink.services.settings import rules, settings

from tests.fakes.service import COMPANY, REDIRECT, USER, InMemoryService, entry, in_memory_service


@pytest.fixture
def app() -> InMemoryService:
    return in_memory_service()


@pytest.fixture
def connection(app: InMemoryService) -> Connection:
    return app.connected()


def meanwhile(app: InMemoryService, step: str, other: Callable[[], object]) -> None:
    """Somebody else does this just before that step."""
    app.failure_plan.meanwhile[f"before {step}"] = other


def user_rule(app: InMemoryService, connection: Connection, key: str, ledger_id: str) -> None:
    app.rules(connection, RuleKind.USERS, {key: LinkTo(ledger_id=ledger_id)})


def test_two_patches_of_different_settings_are_both_kept(
    app: InMemoryService, connection: Connection
) -> None:
    """Case security 1, product 5."""

    def patch(change: settings.SettingsPatch, of_version: int | None = None) -> None:
        settings.change_settings(app.deps, connection.key, USER, change, of_version)

    meanwhile(app, "settings.put", lambda: patch({"posting": {"round_to": 15}}))
    patch({"posting": {"approved_only": True}})
    found = settings.get_settings(app.deps, connection.key)
    assert (found.posting.round_to, found.posting.approved_only) == (15, True)
    assert found.version == 2


def test_a_patch_for_another_version_changes_nothing(
    app: InMemoryService, connection: Connection
) -> None:
    def patch(change: settings.SettingsPatch, of_version: int | None = None) -> None:
        settings.change_settings(app.deps, connection.key, USER, change, of_version)

    with pytest.raises(PreconditionFailed):
        patch({"direction": "in"}, 1)
    patch({"direction": "in"}, 0)
    meanwhile(app, "settings.put", lambda: patch({"direction": "out"}))
    with pytest.raises(PreconditionFailed):
        patch({"direction": "both"}, 1)
    assert settings.get_settings(app.deps, connection.key).direction == "out"


def test_the_schedule_follows_the_settings_that_were_stored_last() -> None:
    lists = {ListType.CUSTOMER: ListTraits(entities=("Customer",), by_changes=True, places=True)}
    app = in_memory_service(lists=lists)
    connection = app.connected()

    def patch(mode: str) -> None:
        settings.change_settings(app.deps, connection.key, USER, {"schedule": {"mode": mode}})

    for step in ("settings.put", "schedules.get", "schedules.put"):
        patch("poll")
        meanwhile(app, step, lambda: patch("off"))
        patch("nightly")
        mode = settings.get_settings(app.deps, connection.key).schedule.mode
        assert (app.deps.schedules.get(connection.key).planned is None) == (mode == "off")


def test_two_rules_at_once_are_both_kept_with_their_history(
    app: InMemoryService, connection: Connection
) -> None:
    """Case security 2."""
    for step in ("rules.list", "rules.put"):
        key = f"key of {step}"
        meanwhile(app, step, lambda key=key: user_rule(app, connection, key, f"1 {key}"))  # type: ignore[misc]
        user_rule(app, connection, key, f"2 {key}")
        history = rules.rule_history(app.deps, connection.key, RuleKind.USERS, key)
        assert [one.version for one in history] == [1, 2]
        assert [one.mapping for one in history] == [
            LinkTo(ledger_id=f"1 {key}"),
            LinkTo(ledger_id=f"2 {key}"),
        ]


def test_two_users_cannot_be_linked_to_one_person_at_once(
    app: InMemoryService, connection: Connection
) -> None:
    """Case security 2, product 5."""
    for step in ("rules.version", "rules.list", "rules.put"):
        meanwhile(app, step, lambda step=step: user_rule(app, connection, f"a {step}", step))  # type: ignore[misc]
        with pytest.raises(Conflict, match="both linked"):
            user_rule(app, connection, f"b {step}", step)
        keys = {rule.key for rule in rules.list_rules(app.deps, connection.key, RuleKind.USERS)}
        assert f"a {step}" in keys
        assert f"b {step}" not in keys
        user_rule(app, connection, "u8", "8")  # and rules can still be set


def test_sixteen_puts_of_one_rule_at_once_are_sixteen_versions(
    app: InMemoryService, connection: Connection
) -> None:
    """Case security 2."""
    ready, refused = threading.Barrier(16), []

    def put(number: int) -> None:
        ready.wait()
        try:
            user_rule(app, connection, "u9", f"person {number}")
        except ChangedMeanwhile:
            refused.append(number)

    writers = [threading.Thread(target=put, args=(number,)) for number in range(16)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    history = rules.rule_history(app.deps, connection.key, RuleKind.USERS, "u9")
    assert [one.version for one in history] == list(range(1, 17 - len(refused)))
    assert len({one.mapping for one in history}) == len(history)


def test_a_writer_who_is_always_overtaken_is_refused_and_changes_nothing(
    app: InMemoryService, connection: Connection
) -> None:
    writes = iter(range(TRIES + 1))

    def overtake() -> None:
        app.deps.rules.put(
            connection.key,
            [
                Rule(
                    kind=RuleKind.PROJECTS,
                    key="p9",
                    mapping=Skip(),
                    set_by="eve",
                    set_at=app.clock.now(),
                    version=next(writes) + 1,
                )
            ],
            app.deps.rules.version(connection.key),
        )

    class Always(dict[str, Callable[[], object]]):
        """Somebody who is faster each time."""

        inside = False

        def pop(self, name: str, *_default: object) -> None:  # type: ignore[override]
            if name == "before rules.put" and not self.inside:
                self.inside = True
                overtake()
                self.inside = False

    app.failure_plan.meanwhile = Always()
    with pytest.raises(ChangedMeanwhile):
        user_rule(app, connection, "u9", "9")
    assert next(writes) == TRIES
    assert not rules.rule_history(app.deps, connection.key, RuleKind.USERS, "u9")


def test_a_rule_that_a_user_sets_while_a_post_is_planned_stays(
    app: InMemoryService, connection: Connection
) -> None:
    new = {"kind": "staff", "key": "u7", "name": "Ada"}
    run = app.post(connection, "k", [new, entry("t1", staff_key="u1")])
    meanwhile(app, "rules.put", lambda: user_rule(app, connection, "u7", "P7"))
    app.work()
    assert app.run(run).finished_at
    (only,) = rules.rule_history(app.deps, connection.key, RuleKind.USERS, "u7")
    assert only.mapping == LinkTo(ledger_id="P7")
    app.post(connection, "k2", [{"kind": "staff", "key": "u6", "name": "Bo"}])
    app.work()
    (created,) = rules.rule_history(app.deps, connection.key, RuleKind.USERS, "u6")
    assert isinstance(created.mapping, CreateUser)


def test_a_disconnect_while_the_company_is_read_stays(
    app: InMemoryService, connection: Connection
) -> None:
    app.post(connection, "k", [entry("t1")])
    meanwhile(app, "connections.save", lambda: connect.disconnect(app.deps, connection.key))
    app.work()
    found = app.deps.connections.get(connection.key)
    assert found.state is ConnectionState.DISCONNECTED
    assert found.company is not None
    assert app.vaults.tokens == {}


def test_a_lost_authorisation_does_not_undo_a_reconnect_at_the_same_moment(
    app: InMemoryService, connection: Connection
) -> None:
    def reconnected() -> None:
        app.clock.go_on(seconds=5)
        connect.complete(app.deps, asked_again(app, connection), "code", COMPANY)

    meanwhile(app, "connections.save", reconnected)
    parking.lose_authorization(app.deps, connection, AuthorizationLost("lost", "It is lost."))
    assert app.deps.connections.get(connection.key).state is ConnectionState.CONNECTED


def asked_again(app: InMemoryService, connection: Connection) -> str:
    consent = connect.reconnect(app.deps, connection.key, USER, REDIRECT)
    return consent.authorize_url.partition("state=")[2].partition("&")[0]


@pytest.mark.parametrize("step", ["connections.claim", "vaults.put", "connections.save"])
def test_a_disconnect_while_a_consent_is_completed_leaves_no_keys(
    app: InMemoryService, connection: Connection, step: str
) -> None:
    state = asked_again(app, connection)
    meanwhile(app, step, lambda: connect.disconnect(app.deps, connection.key))
    with pytest.raises(Invalid, match="disconnected after"):
        connect.complete(app.deps, state, "code", COMPANY)
    assert app.deps.connections.get(connection.key).state is ConnectionState.DISCONNECTED
    assert app.vaults.tokens == {}
    assert app.deps.connections.of_company("fake", COMPANY) is None
    connect.complete(app.deps, asked_again(app, connection), "code", COMPANY)  # and it can be again


@pytest.mark.parametrize("step", ["vaults.of", "vaults.remove", "connections.save"])
def test_a_consent_completed_during_a_disconnect_is_disconnected_too(
    app: InMemoryService, connection: Connection, step: str
) -> None:
    state = asked_again(app, connection)
    meanwhile(app, step, lambda: connect.complete(app.deps, state, "code", COMPANY))
    connect.disconnect(app.deps, connection.key)
    assert app.deps.connections.get(connection.key).state is ConnectionState.DISCONNECTED
    assert app.vaults.tokens == {}
    assert app.deps.connections.of_company("fake", COMPANY) is None


def test_a_connection_that_is_deleted_while_its_consent_is_completed_leaves_nothing(
    app: InMemoryService,
) -> None:
    consent = connect.connect(app.deps, "acme", USER, "fake", REDIRECT)
    state = consent.authorize_url.partition("state=")[2].partition("&")[0]
    meanwhile(app, "vaults.put", lambda: connect.delete(app.deps, consent.connection.key))
    with pytest.raises(NotFound):
        connect.complete(app.deps, state, "code", COMPANY)
    assert app.vaults.tokens == {}
    assert app.deps.connections.of_company("fake", COMPANY) is None
    assert app.deps.connections.list("acme") == []


def test_a_connection_that_is_completed_while_it_is_deleted_stays(app: InMemoryService) -> None:
    consent = connect.connect(app.deps, "acme", USER, "fake", REDIRECT)
    state = consent.authorize_url.partition("state=")[2].partition("&")[0]
    complete = lambda: connect.complete(app.deps, state, "code", COMPANY)  # noqa: E731
    meanwhile(app, "connections.remove", complete)
    with pytest.raises(ChangedMeanwhile):
        connect.delete(app.deps, consent.connection.key)
    found = app.deps.connections.get(consent.connection.key)
    assert found.state is ConnectionState.CONNECTED
