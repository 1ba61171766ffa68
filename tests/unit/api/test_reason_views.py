"""How a reason is shown: with the ledger's name, and with what fills its places."""

import pytest
from ledgerlink.domain.model.reasons import REASONS, Reason, reason

from functions.api.pages import errors_page
from functions.api.views.common import ReasonView


@pytest.mark.parametrize(
    ("ledger", "name"),
    [("qbo", "QuickBooks Online"), ("intacct", "Sage Intacct"), ("", "the accounting system")],
)
def test_a_reason_names_the_ledger_that_people_see(ledger: str, name: str) -> None:
    view = ReasonView.of(reason("number_taken", "number", detail="by bill 7"), ledger)
    assert view is not None
    assert view.message == f"The document number is already used in {name} (by bill 7)."
    assert view.parameters == {"detail": "by bill 7"}
    assert view.field == "number"
    assert view.page == "/v1/errors#number_taken"


def test_a_reason_of_an_older_run_is_shown_with_the_ledgers_name_too() -> None:
    old = Reason("gone_in_ledger", "It was deleted in the accounting system.", "Delete it.")
    view = ReasonView.of(old, "qbo")
    assert view is not None
    assert view.message == "It was deleted in QuickBooks Online."
    assert view.parameters == {}


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_has_its_place_on_the_page_of_codes(code: str) -> None:
    """texts.md: an address to read on."""
    view = ReasonView.of(Reason(code, "Because.", "Do this."), "qbo")
    assert view is not None
    assert view.page is not None
    path, _, place = view.page.partition("#")
    assert path == "/v1/errors"
    assert f'id="{place}"' in errors_page()
