"""What QuickBooks has said about one record, and the reason that its person must be given.

Source: Intuit's table of error codes, recorded answers, help pages of partners (Harvest, Emburse,
Bill.com, Databuzz) and issues of the SDKs.
"""

import pytest
from ledgerlink.connectors.qbo.outcomes.rejected import Findings, Rejection, explain, failed
from ledgerlink.connectors.qbo.protocol.error_codes import meaning
from ledgerlink.connectors.qbo.protocol.faults import Fault
from ledgerlink.connectors.shared.errors import Disposition
from ledgerlink.domain.model.plan import Action, ItemState

from tests.support.qbo.writes import change, create

RULE = "6000"
CREATED: list[tuple[str, str, str]] = [
    ("610", "Object Not Found : Something you're trying to use has been made inactive. Check the"
     " fields with accounts, customers, items, vendors or employees.", "target_missing"),
    ("620", "Transaction ID cannot be linked", "not_linkable"),
    ("2000", "Invalid name", "value_refused"),
    ("2040", "Unsupported characters", "value_refused"),
    ("2050", "String length specified does not match the supported length.", "refused"),
    ("2140", "Invalid amount", "amount_refused"),
    ("2190", "Date range", "date_refused"),
    ("2210", "Invalid e-mail", "invalid_email"),
    ("2220", "Invalid currency", "currency_refused"),
    ("2290", "Negative amount", "amount_refused"),
    ("2300", "Debits do not equal credits", "amount_refused"),
    ("2500", "Invalid Reference Id : Accounts element id 999 not found", "target_missing"),
    ("2500", "Invalid Reference Id : Line.SalesItemLineDetail.ItemRef", "target_missing"),
    ("2500", "Invalid Reference Id : Categories cannot be used in transactions.",
     "target_missing"),
    ("3000", "Custom field", "custom_field_unknown"),
    ("5020", "You do not have permission to access this feature.", "no_permission"),
    ("5030", "Feature Not Supported", "feature_off"),
    ("6010", "Invalid account type", "account_not_usable"),
    ("6070", "Amount is not equal to UnitPrice * Qty. Supplied value:10", "amount_refused"),
    ("6100", "Valid Line TaxCodes for US should be TAX or NON.", "tax_refused"),
    ("6140", "Duplicate Document Number Error : You must specify a different number.",
     "number_taken"),
    ("6150", "Invalid ParentRef", "target_missing"),
    ("6200", "The account period has closed", "closed_period"),
    ("6210", "The account period has closed and the account books cannot be updated through"
     " through the QBO Services API.", "closed_period"),
    ("6220", "Has a balance", "has_balance"),
    ("6240", "The name supplied already exists. : Id=1209", "name_taken"),
    ("6420", "No e-mail address", "no_address"),
    ("6430", "Invalid account", "account_not_usable"),
    (RULE, "Business Validation Error: You must set a transaction amount.", "amount_refused"),
    (RULE, "Business Validation Error: Make sure all your transactions have a GST/HST rate before"
     " you save.", "tax_refused"),
    (RULE, "We're sorry, QuickBooks encountered an error while calculating tax.", "tax_refused"),
    (RULE, "Business Validation Error: An account you chose for a billable expense doesn't have an"
     " income account associated with it.", "account_not_usable"),
    (RULE, "Business Validation Error: For billable expenses, you must use an account of one of the"
     " following account types: expense, other expense.", "account_not_usable"),
    (RULE, "Business Validation Error: You can't use an Accounts Payable account on the detail"
     " portion of a Bill.", "account_not_usable"),
    (RULE, "When you use Accounts Receivable, you must choose a customer in the Name field.",
     "account_not_usable"),
    (RULE, "The \"billable status\" field has an invalid value \"NotBillable\". Target is not"
     " reimbursable.", "account_not_usable"),
    (RULE, "Business Validation Error: The entity Estimate 75 that you are trying to link does not"
     " exist.", "not_linkable"),
    (RULE, "You've attempted to invoice for a charge, credit, billable expense, time, or estimate"
     " that does not exist or has already been invoiced. Can't match for neo, CCBTE Txn Id null",
     "not_linkable"),
    (RULE, "Business Validation Error: You can only use one foreign currency per transaction.",
     "currency_refused"),
    (RULE, "Business Validation Error: Transaction amount must be zero or greater.",
     "amount_refused"),
    (RULE, "Der Betrag ist nicht in Ordnung.", "refused"),
]  # fmt: skip
CHANGED = [
    ("610", "Object Not Found", "gone_in_ledger"),
    ("5010", "Stale Object Error", "changed_in_ledger"),
    ("6110", "MAS Transaction cannot be updated", "state_locked"),
    ("6450", "Voided", "state_locked"),
    ("6480", "Matched transaction cannot be changed", "reconciled"),
    ("6540", "Deposited Transaction cannot be changed", "reconciled"),
]


@pytest.mark.parametrize(("code", "detail", "expected"), CREATED)
def test_a_rejected_record_has_its_reason(code: str, detail: str, expected: str) -> None:
    """Issue 17, item 8."""
    found = explain(Rejection(create(1), Fault(code, detail=detail)), Findings())
    assert found.code == expected
    assert found.remedy


@pytest.mark.parametrize(("code", "detail", "expected"), CHANGED)
def test_a_rejected_change_has_its_reason(code: str, detail: str, expected: str) -> None:
    """Issue 17, item 8."""
    rejection = Rejection(change(1, Action.UPDATE), Fault(code, detail=detail))
    assert explain(rejection, Findings()).code == expected


def test_most_messages_have_a_reason_of_their_own() -> None:
    own = [code for _, _, code in [*CREATED, *CHANGED] if code != "refused"]
    assert len(own) >= 0.9 * len([*CREATED, *CHANGED])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("120", Disposition.RECONNECT),
        ("3200", Disposition.RECONNECT),
        ("6190", Disposition.STOP),
        ("5020", Disposition.REJECTED),
        ("5030", Disposition.REJECTED),
        ("3001", Disposition.THROTTLED),
        ("10000", Disposition.RETRY),
    ],
)
def test_permission_is_told_from_credentials_and_one_kind_from_all(
    code: str, expected: Disposition
) -> None:
    """Issue 17, item 8."""
    assert meaning(Fault(code)).disposition is expected


def test_a_kind_that_may_not_be_written_is_blocked() -> None:
    """Issue 17, item 8: as with Sage Intacct (case sage-intacct 6)."""
    fault = Fault("5020", detail="You do not have permission to access this feature.")
    why = explain(Rejection(create(1), fault), Findings())
    assert failed(create(1), why).state is ItemState.BLOCKED


def test_a_deletion_of_an_edited_record_has_a_remedy_for_deletions() -> None:
    """Case general 17."""
    rejection = Rejection(change(1, Action.DELETE), Fault("5010"))
    found = explain(rejection, Findings())
    assert found.code == "changed_in_ledger"
    assert found.remedy.startswith("If it should go, delete it in the accounting system.")


def test_a_negative_line_of_an_invoice_is_no_refund_of_a_card() -> None:
    """Case general 17: a discount or a credit, and which of both the ledger takes."""
    sale = create(1, {"Line": []}, "Invoice")
    found = explain(Rejection(sale, Fault("2290", detail="no")), Findings())
    assert "card" not in found.message
    assert "discount" in found.message
    assert "credit memo" in found.message
