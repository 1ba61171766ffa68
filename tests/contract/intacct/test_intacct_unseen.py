"""What a user may not see, or a company has not subscribed to: it is said, and the rest goes on."""

from dataclasses import replace

import pytest
from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.connectors.intacct.reads.catalog import LIST_SOURCES
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.plan import ItemState

from tests.contract.intacct.books import PASSWORD, USER, Books
from tests.contract.intacct.poster import Poster
from tests.contract.papers import worked


def limits(books: Books) -> list[str]:
    """The codes of what the company's health says."""
    company = books.ask(lambda ledger: ledger.company())
    return [each.code for each in company.features.limits]


def test_a_user_who_may_not_see_deletions_is_told(books: Books) -> None:
    """Cases general 14 and sage-intacct 8. The health says it, and every sync says it of its lists,
    because deletions come with the weekly comparison alone."""
    assert limits(books) == []
    batches = books.changes(ListType.CUSTOMER, ListType.TASK)
    assert [batch.gap for batch in batches.values()] == [None, None]
    user = {"id": USER, "password": PASSWORD, "denied": ["READ AUDITHISTORY"]}
    books.about("", {"users": [user]})
    assert limits(books) == ["deletions_unseen"]
    batches = books.changes(ListType.CUSTOMER, ListType.TASK)
    assert [b.gap.code for b in batches.values() if b.gap] == ["deletions_unseen"] * 2


def test_an_audit_history_without_a_code_is_a_missing_permission(books: Books) -> None:
    """Case sage-intacct 8. The gateway gives the refusal no errorno."""
    words = "You do not have permission to view the audit trail."
    match = {"function": "query", "object": "AUDITHISTORY"}
    books.fail("function_error", errorno="", text=words, match=match, times=9)
    assert limits(books) == ["deletions_unseen"]


@pytest.mark.parametrize("kind", [ListType.CUSTOMER, ListType.PROJECT, ListType.TASK])
def test_a_deletion_that_names_the_record_number_is_seen(books: Books, kind: ListType) -> None:
    """Case sage-intacct 8. `2--REC`: a list that knows its records by another id is read whole."""
    (source,) = LIST_SOURCES[kind]
    number = books.rows(source.entity)[0]["RECORDNO"]
    entry = {"OBJECTTYPE": source.entity.lower(), "OBJECTKEY": f"{number}--REC", "ACCESSMODE": "D"}
    trail = books.served.sandbox.companies[books.company]
    place = trail.tables["AUDITHISTORY"].next()
    now = int(books.time.now().timestamp())
    sample = next(iter(trail.tables["CUSTOMER"].rows()))
    trail.drop(source.entity, int(number))
    trail.put(
        "AUDITHISTORY", replace(sample, recordno=place, values=entry, created=now, modified=now)
    )
    batches = books.changes(kind, ListType.VENDOR)
    assert ListType.VENDOR in batches
    if kind is ListType.TASK:
        assert [gone.id for gone in batches[kind].gone] == [f"task/{number}"]
    else:
        assert kind not in batches


@pytest.mark.parametrize("name", ["BUILD/DISASSEMBLE", "2ND CHOICE", "A&B", "GRÖSSE?", "X<Y"])
def test_a_custom_field_with_an_odd_name_is_left_out(books: Books, name: str) -> None:
    """Case general 12. Its list comes in and says so once; the others do not notice."""
    books.about("/fields", {"object": "CUSTOMER", "name": name, "label": "Odd"})
    books.about("/fields", {"object": "CUSTOMER", "name": "REGION"})
    poster = Poster(books)
    poster.sync(ListType.CUSTOMER, ListType.VENDOR, ListType.CUSTOM_FIELD)
    records = books.read(ListType.CUSTOMER)
    assert {"customer/C1", "customer/C2"} <= set(records)
    ids = {record.id for record in books.read(ListType.CUSTOM_FIELD).values()}
    assert "CUSTOMER.REGION" in ids
    assert f"CUSTOMER.{name}" not in ids


@pytest.mark.parametrize("wanted", ["Draft", "Submitted"])
def test_time_is_submitted_where_there_are_no_drafts(poster: Poster, wanted: str) -> None:
    """Case sage-intacct 11. Without the Projects subscription a timesheet cannot be a draft; the
    health names the subscription."""
    books = replace(poster.books, choices=Choices(timesheet_state=wanted))
    match = {"function": "query", "object": "PROJECT"}
    words = "operation cannot be performed on objects of type PROJECT"
    books.fail("function_error", errorno="XL03000009", text=words, match=match, times=99)
    poster.books = books
    company = books.ask(lambda ledger: ledger.company())
    (limit,) = company.features.limits
    assert (limit.code, limit.parameters["name"]) == ("subscription_missing", "Projects")
    assert "submitted at once" in limit.message
    outcome = poster.post(worked())["time:t1"]
    assert outcome.state is ItemState.POSTED, outcome.reason
    sheet = poster.entry("time:t1")["parent"]
    states = {row["RECORDNO"]: row["STATE"] for row in books.rows("TIMESHEET")}
    assert states[sheet] == "Submitted"
