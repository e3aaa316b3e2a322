"""Paths of blob bindings: `container/name`, in triggers with `{parts}` that the blob's name fills in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.host.model import FunctionError, FunctionMetadata
from localcloud.host.settings import MissingSettingError, resolve

_TOKEN = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_\-]*)\}|[{}]|[^{}]+")


@dataclass(frozen=True)
class BlobPattern:
    """A trigger's path. Without a name after the container every blob of it fits."""

    container: str
    prefix: str
    """How every fitting name begins."""
    expression: re.Pattern[str]

    @classmethod
    def of(cls, path: str) -> "BlobPattern":
        """Reads a path such as `samples/{name}.{ext}`; `{{` and `}}` are braces. Raises ValueError."""
        container, _, name = path.strip("/").partition("/")
        if not container or "{" in container or "}" in container:
            raise ValueError(f"Invalid blob trigger path '{path}'. Paths must be in the format 'container/blob'.")
        prefix, expression, literal = "", "", True
        for token in _TOKEN.finditer(name):
            text, part = token.group(), token.group(1)
            if part is not None:
                literal = False
                expression += f"(?P<{_group(part)}>.*)"
                continue
            if text in "{}":
                raise ValueError(f"Invalid blob trigger path '{path}': a brace has no partner.")
            text = {"{{": "{", "}}": "}"}.get(text, text)
            expression += re.escape(text)
            prefix += text if literal else ""
        try:
            return cls(container, prefix, re.compile(expression if name else ".*", re.DOTALL))
        except re.error as error:
            raise ValueError(f"Invalid blob trigger path '{path}': {error}.") from error

    def match(self, blob: str) -> dict[str, str] | None:
        """The parts of a blob's name; None for one that doesn't fit."""
        found = self.expression.fullmatch(blob)
        return None if found is None else {_part(group): text for group, text in found.groupdict().items()}


def path_of(function: FunctionMetadata, binding: Mapping[str, Any], settings: Mapping[str, str]) -> str:
    """A binding's path with the settings filled in. Raises FunctionError."""
    try:
        path = resolve(str(binding.get("path") or ""), settings)
    except MissingSettingError as error:
        raise indexing_error(function, str(error)) from error
    if not path.strip("/"):
        raise indexing_error(function, f"The binding '{binding.get('name')}' has no path like 'container/blob'.")
    return path


def indexing_error(function: FunctionMetadata, text: str) -> FunctionError:
    """The error of a function whose binding can't work, in the host's words."""
    return FunctionError(
        f"Microsoft.Azure.WebJobs.Host: Error indexing method 'Functions.{function.name}'. "
        f"Microsoft.Azure.WebJobs.Extensions.Storage.Blobs: {text}"
    )


def _group(part: str) -> str:
    """A regular expression's groups have no dashes in their names."""
    return part.replace("_", "_u").replace("-", "_d")


def _part(group: str) -> str:
    return group.replace("_d", "-").replace("_u", "_")
