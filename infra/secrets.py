"""Secrets: the application's credentials for each ledger, and where those of connections go."""

import json

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from cdk_nag import NagPackSuppression, NagSuppressions
from constructs import Construct
from ledgerlink.connectors.ledgers import LedgerDescription

from infra.settings import Settings

CONNECTIONS_PREFIX = "ledgerlink/connections/"
UNSET = "set-after-deploy"


class Secrets(Construct):
    """The application's secrets and their key. Secrets of connections are created at run time below
    CONNECTIONS_PREFIX, so none is in a template."""

    def __init__(self, scope: Construct, name: str, settings: Settings) -> None:
        super().__init__(scope, name)
        self.key = kms.Key(
            self,
            "Key",
            description="Ledgerlink: credentials of ledgers",
            enable_key_rotation=True,
            removal_policy=settings.removal,
        )
        self._applications = {
            one.name: self._application(settings, one.description) for one in settings.ledgers
        }
        self._signing = [one.name for one in settings.ledgers if one.description.signs_webhooks]

    def _application(self, settings: Settings, ledger: LedgerDescription) -> secretsmanager.Secret:
        """The secret for what a ledger's maker gave the application."""
        *others, last = ledger.secret.fields
        secret = secretsmanager.Secret(
            self,
            f"App{ledger.name.capitalize()}",
            secret_name=ledger.secret_name,
            description=f"{', '.join(others)} and {last} of the {ledger.secret.issued_as}; "
            "set after deploy",
            encryption_key=self.key,
            generate_secret_string=_generated(*ledger.secret.fields[:2]),
            removal_policy=settings.removal,
        )
        not_rotated = NagPackSuppression(
            id="AwsSolutions-SMG4", reason=ledger.secret.why_not_rotated
        )
        NagSuppressions.add_resource_suppressions(secret, [not_rotated])
        return secret

    def applications(self) -> list[str]:
        """The ARN of each ledger's application secret."""
        return [secret.secret_arn for secret in self._applications.values()]

    def signing(self) -> list[str]:
        """The ARN of the application secret of each ledger that signs webhooks with it."""
        return [self._applications[name].secret_arn for name in self._signing]

    def connections_arn(self) -> str:
        """The ARN pattern of every connection secret, and of nothing else."""
        return Stack.of(self).format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=f"{CONNECTIONS_PREFIX}*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )


def _generated(id_name: str, secret_name: str) -> secretsmanager.SecretStringGenerator:
    """A placeholder that no ledger accepts, until an administrator enters the credentials."""
    return secretsmanager.SecretStringGenerator(
        secret_string_template=json.dumps({id_name: UNSET}), generate_string_key=secret_name
    )
