from aws_cdk.assertions import Template


def test_aws_solutions_checks_find_nothing(nag_findings: list[str]) -> None:
    assert nag_findings == []


def test_every_suppression_gives_its_reason(template: Template) -> None:
    resources = template.to_json()["Resources"].values()
    notes = [
        one["Metadata"]["cdk_nag"] for one in resources if "cdk_nag" in one.get("Metadata", {})
    ]
    rules = [rule for note in notes for rule in note["rules_to_suppress"]]
    assert rules
    assert all(len(rule["reason"]) > 30 for rule in rules)
