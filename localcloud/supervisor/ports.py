"""Ports on loopback: the official ones when they are free, or any free ones."""

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self


class PortInUseError(Exception):
    """A port is taken; the text names it and the remedy."""


@dataclass(frozen=True)
class Ports:
    """One port for each server. The defaults are the official ones, where there are any."""

    host: int = 7071
    cosmos: int = 8081
    cosmos_tls: int = 8082
    identity: int = 7090
    vault: int = 7091
    blob: int = 10000
    queue: int = 10001
    table: int = 10002
    servicebus: int = 5672
    servicebus_tls: int = 5671
    servicebus_admin: int = 5300

    @classmethod
    def free(cls) -> Self:
        """Ports that nobody uses now. They are all held until the last is known, so that they differ."""
        names = [field.name for field in fields(cls)]
        listeners = [socket.create_server(("127.0.0.1", 0)) for _ in names]
        try:
            return cls(**{name: listener.getsockname()[1] for name, listener in zip(names, listeners, strict=True)})
        finally:
            for listener in listeners:
                listener.close()

    @classmethod
    def with_host(cls, port: int) -> Self:
        """The official ports, and this one for the Functions host; 0 means a free one."""
        return cls(host=port or cls.free().host)

    def check(self, names: Iterable[str]) -> None:
        """Raises PortInUseError when one of the named ports is taken."""
        for name in names:
            port = getattr(self, name)
            try:
                socket.create_server(("127.0.0.1", port)).close()
            except OSError as error:
                cause = os.strerror(error.errno or 0)
                other = ", or --port N" if name == "host" else ""
                raise PortInUseError(
                    f"Port {port} ({name}) can't be used: {cause}. End the program that has it, "
                    f"or let localcloud choose: --free-ports{other}."
                ) from error
