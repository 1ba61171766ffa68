"""The lane: one FIFO queue with a message group per connection, and its dead-letter queue."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.settings import Settings

VISIBILITY = Duration.minutes(10)
RETENTION = Duration.days(14)
RECEIVES_BEFORE_DEAD = 10
"""A delivery counts also where Lambda is throttled before a worker sees it, as in an account whose
functions are busy. Ten such deliveries, ten minutes each, are no failure of a run yet."""


class Lanes(Construct):
    """One worker at a time per ledger company, and any number of companies at once.

    Content deduplication is off, because senders give each message an id. Throughput limits and
    deduplication are per message group ("high throughput FIFO"):
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
    """

    def __init__(self, scope: Construct, name: str, settings: Settings) -> None:
        super().__init__(scope, name)
        self.dead_letters = self._queue("DeadLetters", settings, None)
        self.lane = self._queue(
            "Lane",
            settings,
            sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=RECEIVES_BEFORE_DEAD),
        )

    def _queue(
        self, name: str, settings: Settings, dead_letters: sqs.DeadLetterQueue | None
    ) -> sqs.Queue:
        return sqs.Queue(
            self,
            name,
            fifo=True,
            content_based_deduplication=False,
            deduplication_scope=sqs.DeduplicationScope.MESSAGE_GROUP,
            fifo_throughput_limit=sqs.FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=VISIBILITY,
            retention_period=RETENTION,
            dead_letter_queue=dead_letters,
            removal_policy=settings.removal,
        )
