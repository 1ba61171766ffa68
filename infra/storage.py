"""Storage: one table and one bucket, encrypted with one key."""

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from cdk_nag import NagPackSuppression, NagSuppressions
from constructs import Construct

from infra.settings import Settings

STAGED_PREFIX = "staged/"
PLANS_PREFIX = "plans/"
STAGED_DAYS = 30
HISTORY_TAG = {"expires": "history"}
"""The tag of the files of a run's plan (`shared/ledgerlink/storage/staging.py`)."""
DRAFT_DAYS = 60
"""How much longer plans are kept than items of runs: a draft of an import waits up to 30 days, and
may have been planned before."""
EXPIRY_ATTRIBUTE = "expires_at"


class Storage(Construct):
    """The table holds links, list records, runs and items. The bucket holds staged records, plans,
    which expire after the items of their runs, and posting marks, which stay."""

    def __init__(self, scope: Construct, name: str, settings: Settings) -> None:
        super().__init__(scope, name)
        self.key = kms.Key(
            self,
            "Key",
            description="Ledgerlink: table and staged records",
            enable_key_rotation=True,
            removal_policy=settings.removal,
        )
        self.table = self._table(settings)
        self.bucket = self._bucket(settings)

    def _table(self, settings: Settings) -> dynamodb.Table:
        return dynamodb.Table(
            self,
            "Table",
            partition_key=_text_key("pk"),
            sort_key=_text_key("sk"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=self.key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=EXPIRY_ATTRIBUTE,
            deletion_protection=settings.retain,
            removal_policy=settings.removal,
        )

    def _bucket(self, settings: Settings) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            lifecycle_rules=[
                s3.LifecycleRule(prefix=STAGED_PREFIX, expiration=Duration.days(STAGED_DAYS)),
                s3.LifecycleRule(
                    prefix=PLANS_PREFIX,
                    tag_filters=HISTORY_TAG,
                    expiration=Duration.days(settings.history_days + DRAFT_DAYS),
                ),
                s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1)),
            ],
            removal_policy=settings.removal,
        )
        NagSuppressions.add_resource_suppressions(
            bucket,
            [
                NagPackSuppression(
                    id="AwsSolutions-S1",
                    reason="Only two functions of this stack reach the bucket, each object is "
                    "written once under a run's or an upload's id; who staged what stands in "
                    "the run itself. CloudTrail data events serve an audit better "
                    "than server access logs.",
                )
            ],
        )
        return bucket


def _text_key(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
