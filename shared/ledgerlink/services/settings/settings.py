"""Settings of a connection: a patch is checked, stored, and takes effect at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from ledgerlink.domain.errors import FieldError, Invalid
from ledgerlink.domain.model import ledger_choices
from ledgerlink.domain.model.connections import Connection, ConnectionKey, ConnectionState
from ledgerlink.domain.model.ledger_choices import Chosen, Offered
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.money_settings import ExpenseSettings, MissingPayee
from ledgerlink.domain.model.settings import Direction, Schedule, ScheduleMode, Settings
from ledgerlink.domain.model.time_settings import ClosedPeriod
from ledgerlink.services.dependencies import Dependencies
from ledgerlink.services.newest import repeat_until_stored, require_version
from ledgerlink.services.settings.references import unfit_choices, unfit_settings
from ledgerlink.services.sync.request import start_sync
from ledgerlink.services.sync.scheduler import replan, synced_lists
from ledgerlink.wire.posting import Section, changed

MOST_BLOCKED = 5_000
"""Records that a connection may have blocked. Beyond that, a whole list can be left out."""

SettingsPatch = Mapping[str, Any]
"""The settings to change; what is left out stays: `lists` (names, or None for all), `direction`,
`time_zone` (None for that of the schedule),
`schedule` (some of `mode`, `hour`, `time_zone`), `posting`, `expenses` and `invoices` (some of
their fields), `ledger` (some of the ledger's choices; None resets one), `block` and `unblock` (a
list of `type:id`)."""


def get_settings(deps: Dependencies, connection_key: ConnectionKey) -> Settings:
    """Raises NotFound for an unknown connection."""
    deps.connections.get(connection_key)
    return deps.settings.get(connection_key)


def offered_choices(deps: Dependencies, connection_key: ConnectionKey) -> Offered:
    """The choices that the ledger offers. Raises NotFound for an unknown connection."""
    return deps.connector(deps.connections.get(connection_key).ledger).choices


def change_settings(
    deps: Dependencies,
    connection_key: ConnectionKey,
    user: str,
    patch: SettingsPatch,
    of_version: int | None = None,
    already_wrong: Sequence[FieldError] = (),
) -> Settings:
    """Store the changed settings. The schedule is planned again, lists that were added are synced,
    and so are records that were blocked or unblocked. The same patch again has no further effect.
    A patch of other settings at the same moment is kept, too.

    Raises NotFound for an unknown connection, Invalid with every place that is wrong,
    PreconditionFailed when the settings are no longer `of_version`. `already_wrong` are places that
    are not in the patch, because they could not be read; nothing is stored then.
    """
    connection = deps.connections.get(connection_key)

    def store() -> tuple[SettingsPatchCheck, Settings]:
        before = deps.settings.get(connection.key)
        require_version(of_version, before.version)
        check = SettingsPatchCheck(deps, connection, before, list(already_wrong))
        after = check.changed(patch)
        _refuse(check.problems)
        return check, deps.settings.put(connection.key, after)

    check, after = repeat_until_stored(store)
    replan(deps, connection)
    _sync_added_lists(deps, connection, user, check.before, after)
    _sync_blocked_records(deps, connection, user, check.named, after)
    return after


def _refuse(problems: Sequence[FieldError]) -> None:
    if problems:
        raise Invalid(
            "invalid_settings",
            "Some of these settings cannot be used, so none was changed.",
            "Correct the settings that are named, then save again.",
            problems,
        )


@dataclass(slots=True)
class SettingsPatchCheck:
    """Applies a patch to the settings and collects what is wrong with it."""

    deps: Dependencies
    connection: Connection
    before: Settings
    problems: list[FieldError] = field(default_factory=list)
    """Every place of the patch that is wrong; the settings are stored only when there is none."""
    named: list[ListRecord] = field(default_factory=list)
    """The records that the patch blocks or unblocks, as far as a sync has brought them in."""

    def changed(self, patch: SettingsPatch) -> Settings:
        """The settings with the patch; only valid if there are no problems."""
        after = self.before
        if "lists" in patch:
            after = replace(after, lists=self._lists(patch["lists"]))
        if "direction" in patch:
            after = replace(after, direction=self._direction(patch["direction"]))
        if "time_zone" in patch:
            after = replace(after, time_zone=patch["time_zone"])
            if after.time_zone is not None:
                self._refuse_unknown_zone("/time_zone", after.time_zone)
        if "schedule" in patch:
            after = replace(after, schedule=self._schedule(patch["schedule"]))
        if "posting" in patch:
            after = replace(after, posting=self._section(after.posting, patch["posting"]))
            self._refuse_blind_move(patch["posting"])
        if "expenses" in patch:
            expenses = self._section(after.expenses, patch["expenses"])
            self._require_catch_all_vendor(expenses)
            after = replace(after, expenses=expenses)
        if "invoices" in patch:
            after = replace(after, invoices=self._section(after.invoices, patch["invoices"]))
        for part in ("expenses", "invoices"):
            given = patch.get(part, {})
            self.problems += unfit_settings(self.deps, self.connection, after, part, given)
        if "ledger" in patch:
            after = replace(after, ledger=self._chosen(patch["ledger"]))
        if "block" in patch or "unblock" in patch:
            blocked = self._blocked(patch.get("block", ()), patch.get("unblock", ()))
            after = replace(after, blocked=blocked)
        return after

    def _wrong(self, pointer: str, message: str, remedy: str) -> None:
        self.problems.append(FieldError(pointer, message, remedy))

    def _lists(self, names: Sequence[str] | None) -> tuple[ListType, ...] | None:
        if names is None:
            return None
        offered = self.deps.connector(self.connection.ledger).lists
        usual = [kind for kind, traits in offered.items() if not traits.on_request]
        if not names:
            remedy = "Name at least one list. To read no lists, set the direction to out."
            self._wrong("/lists", "No list is named.", remedy)
        for place, name in enumerate(names):
            remedy = f"Use some of: {', '.join(usual)}."
            if name not in offered:
                self._wrong(f"/lists/{place}", f"{self.connection.ledger} has no {name}.", remedy)
            elif name not in usual:
                message = f"{name} is only read on request, for a range of days."
                self._wrong(f"/lists/{place}", message, "Leave it out and start a sync for it.")
        return tuple(kind for kind in usual if kind in names)

    def _direction(self, name: str) -> Direction:
        if name not in list(Direction):
            remedy = f"Use one of: {', '.join(Direction)}."
            self._wrong("/direction", f"{name} is not a direction.", remedy)
            return self.before.direction
        return Direction(name)

    def _schedule(self, given: Mapping[str, Any]) -> Schedule:
        schedule = self.before.schedule
        if (mode := given.get("mode", schedule.mode)) not in list(ScheduleMode):
            remedy = f"Use one of: {', '.join(ScheduleMode)}."
            self._wrong("/schedule/mode", f"{mode} is not a schedule.", remedy)
            mode = schedule.mode
        hour = given.get("hour", schedule.hour)
        if type(hour) is not int or hour not in range(24):
            self._wrong("/schedule/hour", f"{hour} is not an hour.", "Use a whole number, 0 to 23.")
        zone = given.get("time_zone", schedule.time_zone)
        self._refuse_unknown_zone("/schedule/time_zone", zone)
        return replace(schedule, mode=ScheduleMode(mode), hour=hour, time_zone=zone)

    def _refuse_unknown_zone(self, pointer: str, zone: str) -> None:
        if zone not in time_zones():
            remedy = "Use a name of the IANA time zone database, such as America/New_York."
            self._wrong(pointer, f"{zone} is not a time zone.", remedy)

    def _refuse_blind_move(self, given: Mapping[str, Any]) -> None:
        """A document cannot be moved to the first open day of a ledger that does not show it."""
        connector = self.deps.connector(self.connection.ledger)
        if given.get("closed_period") == ClosedPeriod.MOVE and not connector.shows_closed_books:
            self._wrong(
                "/posting/closed_period",
                "The accounting system does not show through which day its books are closed, so no"
                " document can be moved to the first open day.",
                'Leave it at "stop". A record in a closed period then ends with the reason'
                " closed_period; give it another date, or open the period.",
            )

    def _section(self, before: Section, given: Mapping[str, Any]) -> Section:
        try:
            return changed(before, given)
        except Invalid as wrong:
            self.problems.extend(wrong.problems)
            return before

    def _chosen(self, given: Mapping[str, Any]) -> Chosen:
        offered = self.deps.connector(self.connection.ledger).choices
        if wrong := list(ledger_choices.problems(offered, given)):
            self.problems.extend(wrong)
            return self.before.ledger
        chosen = ledger_choices.changed(self.before.ledger, given)
        uses = {n: use for n, value in given.items() if value and (use := offered[n].use(value))}
        after = replace(self.before, ledger=chosen)
        self.problems += unfit_choices(self.deps, self.connection, after, uses)
        return chosen

    def _require_catch_all_vendor(self, expenses: ExpenseSettings) -> None:
        if expenses.missing_payee is MissingPayee.CATCH_ALL and not expenses.catch_all_vendor_id:
            message = "No vendor is chosen for expenses without a payee."
            remedy = "Choose a vendor, or set missing_payee to refuse."
            self._wrong("/expenses/catch_all_vendor_id", message, remedy)

    def _blocked(self, block: Sequence[str], unblock: Sequence[str]) -> frozenset[str]:
        known = self._known([*block, *unblock])
        self.named = list(known.values())
        for place, name in enumerate(block):
            if name in unblock:
                message = f"{name} appears in both block and unblock."
                self._wrong(f"/block/{place}", message, "Remove it from one of them.")
            elif name not in known and name not in self.before.blocked:
                remedy = "Use the type and id of a synced record, such as customer:58."
                self._wrong(f"/block/{place}", f"There is no record {name}.", remedy)
        blocked = (self.before.blocked | set(block)) - set(unblock)
        if len(blocked) > MOST_BLOCKED:
            message = f"{len(blocked)} records would be blocked; at most {MOST_BLOCKED} can be."
            self._wrong("/block", message, "Unblock some, or leave out whole lists.")
        return blocked

    def _known(self, names: Sequence[str]) -> Mapping[str, ListRecord]:
        """The synced records among these, by `type:id`."""
        ids: dict[ListType, list[str]] = {}
        for name in dict.fromkeys(names):
            kind, _, record_id = name.partition(":")
            if kind in list(ListType) and record_id:
                ids.setdefault(ListType(kind), []).append(record_id)
        return {
            f"{kind}:{record_id}": record
            for kind, some in ids.items()
            for record_id, record in self.deps.lists.get(self.connection.key, kind, some).items()
        }


@cache
def time_zones() -> frozenset[str]:
    """The names of time zones that settings may use, the same on every machine."""
    return frozenset(available_timezones()) - {"Factory", "localtime"}


def _sync_added_lists(
    deps: Dependencies, connection: Connection, user: str, before: Settings, after: Settings
) -> None:
    """Sync the lists that were not synced before. A connection that is not connected is skipped,
    because a connect syncs all lists."""
    if connection.state is not ConnectionState.CONNECTED:
        return
    old, new = (synced_lists(deps, connection, settings) for settings in (before, after))
    added = tuple(kind for kind in new if kind not in old)
    if added:
        key = f"settings#{deps.ids.new(deps.clock.now())}"
        start_sync(deps, connection, user, "settings", key, wanted=added)


def _sync_blocked_records(
    deps: Dependencies,
    connection: Connection,
    user: str,
    named: Sequence[ListRecord],
    after: Settings,
) -> None:
    """Sync the named records whose stored `blocked` does not match the settings yet."""
    names = {f"{record.type}:{record.id}": record for record in named if not record.gone}
    outdated = tuple(n for n, record in names.items() if record.blocked != (n in after.blocked))
    if outdated:
        key = f"settings#{deps.ids.new(deps.clock.now())}"
        start_sync(deps, connection, user, "settings", key, wanted=(), reviewed=outdated)
