"""What a query can be refused for. All of them are answered 400 by the server."""

import json


class SqlError(ValueError):
    """A query that cannot be run.

    `code` is the service's own number (SC1001 …), `message` the text without it, `position` the
    offset and length in the query text of what is wrong (None when the whole query is meant).
    """

    def __init__(self, message: str, *, code: str = "SC2001", position: tuple[int, int] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.position = position

    def as_service_message(self) -> str:
        """The message text as the service writes it: a JSON list of errors behind "Message: "."""
        error: dict[str, object] = {"severity": "Error"}
        if self.position is not None:
            error["location"] = {"start": self.position[0], "end": self.position[1]}
        error |= {"code": self.code, "message": self.message}
        return "Message: " + json.dumps({"errors": [error]}, separators=(",", ":"), ensure_ascii=False)


class SqlSyntaxError(SqlError):
    """The text is not in the query language."""


class SqlNotSupportedError(SqlError):
    """The service knows this construct, this stand-in does not; the message names it."""


class SqlBadRequestError(SqlError):
    """The text is well formed but the service refuses it: an index or a parameter is missing, a name is unknown."""
