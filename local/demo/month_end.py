"""The end of a month on the screen: everything posted, proved, paid, corrected and taken back."""

import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal

from rich.console import Console

from local.demo.answers import Change, Run
from local.demo.api import Api
from local.demo.chart import Chart
from local.demo.documents_by_kind import activities, of_ledger, of_month
from local.demo.ledger import Company, Invoice
from local.demo.month import Month, Record
from local.demo.month_tables import kinds_table, outcomes_table, preview_table
from local.demo.sandbox import SandboxAdmin, Traffic
from local.demo.tables import problems_table
from local.demo.watching import Watch

FILE = "file/"
PAID = "paid"
TOLD = ("status", "balance", "paid_on")
NOT_KEPT, NOT_MARKED = "invalid_record", "time_not_linked"
"""Why time is not posted, and why it is not marked as billed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthEnd:
    """A bookkeeper at the end of a month, whose places are still open."""

    month: Month
    api: Api
    connection_id: str
    company: Company
    sandbox: SandboxAdmin
    new_key: Callable[[], str]
    console: Console
    monotonic: Callable[[], float] = time.monotonic

    def show(self) -> bool:
        """Whether both sides agree to the cent at every turn, and everything went as it should."""
        month = self.month.filled(self._place())
        self._say(
            f"[bold]8 Month[/]: {len(month.time)} time entries, {len(month.expenses)} expenses "
            f"and {len(month.invoices)} invoices of events/month"
        )
        turns = (self._people, self._post, self._pay, self._correct, self._take_back)
        return all(turn(month) for turn in turns)

    def _place(self) -> Callable[[str], str | None]:
        """What fills the places of the files: uploads, and the company's own lists."""
        chart = Chart(lambda kind: list(self.api.records(self.connection_id, kind)))

        def fill(place: str) -> str | None:
            if not place.startswith(FILE):
                return chart.find(place)
            receipt = self.month.receipt(place.removeprefix(FILE))
            return self.api.upload_file(self.connection_id, receipt)

        return fill

    def _people(self, month: Month) -> bool:
        """Clients, projects and staff do not wait for time: they are there at once."""
        begun = self.monotonic()
        run, _ = self._run(month.people)
        people, places = month.names()
        there = len(people & self.company.people())
        there += len(places & set(self.company.customers().values()))
        wanted, took = len(people | places), self.monotonic() - begun
        self._say(
            f"  clients, projects and staff go by themselves, at once: {_counts(run)}; "
            f"the ledger lists {there} of {wanted} after {took:.1f} s"
        )
        return there == wanted and self._went_well(run)

    def _post(self, month: Month) -> bool:
        """Time, expenses and invoices in one post, previewed, proved, and posted once more."""
        self.api.put_all_rules(self.connection_id, month.rules)
        self.api.change_settings(self.connection_id, month.settings)
        plan = self.api.preview_post(self.connection_id, month.post())
        self.console.print(preview_table(plan, self.company.traits.words))
        run, traffic = self._run(month.post())
        well = self._all_but_refused(run, month) and self._agrees(month, shown=True)
        well = well and self._billed(run, month)
        if traffic.written:
            self._say(f"  posted: {_counts(run)}; records written: {traffic.written}")
            run, traffic = self._run(month.post())
        again = self._is_true(not traffic.written, "The same month was written again.")
        if again:
            self._say(f"  posted again, nothing is written: {_counts(run)}")
        return well and again

    def _all_but_refused(self, run: Run, month: Month) -> bool:
        """Whether all was posted but the time that such a ledger does not keep."""
        wanted = {f"time:{key}" for key in month.not_kept(self.company.traits)}
        blocked = self.api.problems(self.connection_id, run.id)
        refused = {one.key: one.reason for one in blocked if one.reason and one.key in wanted}
        told = Counter(why.message for why in refused.values() if why.code == NOT_KEPT)
        for message, count in told.items():
            self._say(f"  not posted: {count} time entries. {message}")
        here = self._is_true(told.total() == len(wanted), "Time is not refused as it should be.")
        return self._went_well(run, wanted) and here

    def _billed(self, run: Run, month: Month) -> bool:
        """The time that invoices bill is marked so where the ledger can mark it."""
        marks, entries = self.company.traits.marks_billed, len(month.billed())
        found = sum(activity.billed for activity in activities(self.company, month))
        there = f"{found} are marked so there" if marks else "the ledger marks none"
        self._say(f"  billed: of {entries} entries on invoices {there}")
        items = self.api.items(self.connection_id, run.id)
        warned = any(w.code == NOT_MARKED for item in items for w in item.warnings)
        words = "Time that an invoice bills is not marked so."
        return self._is_true(found == (entries if marks else 0) and not warned, words)

    def _pay(self, month: Month) -> bool:
        """The first invoice is paid in the ledger, unless it is, and comes back as paid."""
        invoice = self.company.invoice(str(month.invoices[0]["number"]))
        if invoice.due:
            self.company.pay(invoice, month.payday())
            self._say(f"  paid: invoice {invoice.number}, {invoice.total:,.2f}")
            self._watch(self.api.sync(self.connection_id, self.new_key(), "invoice"))
        return self._comes_back(invoice, month)

    def _comes_back(self, invoice: Invoice, month: Month) -> bool:
        told = self._newest_change(invoice.id)
        if told is None:
            return self._is_true(False, "The feed knows nothing of the invoice.")
        fields = told.record.fields
        words = ", ".join(f"{name} {fields.get(name)}" for name in TOLD)
        self._say(f"  entry {told.seq} of the feed: invoice {invoice.number}: {words}")
        is_paid = fields.get("status") == PAID and fields.get("paid_on") == str(month.payday())
        settled = is_paid and Decimal(str(fields.get("balance"))) == 0
        return self._is_true(settled, "The invoice does not come back as paid.")

    def _newest_change(self, invoice_id: str) -> Change | None:
        some = (c for c in self.api.changes(self.connection_id) if c.type == "invoice")
        return max(
            (c for c in some if c.record.id == invoice_id), key=lambda c: c.seq, default=None
        )

    def _correct(self, month: Month) -> bool:
        """One expense changes and one goes; what is paid may not change any more."""
        body, words = month.correction()
        run, _ = self._run(body)
        items = self.api.items(self.connection_id, run.id)
        self._say(f"  corrected: {words}")
        self.console.print(outcomes_table(items, self.company.traits.words))
        reasons = [item.reason.code for item in items if item.reason]
        refused = self._is_true(reasons == [PAID], "The invoice was not refused for being paid.")
        return refused and self._agrees(month.corrected())

    def _take_back(self, month: Month) -> bool:
        run, _ = self._run({"expenses": list(month.expenses)})
        self._say(f"  taken back, by posting the expenses as they were: {_counts(run)}")
        return self._went_well(run) and self._agrees(month)

    def _run(self, body: Record) -> tuple[Run, Traffic]:
        """What became of a post, and what of it reached the ledger."""
        mark = self.sandbox.mark()
        asked = self.api.post(self.connection_id, self.new_key(), body)
        run = self._watch(asked)
        return run, self.sandbox.traffic(self.company.id, mark)

    def _watch(self, run: Run) -> Run:
        return Watch(self.api, self.connection_id, self.console).until_ended(run)

    def _agrees(self, month: Month, *, shown: bool = False) -> bool:
        """Whether both sides are equal by kind; where they are not, it is seen which."""
        traits = self.company.traits
        ours, theirs = of_month(month, traits), of_ledger(self.company, month)
        if shown or ours != theirs:
            self.console.print(kinds_table(traits.names, ours, theirs))
        return self._is_true(ours == theirs, "The month and the ledger differ.")

    def _went_well(self, run: Run, but: Collection[str] = ()) -> bool:
        """Whether there are no problems but with these items."""
        found = self.api.problems(self.connection_id, run.id)
        problems = [item for item in found if item.key not in but]
        if problems:
            self.console.print(problems_table(problems))
        return not problems

    def _is_true(self, fact: bool, otherwise: str) -> bool:
        if not fact:
            self._say(f"[bold red]{otherwise}[/]")
        return fact

    def _say(self, words: str) -> None:
        self.console.print(words, highlight=False)


def _counts(run: Run) -> str:
    """The run's items by state, in words."""
    return ", ".join(f"{count:,} {state}" for state, count in run.counts.items() if count)
