"""One request and its answer: reading headers, writing the headers that the SDKs depend on."""

import uuid
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from localcloud.cosmos import json_text
from localcloud.cosmos.errors import CosmosError, bad_request
from localcloud.cosmos.items import Conditions
from localcloud.cosmos.partition_key import KeyValue, key_from_header
from localcloud.cosmos.physical_partitions import session_token
from localcloud.cosmos.query import DEFAULT_PAGE
from localcloud.cosmos.resources import Container


class Exchange:
    """A request with its body, and what its answer needs."""

    def __init__(self, request: web.Request, body: bytes) -> None:
        self.request, self.body = request, body
        self.activity_id = request.headers.get("x-ms-activity-id") or str(uuid.uuid4())

    @cached_property
    def segments(self) -> list[str]:
        """The path's segments, each unquoted by itself."""
        path = self.request.raw_path.split("?")[0]
        return [unquote(part) for part in path.strip("/").split("/") if part]

    def flag(self, header: str) -> bool:
        """Whether a boolean header says true, in any case."""
        return self.request.headers.get(header, "").lower() == "true"

    def header(self, name: str) -> str | None:
        """A header's value."""
        return self.request.headers.get(name)

    @property
    def partition_key(self) -> KeyValue | None:
        """The key of the header. Raises a 400; use `has_partition_key` first where it may be missing."""
        header = self.header("x-ms-documentdb-partitionkey")
        if header is None:
            raise bad_request("The partition key is missing: x-ms-documentdb-partitionkey.", 1001)
        return key_from_header(header)

    @property
    def has_partition_key(self) -> bool:
        """Whether the request names one logical partition."""
        return self.header("x-ms-documentdb-partitionkey") is not None

    @property
    def conditions(self) -> Conditions:
        """If-Match and If-None-Match."""
        return Conditions(self.header("If-Match"), self.header("If-None-Match"))

    @property
    def page_size(self) -> int:
        """The page size asked for; the server's choice for -1 or none. Raises a 400."""
        text = self.header("x-ms-max-item-count") or "-1"
        try:
            size = int(text)
        except ValueError:
            raise bad_request(f"x-ms-max-item-count must be a number, not {text!r}.") from None
        return size if 0 < size <= 10_000 else DEFAULT_PAGE

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises a 400."""
        return json_text.parsed_object(self.body)

    def answer(
        self,
        status: int,
        body: Any = None,
        *,
        charge: float = 1.0,
        etag: str | None = None,
        container: Container | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> web.Response:
        """An answer with all the headers; `container` adds the session token, `body` None means none."""
        sent = {
            "x-ms-activity-id": self.activity_id,
            "x-ms-request-charge": str(charge),
            "x-ms-schemaversion": "1.19",
            "x-ms-serviceversion": "version=2.14.0.0",
            "x-ms-gatewayversion": "version=2.14.0",
            **(headers or {}),
        }
        if etag is not None:
            sent["etag"] = etag
        if container is not None:
            sent |= _session(container)
        if body is None:
            return web.Response(status=status, headers=sent)
        return web.Response(status=status, body=json_text.text(body), headers=sent, content_type="application/json")

    def refusal(self, error: CosmosError) -> web.Response:
        """An error answer."""
        headers = {**error.headers, "x-ms-substatus": str(error.substatus)}
        if error.status == 304:
            return self.answer(304, headers=headers)
        body = {"code": error.code, "message": f"{error.message}\r\nActivityId: {self.activity_id}"}
        return self.answer(error.status, body, headers=headers)


def _session(container: Container) -> dict[str, str]:
    return {
        "x-ms-session-token": session_token(container),
        "x-ms-alt-content-path": f"dbs/{container.database_id}/colls/{container.id}",
        "lsn": str(container.lsn),
    }
