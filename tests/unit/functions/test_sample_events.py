"""events/ holds what each function is really given."""

from ledgerlink.storage.queue import received

from tests.unit.functions.standing_in import EVENTS, sample

ROOT = EVENTS.parent


def test_every_function_has_a_sample() -> None:
    functions = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    samples = {path.stem.partition("-")[0] for path in EVENTS.glob("*.json")}
    assert samples == functions


def test_the_workers_sample_holds_a_message_of_the_lane() -> None:
    (record,) = sample("worker")["Records"]
    assert received(record["body"]).firm == "firm-1"


def test_the_webhook_samples_are_of_the_route_that_is_deployed() -> None:
    for name in ("webhooks-cloudevents", "webhooks-classic"):
        assert sample(name)["routeKey"] == "POST /v1/webhooks/{ledger}"
