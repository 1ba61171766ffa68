"""A page of the table reads no more rows than it gives."""

from typing import Any

from tests.contract.stores.stores import Clients, new_table

QUERY = "provide-client-params.dynamodb.Query"


def test_a_query_with_a_limit_reads_so_many_rows(aws: Clients) -> None:
    """Case security 12."""
    table = new_table(aws, "pages")
    table.put_many({"pk": "p", "sk": f"{n:03d}"} for n in range(40))
    asked: list[Any] = []

    def note(params: Any, **_given: Any) -> None:
        asked.append(params)

    aws.dynamodb.meta.events.register(QUERY, note)
    assert [row["sk"] for row in table.query("p", "0", limit=3)] == ["000", "001", "002"]
    assert [row["sk"] for row in table.between("p", "010", "030", limit=2)] == ["010", "011"]
    aws.dynamodb.meta.events.unregister(QUERY, note)
    assert [params["Limit"] for params in asked] == [3, 2]
