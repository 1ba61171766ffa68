"""The English texts of error 6000, which stands for any business rule.

They come in the company's language, so they only refine the reason: a text that no pattern knows is
quoted. Source: Intuit's forums, help pages of partners, and recorded answers.
"""

import re

from ledgerlink.connectors.qbo.protocol.faults import Fault

RULES: tuple[tuple[str, str], ...] = (
    (r"(?:period|books?) (?:has|have|is|are) (?:been )?closed|closed (?:period|books)|closing date",
     "closed_period"),
    (r"accounts? (?:payable|receivable)|\bA/[PR]\b|must use an account|income account|account type"
     r"|account you chose|(?:choose|select|use) an? [\w ]*account|not reimbursable",
     "account_not_usable"),
    (r"\bGST\b|\bHST\b|\bVAT\b|tax rate|calculating tax|sales tax|tax code", "tax_refused"),
    (r"currenc|exchange rate", "currency_refused"),
    (r"trying to link|can.t match|(?:cannot|can.t) be linked|already been invoiced",
     "not_linkable"),
    (r"inactive|been deleted|no longer exists?|does ?n[o']t exist", "target_missing"),
    (r"upgrade|subscri|not available in your|turn(?:ed)? on|preference", "feature_off"),
    (r"permission|not authori[sz]ed|access right", "no_permission"),
    (r"reconciled|deposited|matched to", "state_locked"),
    (r"already (?:been )?(?:used|assigned)|duplicate", "number_taken"),
    (r"e-?mail", "invalid_email"),
    (r"billable", "not_billable"),
    (r"too long|\d+ characters", "value_too_long"),
    (r"amount|negative|zero or greater|debits|out of balance|quantity", "amount_refused"),
    (r"\bdate\b", "date_refused"),
)  # fmt: skip
"""Patterns, and the code of the reason; the first that fits decides."""


def reason_code(fault: Fault) -> str:
    """The code of the reason for a business rule; `refused` for a text that is not known."""
    words = f"{fault.message} {fault.detail}"
    found = (code for text, code in RULES if re.search(text, words, re.IGNORECASE))
    return next(found, "refused")
