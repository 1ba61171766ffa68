"""Which records of the ledger are proposed for an entity, and why."""

import random
import time
from collections.abc import Sequence
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgerlink.domain.mapping.suggestions import (
    Candidate,
    Clash,
    Entity,
    Match,
    Suggestion,
    clashes,
    normalised,
    suggest,
)

from tests.support.sampling import amount, examples

SYLLABLES = ("an", "bel", "cor", "dan", "el", "fri", "gar", "hol", "im", "jo", "ka", "lin", "mar")
PROPERTY = settings(max_examples=examples(150), deadline=None)
texts = st.text("abÄ ,:.-'ß", max_size=8)
some = st.none() | st.sampled_from(["", "1", "a@b.example", "A@B.example"])
entities = st.builds(
    Entity,
    key=st.sampled_from("pqrs"),
    name=texts,
    email=some,
    number=some,
    client_name=st.none() | texts,
)
records = st.builds(
    Candidate,
    ledger_id=st.sampled_from("12345678"),
    type=st.sampled_from(["employee", "vendor"]),
    name=texts,
    full_name=st.none() | texts,
    email=some,
    number=some,
)


def candidate(ledger_id: str, name: str, **given: str) -> Candidate:
    return Candidate(ledger_id=ledger_id, type="employee", name=name, **given)


def project(ledger_id: str, full_name: str) -> Candidate:
    name = full_name.rpartition(":")[2]
    return Candidate(ledger_id=ledger_id, type="customer", name=name, full_name=full_name)


def found(entity: Entity, *candidates: Candidate, most: int = 3) -> Sequence[Suggestion]:
    return suggest([entity], candidates, most)[entity.key]


def scores(suggestions: Sequence[Suggestion]) -> list[tuple[str, int, Match]]:
    return [(s.ledger_id, s.score, s.match) for s in suggestions]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("  José   Núñez ", "jose nunez"),
        ("Núñez, José", "jose nunez"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("O\u2019Brien-Smith", "obrien smith"),
        ("O'Brien\u00a0Smith", "obrien smith"),
        ("\ufeffAcme\u200b\tR&D / (East)", "acme r d east"),
        ("Acme, Inc.", "acme inc"),
        ("Acme, L.L.C.", "acme l l c"),
        ("John Smith, Jr.", "john smith jr"),
        ("Smith, John, Jr.", "smith john jr"),
        ("Smith,", "smith"),
        ("\uff21\uff43\uff4d\uff45", "acme"),
        ("C++", "c++"),
        ("\u0939\u093f\u0928", "\u0939\u093f\u0928"),
        (" - ", ""),
        (",", ""),
        ("", ""),
    ],
)
def test_a_name_without_case_accents_and_punctuation(name: str, expected: str) -> None:
    assert normalised(name) == expected


@PROPERTY
@given(st.text(max_size=20))
def test_a_normalised_name_stays_as_it_is(name: str) -> None:
    assert normalised(normalised(name)) == normalised(name)


def test_a_number_goes_before_an_equal_name() -> None:
    entity = Entity(key="u", name="Ann Lee", number="e-7")
    assert scores(found(entity, candidate("1", "Ann Lee"), candidate("2", "X", number="E-7 "))) == [
        ("2", 100, Match.NUMBER),
        ("1", 95, Match.NAME),
    ]


def test_an_email_is_the_same_in_any_case() -> None:
    entity = Entity(key="u", name="A", email="Ann@Firm.example")
    (only,) = found(entity, candidate("1", "Lee", email="ann@firm.EXAMPLE"))
    assert only == Suggestion(
        ledger_id="1",
        type="employee",
        name="Lee",
        score=100,
        match=Match.EMAIL,
        words="The same e-mail address",
    )


def test_a_record_is_suggested_once_for_its_best_reason() -> None:
    entity = Entity(key="u", name="Ann", number="7", email="a@b.example")
    same = candidate("1", "Ann", number="7", email="a@b.example")
    assert scores(found(entity, same, same)) == [("1", 100, Match.NUMBER)]


def test_records_of_two_types_with_one_id_are_two() -> None:
    vendor = Candidate(ledger_id="1", type="vendor", name="Ann")
    suggestions = found(Entity(key="u", name="Ann"), vendor, candidate("1", "Ann"))
    assert [s.type for s in suggestions] == ["employee", "vendor"]


def test_an_empty_value_is_no_missing_value() -> None:
    entity = Entity(key="u", name=" - ", number=" ", email="", client_name="")
    assert found(entity, candidate("1", "...", number="", email=" ", full_name=":")) == ()


def test_last_and_first_name_may_change_places_at_a_comma() -> None:
    suggestions = found(Entity(key="u", name="Ann Lee"), candidate("1", "LEE, Ann"))
    assert scores(suggestions) == [("1", 95, Match.NAME)]


def test_the_project_below_its_client_goes_before_one_below_another() -> None:
    entity = Entity(key="p", name="Web Site", client_name="Acmé, Inc.")
    candidates = [project("1", "Other:Web Site"), project("2", "Acme Inc:web-site")]
    suggestions = found(entity, *candidates, project("3", "Web site"))
    assert scores(suggestions) == [
        ("2", 97, Match.NAME),
        ("1", 90, Match.NAME),
        ("3", 90, Match.NAME),
    ]
    assert suggestions[1].words == "The same name, but not below this client"


def test_a_project_without_a_client_is_found_below_any() -> None:
    suggestions = found(Entity(key="p", name="Site"), project("1", "Acme:Site"))
    assert scores(suggestions) == [("1", 95, Match.NAME)]


def test_a_similar_name_has_its_score() -> None:
    (only,) = found(Entity(key="u", name="Jon Smith"), candidate("1", "John Smith"))
    assert (only.score, only.match, only.words) == (
        84,
        Match.LIKENESS,
        "The name is 94 % alike",
    )


def test_the_same_words_in_another_order_stay_below_the_same_name() -> None:
    (only,) = found(Entity(key="u", name="Lee Ann"), candidate("1", "Ann Lee"))
    assert (only.score, only.words) == (89, "The name has the same words in another order")


def test_another_name_is_not_suggested() -> None:
    assert found(Entity(key="u", name="Ann Lee"), candidate("1", "Robert Jones")) == ()


def test_a_like_name_is_not_suggested_beside_the_same_one() -> None:
    entity = Entity(key="u", name="John Smith")
    suggestions = found(entity, candidate("1", "Jon Smith"), candidate("2", "john smith"))
    assert scores(suggestions) == [("2", 95, Match.NAME)]


def test_of_equal_score_the_name_and_then_the_id_decides() -> None:
    entity = Entity(key="u", name="Site 0")
    candidates = [candidate(i, f"Site {n}") for i, n in (("4", 2), ("3", 1), ("2", 1), ("1", 3))]
    assert [s.ledger_id for s in found(entity, *candidates)] == ["2", "3", "4"]


def test_every_entity_is_answered_for() -> None:
    given = [Entity(key="a", name="Ann"), Entity(key="b", name="Bob")]
    assert suggest(given, []) == {"a": (), "b": ()}


@PROPERTY
@given(st.lists(entities, max_size=6), st.lists(records, max_size=8), st.integers(0, 4))
def test_suggestions_are_few_sorted_and_of_the_candidates(
    given_entities: list[Entity], candidates: list[Candidate], most: int
) -> None:
    before = deepcopy((given_entities, candidates))
    answer = suggest(given_entities, candidates, most)
    assert (given_entities, candidates) == before
    assert set(answer) == {entity.key for entity in given_entities}
    known = {(c.type, c.ledger_id, c.name) for c in candidates}
    for suggestions in answer.values():
        assert len(suggestions) <= most
        assert len({(s.type, s.ledger_id) for s in suggestions}) == len(suggestions)
        assert {(s.type, s.ledger_id, s.name) for s in suggestions} <= known
        assert all(70 <= s.score <= 100 for s in suggestions)
        assert all((s.score < 90) == (s.match is Match.LIKENESS) for s in suggestions)
        order = [(-s.score, s.name, s.ledger_id) for s in suggestions]
        assert order == sorted(order)


@PROPERTY
@given(
    entities,
    st.lists(records, max_size=8, unique_by=lambda c: (c.type, c.ledger_id)),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_candidates_does_not_matter(
    entity: Entity, candidates: list[Candidate], chance: random.Random
) -> None:
    shuffled = chance.sample(candidates, len(candidates))
    assert suggest([entity], shuffled) == suggest([entity], candidates)


def test_large_lists_take_seconds() -> None:
    chance = random.Random(7)

    def name() -> str:
        words = ("".join(chance.choices(SYLLABLES, k=3)) for _ in range(3))
        return " ".join(words).title()

    candidates = [candidate(str(i), name()) for i in range(amount(20_000, 4_000))]
    given = [Entity(key=str(i), name=name()) for i in range(amount(2_000, 400))]
    began = time.process_time()
    assert len(suggest(given, candidates)) == len(given)
    assert time.process_time() - began < amount(30, 6)


def test_people_who_share_a_record_clash() -> None:
    chosen = {
        "c": ("employee", "1"),
        "a": ("employee", "1"),
        "b": ("employee", "1"),
        "d": ("vendor", "1"),
        "e": ("employee", "2"),
    }
    assert clashes(chosen) == (
        Clash(type="employee", ledger_id="1", key="a", other="b"),
        Clash(type="employee", ledger_id="1", key="a", other="c"),
    )


def test_people_of_their_own_do_not_clash() -> None:
    assert clashes({"a": ("employee", "1"), "b": ("vendor", "1")}) == ()
