"""A number that somebody else's document has: that one is left alone, and ours says so."""

from ledgerlink.domain.model.plan import ItemState

from tests.contract.intacct.papers import PAPERS, choose
from tests.contract.intacct.poster import Poster, code, words
from tests.contract.papers import invoice, sold

HEAD = {"CUSTVENDID": "C2", "WHENCREATED": "03/05/2026", "WHENDUE": "04/05/2026"}


def theirs(poster: Poster, price: str = "1") -> str:
    """Somebody enters a sale of this price under the number N-7; its id."""
    line = {"ITEMID": "LAB-1", "QUANTITY": "1", "PRICE": price, "PROJECTID": "P-3"}
    head = {"DOCPARID": "Sales Invoice", "DOCNO": "N-7", "STATE": "Pending"}
    return str(poster.books.create("SODOCUMENT", [line], **HEAD, **head)["DOCID"])


def refused(poster: Poster, taken: str) -> None:
    """The invoice failed, alone, and the other one under the number is as it was."""
    (row,) = [row for row in poster.books.rows("SODOCUMENT") if row["DOCNO"] == "N-7"]
    assert (row["DOCID"], row["CUSTVENDID"]) == (taken, "C2")


def test_another_users_invoice_is_not_taken_for_ours(poster: Poster) -> None:
    taken = theirs(poster)
    outcomes = poster.post(invoice(number="N-7"), invoice(key="i2", number="N-8"))
    assert outcomes["invoice:i2"].state is ItemState.POSTED
    outcome = outcomes["invoice:i1"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "number_taken")
    assert f"N-7 by {taken}" in words(outcome)
    refused(poster, taken)


def test_it_is_not_found_for_an_answer_that_was_lost_either(poster: Poster) -> None:
    taken = theirs(poster)
    poster.lose(when="before", match={"function": "create_sotransaction"})
    assert poster.post(invoice(number="N-7")) == {}
    outcome = poster.found()["invoice:i1"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "number_taken")
    refused(poster, taken)


def test_an_equal_document_for_another_client_is_not_ours(poster: Poster) -> None:
    taken = theirs(poster, "31.50")
    outcome = poster.post(invoice(sold("31.50"), number="N-7"))["invoice:i1"]
    assert code(outcome) == "number_taken"
    refused(poster, taken)


def test_an_ar_invoice_with_a_taken_number_is_reported(poster: Poster) -> None:
    choose(poster, PAPERS["invoice"])
    poster.post(invoice(number="N-7"))
    outcome = poster.post(invoice(key="i2", number="N-7"))["invoice:i2"]
    assert (outcome.state, code(outcome)) == (ItemState.FAILED, "number_taken")
