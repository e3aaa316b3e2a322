"""Connection strings, checked before a service is asked: a wrong one is told by what it lacks, not by its value."""

from typing import Annotated

from pydantic import AfterValidator


def _checked(text: str, *forms: tuple[str, ...]) -> str:
    parts = dict(part.strip().split("=", 1) for part in text.split(";") if "=" in part)
    given = {name.casefold() for name, value in parts.items() if value}
    lacking = [[name for name in form if name.casefold() not in given] for form in forms]
    if all(lacking):
        wanted = " or ".join(";".join(f"{name}=…" for name in form) for form in forms)
        raise ValueError(f"it isn't a connection string {wanted}; {lacking[0][0]} is missing")
    return text


def _cosmos(text: str) -> str:
    return _checked(text, ("AccountEndpoint", "AccountKey"))


def _service_bus(text: str) -> str:
    return _checked(text, ("Endpoint", "SharedAccessKeyName", "SharedAccessKey"), ("Endpoint", "SharedAccessSignature"))


def _storage(text: str) -> str:
    return _checked(
        text,
        ("AccountName", "AccountKey"),
        ("BlobEndpoint", "SharedAccessSignature"),
        ("AccountName", "SharedAccessSignature"),
        ("UseDevelopmentStorage",),
    )


CosmosConnection = Annotated[str, AfterValidator(_cosmos)]
ServiceBusConnection = Annotated[str, AfterValidator(_service_bus)]
StorageConnection = Annotated[str, AfterValidator(_storage)]
