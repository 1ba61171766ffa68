"""The tests that all connectors inherit say what was wrong, as other tests do."""

import pytest

pytest.register_assert_rewrite("tests.contract.standard")
