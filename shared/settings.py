"""The app's settings: read from the environment, checked together, each error with its setting, cause and remedy.

Nothing is read when a module is imported: a broken setting must not look like an app that can't be loaded.
"""

import os
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Self

import isodate
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from shared.connection_strings import CosmosConnection, ServiceBusConnection, StorageConnection
from shared.money import minor_units


class SettingsError(Exception):
    """One or more settings are missing or wrong; the text names each, its cause and the remedy."""


_QUARTER_HOUR = timedelta(minutes=15)


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    try:
        parsed = isodate.parse_duration(str(value))
    except isodate.ISO8601Error as error:
        raise ValueError("it isn't an ISO 8601 duration; write it like PT30M or P30D") from error
    if not isinstance(parsed, timedelta) or parsed <= timedelta(0):
        raise ValueError("it must be longer than nothing and given in weeks, days, hours, minutes or seconds")
    return parsed


def _upload_lifetime(value: Any) -> timedelta:
    parsed = _duration(value)
    if parsed > _QUARTER_HOUR:
        raise ValueError("an upload URL lasts PT15M at most")
    return parsed


def _amount(value: Any) -> int:
    try:
        return minor_units(Decimal(str(value)), most=10**13)
    except InvalidOperation as error:
        raise ValueError("it isn't an amount; write it like 1000.00") from error


IsoDuration = Annotated[timedelta, BeforeValidator(_duration)]
UploadLifetime = Annotated[timedelta, BeforeValidator(_upload_lifetime)]
Amount = Annotated[int, BeforeValidator(_amount)]


class Settings(BaseModel):
    """All settings the app's own code reads; the aliases are their names. `host.json` and triggers read some more."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, validate_default=True)

    cosmos_connection: CosmosConnection | None = Field(default=None, alias="CosmosDB", repr=False)
    """Connection string `AccountEndpoint=…;AccountKey=…;`; used when given."""
    cosmos_endpoint: str | None = Field(default=None, alias="CosmosDB__accountEndpoint", pattern=r"^https?://[^/]+/?$")
    """Endpoint for the identity form; DefaultAzureCredential logs in."""
    cosmos_database: str = Field(default="shop", alias="COSMOS_DATABASE", min_length=1)
    """Name of the database; it and its containers exist already."""
    service_bus_connection: ServiceBusConnection | None = Field(default=None, alias="ServiceBus", repr=False)
    """Connection string `Endpoint=…;SharedAccessKeyName=…;SharedAccessKey=…`; used when given."""
    service_bus_namespace: str | None = Field(
        default=None, alias="ServiceBus__fullyQualifiedNamespace", pattern=r"^[A-Za-z0-9.-]+$"
    )
    """`<namespace>.servicebus.windows.net` for the identity form; DefaultAzureCredential logs in."""
    uploads_connection: StorageConnection | None = Field(default=None, alias="Uploads", repr=False)
    """Connection string of the storage account that takes uploads and holds images; used when given."""
    uploads_blob_endpoint: str | None = Field(default=None, alias="Uploads__blobServiceUri")
    """`https://<account>.blob.core.windows.net` for the identity form; DefaultAzureCredential logs in."""
    uploads_queue_endpoint: str | None = Field(default=None, alias="Uploads__queueServiceUri")
    """`https://<account>.queue.core.windows.net`: the blob trigger's poison queue, in the identity form."""
    upload_lifetime: UploadLifetime = Field(default=_QUARTER_HOUR, alias="UPLOAD_LIFETIME")
    """How long an upload URL can be used: 15 minutes at most."""
    ca_file: str | None = Field(default=None, alias="SSL_CERT_FILE")
    """Certificate authorities to trust; the Service Bus SDK doesn't look at this variable by itself."""
    mail_folder: Path | None = Field(default=None, alias="MAIL_FOLDER")
    """Where mails are written as .eml files; without it none are sent."""
    key_vault_url: str = Field(alias="KEY_VAULT_URL", pattern=r"^https://[^/]+/?$")
    """The vault that holds the signing key; DefaultAzureCredential logs in."""

    currency: str = Field(default="USD", alias="CURRENCY", pattern=r"^[A-Z]{3}$")
    """ISO 4217 code of the one currency; it has two decimals."""
    approval_limit_minor: Amount = Field(default="1000.00", alias="ORDER_APPROVAL_LIMIT")  # type: ignore[assignment]  # validated like a given one
    """An order over this total (strictly) waits for an approval; minor units."""
    approval_timeout: IsoDuration = Field(default=timedelta(hours=24), alias="ORDER_APPROVAL_TIMEOUT")
    """How long an order waits for its approval before it is cancelled."""
    reservation_ttl: IsoDuration = Field(default=timedelta(minutes=30), alias="RESERVATION_TTL")
    """How long stock is held for an order that doesn't get on."""
    step_patience: IsoDuration = Field(default=timedelta(minutes=15), alias="STEP_PATIENCE")
    """How long a failing step of an order is repeated before it is given up."""
    compensation_patience: IsoDuration = Field(default=timedelta(hours=24), alias="COMPENSATION_PATIENCE")
    """How long a failing compensation is repeated before the order is parked."""
    instance_retention: IsoDuration = Field(default=timedelta(days=30), alias="INSTANCE_RETENTION")
    """How long finished orchestrations stay visible."""

    bcrypt_cost: int = Field(default=12, alias="BCRYPT_COST", ge=4, le=16)
    """Logarithm of the rounds of new password hashes: one more takes twice the time."""
    jwt_issuer: str = Field(default="durable-shop", alias="JWT_ISSUER", min_length=1)
    jwt_audience: str = Field(default="durable-shop", alias="JWT_AUDIENCE", min_length=1)
    """`iss` and `aud` of access tokens: tokens with others are refused."""
    jwt_lifetime: IsoDuration = Field(default=timedelta(hours=24), alias="JWT_LIFETIME")
    """How long an access token is good."""
    jwt_secret_name: str = Field(default="jwt-signing-key", alias="JWT_SECRET_NAME", pattern=r"^[0-9A-Za-z-]{1,127}$")
    """The vault's secret that tokens and cursors are signed with."""
    signing_key_max_age: IsoDuration = Field(default=timedelta(minutes=5), alias="SIGNING_KEY_MAX_AGE")
    """After this time the vault is asked again which versions of the signing key are enabled."""

    @property
    def takes_uploads(self) -> bool:
        """Whether a storage account for uploads is named at all."""
        return bool(self.uploads_connection or self.uploads_blob_endpoint)

    @model_validator(mode="after")
    def _one_cosmos_form(self) -> Self:
        if not self.cosmos_connection and not self.cosmos_endpoint:
            raise ValueError("CosmosDB: neither it nor CosmosDB__accountEndpoint is set")
        return self

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Settings from `environ` (default: the process environment); empty values count as not set.

        Raises SettingsError. Names are compared without case, as Functions hosts on Windows do.
        """
        given = {
            name.casefold(): value for name, value in (os.environ if environ is None else environ).items() if value
        }
        names = [field.alias or name for name, field in cls.model_fields.items()]
        present = {name: given[name.casefold()] for name in names if name.casefold() in given}
        try:
            return cls.model_validate(present)
        except ValidationError as error:
            raise SettingsError(_explain(error)) from None


_SECRETS = {field.alias for field in Settings.model_fields.values() if not field.repr}
"""Settings whose values are told to nobody."""
_REMEDY = "Set it in the app's settings (locally: `Values` in local.settings.json)"


def _explain(error: ValidationError) -> str:
    return "\n".join(_explain_one(dict(detail)) for detail in error.errors())


def _explain_one(detail: dict[str, Any]) -> str:
    if not detail["loc"]:
        return f"Setting {detail['ctx']['error']}. {_REMEDY}: a connection string, or the account's endpoint."
    name = detail["loc"][0]
    if detail["type"] == "missing":
        return f"Setting {name} is missing. {_REMEDY}."
    cause = str(detail["msg"]).removeprefix("Value error, ")
    if name in _SECRETS:
        return f"Setting {name} can't be used: {cause}. Correct it."
    return f"Setting {name} is {detail['input']!r}: {cause}. Correct it, or remove it where there is a default."
