"""Makes clients that were imported before the local authority existed trust it.

aiohttp builds its default TLS context once, when it is imported; a process started with SSL_CERT_FILE needs nothing of
this, but a test's process learns of the authority later.
"""

from pathlib import Path

from aiohttp import connector


def trust(authority: Path) -> None:
    """Adds the authority to aiohttp's default context, for the rest of the process."""
    context = connector._SSL_CONTEXT_VERIFIED  # noqa: SLF001 - nothing public leads to the default context
    if context is None:
        raise RuntimeError("aiohttp was built without TLS; install the locked requirements: make setup")
    context.load_verify_locations(cafile=str(authority))
