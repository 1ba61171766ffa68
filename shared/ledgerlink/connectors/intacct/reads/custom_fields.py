"""Custom fields, which the company's dictionary of objects lists."""

from collections.abc import Mapping, Sequence

from ledgerlink.connectors.intacct.protocol.requests import Function
from ledgerlink.connectors.intacct.protocol.response import Result
from ledgerlink.connectors.intacct.protocol.values import Row, flag, rows_at, text
from ledgerlink.connectors.intacct.protocol.xml import NAME
from ledgerlink.connectors.intacct.reads.catalog import WITH_CUSTOM_FIELDS
from ledgerlink.connectors.intacct.transport.client import Client
from ledgerlink.domain.model.list_records import ListRecord, ListType
from ledgerlink.domain.ports import Stop


class CustomFields:
    """The custom fields of one company; each object is looked up once. Those whose names no query
    can hold are kept apart: one of them would make the ledger refuse all of a list."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[str, Sequence[Row]] = {}
        self._unusable: dict[str, Sequence[str]] = {}

    async def names(self, entity: str, stop: Stop) -> Sequence[str]:
        """The names of an object's custom fields."""
        wanted = WITH_CUSTOM_FIELDS if entity in WITH_CUSTOM_FIELDS else (entity,)
        known = await self._of(wanted, stop)
        return [name for each in known[entity] if (name := text(each, "ID"))]

    async def names_of(self, entities: Sequence[str], stop: Stop) -> Mapping[str, Sequence[str]]:
        """The names of the custom fields of several objects, in one request."""
        known = await self._of(entities, stop)
        return {
            entity: [name for each in known[entity] if (name := text(each, "ID"))]
            for entity in entities
        }

    async def records(self, stop: Stop) -> list[ListRecord]:
        """All custom fields as list records."""
        known = await self._of(WITH_CUSTOM_FIELDS, stop)
        return [_record(entity, each) for entity in WITH_CUSTOM_FIELDS for each in known[entity]]

    async def _of(self, entities: Sequence[str], stop: Stop) -> Mapping[str, Sequence[Row]]:
        """The custom fields by object; an object that the company does not have has none."""
        if missing := self.lookups(entities):
            results = await self._client.read(list(missing.values()), stop)
            self.add(dict(zip(missing, results, strict=True)))
        return self._known

    def lookups(self, entities: Sequence[str]) -> Mapping[str, Function]:
        """The functions that look up those of these objects that have not been looked up, by
        object."""
        missing = [entity for entity in entities if entity not in self._known]
        return {e: Function(f"lookup-{e}", "lookup", {"object": e}) for e in missing}

    def add(self, results: Mapping[str, Result]) -> None:
        """Keep the results of such functions."""
        for entity, result in results.items():
            found = [each for row in result.rows for each in _custom(row)]
            self._known[entity] = [each for each in found if _is_usable(each)]
            names = [text(each, "ID") or "" for each in found if not _is_usable(each)]
            self._unusable[entity] = [name for name in names if name]

    def unusable(self, entity: str) -> Sequence[str]:
        """The names of the custom fields that cannot be asked for, once it was looked up."""
        return self._unusable.get(entity, ())


def _custom(row: Row) -> list[Row]:
    return [each for each in rows_at(row, "FIELDS", "FIELD") if flag(each, "ISCUSTOM")]


def _is_usable(row: Row) -> bool:
    """Whether the name of a field can be the name of an element, as it has to be in an answer."""
    return NAME.fullmatch(text(row, "ID") or "") is not None


def _record(entity: str, row: Row) -> ListRecord:
    name = text(row, "ID") or ""
    choices = [
        value for each in rows_at(row, "VALIDVALUES") for value in _texts(each, "VALIDVALUE")
    ]
    return ListRecord(
        type=ListType.CUSTOM_FIELD,
        id=f"{entity}.{name}",
        name=text(row, "LABEL") or name,
        fields={
            "entity": entity.lower(),
            "type": text(row, "DATATYPE"),
            "required": flag(row, "REQUIRED"),
            "choices": choices,
        },
    )


def _texts(row: Row, name: str) -> list[str]:
    value = row.get(name)
    return [each for each in (value if isinstance(value, list) else [value]) if each]
