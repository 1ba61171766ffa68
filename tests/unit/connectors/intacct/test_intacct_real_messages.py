"""Case sage-intacct 9: real messages about one record each have a reason with a true remedy."""

import pytest
from ledgerlink.connectors.intacct.outcomes.rejected import explain
from ledgerlink.connectors.intacct.protocol.error_codes import meaning
from ledgerlink.connectors.intacct.protocol.faults import Fault
from ledgerlink.connectors.intacct.protocol.response import Stage
from ledgerlink.connectors.shared.errors import Disposition
from ledgerlink.domain.model.reasons import REASONS

from tests.unit.connectors.intacct.real_messages import REAL

WITHOUT_THE_TEXT = ("paid", "reconciled", "timesheet_approved", "closed_period")
"""Reasons that say more than the ledger's text."""


@pytest.mark.parametrize(("errorno", "text", "code"), REAL, ids=[each[1][:60] for each in REAL])
def test_a_message_has_its_reason(errorno: str, text: str, code: str) -> None:
    """Case sage-intacct 9."""
    found = explain(Fault(errorno, text), {})
    assert found.code == code
    assert found.remedy
    assert code in WITHOUT_THE_TEXT or text.strip()[:20] in found.message


def test_most_messages_have_a_reason_of_their_own() -> None:
    """Case sage-intacct 9: at least nine of ten."""
    own = [code for _, _, code in REAL if code != "refused"]
    assert len(own) >= 0.9 * len(REAL)


def test_an_unknown_message_is_quoted_and_claims_nothing() -> None:
    """Case sage-intacct 9."""
    found = explain(Fault("BL99", "The flux is not coherent"), {})
    assert found.code == "refused"
    assert "we do not know more than what it said: The flux is not coherent" in found.message


@pytest.mark.parametrize(
    "text",
    ["Please try again later.", "The record is being edited by another user.", "Deadlock found"],
)
def test_a_passing_fault_is_not_final(text: str) -> None:
    """Case sage-intacct 9, its kind: passing from final."""
    assert meaning(Fault("BL01001973", text)).disposition is Disposition.RETRY


@pytest.mark.parametrize(
    ("errorno", "text", "who"),
    [
        ("XL03000006", "Incorrect Intacct XML Partner ID or password.", "our own sender"),
        ("XL03000006", "Sign-in information is incorrect", "company ID, user ID and password"),
        ("XMLGW_JPP0002", "Sign-in information is incorrect.", "company ID, user ID and password"),
        (
            "XL03000006",
            "Invalid Web Services Authorization The sender ID 'x' is not authorized to make Web"
            " Services requests to company ID 'y'.",
            "Web Services authorizations",
        ),
        (
            "XL03000006",
            "You are not authorized to use Web Services under the company 'ACME'.",
            "Web Services users",
        ),
        ("GW-0011", "Invalid Request", "does not say what is wrong"),
        ("XL03000006", "Your password has expired.", "a new one that does not expire"),
        ("XL03000006", "The user 'ws' is locked.", "Unlock"),
        ("XL03000006", "The user 'ws' is inactive", "Unlock"),
        ("XL03000006", "Sign-ins from this IP address are not allowed", "addresses"),
        ("XL03000006", "Two-step verification is required", "Web Services only"),
        ("XL03000006", "The entity 'US' is invalid.", "Setup > Entities"),
        ("PL04000055", "This company is a demo company and has expired.", "Ask Sage"),
        ("XL03000006", "The company subscription was suspended.", "Ask Sage"),
        ("XL09", "Something new", "does not say what is wrong"),
    ],
)
def test_a_refused_sign_in_says_whose_turn_it_is(errorno: str, text: str, who: str) -> None:
    """Case sage-intacct 7: the customer's credentials, the sender's authorisation, or ours."""
    assert who in meaning(Fault(errorno, text), Stage.OPERATION).remedy


def test_every_reason_of_the_tables_exists() -> None:
    assert {code for _, _, code in REAL} <= set(REASONS)
