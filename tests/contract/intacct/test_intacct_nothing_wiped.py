"""Updates keep what others entered: random fields set by hand on every kind of record are there
after the next update, with our change beside them."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from ledgerlink.connectors.intacct.config import Choices
from ledgerlink.domain.model.list_records import ListType
from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.source_records import Record
from ledgerlink.domain.model.time_settings import LedgerEdits, TimeSettings

from local.sandboxes.intacct.books.rows import Record as RowRecord
from tests.contract.intacct.books import USER, Books, Row
from tests.contract.intacct.list_samples import CLIENT, PROJECT, STAFF, VENDOR
from tests.contract.intacct.papers import PAPERS, Paper, choose, papers
from tests.contract.intacct.poster import LINES, Poster, code
from tests.contract.papers import DAY, gone, spent, worked
from tests.support.sampling import sampled

EVERY = sampled("paper", papers(), one_in=3, ids=PAPERS)
SEEDS = range(40)

CUSTOM = {"HANDMADE": "by hand", "COST_PLAN": "Plan 7"}
"""Custom fields of heads."""
CUSTOM_LINE = {"LINE_NOTE": "look at this", "GLDIMREGION": "10042"}
"""Custom fields and a user-defined dimension of lines."""

PAYABLE = {
    "DOCNUMBER": "PO-77",
    "TERMNAME": "Net 15",
    "SUPDOCID": "HAND-1",
    "BILLTOPAYTOCONTACTNAME": "Ada Berg",
    "SHIPTORETURNTOCONTACTNAME": "Ada Berg",
    "WHENPOSTED": "03/05/2026",
    "EXTERNALID": "ext-9",
}
HEADS: Mapping[str, Row] = {
    "APBILL": {**PAYABLE, "PAYMENTPRIORITY": "urgent", "ONHOLD": "true", "DESCRIPTION2": "two"},
    "EEXPENSES": {"MEMO": "seen", "SUPDOCID": "HAND-1", "EXTERNALID": "e7", "RECORDID": "ER-99"},
    "CCTRANSACTION": {"PAYEE": "Airline", "SUPDOCID": "HAND-1", "RECORDID": "CC-99"},
    "ARINVOICE": {**PAYABLE, "RECORDID": "INV-99"},
    "SODOCUMENT": {
        "PONUMBER": "PO-77",
        "TERM.NAME": "Net 15",
        "SUPDOCID": "HAND-1",
        "BILLTO.CONTACTNAME": "Ada Berg",
        "SHIPTO.CONTACTNAME": "Ada Berg",
        "SHIPVIA": "Ship",
        "ORIGDOCDATE": "02/27/2026",
        "WHENPOSTED": "03/05/2026",
        "VSOEPRICELIST": "Base",
    },
}
"""Fields of heads that functions of the gateway can write."""

DIMENSIONS = {
    "DEPARTMENTID": "20",
    "LOCATIONID": "NY",
    "CLASSID": "CL2",
    "VENDORID": "V2",
    "EMPLOYEEID": "E2",
    "CONTRACTID": "CT-1",
    "WAREHOUSEID": "W-1",
}
FORM = {"FORM1099": "true", "FORM1099TYPE": "MISC", "FORM1099BOX": "3"}
POSTING = {
    **DIMENSIONS,
    "ITEMID": "LAB-2",
    "PROJECTID": "P-3",
    "BILLABLE": "true",
    "COSTTYPEID": "LABOR",
}
LINE_FIELDS: Mapping[str, Row] = {
    "APBILL": {**POSTING, **FORM, "OFFSETGLACCOUNTNO": "2000", "ALLOCATION": "Even"},
    "EEXPENSES": {
        **{name: value for name, value in POSTING.items() if name != "BILLABLE"},
        **FORM,
        "PAIDFOR": "Clients",
        "EXPPMTTYPE": "Own money",
        "ENTRY_DATE": "02/28/2026",
        "QUANTITY": "3.00",
        "RATE": "10.50",
    },
    "CCTRANSACTION": POSTING,
    "ARINVOICE": {
        **DIMENSIONS,
        **FORM,
        "OFFSETGLACCOUNTNO": "2000",
        "REVRECTEMPLATE": "Straight",
        "REVRECSTARTDATE": "03/01/2026",
        "REVRECENDDATE": "03/31/2026",
        "BILLABLE": "true",
    },
    "SODOCUMENT": {
        **DIMENSIONS,
        "UNIT": "Hour",
        "ITEMDESC": "Design, as agreed",
        "DISCSURCHARGEMEMO": "none",
        "MEMO": "see contract",
        "TAXABLE": "true",
        "DROPSHIP": "true",
        "REVRECTEMPLATE": "Straight",
        "REVRECSTARTDATE": "03/01/2026",
        "REVRECENDDATE": "03/31/2026",
    },
}
"""Fields of lines that functions of the gateway can write, and that the samples do not send."""


def prepare(books: Books) -> None:
    """A custom field on every object, and an attachment that somebody has made."""
    for entity, names in {
        **dict.fromkeys([*LINES, "CUSTOMER", "VENDOR", "EMPLOYEE", "PROJECT"], CUSTOM),
        **dict.fromkeys(LINES.values(), CUSTOM_LINE),
    }.items():
        for name in names:
            books.about("/fields", {"object": entity, "name": name})
    company = books.served.sandbox.companies[books.company]
    values = {"SUPDOCID": "HAND-1", "SUPDOCNAME": "Contract", "FOLDERNAME": "Hand"}
    company.put("SUPDOC", RowRecord(1, values, "", 0, 0, 0, USER, USER))


def enter(books: Books, entity: str, number: str, values: Row) -> None:
    """Somebody enters these values in the ledger's screens; references need not exist."""
    company = books.served.sandbox.companies[books.company]
    record = company.tables[entity].records[int(number)]
    company.put(entity, replace(record, values={**record.values, **values}))


def some(chance: random.Random, values: Row) -> Row:
    """A random half of these values, one at least."""
    names = sorted(values)
    return {name: values[name] for name in chance.sample(names, chance.randint(1, len(names)))}


def held(row: Row, values: Row) -> Row:
    return {name: row.get(name) for name in values}


@EVERY
@sampled("seed", SEEDS)
def test_an_update_keeps_what_others_entered(poster: Poster, paper: Paper, seed: int) -> None:
    """Case 17.1. Head and line, standard and custom fields, user-defined dimensions."""
    prepare(poster.books)
    choose(poster, paper).post(paper.record())
    chance = random.Random(seed)
    head = some(chance, HEADS[paper.kind] | CUSTOM)
    line = some(chance, LINE_FIELDS[paper.kind] | CUSTOM_LINE)
    enter(poster.books, paper.kind, poster.row(paper.key)["RECORDNO"], head)
    (row,) = poster.lines(paper.key)
    enter(poster.books, LINES[paper.kind], row["RECORDNO"], line)
    outcome = poster.post(paper.record("40"))[paper.key]
    assert outcome.state is ItemState.POSTED, str(outcome.reason)
    assert (outcome.state, outcome.reason) == (ItemState.POSTED, None)
    assert held(poster.row(paper.key), head) == head
    (row,) = poster.lines(paper.key)
    assert held(row, line) == line
    assert abs(Decimal(row.get("TRX_AMOUNT") or row["PRICE"])) == 40
    assert poster.post(paper.record("40"))[paper.key].state is ItemState.UNCHANGED


@pytest.mark.parametrize("staff", ["vic", "emily"])
def test_lines_keep_what_is_theirs_wherever_they_go(poster: Poster, staff: str) -> None:
    """Case 17.1. A line taken out before them, one changed, one added."""
    prepare(poster.books)

    def expenses(**amounts: str) -> list[Record]:
        return [spent(key, amount, staff_key=staff) for key, amount in amounts.items()]

    key = "expense-report:R1"
    poster.post(*expenses(x1="10", x2="20", x3="30"))
    line_kind = LINES[poster.links[key].kind]
    for row in poster.lines(key):
        note = {"LINE_NOTE": f"about {row['ENTRYDESCRIPTION']}", "CLASSID": "CL2"}
        enter(poster.books, line_kind, row["RECORDNO"], note)
    outcomes = poster.post(
        gone("x1"), *expenses(x2="21", x3="30"), spent("x4", "40", staff_key=staff)
    )
    assert outcomes[key].state is ItemState.POSTED, outcomes[key].reason
    notes = {row["ENTRYDESCRIPTION"]: row.get("LINE_NOTE") for row in poster.lines(key)}
    assert notes["Lunch x2"] == "about Lunch x2"
    assert notes["Lunch x3"] == "about Lunch x3"
    assert [Decimal(row["TRX_AMOUNT"]) for row in poster.lines(key)] == [21, 30, 40]


@EVERY
def test_what_others_change_in_a_field_of_ours_is_an_edit(poster: Poster, paper: Paper) -> None:
    """Case 17.1. A dimension that we sent is ours; the same dimension that we did not send is not
    (see the test of random fields)."""
    choose(poster, paper)
    poster.post(paper.record(department_key="consulting"))
    (row,) = poster.lines(paper.key)
    assert row["DEPARTMENTID"] == "10"
    enter(poster.books, LINES[paper.kind], row["RECORDNO"], {"DEPARTMENTID": "20"})
    changed = poster.post(paper.record("40", department_key="consulting"))[paper.key]
    assert code(changed) == "changed_in_ledger"
    (row,) = poster.lines(paper.key)
    assert row["DEPARTMENTID"] == "20"


@EVERY
def test_a_dimension_that_the_product_takes_away_is_taken_away(
    poster: Poster, paper: Paper
) -> None:
    """Case 17.1. What was ours is not kept as what others entered."""
    choose(poster, paper)
    poster.post(paper.record(department_key="consulting"))
    outcome = poster.post(paper.record("40"))[paper.key]
    assert outcome.state is ItemState.POSTED
    (row,) = poster.lines(paper.key)
    assert row.get("DEPARTMENTID") is None


@pytest.mark.parametrize("paper", papers("report", "charge", "order", "invoice"))
def test_a_number_that_the_ledger_gave_stays(poster: Poster, paper: Paper) -> None:
    """Case 17.1. A document that is made anew keeps the number that customers know."""
    choose(poster, paper).post(paper.record())
    field = "DOCNO" if paper.kind == "SODOCUMENT" else "RECORDID"
    number = poster.row(paper.key).get(field)
    poster.post(paper.record("40"))
    assert poster.row(paper.key).get(field) == number
    assert paper.kind in ("CCTRANSACTION", "ARINVOICE") or number


@EVERY
def test_our_edit_wins_by_setting_and_keeps_the_rest(poster: Poster, paper: Paper) -> None:
    """Case 17.1. With `ledger_edits: ours` an edited document gets our values again; what others
    entered elsewhere stays."""
    prepare(poster.books)
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.OURS)
    choose(poster, paper).post(paper.record(department_key="consulting"))
    (row,) = poster.lines(paper.key)
    by_hand = {"DEPARTMENTID": "20", "CLASSID": "CL2", "LINE_NOTE": "mine"}
    enter(poster.books, LINES[paper.kind], row["RECORDNO"], by_hand)
    outcome = poster.post(paper.record("40", department_key="consulting"))[paper.key]
    assert outcome.state is ItemState.POSTED, outcome.reason
    (row,) = poster.lines(paper.key)
    wanted = {"DEPARTMENTID": "10", "CLASSID": "CL2", "LINE_NOTE": "mine"}
    assert held(row, by_hand) == wanted


@pytest.mark.parametrize("place", ["first", "last"])
@EVERY
def test_a_line_that_people_added_stays_when_ours_win(
    poster: Poster, paper: Paper, place: str
) -> None:
    """Case 17.1. The line is there once, with all that they entered, however often we update; the
    outcome says so in place of a total that differs."""
    prepare(poster.books)
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.OURS)
    choose(poster, paper).post(paper.record())
    by_hand = add_line(poster, paper, place)
    for amount in ("40", "50"):
        outcome = poster.post(paper.record(amount))[paper.key]
        assert (outcome.state, code(outcome)) == (ItemState.POSTED, "lines_kept")
        theirs = [row for row in poster.lines(paper.key) if row.get("LINE_NOTE") == "by hand"]
        assert [held(row, by_hand) for row in theirs] == [by_hand]
        assert len(poster.lines(paper.key)) == 2
    assert poster.post(paper.record("50"))[paper.key].state is ItemState.UNCHANGED
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.ASK)
    add_line(poster, paper, place)
    assert code(poster.post(paper.record("60"))[paper.key]) == "changed_in_ledger"
    assert len(poster.lines(paper.key)) == 3


@pytest.mark.parametrize("when", ["before", "after"])
@EVERY
def test_an_update_with_lines_of_others_whose_answer_is_lost_is_made_once(
    repeating_poster: Poster, paper: Paper, when: str
) -> None:
    """Case 17.1."""
    poster = repeating_poster
    prepare(poster.books)
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.OURS)
    choose(poster, paper).post(paper.record())
    add_line(poster, paper, "last")
    poster.lose(when=when, match={"function": paper.change})
    outcome = poster.post_through(paper.record("40"))[paper.key]
    assert (outcome.state, code(outcome)) == (ItemState.POSTED, "lines_kept")
    assert len(poster.ours(paper.kind)) == 1
    theirs = [row for row in poster.lines(paper.key) if row.get("LINE_NOTE") == "by hand"]
    assert (len(poster.lines(paper.key)), len(theirs)) == (2, 1)
    assert poster.post(paper.record("40"))[paper.key].state is ItemState.UNCHANGED


@pytest.mark.parametrize("staff", ["vic", "emily"])
def test_lines_that_an_update_takes_out_are_not_taken_for_those_of_others(
    poster: Poster, staff: str
) -> None:
    """Somebody edits the document between plan and update: the update was not made."""
    prepare(poster.books)
    poster.posting = TimeSettings(ledger_edits=LedgerEdits.OURS)
    key, both = "expense-report:R1", [spent(each, "10", staff_key=staff) for each in ("x1", "x2")]
    poster.post(*both)
    kind = poster.links[key].kind
    operations = poster.planned(both[0], gone("x2"))
    line = poster.lines(key)[1]["RECORDNO"]
    enter(poster.books, LINES[kind], line, {"ENTRYDESCRIPTION": "by hand"})
    outcome = poster.send(operations)[key]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "changed_in_ledger")
    assert len(poster.lines(key)) == 2


def add_line(poster: Poster, paper: Paper, place: str) -> Row:
    """Somebody adds a line in the ledger's screens, before or behind the others; returns what was
    entered in it."""
    company = poster.books.served.sandbox.companies[poster.books.company]
    table, entity = company.tables[LINES[paper.kind]], LINES[paper.kind]
    record = table.records[int(poster.lines(paper.key)[0]["RECORDNO"])]
    entered = {"LINE_NOTE": "by hand", "CLASSID": "CL2", "GLDIMREGION": "10042"}
    number = "LINE_NO" if "LINE_NO" in record.values else "LINENO"
    values = {**record.values, **entered, number: "0" if place == "first" else "9"}
    company.put(entity, replace(record, recordno=max(table.records) + 1, values=values))
    return entered


ENTRY = {
    **DIMENSIONS,
    "DESCRIPTION": "as agreed",
    "TIMETYPE": "Overtime",
    "EXTCOSTRATE": "41.25",
    "COSTTYPEID": "LABOR",
    "LABORCLASSID": "JOINER",
    **CUSTOM_LINE,
}
del ENTRY["EMPLOYEEID"]
SHEET = {"DESCRIPTION": "Week 10", "SUPDOCID": "HAND-1", "GLPOSTDATE": "03/08/2026", **CUSTOM}


def fill_in_time(poster: Poster, chance: random.Random) -> tuple[Row, Row]:
    """Random fields that somebody enters in the entry of `time:t1` and its timesheet."""
    entry, sheet = some(chance, ENTRY), some(chance, SHEET)
    row = poster.entry("time:t1")
    enter(poster.books, "TIMESHEETENTRY", row["RECORDNO"], entry)
    enter(poster.books, "TIMESHEET", row["parent"], sheet)
    return entry, sheet


@pytest.mark.parametrize("changes", [{"minutes": 90}, {"project_key": "cars"}, {"notes": "Other"}])
@sampled("seed", SEEDS)
def test_a_changed_entry_keeps_what_others_entered(poster: Poster, changes: Row, seed: int) -> None:
    """Case 17.1. In the entry, in its timesheet and in the other entries."""
    prepare(poster.books)
    poster.post(worked(), worked("t2"))
    other = poster.entry("time:t2")
    enter(poster.books, "TIMESHEETENTRY", other["RECORDNO"], ENTRY)
    entry, sheet = fill_in_time(poster, random.Random(seed))
    outcome = poster.post(worked(**changes))["time:t1"]
    assert outcome.state is ItemState.POSTED, outcome.reason
    row = poster.entry("time:t1")
    assert held(row, entry) == entry
    assert held(poster.entry("time:t2"), ENTRY) == ENTRY
    sheets = {each["RECORDNO"]: each for each in poster.books.rows("TIMESHEET")}
    head = sheets[row["parent"]]
    assert held(head, sheet) == sheet
    assert poster.post(worked(**changes))["time:t1"].state is ItemState.UNCHANGED


@pytest.mark.parametrize("reads_all_first", [False, True], ids=["post", "import"])
@pytest.mark.parametrize("changes", [{"work_date": DAY + timedelta(7)}, {"staff_key": "bo"}])
@sampled("seed", SEEDS)
def test_an_entry_that_moves_takes_along_what_others_entered(
    poster: Poster, changes: Row, seed: int, reads_all_first: bool
) -> None:
    """Case 17.1. Into another week, or to another person."""
    poster.reads_all_first = reads_all_first
    prepare(poster.books)
    poster.post(worked())
    entry, _ = fill_in_time(poster, random.Random(seed))
    outcome = poster.post(worked(**changes))["time:t1"]
    assert outcome.state is ItemState.POSTED, outcome.reason
    assert held(poster.entry("time:t1"), entry) == entry
    assert poster.held() == [Decimal(2)]


def test_a_rate_and_a_class_that_were_ours_are_taken_away(poster: Poster) -> None:
    """Case 17.1. What we sent before and do not send now is not kept as a user's."""
    poster.post(worked(class_key="public"))
    row = poster.entry("time:t1")
    assert (row["EXTBILLRATE"], row["CLASSID"]) == ("50.00", "CL2")
    poster.post(worked(billable=False, bill_rate=None))
    row = poster.entry("time:t1")
    assert (row.get("EXTBILLRATE"), row.get("CLASSID")) == (None, None)


@pytest.mark.parametrize("reads_all_first", [False, True], ids=["post", "import"])
@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"class_key": "public"}, "CLASSID"),
        ({"department_key": "engineering"}, "DEPARTMENTID"),
        ({"location_key": "york"}, "LOCATIONID"),
        ({"cost_rate": Decimal(41)}, "EXTCOSTRATE"),
    ],
)
def test_a_field_that_alone_is_taken_away_is_taken_away(
    poster: Poster, sent: Row, field: str, reads_all_first: bool
) -> None:
    """Case 17.1. The entry without the field passes for one that the ledger has filled in."""
    poster.reads_all_first = reads_all_first
    poster.post(worked(**sent))
    assert poster.entry("time:t1")[field]
    assert poster.post(worked())["time:t1"].state is ItemState.POSTED
    assert poster.entry("time:t1").get(field) is None
    assert poster.post(worked())["time:t1"].state is ItemState.UNCHANGED


PARTY = {"COMMENTS": "by hand", "TAXID": "77-1", "RESALENO": "R7", **CUSTOM}
LIST_FIELDS: Mapping[str, Row] = {
    "CUSTOMER": {**PARTY, "TERMNAME": "Net 15", "CREDITLIMIT": "500.00", "ONHOLD": "true"},
    "VENDOR": {"COMMENTS": "by hand", "TAXID": "77-1", "TERMNAME": "Net 15", **CUSTOM},
    "EMPLOYEE": {"TITLE": "Lead", "DEPARTMENTID": "20", "LOCATIONID": "NY", "CLASSID": "CL2"},
    "PROJECT": {
        "PROJECTCATEGORY": "Internal Billable",
        "DESCRIPTION": "by hand",
        "MANAGERID": "E1",
        "LOCATIONID": "NY",
        "DEPARTMENTID": "20",
        "PONUMBER": "PO-3",
        **CUSTOM,
    },
}
CONTACT_FIELDS = {
    "PHONE1": "+1 555 1", "CELLPHONE": "+1 555 2", "EMAIL2": "second@example.com",
    "URL1": "https://example.com", "TAXABLE": "false", "MAILADDRESS.CITY": "Ghent",
    "MAILADDRESS.ADDRESS1": "1 Main St",
}  # fmt: skip
NAMED: Mapping[str, tuple[str, Any]] = {
    "CUSTOMER": ("project:nova", CLIENT),
    "VENDOR": ("user:gus", VENDOR),
    "EMPLOYEE": ("user:fay", STAFF),
    "PROJECT": ("project:site", PROJECT),
}


def contact_of(poster: Poster, kind: str, row: Row) -> Row:
    field = "PERSONALINFO.CONTACTNAME" if kind == "EMPLOYEE" else "DISPLAYCONTACT.CONTACTNAME"
    (found,) = (c for c in poster.books.rows("CONTACT") if c["CONTACTNAME"] == row[field])
    return found


def listed(poster: Poster, kind: str, key: str) -> Row:
    record_id = poster.links[key].ledger_id.partition("/")[2]
    (row,) = (row for row in poster.books.rows(kind) if row[f"{kind}ID"] == record_id)
    return row


@pytest.mark.parametrize("kind", NAMED)
@sampled("seed", SEEDS)
def test_a_renamed_list_record_keeps_what_others_entered(
    poster: Poster, kind: str, seed: int
) -> None:
    """Cases 17.1 and sage-intacct 13. Record and contact; also what came from the settings, and the
    printed name that a bookkeeper chose."""
    prepare(poster.books)
    choice = Choices(location_id="location/US", project_category="Contract")
    poster.books = replace(poster.books, choices=choice)
    key, record = NAMED[kind]
    poster.post(record)
    chance = random.Random(seed)
    entered = some(chance, LIST_FIELDS[kind])
    row = listed(poster, kind, key)
    enter(poster.books, kind, row["RECORDNO"], entered)
    has_contact = kind != "PROJECT"
    on_contact = some(chance, CONTACT_FIELDS) if has_contact else {}
    if kind in ("CUSTOMER", "VENDOR"):
        on_contact["PRINTAS"] = "To whom it may concern"
    contacts = len(poster.books.rows("CONTACT"))
    if has_contact:
        enter(poster.books, "CONTACT", contact_of(poster, kind, row)["RECORDNO"], on_contact)
    outcome = poster.post(replace(record, name="Brand New"))[key]
    assert outcome.state is ItemState.POSTED, outcome.reason
    row = listed(poster, kind, key)
    assert held(row, entered) == entered
    if has_contact:
        contact = contact_of(poster, kind, row)
        assert held(contact, on_contact) == on_contact
    name = contact["PRINTAS"] if kind == "EMPLOYEE" else row["NAME"]
    assert name == "Brand New"
    assert len(poster.books.rows("CONTACT")) == contacts
    assert poster.post(replace(record, name="Brand New"))[key].state is ItemState.UNCHANGED


def test_a_renamed_employee_has_one_contact_with_the_new_name(poster: Poster) -> None:
    """Case sage-intacct 13."""
    poster.post(STAFF)
    before = poster.books.rows("CONTACT")
    poster.post(replace(STAFF, name="Fay Hill", email="hill@example.com"))
    after = poster.books.rows("CONTACT")
    assert len(after) == len(before)
    contact = contact_of(poster, "EMPLOYEE", listed(poster, "EMPLOYEE", "user:fay"))
    names = [contact[name] for name in ("PRINTAS", "FIRSTNAME", "LASTNAME", "EMAIL1")]
    assert names == ["Fay Hill", "Fay", "Hill", "hill@example.com"]
    employees = poster.books.read(ListType.EMPLOYEE)
    assert employees[poster.links["user:fay"].ledger_id].name == "Fay Hill"


def test_an_address_that_somebody_corrected_is_an_edit(poster: Poster) -> None:
    """Case 17.1. A field of ours is compared in list records, too."""
    poster.post(STAFF)
    contact = contact_of(poster, "EMPLOYEE", listed(poster, "EMPLOYEE", "user:fay"))
    enter(poster.books, "CONTACT", contact["RECORDNO"], {"EMAIL1": "right@example.com"})
    assert code(poster.post(replace(STAFF, name="Fay Hill"))["user:fay"]) == "changed_in_ledger"
    contact = contact_of(poster, "EMPLOYEE", listed(poster, "EMPLOYEE", "user:fay"))
    assert (contact["EMAIL1"], contact["PRINTAS"]) == ("right@example.com", "Fay Grant")
