"""The alphabet of the field tables: fields, relations between objects, objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, TypeAlias

TEXT: Final = "TEXT"
INTEGER: Final = "INTEGER"
DECIMAL: Final = "DECIMAL"
BOOLEAN: Final = "BOOLEAN"
DATE: Final = "DATE"
TIMESTAMP: Final = "TIMESTAMP"
ENUM: Final = "ENUM"
SHARED: Final = ""

Fields: TypeAlias = tuple["Field", ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    `ref` names the object whose id it holds, or whose record number if `by_recordno`. `path` says
    where a derived field is read. `codes` pairs display values with the letters that readByQuery
    wants. `meta` names something of the record itself. `places` are the decimals kept.
    """

    name: str
    kind: str = TEXT
    required: bool = False
    readonly: bool = False
    length: int = 0
    choices: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    default: str = ""
    ref: str = ""
    by_recordno: bool = False
    path: str = ""
    meta: str = ""
    places: int = 2
    label: str = ""
    immutable: bool = False
    custom: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """A way from one object to another, MANY2ONE, over the field that holds its key."""

    path: str
    object: str
    field: str
    by_recordno: bool = False

    def hierarchical(self, owner: str) -> bool:
        return self.object == owner


@dataclass(frozen=True, slots=True)
class Lines:
    """The owned lines of a document: the container, the line's element, its object and the field
    that numbers them."""

    container: str
    item: str
    object: str
    number: str = "LINE_NO"


@dataclass(frozen=True)
class Object:
    """One object of the generic functions.

    `key` is its id field; `label` its name in error texts; `unique` are groups of fields that no
    two records share, `indexed` others by which records are found; `answers` the fields of a
    create's answer besides RECORDNO. `writable` says which of create, update and delete the
    generic functions offer; `stamped` whether WHENMODIFIED is there to query; `module` whose
    closed periods cover it, by `posting_dates` in order of preference; `parent` the document of a
    line; `legacy` its name in get_list; `expand` the relations that `read` shows nested;
    `application` the subscription that it needs.
    """

    name: str
    fields: Fields
    key: str = "RECORDNO"
    title: str = "NAME"
    label: str = ""
    relations: tuple[Relation, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    indexed: tuple[tuple[str, ...], ...] = ()
    answers: tuple[str, ...] = ()
    writable: frozenset[str] = frozenset({"create", "update", "delete"})
    lines: Lines | None = None
    parent: str = ""
    stamped: bool = True
    expand: tuple[str, ...] = ()
    module: str = ""
    posting_dates: tuple[str, ...] = ()
    legacy: str = ""
    audited: bool = True
    application: str = ""
    document: bool = False

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {field.name: field for field in self.fields}

    @cached_property
    def ways(self) -> dict[str, Relation]:
        return {relation.path: relation for relation in self.relations}

    @cached_property
    def references(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.ref)

    @property
    def word(self) -> str:
        return self.label or self.name.capitalize()


def text(names: str, length: int = 0) -> Iterator[Field]:
    """Fields of text; a `*` behind a name marks one that must be given."""
    return _made(names, Field("", length=length))


def whole(names: str) -> Iterator[Field]:
    return _made(names, Field("", INTEGER))


def decimal(names: str, places: int = 2) -> Iterator[Field]:
    return _made(names, Field("", DECIMAL, places=places))


def date(names: str) -> Iterator[Field]:
    return _made(names, Field("", DATE))


def yes_or_no(names: str, default: str = "false") -> Iterator[Field]:
    return _made(names, Field("", BOOLEAN, default=default))


def choice(name: str, choices: str, codes: str = "", default: str = "") -> Iterator[Field]:
    """One of the words parted by `|`, with the letters of `codes` in the same order."""
    words = tuple(choices.split("|"))
    pairs = tuple(zip(words, codes.split(), strict=True)) if codes else ()
    return _made(name, Field("", ENUM, choices=words, codes=pairs, default=default))


def ref(name: str, target: str, by_recordno: bool = False) -> Iterator[Field]:
    kind = INTEGER if by_recordno else TEXT
    return _made(name, Field("", kind, ref=target, by_recordno=by_recordno))


def derived(pairs: str, kind: str = TEXT) -> Iterator[Field]:
    """`CUSTOMERNAME=CUSTOMER.NAME ...`: read only, found along a path."""
    for pair in pairs.split():
        name, _, path = pair.partition("=")
        yield Field(name, kind, readonly=True, path=path)


def shown(fields: Iterator[Field]) -> Iterator[Field]:
    """The same, read only: the ledger fills them."""
    return (replace(field, readonly=True) for field in fields)


def fixed(fields: Iterator[Field]) -> Iterator[Field]:
    """The same, but only a create may set them."""
    return (replace(field, immutable=True) for field in fields)


def _made(names: str, mould: Field) -> Iterator[Field]:
    for word in names.split():
        name = word.removesuffix("*")
        yield replace(mould, name=name, required=word.endswith("*"))


STATUS: Final = tuple(choice("STATUS", "active|inactive", "T F", "active"))
RECORDNO: Final = Field("RECORDNO", INTEGER, readonly=True, meta="recordno")
ENTITY: Final = (
    Field("MEGAENTITYKEY", INTEGER, readonly=True, meta="entitykey"),
    Field("MEGAENTITYID", readonly=True, meta="entity"),
    Field("MEGAENTITYNAME", readonly=True, meta="entityname"),
)
MODIFIED: Final = Field("WHENMODIFIED", TIMESTAMP, readonly=True, meta="modified")
CREATED: Final = Field("WHENCREATED", TIMESTAMP, readonly=True, meta="created")
BY: Final = (
    Field("CREATEDBY", readonly=True, meta="createdby"),
    Field("MODIFIEDBY", readonly=True, meta="modifiedby"),
)
URL: Final = Field("RECORD_URL", readonly=True, meta="url")
PARENT_KEY: Final = Field("RECORDKEY", INTEGER, readonly=True, meta="parent")


def listed(*fields: Field, stamped: bool = True) -> Fields:
    """The fields of a list object: its own and those that all have."""
    stamps = (CREATED, MODIFIED) if stamped else ()
    return (RECORDNO, *fields, URL, *stamps, *BY, *ENTITY)


def posted(*fields: Field) -> Fields:
    """The fields of a document, whose WHENCREATED is its date."""
    stamps = (replace(CREATED, name="AUWHENCREATED"), MODIFIED)
    return (RECORDNO, *fields, URL, *stamps, *BY, *ENTITY)


def ways(fields: Fields, paths: str) -> tuple[Relation, ...]:
    """`CUSTOMER=CUSTOMERID ...`: relations over fields that refer to something."""
    by_name = {field.name: field for field in fields}
    pairs = [pair.partition("=") for pair in paths.split()]
    return tuple(
        Relation(path, by_name[name].ref, name, by_name[name].by_recordno)
        for path, _, name in pairs
    )
