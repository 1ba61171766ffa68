"""What the gateway refuses: error numbers and words of section 9."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lxml import etree

RULE: Final = "BL01001973"
DENIED: Final = "PL04000005"
FORMAT: Final = "BL03000018"
# What some lists say of an id that is taken, where it is not BL34000061: number, description.
DUPLICATES: Final = {
    "Account": (RULE, "Duplicate account number"),
    "Employee": ("PL05000104", ""),
    "Vendor": ("PL05000104", ""),
}
ROLLED_BACK: Final = (
    "The entire transaction in this operation has been rolled back due to an error."
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One `error` element; `text` is its description2."""

    errorno: str
    text: str = ""
    description: str = ""
    correction: str = ""


class Refusal(Exception):
    """A function that fails. `data` lists what a create or update had done all the same."""

    def __init__(self, *problems: Problem, data: etree._Element | None = None) -> None:
        super().__init__(problems[0].text or problems[0].errorno)
        self.problems = problems
        self.data = data


class ControlRefusal(Exception):
    """A request that fails as a whole, before any operation."""

    def __init__(self, *problems: Problem, status: int = 200, readable: bool = True) -> None:
        super().__init__(problems[0].text)
        self.problems, self.status, self.readable = problems, status, readable


class SignInRefusal(Exception):
    """An authentication that fails: an operation without results."""

    def __init__(self, problem: Problem, userid: str = "", companyid: str = "") -> None:
        super().__init__(problem.text)
        self.problem, self.userid, self.companyid = problem, userid, companyid


def broken(text: str, correction: str = "") -> Refusal:
    """A business rule: errorno BL01001973."""
    return Refusal(Problem(RULE, text, correction=correction))


def malformed(text: str) -> Refusal:
    """A value of the wrong shape, or one that is missing: errorno BL03000018."""
    return Refusal(Problem(FORMAT, text))


def missing(label: str) -> Refusal:
    return malformed(f"Required field {label} is missing")


def duplicate(label: str, values: str) -> Refusal:
    """The three errors of a record that exists, as the real gateway lists them."""
    errorno, description = DUPLICATES.get(label, ("BL34000061", ""))
    return Refusal(
        Problem(
            errorno,
            f"Another {label} with the given value(s) {values}  already exists",
            description,
            "Use a unique value instead.",
        ),
        Problem(RULE, f"Could not create {label.lower()} record!"),
        Problem(RULE, f"Error while saving the {label} info"),
    )


def forbidden(operation: str, name: str) -> Refusal:
    """What the user may not do. A denied audit history comes without a number: so says
    estuary/connectors, whose code tells the one from the other."""
    kind = name.lower()
    words = f"You do not have permission for API operation {operation} on objects of type {kind}"
    return Refusal(Problem("" if kind == "audithistory" else DENIED, words))


def unsubscribed(operation: str, name: str) -> Refusal:
    """What the company has no subscription for."""
    kind = name.lower()
    words = f"API operation '{operation}' cannot be performed on objects of type {kind}"
    return Refusal(Problem(DENIED, words))


def unprocessed() -> Refusal:
    """What the gateway says when it cannot say more."""
    return Refusal(Problem("DL02000001", "There was an error processing the request."))


def rolled_back() -> Problem:
    return Problem("XL03000009", ROLLED_BACK)
