"""The changes of `make mutants`: what they make of a piece of code."""

import ast

from tests.mutants.changes import changed, changes_of

SOURCE = """
LIMIT = 3

class Books:
    def is_open(self, day: "int | None" = None) -> bool:
        return day > LIMIT and self.open

def total(lines, left, right):
    if lines:
        return max(lines) + 1
    return sub(left, right)
"""


def results() -> list[str]:
    numbers = [change.number for change in changes_of(SOURCE) if change.function]
    return [ast.unparse(changed(SOURCE, number)) for number in numbers]


def test_every_change_is_one_of_its_own_and_compiles() -> None:
    made = results()
    assert len(set(made)) == len(made) == 9
    assert ast.unparse(ast.parse(SOURCE)) not in made
    assert [compile(one, "made", "exec") for one in made]


def test_comparisons_conditions_numbers_functions_and_arguments_are_changed() -> None:
    made = "\n".join(results())
    for expected in (
        "day > LIMIT or self.open",
        "True and self.open",
        "day > LIMIT and True",
        "day >= LIMIT",
        "if not lines",
        "max(lines) - 1",
        "max(lines) + 2",
        "min(lines)",
        "sub(right, left)",
    ):
        assert expected in made


def test_a_change_tells_its_function_and_what_it_is() -> None:
    first = next(change for change in changes_of(SOURCE) if change.function)
    assert (first.function, first.what) == ("Books.is_open", "And → Or")
    assert changes_of(SOURCE)[0].function == ""


def test_equal_arguments_are_not_swapped_because_the_call_would_stay_the_same() -> None:
    source = "def one(x):\n    return join(x, x) + join(x, -x)\n"
    swapped = [change.what for change in changes_of(source) if "swapped" in change.what]
    assert swapped == ["arguments of «join(x, -x)» swapped"]
