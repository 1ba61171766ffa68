"""One request and its response: which writes were accepted, and which were rejected."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ledgerlink.connectors.qbo.outcomes import time_billing
from ledgerlink.connectors.qbo.outcomes.accepted import accepted
from ledgerlink.connectors.qbo.outcomes.rejected import Rejection
from ledgerlink.connectors.qbo.outcomes.time_billing import LinkMethod
from ledgerlink.connectors.qbo.posting.batching import WriteResult, write_results
from ledgerlink.connectors.qbo.protocol import error_codes
from ledgerlink.connectors.qbo.protocol.response import Response
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.errors import Disposition
from ledgerlink.domain.errors import LedgerError
from ledgerlink.domain.model.plan import Outcome, Request

UNKNOWN = frozenset({Disposition.LOOK_UP, Disposition.RETRY})
"""What leaves open whether a write was carried out."""


@dataclass(frozen=True)
class Exchange:
    """One request and its response, which is parsed once."""

    request: Request
    """As the plan has it, with links to time entries."""
    method: LinkMethod
    """The kind of time links that were sent instead."""
    response: Response

    @cached_property
    def results(self) -> Sequence[WriteResult]:
        """The result of each write that the response mentions."""
        return list(write_results(self.request, self.response))

    @cached_property
    def all_rejections(self) -> Sequence[Rejection]:
        """Every write with faults, whatever they mean."""
        return [
            Rejection(result.write, error_codes.gravest(result.faults))
            for result in self.results
            if result.faults
        ]

    def accepted(self) -> list[Outcome]:
        """The outcomes of the writes that were accepted."""
        return [self._outcome(result) for result in self.results if not result.faults]

    def rejections(self) -> list[Rejection]:
        """The writes whose record was rejected; not those that are uncertain or end all work."""
        return [r for r in self.all_rejections if _disposition(r) is Disposition.REJECTED]

    def rejected_for_links(self) -> list[Rejection]:
        """The writes that may have been rejected for the time that they bill."""
        return [r for r in self.all_rejections if self.is_about_links(r)]

    def has_internal_errors(self) -> bool:
        """Whether it is unknown what became of some writes, though QuickBooks has answered."""
        return any(_disposition(r) in UNKNOWN for r in self.all_rejections)

    def is_about_links(self, rejection: Rejection) -> bool:
        """Whether the links to time may be the cause."""
        write, fault = rejection.write, rejection.fault
        return time_billing.may_be_rejected_for_links(write, fault, self.method)

    def lane_errors(self) -> Sequence[LedgerError]:
        """The faults that end all work for the connection."""
        found = (self._lane_error(rejection) for rejection in self.all_rejections)
        return [error for error in found if error is not None]

    def _lane_error(self, rejection: Rejection) -> LedgerError | None:
        detail, trace_id = str(rejection.fault), self.response.trace_id
        return errors.lane_error(_disposition(rejection), detail, trace_id=trace_id)

    def _outcome(self, result: WriteResult) -> Outcome:
        outcome = accepted(result.write, result.entity, self.response.trace_id)
        return time_billing.with_link_warning(outcome, result.write, self.method)


def _disposition(rejection: Rejection) -> Disposition:
    return error_codes.meaning(rejection.fault).disposition
