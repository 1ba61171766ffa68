"""One request and what came back: what was stored, what was refused for good."""

from collections.abc import Sequence
from dataclasses import dataclass

from ledgerlink.connectors.qbo.outcomes import accepted, time_billing
from ledgerlink.connectors.qbo.outcomes.rejected import Refusal
from ledgerlink.connectors.qbo.outcomes.time_billing import Way
from ledgerlink.connectors.qbo.posting.batching import Answer
from ledgerlink.connectors.qbo.posting.batching import answers as answers_in
from ledgerlink.connectors.qbo.protocol import error_codes
from ledgerlink.connectors.qbo.protocol.response import Reply
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.errors import Disposition
from ledgerlink.domain.errors import LedgerError
from ledgerlink.domain.model.plan import Outcome, Request, Write


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request as it was given, how its links to time were said, and what came back."""

    request: Request
    way: Way
    reply: Reply

    def posted(self) -> list[Outcome]:
        """The outcomes of what was stored."""
        return [self._posted(answer) for answer in self._told() if not answer.faults]

    def refused(self) -> list[Refusal]:
        """What failed for good; what is unknown is left out, and so is what ends the lane."""
        return [r for r in self._refusals() if _disposition(r) is Disposition.REJECTED]

    def unlinked(self) -> list[Write]:
        """Those of the refused that may have been refused for the time that they bill."""
        return [r.write for r in self._refusals() if self.is_about_links(r)]

    def is_about_links(self, refusal: Refusal) -> bool:
        """Whether the links to time may be why it was refused."""
        return time_billing.is_refused(refusal.write, refusal.fault, self.way)

    def lane_errors(self) -> Sequence[LedgerError]:
        """What of the faults concerns the lane as a whole."""
        trace_id = self.reply.trace_id
        told = (
            errors.lane_error(_disposition(refusal), str(refusal.fault), trace_id=trace_id)
            for refusal in self._refusals()
        )
        return [error for error in told if error is not None]

    def _told(self) -> Sequence[Answer]:
        return list(answers_in(self.request, self.reply))

    def _refusals(self) -> list[Refusal]:
        faulty = (answer for answer in self._told() if answer.faults)
        return [Refusal(answer.write, error_codes.gravest(answer.faults)) for answer in faulty]

    def _posted(self, answer: Answer) -> Outcome:
        outcome = accepted.posted(answer.write, answer.entity, self.reply.trace_id)
        return time_billing.posted(outcome, answer.write, self.way)


def _disposition(refusal: Refusal) -> Disposition:
    return error_codes.of_record(refusal.fault, refusal.write.kind)
