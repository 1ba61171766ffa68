"""What a plan was made with stays readable beside it."""

from dataclasses import replace

from ledgerlink.domain.model.rules import CreateProject, RuleKind
from ledgerlink.domain.model.time_settings import Description, TimeSettings
from ledgerlink.services.imports.plan_import import basis_notes

from tests.fakes.service import USER, entry, in_memory_service
from tests.support.importing import drafted, planned


def test_each_plan_keeps_the_rules_and_settings_that_it_was_made_with() -> None:
    app = in_memory_service()
    connection = app.connected()
    first = planned(app, drafted(app, connection, entry("t1")))
    app.rules(connection, RuleKind.PROJECTS, {"p1": CreateProject(name="Second")})
    stored = app.deps.settings.get(connection.key)
    app.choose(
        connection.key, replace(stored, posting=TimeSettings(description=Description.NEITHER))
    )
    second = planned(app, first)
    found = []
    for run in (first, second):
        settings, *rules = app.staging.notes(run, basis_notes(run))
        (project,) = (rule for rule in rules if rule["key"] == "p1")
        assert (project["kind"], project["set_by"]) == ("projects", USER)
        mapping = project["mapping"]
        found.append((settings["posting"]["description"], mapping["action"], mapping.get("name")))
    assert found == [
        ("task_and_notes", "link", None),
        ("neither", "create", "Second"),
    ]
