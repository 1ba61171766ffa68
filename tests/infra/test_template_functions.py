from aws_cdk.assertions import Template

from tests.infra.resources import Properties, as_list, properties, statements

ENVIRONMENT = {
    "LEDGERLINK_TABLE",
    "LEDGERLINK_BUCKET",
    "LEDGERLINK_LANE_URL",
    "LEDGERLINK_DLQ_ARN",
    "LEDGERLINK_BUS",
    "LEDGERLINK_FEED_DAYS",
    "LEDGERLINK_HISTORY_DAYS",
    "LEDGERLINK_MACHINE",
    "LEDGERLINK_SECRETS_PREFIX",
    "LEDGERLINK_SECRETS_KEY",
    "LEDGERLINK_APP_SECRET_QBO",
    "LEDGERLINK_APP_SECRET_INTACCT",
    "LEDGERLINK_JWT_ISSUER",
    "LEDGERLINK_JWT_AUDIENCE",
    "LEDGERLINK_FIRM_CLAIM",
    "LEDGERLINK_KINDS_CLAIM",
    "LEDGERLINK_SCOPE_READ",
    "LEDGERLINK_SCOPE_POST",
    "LEDGERLINK_SCOPE_ADMIN",
    "LEDGERLINK_PUBLIC_URL",
    "QBO_API_URL",
    "QBO_AUTHORIZE_URL",
    "QBO_TOKEN_URL",
    "QBO_REVOKE_URL",
    "QBO_DISCOVERY_URL",
    "QBO_CLOCK_SCALE",
    "INTACCT_GATEWAY_URL",
    "INTACCT_HOSTS",
    "INTACCT_CLOCK_SCALE",
    "PYTHONTZPATH",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
}
HANDS_OVER = "LEDGERLINK_LARGE_WORKER"
LARGE = "large worker"
NAMES = ("api", "imports", LARGE, "scheduler", "webhooks", "worker")


def functions(template: Template) -> dict[str, Properties]:
    found = properties(template, "AWS::Lambda::Function").values()
    return {name_of(one): one for one in found}


def name_of(function: Properties) -> str:
    """Its service; the two sizes of the worker are one service."""
    variables = function["Environment"]["Variables"]
    service = str(variables["POWERTOOLS_SERVICE_NAME"])
    return LARGE if service == "worker" and HANDS_OVER not in variables else service


def role_of(template: Template, function: str) -> Properties:
    name = functions(template)[function]["Role"]["Fn::GetAtt"][0]
    return properties(template, "AWS::IAM::Role")[name]


def allowed(template: Template, function: str) -> set[str]:
    found = statements(role_of(template, function))
    return {str(action) for one in found for action in as_list(one["Action"])}


def test_all_functions_run_python_313_on_arm_with_both_layers(template: Template) -> None:
    found = functions(template)
    assert set(found) == set(NAMES)
    for name, function in found.items():
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["arm64"]
        folder = name.rpartition(" ")[2]
        assert function["Handler"] == f"functions.{folder}.handler.handler"
        assert len(function["Layers"]) == 2


def test_limits_fit_the_work(template: Template) -> None:
    found = functions(template)
    assert (found["api"]["Timeout"], found["api"]["MemorySize"]) == (29, 512)
    assert (found["imports"]["Timeout"], found["imports"]["MemorySize"]) == (180, 1769)
    assert (found["worker"]["Timeout"], found["worker"]["MemorySize"]) == (300, 512)
    assert (found[LARGE]["Timeout"], found[LARGE]["MemorySize"]) == (285, 1769)
    assert (found["scheduler"]["Timeout"], found["scheduler"]["MemorySize"]) == (55, 512)
    assert (found["webhooks"]["Timeout"], found["webhooks"]["MemorySize"]) == (10, 512)


def test_every_function_is_traced_and_logs_json_into_a_group_that_forgets(
    template: Template,
) -> None:
    for function in functions(template).values():
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert function["LoggingConfig"]["LogFormat"] == "JSON"
        assert "Ref" in function["LoggingConfig"]["LogGroup"]
    groups = properties(template, "AWS::Logs::LogGroup").values()
    assert [group["RetentionInDays"] for group in groups] == [90] * (len(NAMES) + 2)


def test_functions_read_exactly_these_variables(template: Template) -> None:
    for name, function in functions(template).items():
        more = {HANDS_OVER} if name == "worker" else set()
        assert set(function["Environment"]["Variables"]) == ENVIRONMENT | more


def test_the_worker_hears_of_the_end_of_the_one_that_it_handed_over_to(template: Template) -> None:
    found = functions(template)
    assert found[LARGE]["Timeout"] < found["worker"]["Timeout"]


def test_the_worker_alone_invokes_the_large_one_which_holds_messages_and_takes_none(
    template: Template,
) -> None:
    invokers = {name for name in NAMES if "lambda:InvokeFunction" in allowed(template, name)}
    assert invokers == {"worker"}
    assert {one for one in allowed(template, LARGE) if one.startswith("sqs:")} == {
        "sqs:ChangeMessageVisibility",
        "sqs:SendMessage",
    }


def test_the_sizes_of_the_worker_differ_in_what_they_may_do_by_the_lane_only(
    template: Template,
) -> None:
    def others(name: str) -> list[Properties]:
        lane = {"Consume", "HandOver", "Hold", "Logs"}
        found = statements(role_of(template, name))
        return [one for one in found if one["Sid"] not in lane]

    assert others("worker") == others(LARGE)


def test_no_role_has_a_wildcard_action(template: Template) -> None:
    for name in NAMES:
        assert not [action for action in allowed(template, name) if "*" in action]


def test_wildcard_resources_are_files_connection_secrets_and_traces_only(
    template: Template,
) -> None:
    expected = {
        "api": ["Connections", "ExpiringFiles", "Files", "Trace"],
        LARGE: ["Connections", "ExpiringFiles", "Files", "Trace"],
        "scheduler": ["Trace"],
        "webhooks": ["Trace"],
        "worker": ["Connections", "ExpiringFiles", "Files", "Trace"],
    }
    for name, sids in expected.items():
        wide = [one for one in statements(role_of(template, name)) if "*" in str(one["Resource"])]
        assert sorted(one["Sid"] for one in wide) == sids


def test_roles_take_no_managed_policy_and_serve_lambda_only(template: Template) -> None:
    for name in NAMES:
        role = role_of(template, name)
        assert "ManagedPolicyArns" not in role
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert properties(template, "AWS::IAM::Policy") == {}


def test_the_api_connects_and_sends_but_does_not_take_from_the_lane(template: Template) -> None:
    actions = allowed(template, "api")
    assert {"secretsmanager:CreateSecret", "secretsmanager:DeleteSecret"} <= actions
    assert "sqs:SendMessage" in actions
    assert "sqs:ReceiveMessage" not in actions


def test_the_worker_takes_from_the_lane_but_makes_and_deletes_no_secret(
    template: Template,
) -> None:
    actions = allowed(template, "worker")
    assert {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:SendMessage"} <= actions
    assert "secretsmanager:PutSecretValue" in actions
    assert not {"secretsmanager:CreateSecret", "secretsmanager:DeleteSecret"} & actions


def test_the_worker_alone_publishes_and_on_our_bus_only(template: Template) -> None:
    (bus,) = properties(template, "AWS::Events::EventBus")
    speakers = {name for name in NAMES if "events:PutEvents" in allowed(template, name)}
    assert speakers == {"worker", LARGE}
    for speaker in speakers:
        found = statements(role_of(template, speaker))
        (statement,) = [one for one in found if one["Action"] == "events:PutEvents"]
        assert statement["Resource"] == {"Fn::GetAtt": [bus, "Arn"]}


def test_the_worker_deletes_no_file(template: Template) -> None:
    assert "s3:DeleteObject" not in allowed(template, "worker")


def test_the_clock_reads_no_secret_and_no_file(template: Template) -> None:
    actions = allowed(template, "scheduler")
    assert {"dynamodb:Query", "dynamodb:UpdateItem", "sqs:SendMessage"} <= actions
    assert not [one for one in actions if one.startswith(("secretsmanager:", "s3:"))]
    assert "sqs:ReceiveMessage" not in actions


def secrets_read(template: Template, function: str) -> list[Properties]:
    return [
        one
        for one in statements(role_of(template, function))
        if "secretsmanager:" in str(one["Action"])
    ]


def test_the_webhook_door_reads_the_secret_of_the_ledger_that_signs_and_no_connections(
    template: Template,
) -> None:
    (only_one,) = secrets_read(template, "webhooks")
    assert only_one["Sid"] == "AppSecret"
    (secret,) = [only_one["Resource"]["Ref"]]
    named = properties(template, "AWS::SecretsManager::Secret")[secret]["Name"]
    assert named == "ledgerlink/app/qbo"


def test_functions_that_call_ledgers_read_both_application_secrets_only(
    template: Template,
) -> None:
    applications = properties(template, "AWS::SecretsManager::Secret")
    for name in ("api", "worker"):
        (found,) = [one for one in secrets_read(template, name) if one["Sid"] == "AppSecret"]
        assert found["Action"] == "secretsmanager:GetSecretValue"
        assert {one["Ref"] for one in found["Resource"]} == set(applications)


def test_functions_that_call_no_ledger_read_no_secret(template: Template) -> None:
    assert [secrets_read(template, name) for name in ("imports", "scheduler")] == [[], []]


def test_functions_know_the_gateway_and_the_hosts_it_may_send_sessions_to(
    template: Template,
) -> None:
    for function in functions(template).values():
        given = function["Environment"]["Variables"]
        assert given["INTACCT_GATEWAY_URL"] == "https://api.intacct.com/ia/xml/xmlgw.phtml"
        assert given["INTACCT_HOSTS"] == ".intacct.com"
        assert given["INTACCT_CLOCK_SCALE"] == "1"


def test_the_webhook_door_reaches_neither_lane_nor_bucket_nor_bus(template: Template) -> None:
    actions = allowed(template, "webhooks")
    assert not [one for one in actions if one.startswith(("sqs:", "s3:", "events:"))]


def test_zones_come_from_the_locked_package_and_not_from_the_runtime(template: Template) -> None:
    for function in functions(template).values():
        assert function["Environment"]["Variables"]["PYTHONTZPATH"] == ""
