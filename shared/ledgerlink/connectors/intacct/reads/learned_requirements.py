"""What refusals teach: on which account the ledger books what names none.

The lists tell what an account asks for, but not which account is behind an item or a type of time,
and they may be older than what a bookkeeper changed. The pair is kept with the connection; what the
account asks for is read again whenever a plan is made, so nothing is held against a record that the
ledger would take by now.
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

STATE_KEY = "accounts"
EVERY_ACCOUNT = ""
"""Stands for an account where the company asks, whatever the account."""
MAX_ACCOUNTS = 200
"""Pairs that are kept; older ones are forgotten."""


class LearnedRequirements:
    """The accounts that were learned, by the name of what is booked on them; survives its
    worker."""

    def __init__(self, state: ConnectorState) -> None:
        self._accounts: dict[str, list[str]] = {
            str(name): list(map(str, some)) for name, some in state.get(STATE_KEY, {}).items()
        }

    def note(self, write: Write, fault: Fault) -> None:
        """Learn from the refusal of a write, where it is certain which line it is about. A location
        that no account asks for is what a company of several entities asks of all lines."""
        dimension, account = demanded_dimension(fault)
        if dimension == "location" and not account:
            self._keep(write.kind, EVERY_ACCOUNT)
        if not account or dimension not in SUPPLIED_BY:
            return
        names = {
            booked_on(write.kind, line)
            for line in posted_lines(write.body)
            if not has_dimension(line, dimension)
        }
        own = {name for name in names if parse_ref(name).id == account}
        if len(own or names) == 1:
            (name,) = own or names
            self._keep(name, account)

    def _keep(self, name: str, account: str) -> None:
        known = [each for each in self._accounts.pop(name, []) if each != account]
        self._accounts[name] = [*known, account]
        while len(self._accounts) > MAX_ACCOUNTS:
            del self._accounts[next(iter(self._accounts))]

    def question(self) -> list[Function]:
        """What to ask so that `required` can tell; nothing where nothing was learned."""
        numbers = sorted(set(chain.from_iterable(self._accounts.values())) - {EVERY_ACCOUNT})
        fields = ["RECORDNO", "ACCOUNTNO", *REQUIRED_FLAGS]
        return [
            queries.query(STATE_KEY, "GLACCOUNT", fields, queries.among("ACCOUNTNO", some))
            for some in queries.batches_of(numbers)
        ]

    def required(self, told: Collection[Result], *, located: bool = False) -> Required:
        """What the accounts ask for now of what is booked on them. One that asks for nothing is
        learned no more. `located` says that all lines may need a location."""
        demands = {**dict(_demands(told)), EVERY_ACCOUNT: ["location"] if located else []}
        kept = {n: [a for a in some if demands.get(a)] for n, some in self._accounts.items()}
        if all(result.succeeded for result in told):
            self._accounts = {name: some for name, some in kept.items() if some}
        return {
            name: {dimension: account for account in some for dimension in demands[account]}
            for name, some in kept.items()
            if some
        }

    def state(self) -> dict[str, Any]:
        """The memory as JSON values."""
        return {STATE_KEY: self._accounts} if self._accounts else {}


def _demands(told: Collection[Result]) -> Iterator[tuple[str, Sequence[str]]]:
    for row in (row for result in told for row in result.rows):
        said = [dimension for name, dimension in REQUIRED_FLAGS.items() if values.flag(row, name)]
        yield text(row, "ACCOUNTNO") or "", said
