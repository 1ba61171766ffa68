"""Counting what AWS would be asked and would charge for."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil
from time import thread_time
from typing import Any

from tests.support.partition_limit import Heat, key_of, row_size, units_of, units_of_row

READ_UNIT = 4096
ASKED = "before-parameter-build.*.*"
QUERIED = "after-call.dynamodb.Query"
ASKED_ID, QUERIED_ID = "bench-meter-asked", "bench-meter-queried"
"""Two handlers of one id would be taken for one."""
IN_TRANSACTION = 2


@dataclass(slots=True)
class Meter:
    """`requests` counts calls by service and operation, `units` DynamoDB's request units; `hottest`
    of them are the most that one partition key was written in a second.

    A row's size is that of its names and values as text, as DynamoDB counts it. A row read by its
    key is taken to cost one unit, whether it is there or not: ours are smaller than one.
    """

    requests: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    cpu_seconds: float = 0.0
    """What the counting itself took; it belongs to nothing that is measured."""
    _heat: Heat = field(default_factory=Heat)
    _clients: list[Any] = field(default_factory=list)

    def attach(self, *clients: Any) -> None:
        """Count the calls of these boto3 clients from now on."""
        for client in clients:
            client.meta.events.register(ASKED, self._count, unique_id=ASKED_ID)
            client.meta.events.register(QUERIED, self._count_found, unique_id=QUERIED_ID)
            self._clients.append(client)

    def detach(self) -> None:
        """Count no more."""
        for client in self._clients:
            client.meta.events.unregister(ASKED, self._count, unique_id=ASKED_ID)
            client.meta.events.unregister(QUERIED, self._count_found, unique_id=QUERIED_ID)

    def _count(self, params: dict[str, Any], model: Any, **_: object) -> None:
        begun = thread_time()
        service = model.service_model.service_name
        self.requests[f"{service}:{model.name}"] += 1
        if service == "dynamodb":
            for pk, units in _writes(model.name, params):
                self.units["writes"] += units
                self._heat.add(pk, units)
            self.units["hottest"] = self._heat.peak
            self.units["reads"] += _read_units(model.name, params)
        self.cpu_seconds += thread_time() - begun

    def _count_found(self, parsed: dict[str, Any], **_: object) -> None:
        size = sum(map(row_size, parsed.get("Items", ())))
        self.units["reads"] += max(ceil(size / READ_UNIT), 1)


def _writes(operation: str, params: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The writes of a call: the partition key and the write units of each."""
    match operation:
        case "PutItem":
            yield params["Item"]["pk"]["S"], units_of_row(params["Item"])
        case "DeleteItem" | "UpdateItem":
            yield params["Key"]["pk"]["S"], 1
        case "TransactWriteItems":
            yield from map(_in_transaction, params["TransactItems"])
        case "BatchWriteItem":
            for some in params["RequestItems"].values():
                yield from ((key_of(write), units_of(write)) for write in some)


def _read_units(operation: str, params: dict[str, Any]) -> int:
    match operation:
        case "GetItem":
            return 1
        case "BatchGetItem":
            return sum(len(some["Keys"]) for some in params["RequestItems"].values())
    return 0


def _in_transaction(write: dict[str, Any]) -> tuple[str, int]:
    ((_, what),) = write.items()
    row = what.get("Item")
    units = IN_TRANSACTION * (units_of_row(row) if row else 1)
    return (row or what["Key"])["pk"]["S"], units
