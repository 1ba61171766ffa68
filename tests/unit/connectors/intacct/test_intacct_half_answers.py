"""Answers that are about half of a write, moves that stop halfway, and the days of a search: what
would lose or double hours and money if it were taken for the whole (cases: mutants)."""

from dataclasses import replace
from datetime import date

import httpx
import pytest
from ledgerlink.connectors.intacct.documents.marker import short_id
from ledgerlink.domain.errors import LedgerUnavailable
from ledgerlink.domain.model.references import ExistingRecord
from lxml import etree

from tests.fakes.clock import START
from tests.unit.connectors.intacct.in_memory_gateway import answering, raw
from tests.unit.connectors.intacct.open_company import OpenCompany, create, update
from tests.unit.connectors.intacct.resolved_records import invoice
from tests.unit.connectors.intacct.sample_documents import COMPOSER, PERSON
from tests.unit.connectors.intacct.test_intacct_timesheets import FAILED, POSTED, entry


def only_the_first_result(request: httpx.Request) -> httpx.Response:
    """The answer of a gateway that carried out the first function and says nothing of the rest."""
    first = etree.fromstring(request.content).find("operation/content/function")
    assert first is not None
    step = answering(first.get("controlid", ""), "")
    assert callable(step)
    return step(request)


def places(company: OpenCompany) -> list[tuple[str, str]]:
    """The notes of each entry, with the first day of the timesheet that it is in."""
    sheets = {row["RECORDNO"]: row["BEGINDATE"] for row in company.gateway.rows("TIMESHEET")}
    entries = company.gateway.rows("TIMESHEETENTRY")
    there = [row for row in entries if row["TIMESHEETKEY"] in sheets]
    return sorted((row["NOTES"], sheets[row["TIMESHEETKEY"]]) for row in there)


@pytest.mark.parametrize("words", ["The period is closed.", "Invalid Project 'P-1' specified."])
async def test_an_entry_whose_new_timesheet_is_refused_stays_in_the_old_one(words: str) -> None:
    """Case mutants, timesheets.py:199: hours would be lost."""
    company = OpenCompany()
    was = entry("t1")
    await company.write(create(0, was), create(1, entry("t2")))
    before = [dict(row) for row in company.gateway.rows("TIMESHEETENTRY")]
    company.gateway.refusals = {"<create><TIMESHEET>": [("BL01001973", words)]}
    moved = entry("t1", day=date(2026, 3, 10))
    await company.write(update(2, moved, was, company.outcomes[0].ledger_id), name="r2")
    assert company.outcomes[2].state is FAILED
    assert company.gateway.rows("TIMESHEETENTRY") == before


async def test_of_two_moves_the_refused_one_stays_and_the_other_goes() -> None:
    """Case mutants, timesheets.py:199. Two people's new timesheets, one of which is refused."""
    company = OpenCompany()
    was, other = entry("t1"), entry("t2", staff=ExistingRecord("employee/E2"))
    await company.write(create(0, was), create(1, other))
    company.gateway.refusals = {"<create><TIMESHEET><EMPLOYEEID>E2": [("BL01001973", "No.")]}
    there = date(2026, 3, 10)
    await company.write(
        update(2, entry("t1", day=there), was, company.outcomes[0].ledger_id),
        update(
            3,
            entry("t2", staff=ExistingRecord("employee/E2"), day=there),
            other,
            company.outcomes[1].ledger_id,
        ),
        name="r2",
    )
    assert (company.outcomes[2].state, company.outcomes[3].state) == (POSTED, FAILED)
    assert places(company) == [("[time:t1]", "03/09/2026"), ("[time:t2]", "03/02/2026")]


async def test_an_entry_that_was_not_read_back_is_linked_to_where_it_is() -> None:
    """Case mutants, judging.py:82: a link with its parts swapped points nowhere, and the next
    change would double the hours."""
    company = OpenCompany()
    company.gateway.script = [None, None, None, *[raw(b"", 502)] * 9]
    with pytest.raises(LedgerUnavailable):
        await company.write(create(0, entry("t1")))
    (sheet,) = company.gateway.rows("TIMESHEET")
    linked = company.outcomes[0].ledger_id
    assert linked == f"{sheet['RECORDNO']}/time:t1"
    company.gateway.script = []
    moved = entry("t1", day=date(2026, 3, 10))
    await company.write(update(1, moved, entry("t1"), linked), name="r2")
    assert company.outcomes[1].state is POSTED
    assert places(company) == [("[time:t1]", "03/09/2026")]


async def test_a_person_of_whom_only_the_contact_is_known_to_be_made_has_no_outcome() -> None:
    """Case mutants, posting.py:173: half of a write is not the write."""
    company = OpenCompany()
    company.gateway.script = [None, None, only_the_first_result]
    await company.write(create(0, PERSON))
    assert company.outcomes == {}
    assert company.gateway.rows("EMPLOYEE") == []
    await company.write(create(0, PERSON), name="r2")
    assert company.outcomes[0].state is POSTED


async def test_orders_of_different_days_are_all_found_by_their_markers() -> None:
    """Case mutants, searching.py:147: lost answers of earlier days would be sent again."""
    company = OpenCompany()
    days = [date(2026, 3, 20), date(2026, 3, 2), date(2026, 3, 31), date(2026, 2, 3)]
    documents = [
        replace(COMPOSER.invoice(invoice(key=f"invoice:{n}", reference=f"invoice:{n}", day=day)))
        for n, day in enumerate(days)
    ]
    writes = [create(seq, document) for seq, document in enumerate(documents)]
    company.gateway.after = [httpx.ReadError("cut after the commit")]
    await company.write(*writes)
    assert company.outcomes == {}
    found = await company.ledger.find_lost_writes(writes, START, ())
    assert sorted(found) == [0, 1, 2, 3]
    assert len({outcome.ledger_id for outcome in found.values()}) == 4


@pytest.mark.parametrize("length", [12, 20, 30])
@pytest.mark.parametrize("name", ["", "A", "Acme & Söhne", "x" * 50, "ab " * 20, "--- ---"])
def test_a_made_id_uses_the_length_it_may_have_and_no_more(name: str, length: int) -> None:
    """Case mutants, marks.py:43."""
    made = short_id("client:1", name, length)
    assert len(made) <= length
    assert made.endswith(short_id("client:1"))
    if name == "x" * 50:
        assert len(made) == length
    assert made == short_id("client:1", name, length) != short_id("client:2", name, length)
