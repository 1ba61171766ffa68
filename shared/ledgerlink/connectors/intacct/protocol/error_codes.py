"""What a fault of the gateway means for a record, for its kind, or for the whole lane."""

from ledgerlink.connectors.intacct.protocol.fault_rules import (
    FUNCTION,
    SIGNING_IN,
    UNAVAILABLE,
    UNKNOWN,
    FaultRule,
)
from ledgerlink.connectors.intacct.protocol.faults import Fault, main_fault
from ledgerlink.connectors.intacct.protocol.response import Result, Stage
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.errors import Disposition
from ledgerlink.domain.errors import LedgerError


def meaning(fault: Fault, stage: Stage | None = None) -> FaultRule:
    """What a fault means: one of a request as a whole in this stage, or of one function."""
    table = FUNCTION if stage is None else SIGNING_IN
    return next((each for each in table if each.fits(fault)), UNKNOWN)


def function_error(fault: Fault) -> LedgerError | None:
    """The error that a fault of one function means for the whole lane, or for one kind of record;
    None for a fault of the record alone."""
    what = meaning(fault)
    if what.code == UNAVAILABLE:
        return errors.unavailable(str(fault))
    if what.code in errors.OF_ONE_KIND:
        return errors.kind_refused(what.code, str(fault), remedy=what.remedy)
    return errors.lane_error(what.disposition, str(fault), remedy=what.remedy)


def may_pass(fault: Fault) -> bool:
    """Whether the same function may succeed when it is run again."""
    return meaning(fault).disposition is Disposition.RETRY


def require_success(result: Result) -> Result:
    """The result, if it succeeded. Raises LedgerUnavailable for one that may succeed later, else
    the error of the lane or of the kind, or ListUnreadable."""
    if result.succeeded:
        return result
    fault = main_fault(result.faults)
    if may_pass(fault):
        raise errors.unavailable(str(fault))
    raise function_error(fault) or errors.unreadable(str(fault))
