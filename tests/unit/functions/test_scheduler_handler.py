"""The entry of the tick."""

from typing import cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from tests.unit.functions.standing_in import Context, Ticking, counted, sample


def tick(context: Context) -> dict[str, int]:
    from functions.scheduler.handler import handler

    answer: dict[str, int] = handler(sample("scheduler"), cast(LambdaContext, context))
    return answer


def test_a_tick_counts_the_connections_whose_work_it_queued(
    ticking: Ticking, capsys: pytest.CaptureFixture[str]
) -> None:
    ticking.queued = 3
    assert tick(Context()) == {"queued": 3}
    assert counted(capsys.readouterr().out) == {"ConnectionsDue": 3}


def test_a_tick_without_work_is_counted_too(
    ticking: Ticking, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tick(Context()) == {"queued": 0}
    assert counted(capsys.readouterr().out) == {"ConnectionsDue": 0}


@pytest.mark.parametrize(("left", "stops"), [(10_000, False), (9_999, True)])
def test_a_tick_takes_nothing_more_in_its_last_ten_seconds(
    ticking: Ticking, left: int, stops: bool
) -> None:
    context = Context()
    tick(context)
    context.left = left
    assert ticking.stop is not None
    assert ticking.stop() is stops


def test_a_tick_that_fails_is_an_error_of_the_function(ticking: Ticking) -> None:
    ticking.error = RuntimeError("the table is away")
    with pytest.raises(RuntimeError, match="the table is away"):
        tick(Context())
