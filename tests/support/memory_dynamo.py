"""A table of DynamoDB in memory, as the client that `storage.table.Table` calls.

It knows the calls and conditions that are used, and nothing more. Every call is a step, and every
row of a batch is another, so that a worker can die between any two rows.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, Any]
PlainKey = tuple[str, str]


def _nothing(_: str) -> None: ...


class TransactionCanceledException(ClientError):
    """A transaction of which a condition did not hold."""


class Exceptions:
    TransactionCanceledException = TransactionCanceledException


@dataclass
class MemoryDynamo:
    """The client. `step` is called before each call and each row of a batch."""

    rows: dict[PlainKey, Item] = field(default_factory=dict)
    step: Callable[[str], None] = _nothing
    exceptions: Any = Exceptions
    _lock: Any = field(default_factory=RLock)

    def put_item(self, Item: Item, **given: Any) -> dict[str, Any]:  # noqa: N803
        self.step("put_item")
        with self._lock:
            self._require(Item, given)
            self.rows[_key(Item)] = Item
        return {}

    def get_item(self, Key: Item, **_: Any) -> dict[str, Any]:  # noqa: N803
        self.step("get_item")
        found = self.rows.get(_key(Key))
        return {"Item": found} if found else {}

    def delete_item(self, Key: Item, **_: Any) -> dict[str, Any]:  # noqa: N803
        self.step("delete_item")
        return {"Attributes": self.rows.pop(_key(Key), None)}

    def batch_get_item(self, RequestItems: Any) -> dict[str, Any]:  # noqa: N803
        self.step("batch_get_item")
        ((name, asked),) = RequestItems.items()
        rows = self.rows.copy()
        found = [rows[_key(key)] for key in asked["Keys"] if _key(key) in rows]
        return {"Responses": {name: found}}

    def batch_write_item(self, RequestItems: Any) -> dict[str, Any]:  # noqa: N803
        self.step("batch_write_item")
        ((_, writes),) = RequestItems.items()
        keys = [_key(_row_of(write)) for write in writes]
        assert len(keys) == len(set(keys)) <= 25, "a call may not write a row twice"
        for write, key in zip(writes, keys, strict=True):
            self.step("row")
            if "PutRequest" in write:
                self.rows[key] = write["PutRequest"]["Item"]
            else:
                self.rows.pop(key, None)
        return {"UnprocessedItems": {}}

    def transact_write_items(self, TransactItems: Any) -> dict[str, Any]:  # noqa: N803
        self.step("transact_write_items")
        writes = [(name, write) for each in TransactItems for name, write in each.items()]
        assert len(writes) <= 100
        with self._lock:
            for _, write in writes:
                try:
                    self._require(write.get("Item") or write["Key"], write)
                except ClientError as error:
                    reasons: Any = {"CancellationReasons": [{"Code": "ConditionalCheckFailed"}]}
                    raise TransactionCanceledException(
                        {**error.response, **reasons}, "TransactWriteItems"
                    ) from error
            for name, write in writes:
                if name == "Put":
                    self.rows[_key(write["Item"])] = write["Item"]
                else:
                    self.rows.pop(_key(write["Key"]), None)
        return {}

    def scan(self, Limit: int, **given: Any) -> dict[str, Any]:  # noqa: N803
        self.step("scan")
        after = _key(given["ExclusiveStartKey"]) if "ExclusiveStartKey" in given else ("", "")
        rows = self.rows.copy()
        left = sorted(key for key in rows if key > after)
        items = [rows[key] for key in left[:Limit]]
        last = {"LastEvaluatedKey": _plain_key(items[-1])} if len(left) > Limit else {}
        return {"Items": items, **last}

    def get_paginator(self, name: str) -> "Pages":
        assert name == "query"
        return Pages(self)

    def _require(self, item: Item, given: Mapping[str, Any]) -> None:
        """Raises as DynamoDB does when the condition does not hold for the stored row."""
        stored = self.rows.get(_key(item))
        if not _holds(stored, given):
            code: Any = {"Error": {"Code": "ConditionalCheckFailedException", "Message": ""}}
            raise ClientError(code, "write")


@dataclass
class Pages:
    """A query."""

    client: MemoryDynamo

    def paginate(self, **given: Any) -> Iterator[dict[str, Any]]:
        self.client.step("query")
        values = {name: value["S"] for name, value in given["ExpressionAttributeValues"].items()}
        after = given.get("ExclusiveStartKey", {}).get("sk", {}).get("S", "")
        rows = self.client.rows.copy()
        found = [
            rows[pk, sk]
            for pk, sk in sorted(rows)
            if pk == values[":pk"]
            and sk.startswith(values.get(":prefix", ""))
            and values.get(":first", "") <= sk <= values.get(":last", "\U0010ffff")
            and sk > after
        ]
        if not given.get("ScanIndexForward", True):
            found.reverse()
        yield {"Items": found[: given["PaginationConfig"].get("MaxItems")]}


def _holds(stored: Item | None, given: Mapping[str, Any]) -> bool:
    condition: str = given.get("ConditionExpression", "")
    if condition in ("", "attribute_exists(pk)"):
        return not condition or stored is not None
    if stored is None and condition.startswith("attribute_not_exists(pk)"):
        return True
    assert stored is None or condition.startswith("attribute_not_exists(pk)")
    if stored is None or condition == "attribute_not_exists(pk)":
        return False
    number, limit = (
        int(stored["number"]["N"]),
        int(given["ExpressionAttributeValues"][":number"]["N"]),
    )
    return {"<": number < limit, "<=": number <= limit}[condition.split()[-2]]


def _row_of(write: dict[str, Any]) -> Item:
    row: Item = (
        write["PutRequest"]["Item"] if "PutRequest" in write else write["DeleteRequest"]["Key"]
    )
    return row


def _key(item: Item) -> PlainKey:
    return item["pk"]["S"], item["sk"]["S"]


def _plain_key(item: Item) -> Item:
    return {"pk": item["pk"], "sk": item["sk"]}
