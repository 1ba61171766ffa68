"""Of what nobody is certain, the sandbox has settings; however they stand, the same is in the
ledger in the end."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.source_records import RecordKind

from tests.contract.intacct.poster import Poster
from tests.contract.papers import charged, gone, invoice, spent, worked
from tests.contract.poster import Outcomes
from tests.support.sampling import sampled

WAYS: list[Mapping[str, Any]] = [
    {"duplicate_errorno": "BL01001973", "duplicate_text": "Currently, we can't create it"},
    {"duplicate_errorno": "XL03000009", "duplicate_text": ""},
    {"duplicate_scope": "everywhere"},
    {"duplicate_scope": "sender"},
    {"failures_use_up_ids": True},
    {"after_failure": "left_out"},
    {"failed_status": "aborted"},
    {"create_goes_on": False},
    {"support_ids": False},
    {"times_zone": "pacific"},
    {"unknown_fields": "refuse"},
    {"overlong": "truncate"},
    {"undefined_order": "scrambled"},
    {"bad_login": "control_401"},
    {"busy_answer": "operation"},
    {"session_slides": False},
    {"session_bound": "anywhere"},
    {"switch_new_session": False},
    {"legacy_reads_show_private": False},
    {"timesheet_duplicates": "allow"},
    {"timesheet_period": "allow"},
    {"timesheet_headers": "refuse"},
    {"timesheet_entry_keys": "renew"},
    {"submitted_timesheets_editable": True},
    {"duplicate_numbers": "allow"},
    {"unit_required": True},
    {"so_edit_renews_invoice": False},
    {"payment_touches_invoice": False},
    {"contact_touches_owner": True},
    {"used_records_deletable": True},
    {"functions_limit": 100},
    {"functions_limit": 3},
    {"objects_limit": 100},
    {"request_bytes": 4000},
    {"request_bytes": 4000, "oversize_answer": "413"},
    {"timesheet_reads_show_entries": False},
    {"results_end_with_session": True},
    {"lengths": "dtd"},
    {"lengths": "dtd", "overlong": "truncate"},
    {"work_survives_limit": False},
    {"aggregate_names": "field"},
    {"bad_select_errorno": "XL03000010", "bad_filter_errorno": "XL03000009"},
    {"concurrent_requests": 1},
]


def posted(outcomes: Outcomes) -> set[ItemState]:
    return {outcome.state for outcome in outcomes.values()}


@sampled("way", WAYS, one_in=5, ids=str)
def test_a_life_of_documents_is_the_same_however_the_ledger_is(
    poster: Poster, way: Mapping[str, Any]
) -> None:
    poster.books.admin("settings", dict(way))
    assert len(poster.books.read(ListType.CUSTOMER)) == 4
    first = (worked("a"), worked("b"), spent(), charged("x2"), invoice())
    assert posted(poster.post(*first)) == {ItemState.POSTED}
    assert posted(poster.taken_over()) == {ItemState.POSTED}
    assert posted(poster.post(*first)) == {ItemState.UNCHANGED}
    changed = (
        worked("a", minutes=30),
        worked("b"),
        spent("x1", "40"),
        charged("x2", "40"),
        invoice(key="i1", memo="Changed"),
    )
    poster.post(*changed)
    assert posted(poster.taken_over()) == {ItemState.POSTED, ItemState.UNCHANGED}
    assert posted(poster.post(*changed)) == {ItemState.UNCHANGED}
    assert [len(poster.ours(kind)) for kind in ("APBILL", "CCTRANSACTION", "SODOCUMENT")] == [1] * 3
    assert Decimal(poster.entry("time:a")["QTY"]) == Decimal("0.5")
    assert Decimal(poster.ours("CCTRANSACTION")[0]["TOTALENTERED"]) == 40
    removed = (
        gone("a", RecordKind.TIME),
        gone("b", RecordKind.TIME),
        gone("x1"),
        gone("x2"),
        gone("i1", RecordKind.INVOICE),
    )
    assert posted(poster.post(*removed)) == {ItemState.POSTED}
    assert posted(poster.taken_over()) == {ItemState.POSTED}
    assert [len(poster.ours(kind)) for kind in ("APBILL", "CCTRANSACTION", "SODOCUMENT")] == [0] * 3
    assert ("E1", "03/02/2026") not in poster.sheets()


@pytest.mark.parametrize(
    "way",
    [
        {"duplicate_errorno": "BL01001973", "duplicate_text": "Currently, we can't create it"},
        {"duplicate_errorno": "XL03000009", "duplicate_text": ""},
        {"failures_use_up_ids": True},
    ],
    ids=str,
)
def test_a_repeat_after_a_lost_answer_does_no_harm_however_it_is_refused(
    poster: Poster, way: Mapping[str, Any]
) -> None:
    poster.recognises_repeats()
    poster.books.admin("settings", dict(way))
    poster.lose()
    poster.lose(match={"function": "record_cctransaction"})
    assert poster.post(worked("a"), charged("x2")) == {}
    assert posted(poster.again()) == {ItemState.POSTED}
    assert posted(poster.found()) == {ItemState.POSTED}
    assert len(poster.sheets()["E1", "03/02/2026"]) == 1
    assert len(poster.ours("CCTRANSACTION")) == 1


def test_a_ledger_that_takes_few_requests_a_minute_gets_everything_all_the_same(
    poster: Poster,
) -> None:
    poster.books.admin("settings", {"requests_per_minute": 6})
    records = (worked("a"), spent(), charged("x2"), invoice())
    assert posted(poster.post(*records)) == {ItemState.POSTED}
    assert poster.books.admin("stats", method="GET")["throttled"] > 0
    assert [len(poster.ours(kind)) for kind in ("APBILL", "CCTRANSACTION", "SODOCUMENT")] == [1] * 3


def test_a_company_that_is_busy_with_others_is_waited_for(poster: Poster) -> None:
    poster.books.fail("429", times=2, match={"function": "create"})
    poster.books.fail("429", times=2, match={"function": "query"})
    assert posted(poster.post(worked("a"), spent())) == {ItemState.POSTED}
    assert len(poster.ours("APBILL")) == 1
