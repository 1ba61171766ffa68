"""What the gateway says when it refuses, and what becomes of it."""

from ledgerlink.domain.model.plan import ItemState, Outcome

RULE, FORMAT = "BL01001973", "BL03000018"

SAID: list[tuple[str, str, str]] = [
    (RULE, "Invalid Project '10064' specified.", "target_missing"),
    (RULE, "Project 'P-1' specified is not valid.", "target_missing"),
    (RULE, "Invalid Job 'P-1' specified.", "target_missing"),
    (RULE, "Job 'P-1' specified is not valid.", "target_missing"),
    (RULE, "The employee 'E1' is invalid.", "target_missing"),
    (RULE, "The vendor 'V1' is invalid.", "target_missing"),
    (RULE, "Vendor 'V1' specified is not valid.", "target_missing"),
    (RULE, "Activate the vendor V1, then try again.", "target_missing"),
    (RULE, "Customer 'C1' specified is not valid.", "target_missing"),
    (RULE, "The location 'US' is invalid.", "target_missing"),
    (RULE, "Location 'US' is not valid", "target_missing"),
    (RULE, "The department '10' is invalid.", "target_missing"),
    (RULE, "Invalid Department 10 selected", "target_missing"),
    (RULE, "Account 6100 is not valid", "target_missing"),
    (RULE, "The employee is not a resource of the project 'P-1'.", "not_assigned"),
    (RULE, "The employee isn\u2019t a resource of the project 'P-1'.", "not_assigned"),
    (RULE, "The employee isn't a resource of the project 'P-1'.", "not_assigned"),
    (
        RULE,
        "The Project 'P-1' has a project status that prevents expense submittal.",
        "not_open",
    ),
    (RULE, "The account number '6100' requires a Department.", "missing_dimension"),
    (
        RULE,
        "This transaction is missing the Department dimension for the Account 6100",
        "missing_dimension",
    ),
    (
        RULE,
        "This transaction is missing the Job dimension for the Account 6100",
        "missing_dimension",
    ),
    (RULE, "Required field Date Due is missing", "missing_dimension"),
    (RULE, "The Date Due field is missing a value.", "missing_dimension"),
    (RULE, "The period for the date 03/02/2026 is closed.", "closed_period"),
    (RULE, "Date must be on or after 04/01/2026", "closed_period"),
    (RULE, "Meals over 30.00 need a manager's approval (smart rule 7).", "company_rule"),
    (RULE, "The GL account is restricted by the location US.", "account_restricted"),
    (FORMAT, "Missing unit", "missing_dimension"),
    (FORMAT, "Illegal format for Contactversion : Primary Email Address", "invalid_email"),
    ("BL34000061", "Another Bill with the given value(s) P1  already exists", "name_taken"),
    ("PL05000104", "", "name_taken"),
    (RULE, "Duplicate account number", "name_taken"),
    (RULE, "Currently, we can't create the transaction", "refused"),
]


def told(outcome: Outcome) -> str:
    """All that its reader is told, which has to be of use."""
    assert outcome.state in (ItemState.FAILED, ItemState.BLOCKED)
    assert outcome.reason is not None
    assert outcome.reason.remedy
    assert "Support ID" not in outcome.reason.message
    assert "%7E" not in outcome.reason.message
    return f"{outcome.reason.message} {outcome.reason.remedy}"
