"""What wakes somebody up, and one page to look at. docs/operations.md has a section per alarm."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.api import Api
from infra.connectors import Connectors
from infra.lanes import Lanes
from infra.settings import Settings

FIVE_MINUTES = Duration.minutes(5)
OLDEST_WORK_SECONDS = 1800


@dataclass(frozen=True)
class Watch:
    """One alarm: it sounds when the metric reaches the threshold."""

    name: str
    means: str
    metric: cloudwatch.Metric
    threshold: int
    periods: int = 1


class Observability(Construct):
    """Alarms, sent to the topic of context alarmTopicArn if there is one, and a dashboard."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        settings: Settings,
        api: Api,
        connectors: Connectors,
        lanes: Lanes,
    ) -> None:
        super().__init__(scope, name)
        watches = [*_lane_watches(lanes), *_function_watches(api, connectors)]
        self.alarms = [self._alarm(watch) for watch in watches]
        self._notify(settings)
        self._dashboard(watches)

    def _alarm(self, watch: Watch) -> cloudwatch.Alarm:
        return watch.metric.create_alarm(
            self,
            watch.name,
            alarm_description=f"{watch.means} See docs/operations.md, {watch.name}.",
            threshold=watch.threshold,
            evaluation_periods=watch.periods,
            comparison_operator=(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def _notify(self, settings: Settings) -> None:
        if not settings.alarm_topic_arn:
            return
        topic = sns.Topic.from_topic_arn(self, "Topic", settings.alarm_topic_arn)
        for alarm in self.alarms:
            alarm.add_alarm_action(actions.SnsAction(topic))

    def _dashboard(self, watches: Sequence[Watch]) -> None:
        board = cloudwatch.Dashboard(self, "Dashboard")
        board.add_widgets(cloudwatch.AlarmStatusWidget(alarms=self.alarms, width=24, height=3))
        for watch in watches:
            board.add_widgets(
                cloudwatch.GraphWidget(title=watch.name, left=[watch.metric], width=8)
            )


def _lane_watches(lanes: Lanes) -> list[Watch]:
    dead, lane = lanes.dead_letters, lanes.lane
    return [
        Watch(
            "DeadLetterReceived",
            "A message failed five times; its run was given up.",
            dead.metric_number_of_messages_received(period=FIVE_MINUTES, statistic="Sum"),
            threshold=1,
        ),
        Watch(
            "DeadLettersNotEmpty",
            "Dead letters stay in their queue; their runs are not marked.",
            dead.metric_approximate_number_of_messages_visible(
                period=FIVE_MINUTES, statistic="Maximum"
            ),
            threshold=1,
        ),
        Watch(
            "LaneTooOld",
            "Work has waited for half an hour.",
            lane.metric_approximate_age_of_oldest_message(period=FIVE_MINUTES, statistic="Maximum"),
            threshold=OLDEST_WORK_SECONDS,
        ),
    ]


def _function_watches(api: Api, connectors: Connectors) -> list[Watch]:
    return [
        Watch(
            "ApiErrors",
            "The api function raised.",
            api.api.function.metric_errors(period=FIVE_MINUTES),
            threshold=1,
        ),
        Watch(
            "QboErrors",
            "The qbo function raised or timed out.",
            connectors.qbo.function.metric_errors(period=FIVE_MINUTES),
            threshold=1,
        ),
        Watch(
            "Api5xx",
            "Callers were answered with server errors.",
            api.http.metric_server_error(period=FIVE_MINUTES, statistic="Sum"),
            threshold=1,
            periods=2,
        ),
    ]
