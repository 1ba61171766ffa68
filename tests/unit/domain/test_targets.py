"""What references may point at, in both ledgers: what is unknown, gone, inactive, or of no use."""

from dataclasses import replace
from typing import Any

import pytest
from ledgerlink.connectors.intacct.reads.targets import TARGETS as INTACCT
from ledgerlink.connectors.qbo.reads.targets import TARGETS as QBO
from ledgerlink.domain.mapping.targets import (
    PURPOSES,
    KnownTargets,
    Reference,
    Unfit,
    references_of,
)
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.model.reasons import Blocked
from ledgerlink.domain.model.rules import (
    Client,
    CreateLaborCode,
    CreateProject,
    CreateUser,
    LinkExpenseCode,
    LinkTo,
    RuleKind,
    Skip,
)
from ledgerlink.domain.model.targets import Purpose, Targets

L, P = ListType, Purpose
Row = tuple[ListType, str, str, tuple[str, ...], dict[str, str]]
LISTS: dict[str, tuple[Targets, list[Row]]] = {
    "qbo": (
        QBO,
        [
            (L.EMPLOYEE, "54", "John Johnson", ("staff",), {}),
            (L.VENDOR, "42", "Lee Advertising", ("contractor",), {}),
            (L.CUSTOMER, "2", "Bill's Windsurf Shop", ("client",), {}),
            (L.ITEM, "10", "Design", ("labor_code",), {}),
            (L.ITEM, "3", "Bundle", (), {}),
            (L.ACCOUNT, "13", "Meals", ("expense",), {}),
            (L.ACCOUNT, "35", "Checking", ("bank",), {}),
            (L.ACCOUNT, "42", "Visa", ("credit_card",), {}),
            (L.ACCOUNT, "84", "Accounts Receivable (A/R)", ("accounts_receivable",), {}),
            (L.ACCOUNT, "33", "Accounts Payable (A/P)", ("accounts_payable",), {}),
            (L.ACCOUNT, "79", "Sales", ("income",), {}),
            (L.CLASS, "5", "East", (), {}),
            (L.LOCATION, "1", "Shop", (), {}),
            (L.TERM, "3", "Net 30", (), {}),
            (L.TAX_CODE, "2", "California", (), {}),
        ],
    ),
    "intacct": (
        INTACCT,
        [
            (L.EMPLOYEE, "employee/E1", "Ada", ("staff",), {}),
            (L.VENDOR, "vendor/V1", "Airline Inc", ("contractor",), {}),
            (L.CUSTOMER, "customer/C1", "Acme", ("client",), {}),
            (L.PROJECT, "project/P-1", "Website", ("project",), {"status": "In progress"}),
            (L.PROJECT, "project/P-4", "Migration", ("project",), {"status": "On hold"}),
            (L.TASK, "task/77", "Concept", ("task",), {"status": "On Hold"}),
            (L.ITEM, "item/LAB-2", "Labor", ("labor_code", "expense_code"), {}),
            (L.ITEM, "item/BUY", "Bought", ("expense_code",), {}),
            (L.TIME_TYPE, "timetype/Regular", "Regular", ("labor_code",), {}),
            (L.ACCOUNT, "glaccount/6000", "Travel", ("expense",), {}),
            (L.ACCOUNT, "glaccount/1200", "Receivables", ("accounts_receivable",), {}),
            (L.ACCOUNT, "glaccount/2000", "Payables", ("accounts_payable",), {}),
            (L.ACCOUNT, "glaccount/4000", "Fees", ("income",), {}),
            (L.ACCOUNT, "creditcard/CORP-VISA", "Corporate card", ("credit_card",), {}),
            (L.ACCOUNT, "checkingaccount/BOA", "Bank", ("bank",), {}),
            (L.EXPENSE_TYPE, "eeaccountlabel/Travel", "Travel", ("expense_code",), {}),
            (L.ACCOUNT_LABEL, "apaccountlabel/Trip", "Trip", ("accounts_payable",), {}),
            (L.ACCOUNT_LABEL, "araccountlabel/Fees", "Fees", ("accounts_receivable",), {}),
            (L.CLASS, "class/A", "A", (), {}),
            (L.DEPARTMENT, "department/10", "Sales", (), {}),
            (L.LOCATION, "location/US", "US", (), {}),
            (L.ENTITY, "locationentity/UK", "UK", (), {}),
            (L.TERM, "arterm/N30", "N30", (), {}),
        ],
    ),
}
FITS: dict[str, dict[Purpose, set[str]]] = {
    "qbo": {
        P.EMPLOYEE: {"employee 54"},
        P.VENDOR: {"vendor 42"},
        P.WORKED_FOR: {"customer 2"},
        P.SPENT_FOR: {"customer 2"},
        P.INVOICED: {"customer 2"},
        P.SERVICE: {"item 10"},
        P.SOLD: {"item 10"},
        P.SPENT_ON: {f"account {i}" for i in ("13", "35", "42", "79")},
        P.CARD: {"account 42"},
        P.PAYABLE: {"account 33"},
        P.PAYS_EMPLOYEES: {"account 35"},
        P.EARNS: {"account 79"},
        P.CLASS: {"class 5"},
        P.LOCATION: {"location 1"},
        P.TERMS: {"term 3"},
        P.TAX_CODE: {"tax_code 2"},
    },
    "intacct": {
        P.EMPLOYEE: {"employee/E1"},
        P.VENDOR: {"vendor/V1"},
        P.WORKED_FOR: {"customer/C1", "project/P-1"},
        P.SPENT_FOR: {"customer/C1", "project/P-1"},
        P.INVOICED: {"customer/C1", "project/P-1", "project/P-4", "task/77"},
        P.SERVICE: {"item/LAB-2", "item/BUY", "timetype/Regular"},
        P.SOLD: {"item/LAB-2", "glaccount/4000", "araccountlabel/Fees"},
        P.SPENT_ON: {
            "glaccount/6000",
            "glaccount/4000",
            "eeaccountlabel/Travel",
            "apaccountlabel/Trip",
        },
        P.CARD: {"creditcard/CORP-VISA"},
        P.PAYABLE: {"glaccount/2000"},
        P.PAYS_EMPLOYEES: {"checkingaccount/BOA"},
        P.CLASS: {"class/A"},
        P.DEPARTMENT: {"department/10"},
        P.LOCATION: {"location/US", "locationentity/UK"},
        P.TERMS: {"arterm/N30"},
    },
}


def record(kind: ListType, ledger_id: str, name: str, roles: Any, fields: Any) -> ListRecord:
    return ListRecord(type=kind, id=ledger_id, name=name, roles=roles, fields=fields)


def known(ledger: str, **changes: Any) -> KnownTargets:
    targets, rows = LISTS[ledger]
    records = [replace(record(*row), **changes) for row in rows]
    return KnownTargets(targets, {(one.type, one.id): one for one in records}, frozenset(L))


def judged(ledger: str, purpose: Purpose, **changes: Any) -> dict[str, Unfit | None]:
    """What is said of each record of every list, used for this."""
    found = known(ledger, **changes)
    lists = {fit.list for fit in found.targets.fittings[purpose]}
    rows = [row for row in LISTS[ledger][1] if ledger == "intacct" or row[0] in lists]
    return {
        row[1] if ledger == "intacct" else f"{row[0]} {row[1]}": found.unfit(purpose, row[1])
        for row in rows
    }


CASES = [(ledger, purpose) for ledger, some in FITS.items() for purpose in some]


@pytest.mark.parametrize(("ledger", "purpose"), CASES)
def test_only_what_fits_can_be_used(ledger: str, purpose: Purpose) -> None:
    """Cases general 02, 13, sage-intacct 1, product 4: every record of every list for every
    purpose."""
    found = judged(ledger, purpose)
    assert {name for name, unfit in found.items() if unfit is None} == FITS[ledger][purpose]
    for unfit in filter(None, found.values()):
        assert unfit.code in ("wrong_account", "wrong_kind", "not_open")
        assert unfit.wanted.startswith(("a ", "an "))


@pytest.mark.parametrize(("ledger", "purpose"), CASES)
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"active": False}, "is inactive"),
        ({"active": False, "gone": "deleted"}, "was deleted"),
        ({"active": False, "gone": "merged", "merged_into": "58"}, "was merged into 58"),
    ],
)
def test_what_is_inactive_or_gone_is_named(
    ledger: str, purpose: Purpose, changes: Any, words: str
) -> None:
    """Case general 02: blocked with the name of what is inactive."""
    found = judged(ledger, purpose, **changes)
    for name in FITS[ledger][purpose]:
        unfit = found[name]
        assert unfit is not None
        assert unfit.code == "target_missing"
        why = unfit.reason("Mapping")
        assert why.code == "target_missing"
        assert words in why.message
        assert "(" in why.message


@pytest.mark.parametrize(("ledger", "purpose"), CASES)
@pytest.mark.parametrize("ledger_id", ["999999", "employee/X", "nonsense/7", "", "/", "glaccount/"])
def test_what_no_list_has_is_unknown_once_the_list_came_in(
    ledger: str, purpose: Purpose, ledger_id: str
) -> None:
    """Cases general 02, product 4: an id that is not there, or another company's."""
    found = known(ledger)
    assert found.unfit(purpose, ledger_id) is not None
    before = KnownTargets(found.targets, {}, ()).unfit(purpose, ledger_id)
    assert before is None or before.code in ("wrong_kind", "wrong_account")


@pytest.mark.parametrize(
    ("purpose", "ledger_id", "code"),
    [
        (P.SOLD, "timetype/Regular", "wrong_kind"),
        (P.EMPLOYEE, "vendor/V1", "wrong_kind"),
        (P.TERMS, "projecttype/T", "wrong_kind"),
        (P.TERMS, "apterm/N30", "wrong_kind"),
        (P.CARD, "glaccount/2000", "wrong_account"),
        (P.CARD, "contact/C", "wrong_kind"),
        (P.SERVICE, "timetype/Regular", None),
        (P.EMPLOYEE, "employee/E1", None),
    ],
)
def test_an_id_that_names_its_object_shows_the_wrong_kind_before_any_list_came_in(
    purpose: Purpose, ledger_id: str, code: str | None
) -> None:
    """Case sage-intacct 1: a time type on an invoice line, a vendor for an employee."""
    unfit = KnownTargets(INTACCT, {}, ()).unfit(purpose, ledger_id)
    assert (unfit.code if unfit else None) == code


def test_an_id_of_another_list_of_people_is_named() -> None:
    """Case general 02: a vendor's id linked as an employee."""
    with pytest.raises(Blocked) as blocked:
        known("qbo").refuse(P.EMPLOYEE, "42")
    assert blocked.value.reason.code == "wrong_kind"
    assert blocked.value.reason.message == "The vendor Lee Advertising (42) is not an employee."
    assert "an employee" in blocked.value.reason.remedy


def test_an_account_is_named_without_its_word_twice() -> None:
    """Case general 13: not «Account account Checking (35)»."""
    with pytest.raises(Blocked) as blocked:
        known("qbo").refuse(P.CARD, "35", "Mapping > Company cards")
    why = blocked.value.reason
    assert why.code == "wrong_account"
    assert why.message == "The account Checking (35) is not a credit card account."
    assert "Mapping > Company cards" in why.remedy


def test_what_is_on_hold_takes_no_time_and_can_be_invoiced() -> None:
    """Case general 02: Intacct's P-4."""
    unfit = known("intacct").unfit(P.WORKED_FOR, "project/P-4")
    assert unfit is not None
    assert unfit.code == "not_open"
    assert "Migration (P-4) is on hold" in unfit.reason("Mapping").message
    assert known("intacct").unfit(P.INVOICED, "project/P-4") is None
    reference = Reference("ledger_id", "project/P-4", PURPOSES[RuleKind.PROJECTS])
    assert known("intacct").unfit_for_all(reference) is None


@pytest.mark.parametrize(
    ("purpose", "bare"),
    [(P.EMPLOYEE, "E1"), (P.VENDOR, "V1"), (P.WORKED_FOR, "C1"), (P.SERVICE, "LAB-2")],
)
def test_an_id_without_its_object_is_of_the_usual_one(purpose: Purpose, bare: str) -> None:
    assert known("intacct").unfit(purpose, bare) is None


@pytest.mark.parametrize("code", ["TAX", "NON"])
def test_the_codes_of_the_united_states_are_in_no_list(code: str) -> None:
    assert known("qbo").unfit(P.TAX_CODE, code) is None


@pytest.mark.parametrize("kind", RuleKind)
@pytest.mark.parametrize(
    "mapping",
    [
        LinkTo(ledger_id="1"),
        LinkTo(ledger_id="1", person="vendor"),
        LinkExpenseCode(ledger_id="1"),
        LinkExpenseCode(ledger_id="1", target="item"),
        CreateProject(name="n", parent_id="1"),
        CreateLaborCode(name="n", income_account_id="1", parent_id="1"),
    ],
)
def test_every_reference_of_a_rule_is_checked(kind: RuleKind, mapping: Any) -> None:
    if isinstance(mapping, LinkTo) and kind is RuleKind.EXPENSE_CODES:
        return  # no form of such a rule
    found = list(references_of(kind, mapping))
    assert found
    assert {each.ledger_id for each in found} == {"1"}
    assert all(each.purposes for each in found)


@pytest.mark.parametrize(
    "mapping",
    [Skip(), CreateUser(name="n"), CreateProject(name="n", client=Client(key="c", name="C"))],
)
def test_a_rule_without_references_has_nothing_to_check(mapping: Any) -> None:
    assert list(references_of(RuleKind.PROJECTS, mapping)) == []
