from aws_cdk.assertions import Template

from tests.infra.resources import Properties, only, properties


def scheduler_name(template: Template) -> str:
    """The logical id of the scheduler's function."""
    found = properties(template, "AWS::Lambda::Function").items()
    (name,) = [name for name, one in found if one["Handler"].startswith("functions.scheduler.")]
    return name


def alias_name(template: Template) -> str:
    """The logical id of the scheduler's alias."""
    found, name = properties(template, "AWS::Lambda::Alias").items(), scheduler_name(template)
    (alias,) = [alias for alias, one in found if one["FunctionName"] == {"Ref": name}]
    return alias


def target(template: Template) -> Properties:
    (found,) = only(template, "AWS::Events::Rule")["Targets"]
    return dict(found)


def test_one_rule_ticks_once_a_minute(template: Template) -> None:
    rule = only(template, "AWS::Events::Rule")
    assert rule["ScheduleExpression"] == "rate(1 minute)"
    assert rule["State"] == "ENABLED"
    assert target(template)["Arn"] == {"Ref": alias_name(template)}


def test_a_tick_that_failed_is_not_repeated_because_the_next_follows(template: Template) -> None:
    assert target(template)["RetryPolicy"] == {
        "MaximumEventAgeInSeconds": 60,
        "MaximumRetryAttempts": 0,
    }
    later = only(template, "AWS::Lambda::EventInvokeConfig")
    assert later["FunctionName"] == {"Ref": scheduler_name(template)}
    assert (later["MaximumRetryAttempts"], later["MaximumEventAgeInSeconds"]) == (0, 60)


def test_a_tick_ends_before_the_next(template: Template) -> None:
    functions = properties(template, "AWS::Lambda::Function")
    assert functions[scheduler_name(template)]["Timeout"] < 60


def test_only_the_rule_may_start_a_tick(template: Template) -> None:
    name, (rule,) = alias_name(template), properties(template, "AWS::Events::Rule")
    (permission,) = [
        one
        for one in properties(template, "AWS::Lambda::Permission").values()
        if one["FunctionName"] == {"Ref": name}
    ]
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": [rule, "Arn"]}


def test_the_product_hears_of_us_on_a_bus_of_our_own(template: Template) -> None:
    (name,) = properties(template, "AWS::Events::EventBus")
    assert only(template, "AWS::Events::EventBus")["Name"] == "ledgerlink"
    for function in properties(template, "AWS::Lambda::Function").values():
        assert function["Environment"]["Variables"]["LEDGERLINK_BUS"] == {"Ref": name}
