"""Reading a synthesized template without casts in every test."""

from collections.abc import Iterator
from typing import Any, cast

from aws_cdk.assertions import Template

# Templates are JSON; a test looks at one value in it at a time.
Properties = dict[str, Any]


def properties(template: Template, kind: str) -> dict[str, Properties]:
    """Properties by logical id of every resource of a CloudFormation type."""
    found = template.find_resources(kind)
    return {name: cast("Properties", one.get("Properties", {})) for name, one in found.items()}


def only(template: Template, kind: str) -> Properties:
    """The properties of the one resource of a type."""
    found = list(properties(template, kind).values())
    assert len(found) == 1, f"{len(found)} resources of {kind}"
    return found[0]


def statements(role: Properties) -> Iterator[Properties]:
    """Every policy statement written into a role."""
    for policy in role["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def as_list(value: object) -> list[object]:
    """IAM writes a list of one as its element."""
    return value if isinstance(value, list) else [value]
