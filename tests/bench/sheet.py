"""Timesheets and rules made up for measuring."""

import json
from collections.abc import Iterator
from datetime import date, timedelta

PEOPLE, CLIENTS, PROJECTS, CODES = 20, 10, 50, 8
DAYS, SHORTEST, LONGEST = 300, 15, 479
"""Days with work, and the minutes of the shortest and the longest entry."""
FIRST_DAY = date(2026, 1, 5)
RATE = "95.00"


def rules(income_account_id: str, people: int = PEOPLE) -> dict[str, dict[str, object]]:
    """Create rules for everything that `lines` names, by kind."""
    return {
        "users": {f"u{n}": {"action": "create", "name": f"Person {n}"} for n in range(people)},
        "projects": {f"p{n}": _project(n) for n in range(PROJECTS)},
        "labor-codes": {
            f"code{n}": {
                "action": "create",
                "name": f"Service {n}",
                "income_account_id": income_account_id,
                "rate": RATE,
            }
            for n in range(CODES)
        },
    }


def _project(number: int) -> dict[str, object]:
    client = number % CLIENTS
    above = {"key": f"c{client}", "name": f"Client {client}"}
    return {"action": "create", "name": f"Project {number}", "client": above}


def lines(
    name: str, count: int, people: int = PEOPLE, days: int = DAYS, longest: int = LONGEST
) -> Iterator[bytes]:
    """So many time entries as JSON lines; entries of another name have other keys."""
    for number in range(count):
        entry = {
            "key": f"{name}-{number:06d}",
            "staff_key": f"u{number % people}",
            "work_date": (FIRST_DAY + timedelta(days=number // people % days)).isoformat(),
            "project_key": f"p{number % PROJECTS}",
            "labor_code_key": f"code{number % CODES}",
            "billable": number % 4 != 0,
            "minutes": SHORTEST + number % (longest + 1 - SHORTEST),
            "task": f"Task {number % 700}",
            "notes": f"What was done that day, entry {number} of {name}, in a line of usual length",
        }
        yield json.dumps(entry).encode()
