"""Two demonstrations at once. Case product 13."""

from pathlib import Path

import pytest

from local.demo import __main__ as demo
from local.demo.errors import DemoError


def test_a_second_demo_is_refused_in_words_and_may_run_after_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "DEFAULT_ROOT", tmp_path)
    refused = pytest.raises(DemoError, match="Another demo runs here")
    with demo._only_one(), refused, demo._only_one():
        pytest.fail("both ran")
    with demo._only_one():
        pass
