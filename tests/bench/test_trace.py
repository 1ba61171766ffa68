"""What the trace counts."""

from tests.bench.trace import Call, Figures, traced


def test_a_change_of_file_is_a_call_into_another_file_than_the_one_before() -> None:
    calls = [Call("a", "f"), Call("a", "g"), Call("b", "h"), Call("a", "f")]
    assert Figures.of(calls) == Figures(calls=4, functions=3, files=2, changes=2)


def test_the_way_of_an_entry_leads_from_the_api_over_a_plan_to_the_ledger() -> None:
    legs = traced("post").legs
    assert list(legs) == ["API: take it in", "worker: plan", "worker: apply"]
    assert any("connectors/qbo/posting" in call.file for call in legs["worker: apply"])
