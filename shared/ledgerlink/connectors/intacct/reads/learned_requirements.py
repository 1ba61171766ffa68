"""Requirements learned from rejections: to which account the ledger posts what names none.

The lists show which dimensions an account requires, but not which account is behind an item or a
time type; and they may be older than the bookkeeper's latest change. The pair is kept in the
connector state. What the account requires is read again for each plan, so no record is blocked over
a requirement that no longer exists.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Any

from ledgerlink.connectors.intacct.documents.required_dimensions import (
    SUPPLIED_BY,
    booked_on,
    demanded_dimension,
    has_dimension,
    posted_lines,
)
from ledgerlink.connectors.intacct.protocol import queries, values
from ledgerlink.connectors.intacct.protocol.faults import Fault
from ledgerlink.connectors.intacct.protocol.record_ids import parse_ref
from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.response import Result
from ledgerlink.connectors.intacct.protocol.values import text
from ledgerlink.connectors.intacct.reads.map_lists import REQUIRED_FLAGS
from ledgerlink.domain.model.company import Required
from ledgerlink.domain.model.plan import Write
from ledgerlink.domain.ports import ConnectorState

STATE_KEY, NO_DRAFTS_KEY = "accounts", "no_timesheet_drafts"
EVERY_ACCOUNT = ""
"""Stands for the account where the company requires something of all lines."""
MAX_ACCOUNTS = 200
"""How many pairs are kept; the oldest ones are forgotten."""


class LearnedRequirements:
    """The learned accounts, by the name of what is posted to them. Workers hand them on by the
    connector state."""

    def __init__(self, state: ConnectorState) -> None:
        self.has_drafts = not state.get(NO_DRAFTS_KEY, False)
        """Whether timesheets can be drafts, which the Projects subscription brings."""
        self._accounts: dict[str, list[str]] = {
            str(name): list(map(str, some)) for name, some in state.get(STATE_KEY, {}).items()
        }

    def learn_from(self, write: Write, fault: Fault) -> None:
        """Learn from the rejection of a write, if it is certain which line it is about. A location
        that no account requires is one that a company of several entities requires of all lines."""
        dimension, account = demanded_dimension(fault)
        if dimension == "location" and not account:
            self._keep(write.kind, EVERY_ACCOUNT)
        if not account or dimension not in SUPPLIED_BY:
            return
        lacking = {
            booked_on(write.kind, line)
            for line in posted_lines(write.body)
            if not has_dimension(line, dimension)
        }
        with_account = {name for name in lacking if parse_ref(name).id == account}
        candidates = with_account or lacking
        if len(candidates) == 1:
            (name,) = candidates
            self._keep(name, account)

    def account_queries(self) -> list[Function]:
        """Queries of what the learned accounts require; none if there are none."""
        numbers = sorted(set(chain.from_iterable(self._accounts.values())) - {EVERY_ACCOUNT})
        fields = ["RECORDNO", "ACCOUNTNO", *REQUIRED_FLAGS]
        return [
            queries.query(STATE_KEY, "GLACCOUNT", fields, queries.is_in("ACCOUNTNO", some))
            for some in queries.batches_of(numbers)
        ]

    def required(self, results: Collection[Result], *, needs_location: bool = False) -> Required:
        """What the accounts require now, by what is posted to them; accounts without requirements
        are forgotten. `needs_location` says that the company may require one of all lines."""
        by_account = {
            **dict(_requirements(results)),
            EVERY_ACCOUNT: ["location"] if needs_location else [],
        }
        kept = {
            name: [account for account in accounts if by_account.get(account)]
            for name, accounts in self._accounts.items()
        }
        if all(result.succeeded for result in results):
            self._accounts = {name: accounts for name, accounts in kept.items() if accounts}
        return {
            name: {dimension: account for account in accounts for dimension in by_account[account]}
            for name, accounts in kept.items()
            if accounts
        }

    def state(self) -> dict[str, Any]:
        """What the next worker has to know, as JSON values."""
        drafts = {} if self.has_drafts else {NO_DRAFTS_KEY: True}
        return {**({STATE_KEY: self._accounts} if self._accounts else {}), **drafts}

    def _keep(self, name: str, account: str) -> None:
        others = [each for each in self._accounts.pop(name, []) if each != account]
        self._accounts[name] = [*others, account]
        while len(self._accounts) > MAX_ACCOUNTS:
            del self._accounts[next(iter(self._accounts))]


def _requirements(results: Collection[Result]) -> Iterator[tuple[str, Sequence[str]]]:
    """The dimensions that each account requires, by its number."""
    for row in (row for result in results for row in result.rows):
        required = [name for flag, name in REQUIRED_FLAGS.items() if values.flag(row, flag)]
        yield text(row, "ACCOUNTNO") or "", required
