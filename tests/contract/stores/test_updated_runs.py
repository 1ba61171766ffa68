"""Progress of a run is stored in one row, as long as nothing else about the run has changed."""

from dataclasses import replace

import pytest
from ledgerlink.domain.errors import ChangedMeanwhile
from ledgerlink.domain.model.runs import RunState

from tests.contract.stores.samples import ACME, run
from tests.contract.stores.stores import Stores


def test_an_update_is_stored(stores: Stores) -> None:
    begun = run("r1")
    stores.runs.create(begun, "key", "content")
    stores.runs.update(replace(begun, idle=3))
    assert stores.runs.get(ACME, "r1") == replace(begun, idle=3)
    assert stores.runs.in_state(ACME, begun.state) == [replace(begun, idle=3)]


@pytest.mark.parametrize("changed", [{"generation": 1}, {"state": RunState.PARKED}])
def test_a_run_with_another_state_or_generation_is_not_updated(
    stores: Stores, changed: dict[str, object]
) -> None:
    begun = run("r1")
    stores.runs.create(begun, "key", "content")
    meanwhile = replace(begun, **changed)  # type: ignore[arg-type]
    stores.runs.save(meanwhile)
    with pytest.raises(ChangedMeanwhile):
        stores.runs.update(replace(begun, idle=3))
    assert stores.runs.get(ACME, "r1") == meanwhile
