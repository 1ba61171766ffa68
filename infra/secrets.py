"""The application's own credentials, and the key and prefix for one secret per connection."""

import json

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from cdk_nag import NagPackSuppression, NagSuppressions
from constructs import Construct

from infra.settings import Settings

APP_SECRET_QBO = "ledgerlink/app/qbo"  # noqa: S105 - a name
CONNECTIONS_PREFIX = "ledgerlink/connections/"
UNSET = "set-after-deploy"


class Secrets(Construct):
    """Connection secrets are made at run time below the prefix; none is in a template."""

    def __init__(self, scope: Construct, name: str, settings: Settings) -> None:
        super().__init__(scope, name)
        self.key = kms.Key(
            self,
            "Key",
            description="Ledgerlink: credentials of ledgers",
            enable_key_rotation=True,
            removal_policy=settings.removal,
        )
        self.app_qbo = secretsmanager.Secret(
            self,
            "AppQbo",
            secret_name=APP_SECRET_QBO,
            description="client_id, client_secret and webhook_verifier_token of the Intuit app; "
            "set after deploy",
            encryption_key=self.key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template=json.dumps({"client_id": UNSET}),
                generate_string_key="client_secret",
            ),
            removal_policy=settings.removal,
        )
        NagSuppressions.add_resource_suppressions(
            self.app_qbo,
            [
                NagPackSuppression(
                    id="AwsSolutions-SMG4",
                    reason="Intuit issues the client secret on its developer portal and offers "
                    "no API to rotate it; docs/operations.md tells how to change it by hand.",
                )
            ],
        )

    def connections_arn(self) -> str:
        """The ARN pattern of every connection secret, and of nothing else."""
        return Stack.of(self).format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=f"{CONNECTIONS_PREFIX}*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
