"""Case product 15: the first example of docs/posting.md, pasted, is posted."""

import json
import re
from pathlib import Path
from typing import Any

from ledgerlink.domain.model.plan import ItemState
from ledgerlink.domain.model.rules import RuleKind
from ledgerlink.wire import posting, rules
from ledgerlink.wire.records import source_record

from tests.contract.qbo.books import Make
from tests.contract.qbo.poster import Poster

PAGE = (Path(__file__).parents[3] / "docs" / "posting.md").read_text()
CALL = re.compile(
    r"-X (?:PATCH|PUT|POST) \"\$API/v1/connections/\$ID/([\w/-]+)\".*?-d '\n(.*?)'\n", re.S
)
KINDS = {"time_entries": "time", "expenses": "expense", "invoices": "invoice", "clients": "client"}


def calls() -> list[tuple[str, Any]]:
    """The first calls of the page, up to the first post: address and body."""
    found = [(path, json.loads(body)) for path, body in CALL.findall(PAGE)]
    first = next(number for number, (path, _) in enumerate(found) if path == "posts")
    return found[: first + 1]


def test_the_first_example_of_the_page_is_posted(company: Make) -> None:
    """Case product 15."""
    poster = Poster(company("sample"))
    *before, (_, body) = calls()
    for path, given in before:
        if path == "settings":
            poster.expensing = posting.changed(poster.expensing, given["expenses"])
        else:
            kind = RuleKind(path.removeprefix("rules/"))
            for key, mapping in rules.mappings(kind, given["rules"]).items():
                poster.rule(kind, key, mapping)
    records = [
        source_record(json.dumps({"kind": KINDS[name], **record}).encode())
        for name, some in body.items()
        for record in some
    ]
    outcomes = poster.post(*records)
    assert len(outcomes) == 4
    assert {outcome.state for outcome in outcomes.values()} == {ItemState.POSTED}
