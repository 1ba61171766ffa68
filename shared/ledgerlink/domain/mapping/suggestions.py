"""Suggestions: the ledger's records that an entity of the product may be. Only ever proposed."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache

CUTOFF = 70
SAME_KEY, SAME_PATH, SAME_NAME, NAME_ELSEWHERE = 100, 97, 95, 90
MOST_LIKELY = 89
"""What words that are all alike score; less alike ones score as much less."""

LEGAL_FORMS = """
    ab ag bv co company corp corporation gbr gmbh inc incorporated kg limited llc llp lp ltd nv oy
    pa pc plc pllc pty ptyltd sa sarl se spa srl
"""
TITLES = "cpa dds esq ii iii iv jr md phd sr"
AFTER_A_COMMA = frozenset(f"{LEGAL_FORMS} {TITLES}".split())
"""Words after a comma that are no first name."""
APOSTROPHES = frozenset("'`\u2018\u2019\u02bc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """What the product says of a user, project, labor code or leave type. `number` is the
    person's; `rate` is money per hour."""

    key: str
    name: str
    email: str | None = None
    number: str | None = None
    client_name: str | None = None
    client_key: str | None = None
    billable: bool | None = None
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A record of the ledger's lists. `full_name` holds the names from the top
    (`Client:Project`)."""

    ledger_id: str
    type: str
    name: str
    full_name: str | None = None
    email: str | None = None
    number: str | None = None


class Match(StrEnum):
    """What a suggestion rests on."""

    NUMBER = "number"
    EMAIL = "email"
    NAME = "name"
    LIKENESS = "likeness"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A record that is proposed. `score` is 70 to 100, below 90 for mere likeness; `words` are
    the reason, for a person."""

    ledger_id: str
    type: str
    name: str
    score: int
    match: Match
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Two entities, by key, that would go to the same record of the ledger."""

    type: str
    ledger_id: str
    key: str
    other: str


def normalised(name: str) -> str:
    """The name without case, accents and punctuation, one blank between words; `Last, First` as
    `first last`. Empty when it has no words."""
    decomposed = unicodedata.normalize("NFKD", name)
    before, comma, after = decomposed.partition(",")
    first, last = _plain(after), _plain(before)
    if comma and "," not in after and first.replace(" ", "") not in AFTER_A_COMMA:
        return f"{first} {last}".strip()
    return _plain(decomposed)


def suggest(
    entities: Sequence[Entity], candidates: Sequence[Candidate], most: int = 3
) -> Mapping[str, Sequence[Suggestion]]:
    """Up to `most` suggestions by each entity's key, best first, of equal score by name and id.
    Names are compared by likeness only where no number, e-mail address or name is the same."""
    index = _Index(candidates)
    return {
        entity.key: _best(index.same(entity), most) or _best(index.alike(entity, most), most)
        for entity in entities
    }


def clashes(chosen: Mapping[str, tuple[str, str]]) -> Sequence[Clash]:
    """Where people, who are one-to-one, share a record. `chosen` has type and id by entity key.
    Of more than two the first by key is paired with each of the others."""
    taken: dict[tuple[str, str], str] = {}
    found = []
    for key in sorted(chosen):
        first = taken.setdefault(chosen[key], key)
        if first != key:
            kind, ledger_id = chosen[key]
            found.append(Clash(type=kind, ledger_id=ledger_id, key=first, other=key))
    return tuple(found)


class _Index:
    """The candidates by all that is looked up; in the order of suggestions of equal score."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._numbers: dict[str, list[Candidate]] = defaultdict(list)
        self._emails: dict[str, list[Candidate]] = defaultdict(list)
        self._names: dict[str, list[Candidate]] = defaultdict(list)
        self._paths: dict[tuple[str, ...], list[Candidate]] = defaultdict(list)
        self._named: list[Candidate] = []
        self._words: list[str] = []
        distinct = {(c.type, c.ledger_id): c for c in candidates}
        for candidate in sorted(distinct.values(), key=_order):
            self._numbers[_folded(candidate.number)].append(candidate)
            self._emails[_folded(candidate.email)].append(candidate)
            self._paths[_path(candidate.full_name)].append(candidate)
            if name := normalised(candidate.name):
                self._names[name].append(candidate)
                self._named.append(candidate)
                self._words.append(_sorted_words(name))

    def same(self, entity: Entity) -> Iterator[Suggestion]:
        """By number, e-mail address, path and name; the best of a candidate comes first."""
        if number := _folded(entity.number):
            for candidate in self._numbers.get(number, ()):
                yield _suggestion(candidate, SAME_KEY, Match.NUMBER, "The same number")
        if email := _folded(entity.email):
            for candidate in self._emails.get(email, ()):
                yield _suggestion(candidate, SAME_KEY, Match.EMAIL, "The same e-mail address")
        if not (name := normalised(entity.name)):
            return
        if client := _path(entity.client_name):
            for candidate in self._paths.get(client + _path(entity.name), ()):
                yield _suggestion(candidate, SAME_PATH, Match.NAME, "The same client and name")
        for candidate in self._names.get(name, ()):
            if client and _path(candidate.full_name)[:-1] != client:
                words = "The same name, but not below this client"
                yield _suggestion(candidate, NAME_ELSEWHERE, Match.NAME, words)
            else:
                yield _suggestion(candidate, SAME_NAME, Match.NAME, "The same name")

    def alike(self, entity: Entity, most: int) -> Iterator[Suggestion]:
        """By the likeness of the names' words in any order, the `most` likeliest."""
        if not (name := normalised(entity.name)):
            return
        from rapidfuzz import fuzz, process  # compiled; no other call of the API needs it

        found = process.extract(
            _sorted_words(name),
            self._words,
            scorer=fuzz.ratio,
            score_cutoff=CUTOFF * 100 / MOST_LIKELY,
            limit=most,
        )
        for _, percent, place in found:
            words = f"The name is {int(percent)} % alike"
            if percent == 100:
                words = "The name has the same words in another order"
            score = max(CUTOFF, int(percent * MOST_LIKELY / 100))
            yield _suggestion(self._named[place], score, Match.LIKENESS, words)


def _best(found: Iterable[Suggestion], most: int) -> tuple[Suggestion, ...]:
    first: dict[tuple[str, str], Suggestion] = {}
    for suggestion in found:
        first.setdefault((suggestion.type, suggestion.ledger_id), suggestion)
    return tuple(sorted(first.values(), key=lambda s: (-s.score, *_order(s)))[:most])


def _order(record: Candidate | Suggestion) -> tuple[str, str, str]:
    return record.name, record.ledger_id, record.type


def _suggestion(candidate: Candidate, score: int, match: Match, words: str) -> Suggestion:
    return Suggestion(
        ledger_id=candidate.ledger_id,
        type=candidate.type,
        name=candidate.name,
        score=score,
        match=match,
        words=words,
    )


def _folded(text: str | None) -> str:
    return (text or "").strip().casefold()


def _path(full_name: str | None) -> tuple[str, ...]:
    """The normalised names from the top, without empty ones."""
    return tuple(filter(None, map(normalised, (full_name or "").split(":"))))


def _sorted_words(name: str) -> str:
    return " ".join(sorted(name.split()))


def _plain(text: str) -> str:
    folded = "".join(map(_folded_character, text))
    return " ".join(folded.split())


@cache
def _folded_character(character: str) -> str:
    """As it counts in a name: accents, apostrophes and what is invisible do not, other
    punctuation counts as a blank."""
    folded = unicodedata.normalize("NFKD", character.casefold())
    return "".join(" " if _parts(c) else c for c in folded if not _vanishes(c))


def _vanishes(character: str) -> bool:
    invisible = unicodedata.category(character) == "Cf"
    return invisible or character in APOSTROPHES or unicodedata.combining(character) > 0


def _parts(character: str) -> bool:
    kind = unicodedata.category(character)
    return kind == "Cc" or kind[0] in "PZ"
