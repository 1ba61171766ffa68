"""Every function starts from a snapshot of its published version, and all who invoke it name it."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from aws_cdk.assertions import Template

from infra.settings import SettingError
from tests.infra.conftest import synthesized
from tests.infra.resources import as_list, only, properties, statements


def aliases(template: Template) -> dict[str, str]:
    """The function of each alias, by logical ids."""
    found = properties(template, "AWS::Lambda::Alias").items()
    return {name: str(one["FunctionName"]["Ref"]) for name, one in found}


def versions(template: Template) -> Mapping[str, str]:
    """The function of each published version, by logical ids."""
    found = properties(template, "AWS::Lambda::Version").items()
    return {name: str(one["FunctionName"]["Ref"]) for name, one in found}


def test_every_function_starts_from_a_snapshot_of_its_published_version(
    template: Template,
) -> None:
    functions = properties(template, "AWS::Lambda::Function")
    published = versions(template)
    for one in functions.values():
        assert one["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    for one in properties(template, "AWS::Lambda::Alias").values():
        version, attribute = one["FunctionVersion"]["Fn::GetAtt"]
        assert (one["Name"], attribute) == ("live", "Version")
        assert published[version] == one["FunctionName"]["Ref"]
    assert sorted(aliases(template).values()) == sorted(functions)


def test_whoever_invokes_a_function_names_its_alias(template: Template) -> None:
    """Only the configuration of asynchronous calls names the function, with a qualifier."""
    invoked = [
        *(one["IntegrationUri"] for one in properties(template, INTEGRATION).values()),
        *(one["FunctionName"] for one in properties(template, PERMISSION).values()),
        *(one["FunctionName"] for one in properties(template, MAPPING).values()),
        *(target["Arn"] for target in only(template, "AWS::Events::Rule")["Targets"]),
        only(template, "AWS::StepFunctions::StateMachine")["DefinitionString"],
    ]
    functions = properties(template, "AWS::Lambda::Function")
    for one in invoked:
        assert references(one) & set(aliases(template)), one
        assert not references(one) & set(functions), one


INTEGRATION = "AWS::ApiGatewayV2::Integration"
PERMISSION = "AWS::Lambda::Permission"
MAPPING = "AWS::Lambda::EventSourceMapping"


def references(value: object) -> set[str]:
    """The logical ids that a value of the template refers to."""
    if isinstance(value, dict):
        own = {str(value["Ref"])} if "Ref" in value else set()
        own |= {str(value["Fn::GetAtt"][0])} if "Fn::GetAtt" in value else set()
        return own.union(*map(references, value.values()))
    if isinstance(value, list):
        return set().union(*map(references, value))
    return set()


def test_roles_may_invoke_aliases_only(template: Template) -> None:
    for role in properties(template, "AWS::IAM::Role").values():
        for one in statements(role):
            if "lambda:InvokeFunction" in as_list(one["Action"]):
                assert references(one["Resource"]) <= set(aliases(template))
                assert references(one["Resource"])


def test_an_asynchronous_tick_follows_the_rules_of_the_alias(template: Template) -> None:
    later = only(template, "AWS::Lambda::EventInvokeConfig")
    assert references(later["Qualifier"]) <= set(aliases(template))


@pytest.mark.parametrize("part", ["code/python", "dependencies/python", "functions/api"])
def test_a_change_anywhere_publishes_a_new_version(
    template: Template, build: Path, tmp_path: Path, part: str
) -> None:
    """The version of before would stay live otherwise, with its own layers."""
    before = versions(template)
    changed = shutil.copytree(build, tmp_path / "build")
    (changed / "lambda" / part / "module.py").write_text("CHANGED = True")
    after = versions(Template.from_stack(synthesized(changed)))
    kept = before.keys() & after.keys()
    assert len(before) == len(after)
    assert len(kept) == (len(before) - 1 if part == "functions/api" else 0)


def test_the_snapshots_of_old_versions_are_not_paid_for(template: Template) -> None:
    for version in template.find_resources("AWS::Lambda::Version").values():
        assert version["DeletionPolicy"] == "Delete"


def test_an_operator_may_do_without_snapshots(build: Path) -> None:
    template = Template.from_stack(synthesized(build, snapStart="false"))
    for one in properties(template, "AWS::Lambda::Function").values():
        assert "SnapStart" not in one
    assert aliases(template)
    with pytest.raises(SettingError, match="snapStart"):
        synthesized(build, snapStart="perhaps")
