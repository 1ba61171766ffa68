"""The ledgers: one row each, with all that the wiring has to know of it.

`bootstrap` and the stack (`infra/`) read this table, so a new ledger is its folder and a row here.
The table imports no connector before one is asked for, because the stack reads it without them.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

from ledgerlink.domain.ports import Clock, Connector

APPLICATION_SECRET = "LEDGERLINK_APP_SECRET_"  # noqa: S105 - the start of a variable's name
CLOCK_SCALE = "clock_scale"
"""Seconds of the ledger per real second: 1 but in tests. Every ledger has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSecret:
    """The credentials that a ledger's maker gave the application, entered after a deploy."""

    fields: tuple[str, ...]
    """The first identifies the application, the second is generated until an administrator sets
    it."""
    issued_as: str
    """What its maker calls the thing that has these credentials."""
    why_not_rotated: str
    """Why AWS cannot rotate it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerDescription:
    """What a ledger needs of its surroundings.

    A field of its endpoints (`api_url`) is a key of the deployment's context (`qbo.apiUrl`) and an
    environment variable of the functions (`QBO_API_URL`).
    """

    name: str
    """As connections, routes and variables call it; small letters and digits."""
    title: str
    """As its maker calls it."""
    production: Mapping[str, str | tuple[str, ...]]
    """Its endpoints unless a deployment says otherwise, by field. A tuple is a list of texts."""
    secret: ApplicationSecret
    signs_webhooks: bool
    """Whether it sends webhooks, signed with the application's secret."""
    keeps_vcpu_busy: bool
    """Whether it takes so many records a second that composing and storing them needs more than the
    third of a vCPU that the worker has, so that the large worker applies its chunks."""
    connect: Callable[[Mapping[str, str], Clock], Connector]
    """Its connector, with the environment's values of `production` and `clock_scale`, by field."""

    def variable(self, field: str) -> str:
        """The environment variable of a field."""
        return f"{self.name}_{field}".upper()

    @property
    def secret_variable(self) -> str:
        """The environment variable that names the application's secret."""
        return f"{APPLICATION_SECRET}{self.name.upper()}"

    @property
    def secret_name(self) -> str:
        """The application's secret in Secrets Manager."""
        return f"ledgerlink/app/{self.name}"

    def endpoints(self, environment: Mapping[str, str]) -> Mapping[str, str]:
        """What `connect` takes; empty where the environment says nothing of this ledger.

        Raises KeyError where it says one thing of it and not another.
        """
        if not any(environment.get(self.variable(field)) for field in self.production):
            return {}
        found = {field: environment[self.variable(field)] for field in self.production}
        return {**found, CLOCK_SCALE: environment.get(self.variable(CLOCK_SCALE), "1")}


def listed(texts: str) -> tuple[str, ...]:
    """A list as an environment variable holds it."""
    return tuple(texts.split(","))


def _quickbooks_online(values: Mapping[str, str], clock: Clock) -> Connector:
    from ledgerlink.connectors.qbo import Endpoints, QuickBooksOnline

    endpoints = Endpoints(
        api_url=values["api_url"],
        authorize_url=values["authorize_url"],
        token_url=values["token_url"],
        revoke_url=values["revoke_url"],
        discovery_url=values["discovery_url"],
        clock_scale=float(values[CLOCK_SCALE]),
    )
    return QuickBooksOnline(endpoints, clock)


def _sage_intacct(values: Mapping[str, str], clock: Clock) -> Connector:
    from ledgerlink.connectors.intacct import Endpoints, SageIntacct

    endpoints = Endpoints(
        gateway_url=values["gateway_url"],
        hosts=listed(values["hosts"]),
        clock_scale=float(values[CLOCK_SCALE]),
    )
    return SageIntacct(endpoints, clock)


LEDGERS = (
    LedgerDescription(
        name="qbo",
        title="QuickBooks Online",
        production={
            "api_url": "https://quickbooks.api.intuit.com",
            "authorize_url": "https://appcenter.intuit.com/connect/oauth2",
            "token_url": "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
            "revoke_url": "https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
            "discovery_url": "https://developer.intuit.com/.well-known/openid_configuration/",
        },
        secret=ApplicationSecret(
            fields=("client_id", "client_secret", "webhook_verifier_token"),
            issued_as="Intuit app",
            why_not_rotated="Intuit issues the client secret on its developer portal and offers no "
            "API to rotate it; docs/operations.md tells how to change it by hand.",
        ),
        signs_webhooks=True,
        keeps_vcpu_busy=False,  # 28 time entries a second
        connect=_quickbooks_online,
    ),
    LedgerDescription(
        name="intacct",
        title="Sage Intacct",
        production={
            "gateway_url": "https://api.intacct.com/ia/xml/xmlgw.phtml",
            "hosts": (".intacct.com",),
        },
        secret=ApplicationSecret(
            fields=("sender_id", "sender_password"),
            issued_as="Sage Intacct Web Services developer license",
            why_not_rotated="Sage issues the sender password with the developer license and offers "
            "no API to rotate it; docs/operations.md tells how to change it by hand.",
        ),
        signs_webhooks=False,
        keeps_vcpu_busy=True,  # 700 time entries a second
        connect=_sage_intacct,
    ),
)

TITLES: Mapping[str, str] = {one.name: one.title for one in LEDGERS}


BUSY: Set[str] = {one.name for one in LEDGERS if one.keeps_vcpu_busy}
"""The ledgers whose chunks the large worker applies."""


def title_of(ledger: str) -> str:
    """What its maker calls a ledger; empty for one that is not known."""
    return TITLES.get(ledger, "")
