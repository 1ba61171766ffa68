import json

from aws_cdk.assertions import Template
from ledgerlink.domain.model.retention import STAGED
from ledgerlink.storage.staging import OF_A_RUN

from infra.storage import STAGED_DAYS
from tests.infra.resources import only, properties


def test_the_program_knows_how_long_staged_records_are_kept() -> None:
    """It says so in place of reading a file that is gone."""
    assert STAGED.days == STAGED_DAYS


def test_the_table_can_be_restored_to_any_second_of_its_last_weeks(template: Template) -> None:
    table = only(template, "AWS::DynamoDB::Table")
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_the_table_drops_expired_rows(template: Template) -> None:
    table = only(template, "AWS::DynamoDB::Table")
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_the_table_is_encrypted_with_a_key_of_ours_and_paid_per_request(
    template: Template,
) -> None:
    table = only(template, "AWS::DynamoDB::Table")
    assert table["SSESpecification"]["SSEType"] == "KMS"
    assert "Fn::GetAtt" in table["SSESpecification"]["KMSMasterKeyId"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_data_outlives_the_stack_by_default(template: Template) -> None:
    assert only(template, "AWS::DynamoDB::Table")["DeletionProtectionEnabled"] is True
    kinds = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SQS::Queue")
    for kind in kinds:
        for resource in template.find_resources(kind).values():
            assert resource["DeletionPolicy"] == "Retain"


def test_staged_records_and_plans_leave_the_bucket_and_posting_marks_stay(
    template: Template,
) -> None:
    """Plans are told from the posting marks beside them by a tag."""
    rules = only(template, "AWS::S3::Bucket")["LifecycleConfiguration"]["Rules"]
    assert [rule["Prefix"] for rule in rules if "ExpirationInDays" in rule] == ["staged/", "plans/"]
    assert {
        "Prefix": "plans/",
        "TagFilters": [{"Key": "expires", "Value": "history"}],
        "ExpirationInDays": 460,
        "Status": "Enabled",
    } in rules
    assert OF_A_RUN == {"Tagging": "expires=history"}
    assert {"Prefix": "staged/", "ExpirationInDays": 30, "Status": "Enabled"} in rules
    assert {
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        "Status": "Enabled",
    } in rules


def test_the_bucket_is_private_encrypted_and_refuses_plain_http(template: Template) -> None:
    bucket = only(template, "AWS::S3::Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    (statement,) = only(template, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_every_key_is_rotated(template: Template) -> None:
    keys = properties(template, "AWS::KMS::Key")
    assert len(keys) == 2
    assert all(key["EnableKeyRotation"] for key in keys.values())


def test_the_application_secrets_start_without_credentials(template: Template) -> None:
    secrets = properties(template, "AWS::SecretsManager::Secret").values()
    start = {
        one["Name"]: json.loads(one["GenerateSecretString"]["SecretStringTemplate"])
        for one in secrets
    }
    assert start == {
        "ledgerlink/app/qbo": {"client_id": "set-after-deploy"},
        "ledgerlink/app/intacct": {"sender_id": "set-after-deploy"},
    }
    for secret in secrets:
        assert "KmsKeyId" in secret
        assert "SecretString" not in secret
