"""The state machine of imports: one execution per import, which waits between its steps.

Limits of Standard workflows and what an import needs of them: docs/scale.md.
"""

import json
from typing import Any

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions
from cdk_nag import NagPackSuppression, NagSuppressions
from constructs import Construct

from infra.functions import MACHINE, Function, FunctionSetup, Shape, machine_arn
from infra.lanes import Lanes
from infra.permissions import allow, drive, keep_records, send
from infra.sizes import LARGE
from infra.storage import Storage

IMPORTS = Shape(
    name="imports",
    description="Carries out the steps of an import",
    timeout=Duration.minutes(3),
    megabytes=LARGE,  # it reads the records of an import
)
DRAFT_DAYS = 30
"""A draft that is not changed for so long expires."""
DAY_SECONDS = 24 * 60 * 60
STEPS = {
    "Stage": ("stage", 3600),
    "Wait": ("wait", DRAFT_DAYS * DAY_SECONDS),
    "Plan": ("plan", DAY_SECONDS),
    "Apply": ("apply", 14 * DAY_SECONDS),
}
"""Each state with its step and how long it may wait, in seconds. An import that waits for another
to be applied waits as long as that takes; messages of the lane live for 14 days."""


class StateMachines(Construct):
    """The state machine, and the function that carries out its steps."""

    def __init__(
        self, scope: Construct, name: str, setup: FunctionSetup, storage: Storage, lanes: Lanes
    ) -> None:
        super().__init__(scope, name)
        statements = [*keep_records(storage), send(lanes.lane), *drive(machine_arn())]
        self.imports = Function(self, "Imports", IMPORTS, setup, statements)
        self.machine = self._machine(setup)

    def _machine(self, setup: FunctionSetup) -> stepfunctions.CfnStateMachine:
        settings = setup.settings
        group = logs.LogGroup(
            self,
            "Logs",
            retention=settings.log_retention,
            removal_policy=settings.removal,
        )
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("states.amazonaws.com"),
            inline_policies={
                "Work": iam.PolicyDocument(
                    statements=[
                        allow(
                            "Invoke",
                            ("lambda:InvokeFunction",),
                            self.imports.live.function_arn,
                        ),
                        allow("Trace", TRACE_ACTIONS, "*"),
                        allow("DeliverLogs", LOG_ACTIONS, "*"),
                    ]
                )
            },
        )
        NagSuppressions.add_resource_suppressions(
            role,
            [
                NagPackSuppression(
                    id="AwsSolutions-IAM5",
                    reason="X-Ray's write actions and the delivery of logs know no resources.",
                )
            ],
        )
        machine = stepfunctions.CfnStateMachine(
            self,
            "Machine",
            state_machine_name=MACHINE,
            state_machine_type="STANDARD",
            role_arn=role.role_arn,
            definition_string=json.dumps(definition(self.imports.live.function_arn)),
            tracing_configuration=stepfunctions.CfnStateMachine.TracingConfigurationProperty(
                enabled=True
            ),
            logging_configuration=stepfunctions.CfnStateMachine.LoggingConfigurationProperty(
                level="ALL",
                # A step's input holds a task token.
                include_execution_data=False,
                destinations=[
                    stepfunctions.CfnStateMachine.LogDestinationProperty(
                        cloud_watch_logs_log_group=stepfunctions.CfnStateMachine.CloudWatchLogsLogGroupProperty(
                            log_group_arn=group.log_group_arn
                        )
                    )
                ],
            ),
        )
        machine.node.add_dependency(role)
        return machine


TRACE_ACTIONS = (
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)
# https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
LOG_ACTIONS = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)


def definition(function_arn: str) -> dict[str, Any]:
    """The machine in the Amazon States Language: it does a step, waits with a task token, and is
    sent to the next step."""
    choices = [
        {"Variable": "$.told.next", "StringEquals": step, "Next": state}
        for state, (step, _) in STEPS.items()
    ]
    resting = {
        state: _rest(function_arn, step, seconds) for state, (step, seconds) in STEPS.items()
    }
    return {
        "Comment": "One import: what it does next is told by the state of its run",
        "StartAt": "Next",
        "States": {
            "Next": {"Type": "Choice", "Choices": choices, "Default": "Over"},
            **resting,
            "Expire": _call(function_arn, "expire", "Over"),
            "BreakOff": _call(function_arn, "break_off", "Broken"),
            "Over": {"Type": "Succeed"},
            "Broken": {"Type": "Fail", "Error": "ImportBroken"},
        },
    }


def _rest(function_arn: str, step: str, seconds: int) -> dict[str, Any]:
    timed_out = {"ErrorEquals": ["States.Timeout"], "ResultPath": None, "Next": "Expire"}
    broken = {"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "BreakOff"}
    return {
        "Type": "Task",
        "Resource": f"arn:{Aws.PARTITION}:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {
            "FunctionName": function_arn,
            "Payload": {**_names(step), "token.$": "$$.Task.Token"},
        },
        "ResultPath": "$.told",
        "TimeoutSeconds": seconds,
        "Retry": [RETRY],
        "Catch": [timed_out, broken] if step == "wait" else [broken],
        "Next": "Next",
    }


def _call(function_arn: str, step: str, then: str) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": f"arn:{Aws.PARTITION}:states:::lambda:invoke",
        "Parameters": {"FunctionName": function_arn, "Payload": _names(step)},
        "ResultPath": None,
        "Retry": [RETRY],
        "Next": then,
    }


# Not States.ALL: a rest that timed out is not tried again.
RETRY = {
    "ErrorEquals": ["States.TaskFailed"],
    "IntervalSeconds": 2,
    "BackoffRate": 2,
    "MaxAttempts": 5,
}


def _names(step: str) -> dict[str, str]:
    return {
        "step": step,
        "firm.$": "$.firm",
        "connection_id.$": "$.connection_id",
        "run_id.$": "$.run_id",
        "machine.$": "$$.Execution.Name",
    }
