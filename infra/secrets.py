"""The application's credentials for each ledger; the key and prefix of secrets per connection."""

import json

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from cdk_nag import NagPackSuppression, NagSuppressions
from constructs import Construct

from infra.settings import Settings

APP_SECRET_QBO = "ledgerlink/app/qbo"  # noqa: S105 - a name
APP_SECRET_INTACCT = "ledgerlink/app/intacct"  # noqa: S105 - a name
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
        self.app_qbo = self._application(
            settings,
            "AppQbo",
            APP_SECRET_QBO,
            "client_id, client_secret and webhook_verifier_token of the Intuit app",
            _generated("client_id", "client_secret"),
            "Intuit issues the client secret on its developer portal and offers no API to rotate "
            "it; docs/operations.md tells how to change it by hand.",
        )
        self.app_intacct = self._application(
            settings,
            "AppIntacct",
            APP_SECRET_INTACCT,
            "sender_id and sender_password of the Sage Intacct Web Services developer license",
            _generated("sender_id", "sender_password"),
            "Sage issues the sender password with the developer license and offers no API to "
            "rotate it; docs/operations.md tells how to change it by hand.",
        )

    def _application(
        self,
        settings: Settings,
        construct: str,
        name: str,
        holds: str,
        start: secretsmanager.SecretStringGenerator,
        why_not_rotated: str,
    ) -> secretsmanager.Secret:
        """A secret for what a ledger's vendor gave the application; set after deploy."""
        secret = secretsmanager.Secret(
            self,
            construct,
            secret_name=name,
            description=f"{holds}; set after deploy",
            encryption_key=self.key,
            generate_secret_string=start,
            removal_policy=settings.removal,
        )
        NagSuppressions.add_resource_suppressions(
            secret, [NagPackSuppression(id="AwsSolutions-SMG4", reason=why_not_rotated)]
        )
        return secret

    def applications(self) -> list[str]:
        """The ARN of each ledger's application secret."""
        return [secret.secret_arn for secret in (self.app_qbo, self.app_intacct)]

    def signing(self) -> list[str]:
        """The ARN of the application secret of each ledger that sends notices."""
        return [self.app_qbo.secret_arn]

    def connections_arn(self) -> str:
        """The ARN pattern of every connection secret, and of nothing else."""
        return Stack.of(self).format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=f"{CONNECTIONS_PREFIX}*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )


def _generated(id_name: str, secret_name: str) -> secretsmanager.SecretStringGenerator:
    """What a new secret holds until somebody sets it: nothing that anybody could use."""
    return secretsmanager.SecretStringGenerator(
        secret_string_template=json.dumps({id_name: UNSET}), generate_string_key=secret_name
    )
