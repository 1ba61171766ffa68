"""A number that somebody else's document has: that one is left alone, and ours says so."""

from ledgerlink.domain.model.plan import ItemState

from tests.contract.intacct.clerk import Clerk, code, words
from tests.contract.intacct.papers import PAPERS, choose
from tests.contract.papers import invoice, sold

HEAD = {"CUSTVENDID": "C2", "WHENCREATED": "03/05/2026", "WHENDUE": "04/05/2026"}


def theirs(clerk: Clerk, price: str = "1") -> str:
    """Somebody enters a sale of this price under the number N-7; its id."""
    line = {"ITEMID": "LAB-1", "QUANTITY": "1", "PRICE": price, "PROJECTID": "P-3"}
    head = {"DOCPARID": "Sales Invoice", "DOCNO": "N-7", "STATE": "Pending"}
    return str(clerk.books.create("SODOCUMENT", [line], **HEAD, **head)["DOCID"])


def refused(clerk: Clerk, taken: str) -> None:
    """The invoice failed, alone, and the other one under the number is as it was."""
    (row,) = [row for row in clerk.books.rows("SODOCUMENT") if row["DOCNO"] == "N-7"]
    assert (row["DOCID"], row["CUSTVENDID"]) == (taken, "C2")


def test_an_invoice_of_somebody_else_is_not_taken_for_ours(clerk: Clerk) -> None:
    taken = theirs(clerk)
    outcomes = clerk.post(invoice(number="N-7"), invoice(key="i2", number="N-8"))
    assert outcomes["invoice:i2"].state is ItemState.POSTED
    outcome = outcomes["invoice:i1"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "number_taken")
    assert f"N-7 by {taken}" in words(outcome)
    refused(clerk, taken)


def test_it_is_not_found_for_an_answer_that_was_lost_either(clerk: Clerk) -> None:
    taken = theirs(clerk)
    clerk.lose(when="before", match={"function": "create_sotransaction"})
    assert clerk.post(invoice(number="N-7")) == {}
    outcome = clerk.found()["invoice:i1"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "number_taken")
    refused(clerk, taken)


def test_one_that_says_the_same_for_another_client_is_not_ours(clerk: Clerk) -> None:
    taken = theirs(clerk, "31.50")
    outcome = clerk.post(invoice(sold("31.50"), number="N-7"))["invoice:i1"]
    assert code(outcome) == "number_taken"
    refused(clerk, taken)


def test_an_ar_invoice_whose_number_is_taken_says_so(clerk: Clerk) -> None:
    choose(clerk, PAPERS["invoice"])
    clerk.post(invoice(number="N-7"))
    outcome = clerk.post(invoice(key="i2", number="N-7"))["invoice:i2"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "number_taken")
