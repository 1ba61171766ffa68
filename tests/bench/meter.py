"""Counting what AWS would be asked and would charge for."""

from collections import Counter
from dataclasses import dataclass, field
from math import ceil
from typing import Any

WRITE_UNIT, READ_UNIT = 1024, 4096
ASKED = "before-parameter-build.*.*"
QUERIED = "after-call.dynamodb.Query"
METER_ID = "bench-meter"
IN_TRANSACTION = 2


@dataclass(slots=True)
class Meter:
    """`requests` counts calls by service and operation, `units` DynamoDB's request units.

    A row's size is that of its names and values as text, as DynamoDB counts it. A row read by its
    key is taken to cost one unit, whether it is there or not: ours are smaller than one.
    """

    requests: Counter[str] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)
    _clients: list[Any] = field(default_factory=list)

    def attach(self, *clients: Any) -> None:
        """Count the calls of these boto3 clients from now on."""
        for client in clients:
            client.meta.events.register(ASKED, self._count, unique_id=METER_ID)
            client.meta.events.register(QUERIED, self._count_found, unique_id=METER_ID)
            self._clients.append(client)

    def detach(self) -> None:
        """Count no more."""
        for client in self._clients:
            client.meta.events.unregister(ASKED, self._count, unique_id=METER_ID)
            client.meta.events.unregister(QUERIED, self._count_found, unique_id=METER_ID)

    def _count(self, params: dict[str, Any], model: Any, **_: object) -> None:
        service = model.service_model.service_name
        self.requests[f"{service}:{model.name}"] += 1
        if service == "dynamodb":
            self.units["writes"] += _write_units(model.name, params)
            self.units["reads"] += _read_units(model.name, params)

    def _count_found(self, parsed: dict[str, Any], **_: object) -> None:
        size = sum(map(_row_size, parsed.get("Items", ())))
        self.units["reads"] += max(ceil(size / READ_UNIT), 1)


def _write_units(operation: str, params: dict[str, Any]) -> int:
    match operation:
        case "PutItem":
            return _units(params["Item"])
        case "DeleteItem" | "UpdateItem":
            return 1
        case "TransactWriteItems":
            return sum(IN_TRANSACTION * _in_transaction(w) for w in params["TransactItems"])
        case "BatchWriteItem":
            written = (write for some in params["RequestItems"].values() for write in some)
            return sum(_units(w["PutRequest"]["Item"]) if "PutRequest" in w else 1 for w in written)
    return 0


def _read_units(operation: str, params: dict[str, Any]) -> int:
    match operation:
        case "GetItem":
            return 1
        case "BatchGetItem":
            return sum(len(some["Keys"]) for some in params["RequestItems"].values())
    return 0


def _in_transaction(write: dict[str, Any]) -> int:
    return _units(write["Put"]["Item"]) if "Put" in write else 1


def _units(item: dict[str, dict[str, Any]]) -> int:
    return ceil(_row_size(item) / WRITE_UNIT)


def _row_size(item: dict[str, dict[str, Any]]) -> int:
    return sum(len(name) + _size(value) for name, value in item.items())


def _size(value: dict[str, Any]) -> int:
    return sum(len(str(inner).encode()) for inner in value.values())
