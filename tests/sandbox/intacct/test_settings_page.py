"""The page about the sandbox names every setting."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from local.sandboxes.intacct.settings import CHOICES, Settings

PAGE = (Path(__file__).parents[3] / "docs" / "sandbox-sage-intacct.md").read_text()
CREDENTIALS = {"sender_id", "sender_password", "user_id", "user_password"}


def test_every_setting_is_on_the_page() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE))
    assert {field.name for field in fields(Settings)} - CREDENTIALS <= named


def test_every_word_that_a_setting_may_be_is_on_the_page() -> None:
    named = set(re.findall(r"`([\w]+)`", PAGE))
    allowed = {word for name in CHOICES for word in CHOICES[name][1:]}
    assert allowed <= named


def test_every_open_question_has_settings_or_declares_none() -> None:
    table, _, questions = PAGE.partition("### Open questions")
    numbers = set(re.findall(r"^(\d+)\. ", questions, re.MULTILINE))
    answered = set(re.findall(r"\| (\d+) \|$", table, re.MULTILINE))
    assert numbers - answered == {"11"}
