"""A version of a secret, and how Key Vault writes it as JSON."""

import re
from dataclasses import dataclass, field
from typing import Any, Self

from localcloud.identity.vault.errors import bad_parameter

RECOVERY_LEVEL = "Recoverable+Purgeable"
RECOVERABLE_DAYS = 90
MOST_VALUE_BYTES = 25_600
"""Key Vault's limit for the value of a secret."""
_NAME = re.compile(r"[0-9A-Za-z-]{1,127}")


@dataclass(frozen=True)
class SecretVersion:
    """One version; times are seconds since 1970."""

    name: str
    version: str
    value: str
    created: int
    updated: int
    enabled: bool = True
    not_before: int | None = None
    expires: int | None = None
    content_type: str | None = None
    tags: dict[str, str] = field(default_factory=dict)

    def attributes(self) -> dict[str, Any]:
        """Key Vault's `attributes` member."""
        known = {
            "enabled": self.enabled,
            "nbf": self.not_before,
            "exp": self.expires,
            "created": self.created,
            "updated": self.updated,
            "recoveryLevel": RECOVERY_LEVEL,
            "recoverableDays": RECOVERABLE_DAYS,
        }
        return {name: value for name, value in known.items() if value is not None}

    def item(self, vault: str, *, with_version: bool = True) -> dict[str, Any]:
        """The entry of a list, without the value; `vault` is the vault's URL without a trailing slash."""
        address = f"{vault}/secrets/{self.name}" + (f"/{self.version}" if with_version else "")
        entry = {"id": address, "attributes": self.attributes(), "tags": self.tags}
        return entry | ({"contentType": self.content_type} if self.content_type is not None else {})

    def bundle(self, vault: str) -> dict[str, Any]:
        """The whole version, value included."""
        return {"value": self.value} | self.item(vault)


@dataclass(frozen=True)
class Change:
    """What a request wants to set; None leaves a property as it is (or at its default for a new version)."""

    value: str | None = None
    enabled: bool | None = None
    not_before: int | None = None
    expires: int | None = None
    content_type: str | None = None
    tags: dict[str, str] | None = None

    @classmethod
    def parse(cls, body: Any) -> Self:
        """Reads a request body. Raises VaultError (400)."""
        if not isinstance(body, dict):
            raise bad_parameter("The request body must be a JSON object.")
        attributes = _typed(body, "attributes", dict) or {}
        tags = _typed(body, "tags", dict)
        if tags is not None and not all(isinstance(value, str) for value in tags.values()):
            raise bad_parameter("Property tags has an invalid value: tags are texts.")
        value = _typed(body, "value", str)
        if value is not None and len(value.encode("utf-8", "surrogatepass")) > MOST_VALUE_BYTES:
            raise bad_parameter(f"The value of a secret may have at most {MOST_VALUE_BYTES} bytes.")
        return cls(
            value=value,
            enabled=_typed(attributes, "enabled", bool),
            not_before=_typed(attributes, "nbf", int),
            expires=_typed(attributes, "exp", int),
            content_type=_typed(body, "contentType", str),
            tags=tags,
        )

    def properties(self) -> dict[str, Any]:
        """The fields of SecretVersion that are to change; the value is not among them."""
        known = {
            "enabled": self.enabled,
            "not_before": self.not_before,
            "expires": self.expires,
            "content_type": self.content_type,
            "tags": self.tags,
        }
        return {name: value for name, value in known.items() if value is not None}


def check_name(name: str) -> str:
    """The name, if Key Vault would take it. Raises VaultError (400)."""
    if not _NAME.fullmatch(name):
        raise bad_parameter(f"The request URI contains an invalid name: {name}")
    return name


def _typed(body: dict[str, Any], name: str, kind: type) -> Any:
    value = body.get(name)
    if value is None or (isinstance(value, kind) and not (kind is int and isinstance(value, bool))):
        return value
    raise bad_parameter(f"Property {name} has an invalid value.")
