"""What all connectors share: the errors that end all work, and derived request ids."""

import hashlib

import pytest
from ledgerlink.connectors.shared import errors
from ledgerlink.connectors.shared.errors import Disposition
from ledgerlink.connectors.shared.request_id import derived_id
from ledgerlink.domain.errors import AuthorizationLost, LedgerError, LedgerStopped

LANE_ERRORS: dict[Disposition, type[LedgerError]] = {
    Disposition.SIGN_IN: AuthorizationLost,
    Disposition.RECONNECT: AuthorizationLost,
    Disposition.STOP: LedgerStopped,
    Disposition.SPLIT: LedgerStopped,
}


@pytest.mark.parametrize("disposition", Disposition)
def test_only_some_dispositions_end_the_work_of_a_connection(disposition: Disposition) -> None:
    error = errors.lane_error(disposition, "why", trace_id="1-tid")
    assert type(error) is LANE_ERRORS.get(disposition, type(None))
    assert error is None or (error.trace_id, "why" in error.message) == ("1-tid", True)


def test_an_error_has_the_remedy_that_is_given_else_that_of_its_reason() -> None:
    assert errors.stopped("why", remedy="Do this.").remedy == "Do this."
    assert errors.authorization_lost("why", remedy="Do that.").remedy == "Do that."
    assert errors.stopped("why").remedy
    assert errors.authorization_lost("why").remedy


def test_dispositions_are_ordered_by_gravity() -> None:
    assert max(Disposition.REJECTED, Disposition.RETRY, Disposition.STOP) is Disposition.STOP
    assert max(Disposition.LOOK_UP, Disposition.THROTTLED) is Disposition.THROTTLED


def test_a_derived_id_is_the_start_of_a_digest_of_its_parts() -> None:
    digest = hashlib.sha256(b"req-1/7/3").hexdigest()
    assert derived_id("req-1", 7, "3") == digest[:32]
