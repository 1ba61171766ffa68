"""Defects: mistakes of our own program with one record, which block that record and no other."""

from collections.abc import Callable

from ledgerlink.domain.errors import DEFECTS
from ledgerlink.domain.model.reasons import Blocked, Reason, reason

UNPLANNABLE = (Blocked, *DEFECTS)
"""Errors that keep one record from being planned: a reason of its own, or a mistake of ours."""

ReportDefect = Callable[[str, Exception], None]
"""Notes a defect, for those who mend the program: the posting key of the record, and the error."""


def unreported(_key: str, _defect: Exception) -> None:
    """Leaves a defect to the reason of its record."""


def why_unplannable(key: str, failure: Exception, report: ReportDefect) -> Reason:
    """The reason of the record with this posting key, which could not be planned for `failure`; a
    defect is reported."""
    if isinstance(failure, Blocked):
        return failure.reason
    report(key, failure)
    return reason("our_defect", key=key.partition(":")[2] or key)
