"""The public client python-quickbooks works against the sandbox as it does against QuickBooks."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from intuitlib.client import AuthClient
from intuitlib.config import DISCOVERY_URL
from intuitlib.enums import Scopes
from quickbooks import QuickBooks
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import (
    AuthorizationException,
    ObjectNotFoundException,
    QuickbooksException,
    SevereException,
    ValidationException,
)
from quickbooks.objects.account import Account
from quickbooks.objects.attachable import Attachable
from quickbooks.objects.base import AttachableRef, LinkedTxn, Ref
from quickbooks.objects.bill import Bill
from quickbooks.objects.customer import Customer
from quickbooks.objects.detailline import (
    AccountBasedExpenseLine,
    AccountBasedExpenseLineDetail,
    SalesItemLine,
    SalesItemLineDetail,
)
from quickbooks.objects.employee import Employee
from quickbooks.objects.invoice import Invoice
from quickbooks.objects.item import Item
from quickbooks.objects.payment import Payment, PaymentLine
from quickbooks.objects.preferences import Preferences
from quickbooks.objects.purchase import Purchase
from quickbooks.objects.timeactivity import TimeActivity

from tests.sandbox.qbo.conftest import Books


@pytest.fixture
def client(books: Books, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client made the documented way, sent to the sandbox by the documented overrides."""
    url = books.running.url
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setattr(QuickBooks, "sandbox_api_url_v3", f"{url}/v3")
    discovery = f"{url}/.well-known/openid_sandbox_configuration/"
    monkeypatch.setitem(DISCOVERY_URL, "sandbox", discovery)
    auth = AuthClient("sandbox-client", "sandbox-secret", "http://localhost/cb", "sandbox")
    token = books.admin("/token", {"realm": books.realm})["refresh_token"]
    company = {"company_id": books.realm, "minorversion": 75}
    return QuickBooks(auth_client=auth, refresh_token=token, **company)


def ref(value: str) -> Any:
    made = Ref()
    made.value = value
    return made


def sales(amount: int) -> Any:
    line = SalesItemLine()
    line.Amount = amount
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = ref("4")
    return line


def expense(amount: int) -> Any:
    line = AccountBasedExpenseLine()
    line.Amount = amount
    line.AccountBasedExpenseLineDetail = AccountBasedExpenseLineDetail()
    line.AccountBasedExpenseLineDetail.AccountRef = ref("7")
    return line


def named(name: str) -> Any:
    customer = Customer()
    customer.DisplayName = name
    return customer


def worked(hours: int) -> Any:
    activity = TimeActivity()
    activity.NameOf = "Employee"
    activity.EmployeeRef = ref("55")
    activity.TxnDate = date(2026, 2, 2).isoformat()
    activity.Hours, activity.Minutes = hours, 0
    return activity


def employee() -> Any:
    made = Employee()
    made.GivenName, made.FamilyName = "Ada", "Lovelace"
    return made


def item() -> Any:
    made = Item()
    made.Name, made.Type, made.IncomeAccountRef = "Consulting", "Service", ref("1")
    return made


def invoice() -> Any:
    made = Invoice()
    made.CustomerRef = ref("1")
    made.Line.append(sales(100))
    return made


def bill() -> Any:
    made = Bill()
    made.VendorRef = ref("46")
    made.Line.append(expense(30))
    return made


def purchase() -> Any:
    made = Purchase()
    made.PaymentType, made.AccountRef = "CreditCard", ref("42")
    made.Line.append(expense(12))
    return made


def payment() -> Any:
    made = Payment()
    made.CustomerRef, made.TotalAmt = ref("1"), 20
    return made


def note() -> Any:
    made = Attachable()
    made.Note = "a note"
    return made


MAKERS = (lambda: named("Made"), employee, item, lambda: worked(3), invoice, bill, purchase,
          payment, note)  # fmt: skip
TEXT = {"Customer": "Notes", "Employee": "EmployeeNumber", "Item": "Description",
        "TimeActivity": "Description", "Attachable": "Note"}  # fmt: skip


@pytest.mark.parametrize("make", MAKERS)
def test_a_row_is_created_read_queried_and_updated(client: Any, make: Any) -> None:
    made = make().save(qb=client)
    kind = type(made)
    assert kind.get(made.Id, qb=client).Id == made.Id
    assert [row.Id for row in kind.filter(Id=made.Id, qb=client)] == [made.Id]
    member = TEXT.get(kind.qbo_object_name, "PrivateNote")
    setattr(made, member, "changed")
    assert getattr(made.save(qb=client), member) == "changed"
    again = kind.get(made.Id, qb=client)
    assert (getattr(again, member), again.SyncToken) == ("changed", "1")


@pytest.mark.parametrize("make", MAKERS[3:])
def test_a_transaction_is_deleted(client: Any, make: Any) -> None:
    made = make().save(qb=client)
    made.delete(qb=client)
    with pytest.raises(ObjectNotFoundException):
        type(made).get(made.Id, qb=client)


def test_a_batch_creates_updates_and_deletes(client: Any) -> None:
    done = batch_create([worked(h) for h in (1, 2, 200_000)], qb=client)
    assert (len(done.successes), len(done.faults)) == (2, 1)
    assert done.faults[0].Error[0].code == "6380"
    for activity in done.successes:
        activity.Description = "by batch"
    assert len(batch_update(done.successes, qb=client).successes) == 2
    rows = [TimeActivity.get(a.Id, qb=client) for a in done.successes]
    assert {row.Description for row in rows} == {"by batch"}
    deleted = batch_delete(rows, qb=client)
    assert not deleted.faults


def test_a_repeated_request_id_gives_the_same_row(client: Any) -> None:
    first, second = invoice(), invoice()
    first.save(qb=client, request_id="pq-1")
    second.save(qb=client, request_id="pq-1")
    assert first.Id == second.Id


def test_errors_become_the_clients_own(client: Any, books: Books) -> None:
    with pytest.raises(ObjectNotFoundException):
        Customer.get(999, qb=client)
    with pytest.raises(ValidationException) as wrong:
        Customer.query("select * from Customer where Nothing = '1'", qb=client)
    assert wrong.value.error_code == 4001
    with pytest.raises(QuickbooksException) as taken:
        named("Cool Cars").save(qb=client)
    assert taken.value.error_code == 6240
    books.admin("/faults", {"action": "fault10000"})
    with pytest.raises(SevereException):
        Customer.get(1, qb=client)
    books.admin("/tokens/expire", {"realm": books.realm, "access": True})
    with pytest.raises(AuthorizationException):
        Customer.get(1, qb=client)


def test_a_payment_pays_an_invoice(client: Any) -> None:
    made = invoice().save(qb=client)
    line, link = PaymentLine(), LinkedTxn()
    link.TxnId, link.TxnType = made.Id, "Invoice"
    line.Amount = 20
    line.LinkedTxn.append(link)
    paying = payment()
    paying.Line.append(line)
    paying.save(qb=client)
    assert Invoice.get(made.Id, qb=client).Balance == 80


def test_a_file_is_attached_to_a_purchase(client: Any, books: Books) -> None:
    made = Attachable()
    link = AttachableRef()
    link.EntityRef = ref(purchase().save(qb=client).Id)
    link.EntityRef.type = "Purchase"
    made.AttachableRef.append(link)
    made.FileName, made.ContentType, made._FileBytes = "receipt.txt", "text/plain", b"paid"
    made.save(qb=client)
    files = books.running.sandbox.companies[books.realm].files
    assert files == {made.Id: b"paid"}


def test_lists_counts_preferences_and_changes(client: Any) -> None:
    assert Account.count(qb=client) == 27
    assert len(Customer.all(qb=client)) == 23
    assert Preferences.get(qb=client).TimeTrackingPrefs.WorkWeekStartDate == "Monday"
    since = datetime.now(UTC).replace(hour=0).isoformat(timespec="seconds")
    assert change_data_capture([Customer], since, qb=client).Customer


def test_the_authorization_url_leads_to_the_consent_page(client: Any, books: Books) -> None:
    url = client.auth_client.get_authorization_url([Scopes.ACCOUNTING])
    assert url.startswith(f"{books.running.url}/connect/oauth2?client_id=sandbox-client")
    assert client.auth_client.revoke() is True
