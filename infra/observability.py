"""Alarms and a dashboard. docs/operations.md has a section per alarm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.api import Api
from infra.functions import NAMESPACE
from infra.lanes import Lanes
from infra.machines import StateMachines
from infra.scheduler import Scheduler
from infra.settings import Settings
from infra.webhooks import Webhooks
from infra.worker import Worker

FIVE_MINUTES = Duration.minutes(5)
OLDEST_WORK_SECONDS = 6 * 60 * 60
"""The messages of a post are sent all at once, and the largest one takes an hour and a half of the
ledger's time (docs/scale.md), so its last message waits as long while nothing is wrong."""
QUARTER_OF_AN_HOUR = 3
"""Periods of five minutes."""
PARKED_BECAUSE = (
    "LedgerStopped",
    "LedgerUnavailable",
    "NeedsReconnect",
    "NoPermission",
    "NotSubscribed",
    "RecordsRestored",
    "WorkerFailed",
)
"""The commonest reasons of parked runs, as metrics name them."""


@dataclass(frozen=True)
class Watch:
    """One alarm, with a graph on the dashboard."""

    name: str
    means: str
    """A description of what has happened, for the engineer on call."""
    metric: cloudwatch.Metric
    threshold: int
    """The value from which on the alarm sounds."""
    periods: int = 1
    """So many periods in a row."""
    must_come: bool = False
    """Sounds below the threshold instead, and where there is no data."""


@dataclass(frozen=True)
class Watched:
    """The constructs whose functions are watched."""

    api: Api
    worker: Worker
    machines: StateMachines
    scheduler: Scheduler
    webhooks: Webhooks

    def functions(self) -> list[lambda_.Function]:
        """All functions of the stack."""
        return [
            self.api.api.function,
            self.worker.worker.function,
            self.worker.large.function,
            self.machines.imports.function,
            self.scheduler.scheduler.function,
            self.webhooks.webhooks.function,
        ]


class Observability(Construct):
    """Alarms, sent to the topic of context alarmTopicArn if there is one, and a dashboard."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        settings: Settings,
        lanes: Lanes,
        watched: Watched,
    ) -> None:
        super().__init__(scope, name)
        watches = [
            *_lane_watches(lanes),
            *_run_watches(),
            *_function_watches(watched),
            *_import_watches(watched.machines),
            *_sync_watches(watched.scheduler),
            *_webhook_watches(watched.webhooks),
        ]
        self.alarms = [self._alarm(watch) for watch in watches]
        self._notify(settings)
        self._dashboard(watches, _graphs([one.name for one in settings.ledgers], watched))

    def _alarm(self, watch: Watch) -> cloudwatch.Alarm:
        return watch.metric.create_alarm(
            self,
            watch.name,
            alarm_description=f"{watch.means} See docs/operations.md, {watch.name}.",
            threshold=watch.threshold,
            evaluation_periods=watch.periods,
            comparison_operator=_comparison(watch),
            treat_missing_data=_missing_data(watch),
        )

    def _notify(self, settings: Settings) -> None:
        if not settings.alarm_topic_arn:
            return
        topic = sns.Topic.from_topic_arn(self, "Topic", settings.alarm_topic_arn)
        for alarm in self.alarms:
            alarm.add_alarm_action(actions.SnsAction(topic))

    def _dashboard(
        self, watches: Sequence[Watch], graphs: Mapping[str, Sequence[cloudwatch.IMetric]]
    ) -> None:
        board = cloudwatch.Dashboard(self, "Dashboard")
        board.add_widgets(cloudwatch.AlarmStatusWidget(alarms=self.alarms, width=24, height=3))
        for watch in watches:
            board.add_widgets(
                cloudwatch.GraphWidget(title=watch.name, left=[watch.metric], width=8)
            )
        for title, metrics in graphs.items():
            board.add_widgets(cloudwatch.GraphWidget(title=title, left=[*metrics], width=8))


def _comparison(watch: Watch) -> cloudwatch.ComparisonOperator:
    if watch.must_come:
        return cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
    return cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD


def _missing_data(watch: Watch) -> cloudwatch.TreatMissingData:
    if watch.must_come:
        return cloudwatch.TreatMissingData.BREACHING
    return cloudwatch.TreatMissingData.NOT_BREACHING


def _counted(
    function: str, name: str, period: Duration = FIVE_MINUTES, ledger: str = ""
) -> cloudwatch.Metric:
    """What a function counts itself, summed up per period; for one ledger where it is named."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"service": function, **({"ledger": ledger} if ledger else {})},
        statistic="Sum",
        period=period,
    )


def _graphs(ledgers: Sequence[str], watched: Watched) -> dict[str, list[cloudwatch.IMetric]]:
    """Graphs on the dashboard that have no alarm."""
    day = Duration.days(1)
    noticed = ("Received", "Ignored", "Echoed", "Known", "Hinted")
    answers = ("NotificationsAnswered", "NotificationsForbidden")
    items = ("Posted", "Unchanged", "Skipped", "Blocked", "Failed")
    messages = ("MessagesDone", "MessagesFailed", "MessagesGivenUp", "MessagesHandedOver")
    return {
        "RunsParked": [_counted("worker", f"RunsParked{why}") for why in PARKED_BECAUSE],
        "Items": [_counted("worker", f"Items{state}") for state in items],
        "Messages": [_counted("worker", name) for name in messages],
        "Imports": [_counted("imports", name) for name in ("ImportSteps", "ImportsBroken")],
        "Throttles": [one.metric_throttles(period=FIVE_MINUTES) for one in watched.functions()],
        "CompaniesUnread": [_counted("worker", "CompaniesUnread")],
        "MeteredReads": [_counted("worker", "MeteredReads", day, ledger) for ledger in ledgers],
        "ConnectionsDue": [_counted("scheduler", "ConnectionsDue")],
        "Notifications": [_counted("webhooks", name) for name in answers],
        "Notices": [_counted("webhooks", f"Notices{name}") for name in noticed],
    }


def _lane_watches(lanes: Lanes) -> list[Watch]:
    dead = lanes.dead_letters
    return [
        Watch(
            "DeadLetterReceived",
            "A message failed ten times. Its run was parked and nothing more of it is sent.",
            dead.metric_number_of_messages_received(period=FIVE_MINUTES, statistic="Sum"),
            threshold=1,
        ),
        Watch(
            "DeadLettersNotEmpty",
            "The worker cannot process a dead letter, so its run is not parked.",
            dead.metric_approximate_number_of_messages_visible(
                period=FIVE_MINUTES, statistic="Maximum"
            ),
            threshold=1,
        ),
        Watch(
            "LaneTooOld",
            "The oldest message has waited for six hours, longer than any run takes.",
            lanes.lane.metric_approximate_age_of_oldest_message(
                period=FIVE_MINUTES, statistic="Maximum"
            ),
            threshold=OLDEST_WORK_SECONDS,
        ),
        Watch(
            "MessagesDropped",
            "A message that names no run failed ten times, so what follows a connect was not done.",
            _counted("worker", "MessagesDropped"),
            threshold=1,
        ),
    ]


def _run_watches() -> list[Watch]:
    return [
        Watch(
            "RunsSetAside",
            "Our program failed on a whole run. It was parked and nothing more of it is sent.",
            _counted("worker", "RunsSetAside"),
            threshold=1,
        ),
        Watch(
            "RunsStuck",
            "A post or an import stopped, and goes on only once a person has acted.",
            _counted("worker", "RunsStuck"),
            threshold=1,
        ),
        Watch(
            "ConnectionsLost",
            "A ledger no longer accepts our authorisation. A user has to reconnect the company.",
            _counted("worker", "ConnectionsLost"),
            threshold=1,
        ),
        Watch(
            "Defects",
            "Our program made a mistake with a record. The record was left out; others were not.",
            _counted("worker", "Defects"),
            threshold=1,
        ),
    ]


def _function_watches(watched: Watched) -> list[Watch]:
    return [
        Watch(
            "ApiErrors",
            "The api function failed; a caller got an error of API Gateway.",
            watched.api.api.function.metric_errors(period=FIVE_MINUTES),
            threshold=1,
        ),
        Watch(
            "WorkerErrors",
            "Workers timed out, ran out of memory or could not start, for a quarter of an hour.",
            watched.worker.worker.function.metric_errors(period=FIVE_MINUTES),
            threshold=1,
            periods=QUARTER_OF_AN_HOUR,
        ),
        Watch(
            "LargeWorkerErrors",
            "Large workers timed out, lacked memory or could not start, for a quarter of an hour.",
            watched.worker.large.function.metric_errors(period=FIVE_MINUTES),
            threshold=1,
            periods=QUARTER_OF_AN_HOUR,
        ),
        Watch(
            "Throttled",
            "Lambda has turned functions away for a quarter of an hour: too many run at once.",
            _throttles(),
            threshold=1,
            periods=QUARTER_OF_AN_HOUR,
        ),
        Watch(
            "Api5xx",
            "Callers got server errors (5xx) for ten minutes.",
            watched.api.http.metric_server_error(period=FIVE_MINUTES, statistic="Sum"),
            threshold=1,
            periods=2,
        ),
    ]


def _throttles() -> cloudwatch.Metric:
    """The throttled invocations of all functions in the account and Region, which share a quota."""
    return cloudwatch.Metric(
        namespace="AWS/Lambda", metric_name="Throttles", statistic="Sum", period=FIVE_MINUTES
    )


def _sync_watches(scheduler: Scheduler) -> list[Watch]:
    function = scheduler.scheduler.function
    return [
        Watch(
            "SchedulerErrors",
            "The scheduler failed or timed out for ten minutes. Scheduled syncs are late.",
            function.metric_errors(period=FIVE_MINUTES),
            threshold=1,
            periods=2,
        ),
        Watch(
            "TickMissing",
            "The scheduler did not run for ten minutes. No sync by schedule or webhook starts.",
            function.metric_invocations(period=FIVE_MINUTES),
            threshold=1,
            periods=2,
            must_come=True,
        ),
        Watch(
            "DueFailed",
            "Connections that were due could not be queued for ten minutes.",
            _counted("scheduler", "DueFailed"),
            threshold=1,
            periods=2,
        ),
        Watch(
            "SyncsFailed",
            "A ledger refused to give out lists, so a sync failed or is incomplete.",
            _counted("worker", "SyncsFailed"),
            threshold=1,
        ),
    ]


def _import_watches(machines: StateMachines) -> list[Watch]:
    return [
        Watch(
            "ImportsErrors",
            "The imports function has failed or timed out for ten minutes. Imports do not go on.",
            machines.imports.function.metric_errors(period=FIVE_MINUTES),
            threshold=1,
            periods=2,
        ),
        Watch(
            "ImportsBroken",
            "The state machine of an import failed. Its run is parked until somebody resumes it.",
            _executions(machines),
            threshold=1,
        ),
    ]


def _executions(machines: StateMachines) -> cloudwatch.Metric:
    """Executions that failed, as Step Functions counts them: also those for which the imports
    function could no longer run. An execution has no time limit, only its steps have."""
    return cloudwatch.Metric(
        namespace="AWS/States",
        metric_name="ExecutionsFailed",
        dimensions_map={"StateMachineArn": machines.machine.attr_arn},
        statistic="Sum",
        period=FIVE_MINUTES,
    )


def _webhook_watches(webhooks: Webhooks) -> list[Watch]:
    return [
        Watch(
            "WebhooksErrors",
            "The webhooks function has failed or timed out for ten minutes. Changes come in late.",
            webhooks.webhooks.function.metric_errors(period=FIVE_MINUTES),
            threshold=1,
            periods=2,
        ),
        Watch(
            "NotificationsFailed",
            "Webhooks of ledgers were answered with 500 for ten minutes.",
            _counted("webhooks", "NotificationsFailed"),
            threshold=1,
            periods=2,
        ),
    ]
