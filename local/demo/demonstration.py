"""The demonstration: connect, bring lists in, import, correct, undo, post a month, and compare both
sides all the way."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console

from local.demo import totals
from local.demo.answers import Connection, Import
from local.demo.api import Api
from local.demo.books import Books, Json, entries
from local.demo.importing import Entries, Importing, corrected, days, suggested
from local.demo.ledger import Company
from local.demo.lists import Lists
from local.demo.month_end import MonthEnd
from local.demo.sandbox import SandboxAdmin
from local.demo.tables import (
    Effort,
    effort_table,
    items_table,
    lists_table,
    plan_table,
    problems_table,
    projects_table,
    suggestions_table,
)
from local.demo.timesheet import Timesheet

FEWEST = 4
"""Entries that a file must have for some of them to be corrected."""
SHOWN_ITEMS = 8


class CompanyConnector(Protocol):
    """Has a company of that name connected: the newest, or a new one."""

    def company(self, name: str, fresh: bool) -> Connection: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """One showing. `company` opens a ledger company for reading; `new_key` makes a new
    Idempotency-Key, so that every showing plans anew. `month_end` is the month after the timesheet,
    and `others` the names of its projects."""

    timesheet: Timesheet
    month_end: Callable[[Connection], MonthEnd]
    others: Collection[str]
    api: Api
    sandbox: SandboxAdmin
    company_connector: CompanyConnector
    company: Callable[[str], Company]
    new_key: Callable[[], str]
    console: Console
    everything: bool = False
    monotonic: Callable[[], float] = time.monotonic

    def show(self, fresh: bool) -> bool:
        """Whether the files and the ledger agree and nothing went wrong."""
        sheet = self.timesheet
        self._say(f"[bold]1 Connect[/] a company for {sheet.name}")
        connection = self.company_connector.company(f"Demo of {sheet.name}", fresh)
        realm = str(connection.company_id)
        self._say(f"  connected: {connection.company_name} (company {realm})")
        self._bring_lists_in(connection)
        books, company = Books.of(sheet), self.company(realm)
        keeper = Importing(self.api, connection.id, self.console, self.new_key)
        told = list(entries(sheet))
        draft = self._map(keeper, connection, books, company, told)
        effort = self._import(keeper, realm, draft, len(told))
        self._say("[bold]5 Proof[/]: everything read back from the ledger by its query API")
        if not self._prove(connection, books, company, effort):
            return False
        if len(told) >= FEWEST:
            undone = self._correct_and_undo(keeper, connection, books, company, told)
        else:
            undone = True
        return undone and self._end_of_month(connection)

    def _bring_lists_in(self, connection: Connection) -> None:
        run = Lists(self.api, connection.id, self.console).bring_in(self.new_key)
        first = run.sync is not None and run.sync.trigger == "connect"
        words = "the first sync came by itself" if first else "what changed since the last time"
        self._say(f"[bold]2 Lists[/]: {words}; {run.metered} metered calls")
        self.console.print(lists_table(run))

    def _map(
        self,
        keeper: Importing,
        connection: Connection,
        books: Books,
        company: Company,
        told: Entries,
    ) -> Import:
        """A draft whose users, projects and labor codes all have a rule."""
        draft = keeper.draft(told, books, days(told))
        mapped = list(keeper.mapping(draft))
        open_ones = [one for _, one in mapped if one.rule is None]
        self._say(
            f"[bold]3 Map[/]: a draft of {len(told):,} entries names {len(mapped)} users, "
            f"projects and labor codes; {len(open_ones)} have no rule yet"
        )
        if found := suggested(mapped):
            self.console.print(suggestions_table(found))
        account = company.income_account()
        rules = books.rules(account)
        for kind, mappings in rules.items():
            self.api.put_rules(connection.id, kind, mappings)
        counts = ", ".join(f"{len(mappings)} {kind}" for kind, mappings in rules.items())
        self._say(f"  rules: create {counts}; income goes to account {account}")
        return draft

    def _import(self, keeper: Importing, realm: str, draft: Import, count: int) -> Effort:
        mark, begun = self.sandbox.mark(), self.monotonic()
        ready = keeper.planned(draft)
        self._say(
            f"[bold]4 Preview[/]: planned in {self.monotonic() - begun:.1f} s; "
            "nothing is written before it is started"
        )
        return self._let_loose(keeper, realm, ready, count, mark)

    def _let_loose(
        self, keeper: Importing, realm: str, ready: Import, count: int, mark: int
    ) -> Effort:
        """`mark` is where the ledger's journal ended before it was planned."""
        self.console.print(plan_table(ready))
        begun = self.monotonic()
        run = keeper.let_loose(ready)
        seconds = self.monotonic() - begun
        traffic = self.sandbox.traffic(realm, mark)
        return Effort(run, traffic, count, seconds, self.sandbox.scale())

    def _correct_and_undo(
        self,
        keeper: Importing,
        connection: Connection,
        books: Books,
        company: Company,
        told: Entries,
    ) -> bool:
        """Three entries are corrected and a rule is changed; then all that is taken back."""
        realm = str(connection.company_id)
        before = self._in_ledger(company)
        changed, words = corrected(told)
        code, rule = self._least_used_code(books, company)
        self.api.put_rules(connection.id, "labor-codes", {code: {"action": "skip"}})
        self._say(f"[bold]6 Correct[/]: {words}; labor code {code} is skipped from now on")
        draft, mark = keeper.draft(changed, books, days(told)), self.sandbox.mark()
        ready = keeper.planned(draft)
        self.console.print(items_table(self.api.preview(connection.id, ready.id, SHOWN_ITEMS)))
        effort = self._let_loose(keeper, realm, ready, len(changed), mark)
        self._say(f"  records written: {effort.traffic.written:,}, and no other was touched")
        self._say("[bold]7 Undo[/]: the correction is taken back, as a plan like any other")
        mark = self.sandbox.mark()
        self._let_loose(keeper, realm, keeper.undo(ready), len(changed), mark)
        self.api.put_rules(connection.id, "labor-codes", {code: rule})
        after = self._in_ledger(company)
        as_it_was = after == before
        words = "[bold green]The ledger is as it was.[/]"
        self._say(words if as_it_was else "[bold red]The ledger is not as it was.[/]")
        return as_it_was

    def _least_used_code(self, books: Books, company: Company) -> tuple[str, Mapping[str, Json]]:
        counts = Counter(row.labor_code for row in self.timesheet.rows if row.labor_code)
        code = min(counts, key=lambda name: (counts[name], name))
        return code, books.rules(company.income_account())["labor-codes"][code]

    def _prove(
        self, connection: Connection, books: Books, company: Company, effort: Effort
    ) -> bool:
        file = totals.of_file(self.timesheet, books)
        ledger = self._in_ledger(company)
        comparisons = totals.compare(file, ledger)
        problems = list(self.api.problems(connection.id, effort.run.id))
        self.console.print(projects_table(comparisons, self.everything), effort_table(effort))
        if problems:
            self.console.print(problems_table(problems))
        agreed = all(comparison.agrees for comparison in comparisons)
        self._verdict(effort, agreed, bool(problems))
        return agreed and not problems

    def _in_ledger(self, company: Company) -> totals.ByProject:
        """What the ledger holds of the timesheet; the month has projects of its own."""
        found = totals.of_ledger(company.activities(), company.customers())
        return {name: part for name, part in found.items() if name not in self.others}

    def _end_of_month(self, connection: Connection) -> bool:
        agreed = self.month_end(connection).show()
        if agreed:
            self._say("[bold green]The month and the ledger agree to the cent.[/]")
        return agreed

    def _verdict(self, effort: Effort, agreed: bool, problems: bool) -> None:
        if not effort.traffic.written and agreed:
            held = effort.run.counts.get("unchanged", 0)
            self._say(f"Nothing to write: {held:,} entries are in the ledger already.")
        if agreed:
            self._say("[bold green]The file and the ledger agree to the minute and to the cent.[/]")
        else:
            self._say("[bold red]The file and the ledger differ; see the column difference.[/]")
        if problems:
            self._say("[bold red]Some items were not posted; see what to do about each.[/]")

    def _say(self, words: str) -> None:
        self.console.print(words, highlight=False)
