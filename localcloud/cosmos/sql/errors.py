"""What a query can be refused for. All of them are answered 400 by the server."""


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
        where = ""
        if self.position is not None:
            start, end = self.position
            where = f'"location":{{"start":{start},"end":{end}}},'
        text = self.message.replace("\\", "\\\\").replace('"', '\\"')
        return f'Message: {{"errors":[{{"severity":"Error",{where}"code":"{self.code}","message":"{text}"}}]}}'


class SqlSyntaxError(SqlError):
    """The text is not in the query language."""


class SqlNotSupportedError(SqlError):
    """The service knows this construct, this stand-in does not; the message names it."""


class SqlBadRequestError(SqlError):
    """The text is well formed but the service refuses it: an index or a parameter is missing, a name is unknown."""
