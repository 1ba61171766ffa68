"""Settings of one company, of a process, and those that say what a repeated request is answered."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from local.machine.ledgers import LEDGERS
from local.sandboxes.common.settings import UnknownSetting
from local.sandboxes.intacct.server import Options as IntacctOptions
from local.sandboxes.intacct.settings import Settings as IntacctSettings
from local.sandboxes.qbo.server import Options, in_process
from local.sandboxes.qbo.settings import Settings


def test_the_environment_gives_a_process_other_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_SETTINGS_QBO", "requestid=ignored batch_limit=5")
    monkeypatch.setenv("SANDBOX_SETTINGS_INTACCT", "uniqueid=fault")
    assert (Options().settings.requestid, Options().settings.batch_limit) == ("ignored", 5)
    assert IntacctOptions().settings.uniqueid == "fault"
    assert Settings().requestid == "honoured"


def test_settings_that_were_kept_over_a_restart_fit_again() -> None:
    """A kept state is read with Decimals."""
    kept = json.loads(json.dumps(Settings().as_dict()), parse_float=Decimal)
    again = Settings().changed(kept)
    assert again == Settings()
    assert not any(isinstance(value, Decimal) for value in again.as_dict().values())


def test_an_unknown_setting_in_the_environment_is_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SANDBOX_SETTINGS_QBO", "requestid=sometimes")
    with pytest.raises(UnknownSetting):
        Settings.usual()


def test_the_machine_hands_that_variable_on() -> None:
    handed_on = {ledger.settings_variable for ledger in LEDGERS}
    assert handed_on == {Settings.VARIABLE, IntacctSettings.VARIABLE}


def test_a_company_has_settings_of_its_own() -> None:
    sandbox = in_process(Options(seed="empty")).sandbox
    ours = sandbox.add_company("Ours", "empty", settings={"requestid": "ignored"}).realm
    theirs = sandbox.add_company("Theirs", "empty").realm
    assert sandbox.settings_of(ours).requestid == "ignored"
    assert sandbox.settings_of(theirs).requestid == "honoured"
    sandbox.change_settings({"batch_limit": 7})
    assert sandbox.settings_of(ours).batch_limit == 7


@pytest.mark.parametrize("settings", [{"client_id": "mine"}, {"journal_bodies": True}, {"no": 1}])
def test_what_no_company_can_have_for_itself_is_refused(settings: dict[str, object]) -> None:
    sandbox = in_process(Options(seed="empty")).sandbox
    with pytest.raises(UnknownSetting):
        sandbox.add_company("Ours", "empty", settings=settings)
