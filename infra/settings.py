"""The settings of a deployment, read once from CDK context.

Defaults stand in cdk.json, those of a ledger in its row of `ledgerlink.connectors.ledgers`. Lists
and objects may also come from the command line as JSON:
`cdk deploy -c jwtIssuer=https://id.example.com -c 'jwtAudience=["ledgerlink"]'`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from aws_cdk import RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from ledgerlink.connectors.ledgers import CLOCK_SCALE, LEDGERS, LedgerDescription

LayerPlatform = Literal["lambda", "machine"]
# What layers/dependencies.py installs wheels for.
ARCHITECTURES = {"arm64": lambda_.Architecture.ARM_64}
REMOVAL = {"retain": RemovalPolicy.RETAIN, "destroy": RemovalPolicy.DESTROY}
RETENTION = {
    str(days): getattr(logs.RetentionDays, name)
    for days, name in (
        (1, "ONE_DAY"),
        (7, "ONE_WEEK"),
        (14, "TWO_WEEKS"),
        (30, "ONE_MONTH"),
        (90, "THREE_MONTHS"),
        (180, "SIX_MONTHS"),
        (365, "ONE_YEAR"),
        (731, "TWO_YEARS"),
    )
}
SNAP_START = {"true": lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS, "false": None}
FEWEST_WORKERS, MOST_WORKERS = 2, 1000
"""The limits of an event source's maximum concurrency:
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"""
FEWEST_HISTORY_DAYS, FEWEST_FEED_DAYS, MOST_DAYS = 90, 30, 3650
"""The limits of how long items of runs and changes of lists are kept."""
ContextReader = Callable[[str], object]
Chosen = TypeVar("Chosen")
PAGE = "see docs/deploy-to-aws.md"


class SettingError(Exception):
    """A context value is missing or invalid. The message names the context key."""


@dataclass(frozen=True)
class Scopes:
    """OAuth scopes a caller needs to read, to post and to administer."""

    read: str
    post: str
    admin: str


@dataclass(frozen=True)
class DeployedLedger:
    """A ledger and where this deployment finds it."""

    description: LedgerDescription
    environment: Mapping[str, str]
    """Environment variables that give the functions its endpoints and the speed of its clock."""

    @property
    def name(self) -> str:
        return self.description.name


@dataclass(frozen=True)
class Settings:
    """One deployment's choices; docs/deploy-to-aws.md explains each."""

    jwt_issuer: str
    jwt_audience: tuple[str, ...]
    scopes: Scopes
    firm_claim: str
    kinds_claim: str
    public_url: str
    layer_platform: LayerPlatform
    ledgers: tuple[DeployedLedger, ...]
    removal: RemovalPolicy
    retain: bool
    log_retention: logs.RetentionDays
    tags: Mapping[str, str]
    cors_origins: tuple[str, ...]
    architecture: lambda_.Architecture
    alarm_topic_arn: str
    max_workers: int
    history_days: int
    feed_days: int
    snap_start: lambda_.SnapStartConf | None
    """None where functions are initialised anew for each environment."""


def read_settings(
    context: ContextReader, ledgers: Sequence[LedgerDescription] = LEDGERS
) -> Settings:
    """All settings, read through `node.try_get_context`. Raises SettingError."""
    removal = _choice(context, "removalPolicy", REMOVAL)
    scopes = _texts(context, "scopes", ("read", "post", "admin"))
    return Settings(
        jwt_issuer=_text(context, "jwtIssuer"),
        jwt_audience=_list(context, "jwtAudience", at_least=1),
        scopes=Scopes(**scopes),
        firm_claim=_text(context, "firmClaim"),
        kinds_claim=_text(context, "kindsClaim"),
        public_url=_text(context, "publicUrl", default="").rstrip("/"),
        layer_platform=_choice(
            context, "layerPlatform", {name: name for name in get_args(LayerPlatform)}
        ),
        ledgers=tuple(_ledger(context, one) for one in ledgers),
        removal=removal,
        retain=removal is RemovalPolicy.RETAIN,
        log_retention=_choice(context, "logRetentionDays", RETENTION),
        tags=_tags(context),
        cors_origins=_list(context, "corsOrigins", at_least=0),
        architecture=_choice(context, "architecture", ARCHITECTURES),
        alarm_topic_arn=_text(context, "alarmTopicArn", default=""),
        max_workers=_number(context, "maxWorkers", FEWEST_WORKERS, MOST_WORKERS),
        history_days=_number(context, "historyDays", FEWEST_HISTORY_DAYS, MOST_DAYS),
        feed_days=_number(context, "feedDays", FEWEST_FEED_DAYS, MOST_DAYS),
        snap_start=_choice(context, "snapStart", SNAP_START),
    )


def _ledger(context: ContextReader, ledger: LedgerDescription) -> DeployedLedger:
    """A ledger at its production endpoints, or at those of the context object of its name.

    The object names every endpoint, so that production is never mixed with something else.
    """
    given = ledger.production
    if context(ledger.name) is not None:
        given = {field: _endpoint(context, ledger, field) for field in ledger.production}
    values = {**given, CLOCK_SCALE: _clock_scale(context, ledger)}
    return DeployedLedger(
        ledger, {ledger.variable(field): _variable(value) for field, value in values.items()}
    )


def _endpoint(
    context: ContextReader, ledger: LedgerDescription, field: str
) -> str | tuple[str, ...]:
    key, kind = _context_key(field), type(ledger.production[field])
    if kind is str:
        return _texts(context, ledger.name, (key,))[key]
    found = _mapping(context, ledger.name).get(key)
    if not isinstance(found, list) or not found:
        raise SettingError(f"context {ledger.name} needs {key}, a list of at least 1 text; {PAGE}")
    return tuple(str(one) for one in found)


def _clock_scale(context: ContextReader, ledger: LedgerDescription) -> str:
    if context(ledger.name) is None:
        return "1"
    key = _context_key(CLOCK_SCALE)
    return _texts(context, ledger.name, (key,))[key]


def _context_key(field: str) -> str:
    """`api_url` is `apiUrl` in the context, as all keys there."""
    first, *others = field.split("_")
    return first + "".join(word.capitalize() for word in others)


def _variable(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ",".join(value)


def _value(context: ContextReader, key: str) -> object:
    """A context value; text that holds a JSON list or object counts as that."""
    value = context(key)
    if not isinstance(value, str) or value[:1] not in ("[", "{"):
        return value
    try:
        parsed: object = json.loads(value)
    except json.JSONDecodeError as error:
        raise SettingError(f"context {key} is not valid JSON: {error}") from error
    return parsed


def _text(context: ContextReader, key: str, default: str | None = None) -> str:
    value = _value(context, key)
    if isinstance(value, str) and value:
        return value
    if value in (None, "") and default is not None:
        return default
    raise SettingError(f"context {key} must be a text that is not empty; pass -c {key}=...")


def _list(context: ContextReader, key: str, at_least: int) -> tuple[str, ...]:
    value = _value(context, key)
    if isinstance(value, list) and len(value) >= at_least:
        return tuple(str(one) for one in value)
    raise SettingError(f"context {key} must be a list of at least {at_least} texts")


def _mapping(context: ContextReader, key: str) -> Mapping[str, object]:
    value = _value(context, key)
    if isinstance(value, dict):
        return value
    raise SettingError(f"context {key} must be an object; {PAGE}")


def _texts(context: ContextReader, key: str, names: tuple[str, ...]) -> dict[str, str]:
    value = _mapping(context, key)
    missing = [name for name in names if value.get(name) in (None, "")]
    if missing:
        raise SettingError(f"context {key} lacks {', '.join(missing)}; {PAGE}")
    return {name: str(value[name]) for name in names}


def _number(context: ContextReader, key: str, least: int, most: int) -> int:
    given = str(_value(context, key))
    if given.isdecimal() and least <= int(given) <= most:
        return int(given)
    raise SettingError(f"context {key} must be a number from {least} to {most}")


def _tags(context: ContextReader) -> Mapping[str, str]:
    return {name: str(value) for name, value in _mapping(context, "tags").items()}


def _choice(context: ContextReader, key: str, choices: Mapping[str, Chosen]) -> Chosen:
    value = _value(context, key)
    value = str(value).lower() if isinstance(value, bool) else str(value)
    if value in choices:
        return choices[value]
    raise SettingError(f"context {key} is {value!r}; choose one of: {', '.join(choices)}")
