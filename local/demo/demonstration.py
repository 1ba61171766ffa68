"""The demonstration: connect, bring lists in, set rules, post, and compare both sides."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console

from local.demo import totals
from local.demo.api import Api, Connection, Run
from local.demo.books import Books, Json, entries, json_lines
from local.demo.connecting import Reception
from local.demo.ledger import Company
from local.demo.lists import Lists
from local.demo.sandbox import Sandbox
from local.demo.tables import (
    Effort,
    effort_table,
    lists_table,
    problems_table,
    projects_table,
)
from local.demo.timesheet import Timesheet
from local.demo.watching import Watch

INLINE_ENTRIES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """One showing. `company` opens a ledger company for reading; `new_key` makes a new
    Idempotency-Key, so that every showing plans anew."""

    timesheet: Timesheet
    api: Api
    sandbox: Sandbox
    reception: Reception
    company: Callable[[str], Company]
    new_key: Callable[[], str]
    console: Console
    everything: bool = False
    monotonic: Callable[[], float] = time.monotonic

    def show(self, fresh: bool) -> bool:
        """Whether the file and the ledger agree and nothing went wrong."""
        sheet = self.timesheet
        self._say(f"[bold]1 Connect[/] a company for {sheet.name}")
        connection = self.reception.company(f"Demo of {sheet.name}", fresh)
        realm = str(connection.company_id)
        self._say(f"  connected: {connection.company_name} (company {realm})")
        self._bring_lists_in(connection)
        books, company = Books.of(sheet), self.company(realm)
        self._set_rules(connection, books, company)
        effort = self._post(connection, realm)
        self._say("[bold]5 Proof[/]: everything read back from the ledger by its query API")
        return self._prove(connection, books, company, effort)

    def _bring_lists_in(self, connection: Connection) -> None:
        run = Lists(self.api, connection.id, self.console).bring_in(self.new_key)
        first = run.sync is not None and run.sync.trigger == "connect"
        words = "the first sync came by itself" if first else "what changed since the last time"
        self._say(f"[bold]2 Lists[/]: {words}; {run.metered} metered calls")
        self.console.print(lists_table(run))

    def _set_rules(self, connection: Connection, books: Books, company: Company) -> None:
        account = company.income_account()
        rules = books.rules(account)
        for kind, mappings in rules.items():
            self.api.put_rules(connection.id, kind, mappings)
        counts = ", ".join(f"{len(mappings)} {kind}" for kind, mappings in rules.items())
        self._say(f"[bold]3 Rules[/]: create {counts}; income goes to account {account}")

    def _post(self, connection: Connection, realm: str) -> Effort:
        count = len(self.timesheet.rows)
        self._say(f"[bold]4 Post[/] {count:,} entries")
        mark, begun = self.sandbox.mark(), self.monotonic()
        run = self._start(connection)
        watch = Watch(self.api, connection.id, self.console)
        run = watch.until_ended(run)
        seconds = self.monotonic() - begun
        traffic = self.sandbox.traffic(realm, mark)
        return Effort(run, traffic, count, seconds, self.sandbox.scale())

    def _start(self, connection: Connection) -> Run:
        sheet = self.timesheet
        if len(sheet.rows) <= INLINE_ENTRIES:
            inline: dict[str, Json] = {"time_entries": list(entries(sheet))}
            return self.api.post(connection.id, self.new_key(), inline)
        upload = self.api.upload(connection.id, json_lines(sheet))
        return self.api.post(connection.id, self.new_key(), {"upload_id": upload})

    def _prove(
        self, connection: Connection, books: Books, company: Company, effort: Effort
    ) -> bool:
        file = totals.of_file(self.timesheet, books)
        ledger = totals.of_ledger(company.activities(), company.customers())
        comparisons = totals.compare(file, ledger)
        problems = list(self.api.problems(connection.id, effort.run.id))
        self.console.print(projects_table(comparisons, self.everything), effort_table(effort))
        if problems:
            self.console.print(problems_table(problems))
        agreed = all(comparison.agrees for comparison in comparisons)
        self._verdict(effort, agreed, bool(problems))
        return agreed and not problems

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
