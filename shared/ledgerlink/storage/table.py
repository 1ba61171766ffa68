"""The one table: reads and writes of rows."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from ledgerlink.domain.errors import ChangedMeanwhile
from ledgerlink.storage.batches import ATTEMPTS, Batches

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Row = dict[str, Any]
"""The attributes of a row, `pk` and `sk` included. Those that are None are not stored."""
RowKey = tuple[str, str]
"""Partition key and sort key of a row."""

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


class Taken(Exception):
    """The condition of a write did not hold."""


class Table:
    """Rows by partition key (`pk`) and sort key (`sk`). All reads are consistent."""

    def __init__(
        self,
        client: "DynamoDBClient",
        name: str,
        pause: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self.name = name
        self._batches = Batches(client, name, pause, jitter)

    def put(self, row: Row) -> None:
        """Write the row; it replaces one with the same keys."""
        self._client.put_item(TableName=self.name, Item=_typed(row))

    def put_if(
        self,
        row: Row,
        condition: str,
        values: Mapping[str, Any] | None = None,
        names: Sequence[str] = (),
    ) -> None:
        """Write the row if the condition holds for the stored one. Raises Taken. An attribute whose
        name is a reserved word is written `#name` in the condition and listed in `names`."""
        given = _conditional(condition, values, names)
        with _taken():
            self._client.put_item(TableName=self.name, Item=_typed(row), **given)

    def put_version(self, row: Row, version: int) -> None:
        """Write this version of the row, which follows the stored one. Raises ChangedMeanwhile when
        the stored row has another version. A row without a version is one of before there were
        versions; it counts as version 0, as does a row that does not exist."""
        with _changed_meanwhile():
            self.put_if(row | {"version": version}, **_follows(version))

    def together(
        self,
        rows: Iterable[Row],
        *,
        beside: Iterable[Row] = (),
        delete: Iterable[Row] = (),
        new: bool = False,
        held: Mapping[str, Any] | None = None,
    ) -> None:
        """Write and delete these rows in one transaction. Raises Taken if `new` is true and one of
        `rows` exists, or if a stored row does not have the values `held`. Rows `beside` are written
        without a condition."""
        only: dict[str, Any] = _holding(held) if held else {}
        if new:
            only = {"ConditionExpression": "attribute_not_exists(pk)"}
        name = {"TableName": self.name}
        items: list[Any] = [{"Put": name | {"Item": _typed(row)} | only} for row in rows]
        items += [{"Put": name | {"Item": _typed(row)}} for row in beside]
        items += [{"Delete": name | {"Key": _typed(key)}} for key in delete]
        self._transact(items)

    def move(self, moves: Iterable[tuple[Row, Row]]) -> None:
        """Write each new row in place of the old one, all in one transaction. Raises Taken if an
        old row does not exist any more or a new one does already."""
        items: list[Any] = []
        for old, new in moves:
            name, key = {"TableName": self.name}, {"pk": old["pk"], "sk": old["sk"]}
            there = {"ConditionExpression": "attribute_exists(pk)"}
            free = {"ConditionExpression": "attribute_not_exists(pk)"}
            items.append({"Delete": name | {"Key": _typed(key)} | there})
            items.append({"Put": name | {"Item": _typed(new)} | free})
        self._transact(items)

    def _transact(self, items: Sequence[Any]) -> None:
        for attempt in range(ATTEMPTS):
            try:
                self._client.transact_write_items(TransactItems=items)
            except self._client.exceptions.TransactionCanceledException as error:
                codes = {why.get("Code") for why in error.response.get("CancellationReasons", [])}
                if "ConditionalCheckFailed" in codes:
                    raise Taken from error
                if "TransactionConflict" not in codes:
                    raise
                self._batches.wait(attempt)
            else:
                return
        raise TimeoutError(f"{self.name}: the transaction met another one {ATTEMPTS} times")

    def get(self, pk: str, sk: str) -> Row | None:
        """The row; None when it does not exist."""
        answer = self._client.get_item(
            TableName=self.name, Key=_typed({"pk": pk, "sk": sk}), ConsistentRead=True
        )
        return _plain(answer["Item"]) if "Item" in answer else None

    def take(self, pk: str, sk: str) -> Row | None:
        """Delete the row and return it. Of several callers only one gets it."""
        answer = self._client.delete_item(
            TableName=self.name, Key=_typed({"pk": pk, "sk": sk}), ReturnValues="ALL_OLD"
        )
        return _plain(answer["Attributes"]) if answer.get("Attributes") else None

    def delete_if(
        self,
        pk: str,
        sk: str,
        condition: str,
        values: Mapping[str, Any] | None = None,
        names: Sequence[str] = (),
    ) -> None:
        """Delete the row if the condition holds, which is written as for `put_if`. Raises Taken."""
        with _taken():
            self._client.delete_item(
                TableName=self.name,
                Key=_typed({"pk": pk, "sk": sk}),
                **_conditional(condition, values, names),
            )

    def delete_version(self, pk: str, sk: str, version: int) -> None:
        """Delete the row if it has this version. Raises ChangedMeanwhile."""
        with _changed_meanwhile():
            self.delete_if(pk, sk, **_follows(version + 1))

    def query(
        self,
        pk: str,
        prefix: str,
        *,
        after: str | None = None,
        limit: int | None = None,
        backward: bool = False,
        names: Sequence[str] = (),
    ) -> Iterator[Row]:
        """The rows of a partition whose sort keys begin with `prefix`, in order, after the sort key
        `after`; with an empty prefix, all of them. With `names`, only these attributes are read."""
        start: dict[str, Any] = {}
        if after is not None:
            start = {"ExclusiveStartKey": _typed({"pk": pk, "sk": after})}
        if names:
            start["ProjectionExpression"] = ", ".join(f"#{name}" for name in names)
            start["ExpressionAttributeNames"] = {f"#{name}": name for name in names}
        condition, values = "pk = :pk", {":pk": pk}
        if prefix:
            condition, values = (
                f"{condition} AND begins_with(sk, :prefix)",
                {":prefix": prefix, **values},
            )
        pages = self._client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=_typed(values),
            ConsistentRead=True,
            ScanIndexForward=not backward,
            PaginationConfig={"MaxItems": limit, "PageSize": limit} if limit else {},
            **start,
        )
        for page in pages:
            yield from map(_plain, page["Items"])

    def page(
        self, after: Mapping[str, str] | None, limit: int
    ) -> tuple[list[Row], Mapping[str, str] | None]:
        """At most `limit` rows of the whole table, those of a partition in order, after the row
        with the keys `after`; and the keys of the last one, None when there are no more."""
        start: dict[str, Any] = {"ExclusiveStartKey": _typed(after)} if after else {}
        answer = self._client.scan(TableName=self.name, Limit=limit, ConsistentRead=True, **start)
        last = answer.get("LastEvaluatedKey")
        return list(map(_plain, answer["Items"])), _plain(last) if last else None

    def query_many(self, prefixes: Iterable[RowKey]) -> Iterator[Row]:
        """The rows of these partitions whose sort keys begin with the prefix given for each."""
        for rows in self._batches.in_parallel(lambda given: list(self.query(*given)), prefixes):
            yield from rows

    def between_many(self, ranges: Iterable[tuple[str, str, str]]) -> Iterator[Row]:
        """The rows of these ranges, each of which is a partition with its first and last sort
        key."""
        for rows in self._batches.in_parallel(lambda given: list(self.between(*given)), ranges):
            yield from rows

    def between(self, pk: str, first: str, last: str, limit: int | None = None) -> Iterator[Row]:
        """The rows of a partition from sort key `first` to `last`, both included."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues=_typed({":pk": pk, ":first": first, ":last": last}),
            ConsistentRead=True,
            PaginationConfig={"MaxItems": limit, "PageSize": limit} if limit else {},
        )
        for page in pages:
            yield from map(_plain, page["Items"])

    def get_many(self, pk: str, sort_keys: Iterable[str]) -> Iterator[Row]:
        """The existing rows of a partition with these sort keys, in no particular order."""
        return self.get_rows((pk, sk) for sk in sort_keys)

    def get_rows(self, wanted: Iterable[RowKey]) -> Iterator[Row]:
        """The existing rows with these keys, in no particular order."""
        keys = [_typed({"pk": pk, "sk": sk}) for pk, sk in dict.fromkeys(wanted)]
        yield from map(_plain, self._batches.read(keys))

    def put_many(self, rows: Iterable[Row]) -> None:
        """Write these rows, in no particular order."""
        self._batches.write([{"PutRequest": {"Item": _typed(row)}} for row in rows])

    def delete_many(self, pk: str, sort_keys: Iterable[str]) -> None:
        """Delete the rows of a partition with these sort keys, in no particular order."""
        self.delete_rows((pk, sk) for sk in sort_keys)

    def delete_rows(self, gone: Iterable[RowKey]) -> None:
        """Delete the rows with these keys, in no particular order."""
        keys = [_typed({"pk": pk, "sk": sk}) for pk, sk in dict.fromkeys(gone)]
        self._batches.write([{"DeleteRequest": {"Key": key}} for key in keys])

    def add(self, pk: str, sk: str, name: str, number: int) -> None:
        """Add to a number of a row; the row is created if it does not exist."""
        self._client.update_item(
            TableName=self.name,
            Key=_typed({"pk": pk, "sk": sk}),
            UpdateExpression="ADD #name :number",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues=_typed({":number": number}),
        )


@contextmanager
def _changed_meanwhile() -> Iterator[None]:
    try:
        yield
    except Taken as taken:
        raise ChangedMeanwhile from taken


def _follows(version: int) -> dict[str, Any]:
    """The condition under which this version may replace the stored row."""
    names = ["version"]
    if version == 1:
        return {"condition": "attribute_not_exists(#version)", "names": names}
    return {"condition": "#version = :before", "values": {":before": version - 1}, "names": names}


def _conditional(
    condition: str, values: Mapping[str, Any] | None, names: Sequence[str]
) -> dict[str, Any]:
    given: dict[str, Any] = {"ConditionExpression": condition}
    if values:
        given["ExpressionAttributeValues"] = _typed(values)
    if names:
        given["ExpressionAttributeNames"] = {f"#{name}": name for name in names}
    return given


def _holding(held: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ConditionExpression": " AND ".join(f"#{name} = :{name}" for name in held),
        "ExpressionAttributeNames": {f"#{name}": name for name in held},
        "ExpressionAttributeValues": _typed({f":{name}": value for name, value in held.items()}),
    }


class _taken:  # noqa: N801 - reads as the statement it is
    """Raises Taken in place of DynamoDB's error for a failed condition."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, ClientError) and (
            error.response["Error"]["Code"] == "ConditionalCheckFailedException"
        ):
            raise Taken from error


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _type(value) for name, value in row.items() if value is not None}


def _type(value: Any) -> Any:
    """A value in DynamoDB's form. Text is handled here, because the library tests every other type
    before it and most values are text."""
    return {"S": value} if type(value) is str else _serialize(value)


def _plain(row: Mapping[str, Any]) -> Row:
    return {name: _deserialize(value) for name, value in row.items()}
