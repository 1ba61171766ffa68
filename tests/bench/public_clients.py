"""The public client python-quickbooks, used as its manual says, under the same limits."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import requests
from quickbooks import QuickBooks
from quickbooks.batch import batch_create
from quickbooks.exceptions import QuickbooksException
from quickbooks.objects.account import Account
from quickbooks.objects.base import QuickbooksBaseObject, Ref
from quickbooks.objects.customer import Customer
from quickbooks.objects.department import Department
from quickbooks.objects.employee import Employee
from quickbooks.objects.item import Item
from quickbooks.objects.taxcode import TaxCode
from quickbooks.objects.taxrate import TaxRate
from quickbooks.objects.term import Term
from quickbooks.objects.timeactivity import TimeActivity
from quickbooks.objects.trackingclass import Class
from quickbooks.objects.vendor import Vendor

from tests.bench.measured_system import MeasuredSystem

BATCH = 30
PAUSE = 60.0
ATTEMPTS = 20
PAGE = 1000


@dataclass(frozen=True, slots=True)
class PublicClient:
    """What it did: entries, ledger seconds that passed, calls, and how often it was throttled."""

    entries: int
    ledger_seconds: float
    calls: int
    throttled: int

    @property
    def entries_per_minute(self) -> float:
        return self.entries / self.ledger_seconds * 60


class _Session(requests.Session):
    """What its `auth_client` would open: a session with an access token."""

    def __init__(self, access_token: str) -> None:
        super().__init__()
        self.access_token = access_token
        self.trust_env = False


def one_by_one(system: MeasuredSystem, scale: int, count: int) -> PublicClient:
    """Create so many time activities, one call each."""
    system.set_scale(scale)
    client, entry = _company(system, "One by one")

    def step() -> object:
        return entry().save(qb=client)

    return _measure(system, client.company_id, scale, [step] * count, count)


def in_batches(system: MeasuredSystem, scale: int, count: int) -> PublicClient:
    """Create so many with its batch helper."""
    system.set_scale(scale)
    client, entry = _company(system, "In batches")

    def step() -> object:
        return batch_create([entry() for _ in range(BATCH)], qb=client)

    return _measure(system, client.company_id, scale, [step] * (count // BATCH), count)


READ: Mapping[str, type[QuickbooksBaseObject]] = {
    "customer": Customer,
    "item": Item,
    "employee": Employee,
    "vendor": Vendor,
    "account": Account,
    "tax_code": TaxCode,
    "tax_rate": TaxRate,
    "class": Class,
    "location": Department,
    "term": Term,
}
"""The lists that it can read, by our names."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What it read: records, real seconds, calls."""

    records: int
    seconds: float
    calls: int


def reading(system: MeasuredSystem, realm: str) -> Reader:
    """Read every list by pages of a thousand, as its manual shows. It leaves inactive records
    out."""
    client = _client(system, realm)
    mark, begun, records = system.sandbox.mark(), time.monotonic(), 0
    for kind in READ.values():
        start = 1
        while page := kind.all(start_position=start, max_results=PAGE, qb=client):
            records += len(page)
            start += PAGE
            if len(page) < PAGE:
                break
    seconds = time.monotonic() - begun
    return Reader(records, seconds, system.sandbox.traffic(realm, mark).total)


def _measure(
    system: MeasuredSystem,
    realm: str,
    scale: int,
    steps: Sequence[Callable[[], object]],
    entries: int,
) -> PublicClient:
    mark, begun = system.sandbox.mark(), time.monotonic()
    for step in steps:
        _insist(step, scale)
    passed = (time.monotonic() - begun) * scale
    traffic = system.sandbox.traffic(realm, mark)
    return PublicClient(entries, passed, traffic.total, traffic.throttled)


def _insist(step: Callable[[], object], scale: int) -> None:
    """Repeat after a minute of the ledger's when it says too many, as its guide asks."""
    for _ in range(ATTEMPTS):
        try:
            step()
        except QuickbooksException:
            time.sleep(PAUSE / scale)
        else:
            return
    raise RuntimeError(f"python-quickbooks was refused {ATTEMPTS} times in a row")


def _client(system: MeasuredSystem, realm: str) -> QuickBooks:
    QuickBooks.api_url_v3 = str(system.http.base_url.join("/v3"))
    client = QuickBooks(company_id=realm, minorversion=75)
    client.session = _Session(system.sandbox.token(realm))
    return client


def _company(system: MeasuredSystem, name: str) -> tuple[QuickBooks, Callable[[], TimeActivity]]:
    """A client of a new company, and a maker of time activities there."""
    realm = system.sandbox.new_company(name)
    client = _client(system, realm)
    person = Employee()
    person.GivenName, person.FamilyName = "Ada", "Berg"
    person.save(qb=client)
    customer = Customer()
    customer.DisplayName = "Quay wall"
    customer.save(qb=client)

    def entry() -> TimeActivity:
        activity = TimeActivity()
        activity.NameOf, activity.TxnDate = "Employee", "2026-03-02"
        activity.Hours, activity.Minutes = 1, 30
        activity.EmployeeRef, activity.CustomerRef = _ref(person), _ref(customer)
        activity.BillableStatus, activity.HourlyRate = "Billable", 95
        activity.Description = "Levels taken along the quay"
        return activity

    return client, entry


def _ref(record: Employee | Customer) -> Ref:
    ref = Ref()
    ref.value, ref.name = record.Id, record.DisplayName
    return ref
