from pathlib import Path

from aws_cdk.assertions import Template

from tests.infra.conftest import synthesized
from tests.infra.resources import Properties, properties


def queues(template: Template) -> tuple[Properties, Properties]:
    """The lane and its dead letters."""
    found = list(properties(template, "AWS::SQS::Queue").values())
    (lane,) = [queue for queue in found if "RedrivePolicy" in queue]
    (dead,) = [queue for queue in found if "RedrivePolicy" not in queue]
    return lane, dead


MAPPING = "AWS::Lambda::EventSourceMapping"


def mapping_names(template: Template) -> list[str]:
    """The event sources of the lane and of the dead letters, by logical id."""
    return sorted(properties(template, MAPPING), key=lambda name: "DeadLetters" in name)


def test_a_message_is_delivered_ten_times_before_it_is_a_dead_letter(template: Template) -> None:
    """Case security 5: throttled deliveries count as well, and are no failures."""
    lane, _dead = queues(template)
    assert lane["RedrivePolicy"]["maxReceiveCount"] == 10


def test_workers_leave_room_for_the_other_functions_of_a_new_account(template: Template) -> None:
    """Case security 5: a new account may run ten functions at once. A worker of the lane may have
    handed over to a large one."""
    lane, dead = (properties(template, MAPPING)[name] for name in mapping_names(template))
    most = [one["ScalingConfig"]["MaximumConcurrency"] for one in (lane, lane, dead)]
    assert 10 - sum(most) >= 3


def test_an_operator_chooses_how_many_workers_there_are(build: Path) -> None:
    template = Template.from_stack(synthesized(build, maxWorkers="300"))
    mappings = properties(template, "AWS::Lambda::EventSourceMapping").values()
    most = [mapping["ScalingConfig"]["MaximumConcurrency"] for mapping in mappings]
    assert sorted(most) == [2, 300]


def test_groups_do_not_slow_each_other(template: Template) -> None:
    for queue in queues(template):
        assert queue["FifoQueue"] is True
        assert queue["DeduplicationScope"] == "messageGroup"
        assert queue["FifoThroughputLimit"] == "perMessageGroupId"


def test_senders_name_their_messages_so_content_does_not(template: Template) -> None:
    assert all(queue["ContentBasedDeduplication"] is False for queue in queues(template))


def test_a_message_waits_two_weeks_and_is_hidden_ten_minutes_while_worked_on(
    template: Template,
) -> None:
    lane, dead = queues(template)
    assert lane["MessageRetentionPeriod"] == dead["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert lane["VisibilityTimeout"] == 600


def test_a_message_stays_hidden_longer_than_its_function_may_run(template: Template) -> None:
    functions = properties(template, "AWS::Lambda::Function").values()
    longest = max(function["Timeout"] for function in functions)
    assert all(queue["VisibilityTimeout"] > longest for queue in queues(template))


def test_queues_are_encrypted_and_refuse_plain_http(template: Template) -> None:
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues(template))
    policies = properties(template, "AWS::SQS::QueuePolicy").values()
    assert len(policies) == 2
    for policy in policies:
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_worker_serves_lane_and_dead_letters_one_message_at_a_time(
    template: Template,
) -> None:
    mappings = list(properties(template, "AWS::Lambda::EventSourceMapping").values())
    assert len(mappings) == 2
    assert len({str(mapping["EventSourceArn"]) for mapping in mappings}) == 2
    for mapping in mappings:
        assert mapping["BatchSize"] == 1
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_every_function_knows_the_dead_letters_by_their_arn(template: Template) -> None:
    names = template.find_resources("AWS::SQS::Queue")
    (dead,) = [name for name, one in names.items() if "RedrivePolicy" not in one["Properties"]]
    for function in properties(template, "AWS::Lambda::Function").values():
        variables = function["Environment"]["Variables"]
        assert variables["LEDGERLINK_DLQ_ARN"] == {"Fn::GetAtt": [dead, "Arn"]}
