"""Small changes to a module's code, each of which a test should notice.

A change turns a comparison, drops or negates a condition, swaps functions or arguments, or moves a
number by one. They are numbered in the order of the source, so a number names one change of one
version of a module.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}
ANNOTATIONS = ("annotation", "returns")
"""Fields of syntax nodes that hold types, which no test can notice."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a module."""

    number: int
    """Its place among the changes of the module, from 0."""
    line: int
    function: str
    """The function that it is in, as `Class.method`; empty outside of functions."""
    what: str
    """What is changed, for a person."""


@dataclass(frozen=True, slots=True)
class _Site:
    node: ast.AST
    function: str
    what: str
    name: str
    """The field of the node that gets another value."""
    value: object


def changes_of(source: str) -> list[Change]:
    """All changes of a module."""
    sites = enumerate(_sites(ast.parse(source)))
    return [Change(n, _line(s.node), s.function, s.what) for n, s in sites]


def changed(source: str, number: int) -> ast.Module:
    """The module with this change made. Raises IndexError if it has no such change."""
    tree = ast.parse(source)
    site = list(_sites(tree))[number]
    setattr(site.node, site.name, site.value)
    return ast.fix_missing_locations(tree)


def _line(node: ast.AST) -> int:
    """The line of a node; a comprehension has that of its variable."""
    return _line(node.target) if isinstance(node, ast.comprehension) else getattr(node, "lineno", 0)


def _sites(tree: ast.Module) -> Iterator[_Site]:
    yield from _below(tree, ())


def _below(node: ast.AST, path: tuple[str, ...], function: str = "") -> Iterator[_Site]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        path = (*path, node.name)
        function = function if isinstance(node, ast.ClassDef) else ".".join(path)
    for what, name, value in _variants(node):
        yield _Site(node, function, what, name, value)
    for name, child in ast.iter_fields(node):
        if name not in ANNOTATIONS:
            for each in child if isinstance(child, list) else [child]:
                if isinstance(each, ast.AST):
                    yield from _below(each, path, function)


def _variants(node: ast.AST) -> Iterator[tuple[str, str, object]]:
    """What is changed, in which field of the node, and its new value."""
    match node:
        case ast.Compare(ops=[only]) if type(only) in COMPARISONS:
            turned = COMPARISONS[type(only)]
            yield f"{type(only).__name__} → {turned.__name__}", "ops", [turned()]
        case ast.BoolOp(op=op, values=values):
            other = ast.Or if isinstance(op, ast.And) else ast.And
            yield f"{type(op).__name__} → {other.__name__}", "op", other()
            for place, value in enumerate(values):
                neutral = ast.Constant(value=isinstance(op, ast.And))
                rest = [*values[:place], neutral, *values[place + 1 :]]
                yield f"«{ast.unparse(value)}» dropped", "values", rest
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            negated = ast.UnaryOp(op=ast.Not(), operand=test)
            yield f"if «{ast.unparse(test)}» negated", "test", negated
        case ast.comprehension(ifs=[*_, _] as ifs):
            for place, test in enumerate(ifs):
                yield f"filter «{ast.unparse(test)}» dropped", "ifs", ifs[:place] + ifs[place + 1 :]
        case ast.BinOp(op=op) if type(op) in OPERATORS and not _is_text(node):
            other_op = OPERATORS[type(op)]
            yield f"{type(op).__name__} → {other_op.__name__}", "op", other_op()
        case ast.Constant(value=bool(value)):
            yield f"{value} → {not value}", "value", not value
        case ast.Constant(value=int(value)):
            yield f"{value} → {value + 1}", "value", value + 1
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            swapped = ast.Name(id=FUNCTIONS[name], ctx=ast.Load())
            yield f"{name} → {FUNCTIONS[name]}", "func", swapped
        case ast.Call(args=[first, second]) if _can_be_swapped(first, second):
            yield f"arguments of «{ast.unparse(node)}» swapped", "args", [second, first]


def _is_text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(isinstance(side, ast.JoinedStr | ast.Constant) for side in sides) and not any(
        isinstance(side, ast.Constant) and isinstance(side.value, int) for side in sides
    )


def _can_be_swapped(first: ast.expr, second: ast.expr) -> bool:
    """Whether the call means something else with its arguments swapped; two that are equal do
    not."""
    starred = isinstance(first, ast.Starred) or isinstance(second, ast.Starred)
    return not starred and ast.dump(first) != ast.dump(second)
