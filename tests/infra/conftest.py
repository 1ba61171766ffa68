"""The stack, synthesized once per session from cdk.json's defaults and empty build folders."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from aws_cdk import App, Aspects
from aws_cdk.assertions import Annotations, Match, Template
from cdk_nag import AwsSolutionsChecks
from ledgerlink.connectors.ledgers import LEDGERS, LedgerDescription

from infra.settings import read_settings
from infra.stack import LedgerlinkStack

ROOT = Path(__file__).resolve().parents[2]
BUILT = (
    "lambda/dependencies/python",
    "lambda/code/python",
    "lambda/functions/api",
    "lambda/functions/imports",
    "lambda/functions/scheduler",
    "lambda/functions/webhooks",
    "lambda/functions/worker",
)
CHOSEN: dict[str, object] = {
    "jwtIssuer": "https://id.example.com/",
    "corsOrigins": ["https://app.example.com"],
    "alarmTopicArn": "arn:aws:sns:eu-west-1:111122223333:pager",
    "tags": {"cost-center": "ledgers"},
}


def context() -> dict[str, object]:
    """cdk.json's context with what an operator must choose, and what is empty by default."""
    defaults: dict[str, object] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return {**defaults, **CHOSEN}


def synthesized(
    build: Path, ledgers: Sequence[LedgerDescription] = LEDGERS, **chosen: object
) -> LedgerlinkStack:
    """The stack with these ledgers, as an operator chose it."""
    app = App(context={**context(), **chosen})
    settings = read_settings(app.node.try_get_context, ledgers)
    return LedgerlinkStack(app, "Ledgerlink", settings, build)


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Layers and functions as layers.build leaves them, with next to nothing in them."""
    build = tmp_path_factory.mktemp("build")
    for folder in BUILT:
        (build / folder).mkdir(parents=True)
        (build / folder / "module.py").write_text("")
    return build


@pytest.fixture(scope="session")
def stack(build: Path) -> LedgerlinkStack:
    stack = synthesized(build)
    Aspects.of(stack).add(AwsSolutionsChecks(verbose=True))
    return stack


@pytest.fixture(scope="session")
def template(stack: LedgerlinkStack) -> Template:
    return Template.from_stack(stack)


@pytest.fixture(scope="session")
def nag_findings(stack: LedgerlinkStack) -> list[str]:
    anything = Match.string_like_regexp("AwsSolutions-.*")
    annotations = Annotations.from_stack(stack)
    found = [*annotations.find_error("*", anything), *annotations.find_warning("*", anything)]
    return [f"{one.id}: {one.entry.data}" for one in found]
