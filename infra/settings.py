"""What a deployment may choose, read once from CDK context.

Defaults stand in cdk.json. Lists and objects may also come from the command line as JSON:
`cdk deploy -c jwtIssuer=https://id.example.com -c 'jwtAudience=["ledgerlink"]'`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from aws_cdk import RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

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
ContextReader = Callable[[str], object]
Chosen = TypeVar("Chosen")


class SettingError(Exception):
    """A context value is missing or unusable; names the context key."""


@dataclass(frozen=True)
class Scopes:
    """OAuth scopes a caller needs to read, to post and to administer."""

    read: str
    post: str
    admin: str


@dataclass(frozen=True)
class QuickBooksAddresses:
    """Where QuickBooks Online is, and how fast its clock runs (1 outside of tests)."""

    api_url: str
    authorize_url: str
    token_url: str
    revoke_url: str
    clock_scale: str


@dataclass(frozen=True)
class IntacctAddresses:
    """Where Sage Intacct's gateway is, the hosts that it may send sessions to (with a leading dot:
    all below), and how fast its clock runs (1 outside of tests)."""

    gateway_url: str
    hosts: tuple[str, ...]
    clock_scale: str


@dataclass(frozen=True)
class Settings:
    """One deployment's choices. `public_url` is empty or the base URL callers use."""

    jwt_issuer: str
    jwt_audience: tuple[str, ...]
    scopes: Scopes
    firm_claim: str
    kinds_claim: str
    public_url: str
    layer_platform: LayerPlatform
    qbo: QuickBooksAddresses
    intacct: IntacctAddresses
    removal: RemovalPolicy
    retain: bool
    log_retention: logs.RetentionDays
    tags: Mapping[str, str]
    cors_origins: tuple[str, ...]
    architecture: lambda_.Architecture
    alarm_topic_arn: str


def read_settings(context: ContextReader) -> Settings:
    """Read all settings through `node.try_get_context`. SettingError names what is wrong."""
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
        qbo=_quickbooks(context),
        intacct=_intacct(context),
        removal=removal,
        retain=removal is RemovalPolicy.RETAIN,
        log_retention=_choice(context, "logRetentionDays", RETENTION),
        tags=_tags(context),
        cors_origins=_list(context, "corsOrigins", at_least=0),
        architecture=_choice(context, "architecture", ARCHITECTURES),
        alarm_topic_arn=_text(context, "alarmTopicArn", default=""),
    )


def _quickbooks(context: ContextReader) -> QuickBooksAddresses:
    keys = ("apiUrl", "authorizeUrl", "tokenUrl", "revokeUrl", "clockScale")
    found = _texts(context, "qbo", keys)
    return QuickBooksAddresses(*(found[key] for key in keys))


def _intacct(context: ContextReader) -> IntacctAddresses:
    found = _texts(context, "intacct", ("gatewayUrl", "clockScale"))
    hosts = _mapping(context, "intacct").get("hosts")
    if not isinstance(hosts, list) or not hosts:
        raise SettingError("context intacct needs hosts, a list of at least 1 text; see cdk.json")
    named = tuple(str(host) for host in hosts)
    return IntacctAddresses(found["gatewayUrl"], named, found["clockScale"])


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
    raise SettingError(f"context {key} must be an object, as in cdk.json")


def _texts(context: ContextReader, key: str, names: tuple[str, ...]) -> dict[str, str]:
    value = _mapping(context, key)
    missing = [name for name in names if value.get(name) in (None, "")]
    if missing:
        raise SettingError(f"context {key} lacks {', '.join(missing)}; see cdk.json")
    return {name: str(value[name]) for name in names}


def _tags(context: ContextReader) -> Mapping[str, str]:
    return {name: str(value) for name, value in _mapping(context, "tags").items()}


def _choice(context: ContextReader, key: str, choices: Mapping[str, Chosen]) -> Chosen:
    value = str(_value(context, key))
    if value in choices:
        return choices[value]
    raise SettingError(f"context {key} is {value!r}; choose one of: {', '.join(choices)}")
