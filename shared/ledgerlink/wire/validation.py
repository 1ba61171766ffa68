"""What is wrong with a value, in words for the person who sent or entered it.

pydantic's own words name Python types and functions. They are never passed on: a kind of error that
is not listed here has general words.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Place = Sequence[str | int]
Context = Mapping[str, Any]

CURRENCY = "It must be a currency of three capital letters, as USD."
DECIMALS = "It may have at most seven decimal places."
NUMBER = "It must be a number, as 12.50."
WHOLE = "It must be a whole number."
DAY = "It must be a day that exists, as 2026-03-31."
TIME = "It must be a date and time with its offset, as 2026-03-31T17:00:00Z."
SWITCH = "It must be true or false."
LIST = "It must be a list."
OBJECT = "It must be an object with named fields."
UNKNOWN_FIELD = "This field is not known."
REQUIRED = "This is required."
GENERAL = "This value cannot be used here."

FIXED: Mapping[str, str] = {
    **dict.fromkeys(("missing", "missing_argument", "missing_keyword_only_argument"), REQUIRED),
    **dict.fromkeys(("extra_forbidden", "unexpected_keyword_argument"), UNKNOWN_FIELD),
    **dict.fromkeys(("string_type", "string_sub_type"), "It must be a text."),
    **dict.fromkeys(("string_unicode", "bytes_invalid_encoding"), "It is not UTF-8 text."),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), WHOLE),
    "int_parsing_size": "The number is too large.",
    **dict.fromkeys(("decimal_type", "decimal_parsing", "float_type", "float_parsing"), NUMBER),
    "finite_number": NUMBER,
    **dict.fromkeys(("bool_type", "bool_parsing"), SWITCH),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), DAY),
    "date_from_datetime_inexact": DAY,
    **dict.fromkeys(("datetime_type", "datetime_parsing", "datetime_object_invalid"), TIME),
    **dict.fromkeys(("datetime_from_date_parsing", "timezone_aware", "timezone_naive"), TIME),
    **dict.fromkeys(("time_type", "time_parsing"), "It must be a time of day, as 17:00."),
    **dict.fromkeys(("list_type", "tuple_type", "iterable_type", "set_type"), LIST),
    **dict.fromkeys(("dict_type", "mapping_type", "model_type", "dataclass_type"), OBJECT),
    **dict.fromkeys(("model_attributes_type", "dataclass_exact_type", "arguments_type"), OBJECT),
    "none_required": "It must be left out.",
    "decimal_max_digits": "The number has too many digits.",
    "decimal_whole_digits": "The number has too many digits.",
    "recursion_loop": "It is nested too deeply.",
    "json_type": "It must be JSON.",
    "union_tag_invalid": "Its kind is not known.",
    "union_tag_not_found": "Its kind is missing.",
}
"""Words by kind of error."""

PREDICATES: Mapping[str, str] = {
    "has_at_most_seven_decimal_places": DECIMALS,
    "str.isupper": CURRENCY,
    "str.isalpha": CURRENCY,
}
"""Words by the function that a value has to satisfy."""

CURRENCY_LENGTH = 3
QUOTES = re.compile(r"'([^']*)'")
COLUMN = re.compile(r"column (\d+)")
PREDICATE = re.compile(r"Predicate '?([\w.]+)'? failed|Predicate (\S+) failed")


def in_words(error: Mapping[str, Any]) -> str:
    """What is wrong, for one error as pydantic lists it."""
    kind, context = str(error["type"]), error.get("ctx") or {}
    if kind == "predicate_failed":
        found = PREDICATE.search(str(error.get("msg", "")))
        return PREDICATES.get(found.group(1) or "", GENERAL) if found else GENERAL
    if kind in BY_CONTEXT:
        return BY_CONTEXT[kind](context)
    return FIXED.get(kind, GENERAL)


def worth_telling(errors: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The errors without those that only follow from others: a list whose only item is wrong also
    counts as too short."""
    places = [tuple(error["loc"]) for error in errors]
    return [
        error
        for error, place in zip(errors, places, strict=True)
        if error["type"] != "too_short" or not _has_errors_below(place, places)
    ]


def _has_errors_below(place: tuple[Any, ...], places: Sequence[tuple[Any, ...]]) -> bool:
    return any(len(each) > len(place) and each[: len(place)] == place for each in places)


def _shortest(context: Context) -> str:
    least = context.get("min_length", 1)
    if least == CURRENCY_LENGTH:
        return CURRENCY
    return "It must not be empty." if least == 1 else f"It must have at least {least} characters."


def _longest(context: Context) -> str:
    most = context.get("max_length", 0)
    return CURRENCY if most == CURRENCY_LENGTH else f"It may have at most {most:,} characters."


def _choices(context: Context) -> str:
    choices = QUOTES.findall(str(context.get("expected", "")))
    if not choices:
        return f"It must be {context.get('expected', 'another value')}."
    return (
        f"It must be {choices[0]}."
        if len(choices) == 1
        else f"It must be one of: {', '.join(choices)}."
    )


def _unreadable(context: Context) -> str:
    found = COLUMN.search(str(context.get("error", "")))
    where = f" from character {found.group(1)} on" if found else ""
    return f"It is not JSON{where}."


def _own_words(context: Context) -> str:
    """The words of an error that our own code raised."""
    return str(context.get("error") or GENERAL)


def _items(context: Context) -> str:
    count = context.get("min_length", 1)
    return f"It needs at least {count} {'entry' if count == 1 else 'entries'}."


def _limit(context: Context, name: str) -> str:
    """A limit as a number. Some come as the source text of a Decimal: `Decimal('0')`."""
    return str(context.get(name)).removeprefix("Decimal('").removesuffix("')")


BY_CONTEXT: Mapping[str, Callable[[Context], str]] = {
    "greater_than": lambda of: f"It must be more than {_limit(of, 'gt')}.",
    "greater_than_equal": lambda of: f"It must be at least {_limit(of, 'ge')}.",
    "less_than": lambda of: f"It must be less than {_limit(of, 'lt')}.",
    "less_than_equal": lambda of: f"It must be at most {_limit(of, 'le')}.",
    "multiple_of": lambda of: f"It must be a multiple of {of.get('multiple_of')}.",
    "decimal_max_places": lambda of: (
        f"It may have at most {of.get('decimal_places')} decimal places."
    ),
    "string_too_short": _shortest,
    "string_too_long": _longest,
    "too_short": _items,
    "too_long": lambda of: f"It may have at most {of.get('max_length', 0):,} entries.",
    "literal_error": _choices,
    "enum": _choices,
    "json_invalid": _unreadable,
    "value_error": _own_words,
    "assertion_error": _own_words,
}
"""Words that depend on the limit or the choices."""
