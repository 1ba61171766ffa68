"""The public client sageintacctsdk, used as its manual says.

It knows no timesheets; they go through the base that all its objects share.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

from sageintacctsdk import SageIntacctSDK
from sageintacctsdk.apis.api_base import ApiBase

from local.demo.intacct.company import IntacctCompany
from local.demo.intacct.gateway import SENDER, USER
from tests.bench.measured_system import MeasuredSystem
from tests.bench.public_clients import PublicClient, Reader
from tests.bench.sheet import FIRST_DAY

READ: Mapping[str, str] = {
    "customer": "customers",
    "project": "projects",
    "employee": "employees",
    "vendor": "vendors",
    "item": "items",
    "task": "tasks",
    "account": "accounts",
    "class": "classes",
    "department": "departments",
    "location": "locations",
}
"""The lists that it can read by our names, and by its own."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session, and the address at which alone it works."""

    id: str
    endpoint: str

    @classmethod
    def of(cls, system: MeasuredSystem, company: IntacctCompany) -> "Session":
        answer = system.http.post("/_sandbox/session", json={"company": company.id})
        given = answer.raise_for_status().json()
        return cls(given["sessionid"], given["endpoint"])

    def aim(self, objects: ApiBase) -> ApiBase:
        """Objects of the client whose requests go to that address; its own is written into it."""
        objects._ApiBase__api_url = self.endpoint
        return objects


def reading(system: MeasuredSystem, company: IntacctCompany) -> Reader:
    """Read every list whole, as its manual shows."""
    session = Session.of(system, company)
    client = SageIntacctSDK(
        sender_id=SENDER["senderid"],
        sender_password=SENDER["password"],
        user_id=USER["userid"],
        company_id=company.id,
        user_password=USER["password"],
        session_id=session.id,
    )
    mark, begun, records = system.sage.mark(), time.monotonic(), 0
    for name in READ.values():
        records += len(session.aim(getattr(client, name)).get_all())
    seconds = time.monotonic() - begun
    return Reader(records, seconds, system.sage.traffic(company.id, mark).total)


def sheet_by_sheet(
    system: MeasuredSystem, company: IntacctCompany, scale: int, sheets: int, entries: int
) -> PublicClient:
    """Write so many sheets of so many entries, one request each."""
    timesheets = _timesheets(Session.of(system, company))
    bodies = list(_sheets(company, sheets, entries))
    mark, begun = system.sage.mark(), time.monotonic()
    for body in bodies:
        timesheets.post(body)
    passed = (time.monotonic() - begun) * scale
    traffic = system.sage.traffic(company.id, mark)
    return PublicClient(traffic.written * entries, passed, traffic.total, traffic.throttled)


def _timesheets(session: Session) -> ApiBase:
    timesheets = ApiBase(dimension="TIMESHEET")
    timesheets.set_sender_id(SENDER["senderid"])
    timesheets.set_sender_password(SENDER["password"])
    timesheets.set_session_id(session.id)
    timesheets.set_show_private(False)
    return session.aim(timesheets)


def _sheets(company: IntacctCompany, count: int, entries: int) -> Iterator[Mapping[str, object]]:
    """Timesheets of the company's people, week by week."""
    people = [row["EMPLOYEEID"] for row in company.rows("EMPLOYEE", "EMPLOYEEID")]
    rows = company.rows("PROJECT", "PROJECTID", "STATUS")
    projects = [row["PROJECTID"] for row in rows if row["STATUS"] == "active"]
    weeks = range(-(-count // len(people)))
    for number, (week, person) in zip(range(count), product(weeks, people), strict=False):
        monday = FIRST_DAY + timedelta(weeks=week)
        lines = [
            {
                "ENTRYDATE": f"{monday + timedelta(days=line % 7):%m/%d/%Y}",
                "QTY": "1.25",
                "NOTES": f"What was done that day, entry {line} of sheet {number}",
                "BILLABLE": "true",
                "PROJECTID": projects[(number + line) % len(projects)],
            }
            for line in range(entries)
        ]
        yield {
            "EMPLOYEEID": person,
            "BEGINDATE": f"{monday:%m/%d/%Y}",
            "STATE": "Draft",
            "TIMESHEETENTRIES": {"TIMESHEETENTRY": lines},
        }
