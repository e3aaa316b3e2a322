"""Claims-based security: clients put their tokens on `$cbs` before they attach to an entity."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from hashlib import sha256
from urllib.parse import parse_qs

from localcloud.identity.tokens import InvalidTokenError, verify
from localcloud.servicebus.amqp.types import Int
from localcloud.servicebus.broker.broker import Broker
from localcloud.servicebus.links.address import CBS
from localcloud.servicebus.links.requests import Replies, Request, RequestsEndpoint
from localcloud.wellknown import SERVICE_BUS_KEY

AUDIENCE = "https://servicebus.azure.net"
SAS_PREFIX = "SharedAccessSignature "


class CbsEndpoint(RequestsEndpoint):
    """Answers put-token. Access tokens are always checked, SAS tokens when `checks_sas`."""

    def __init__(self, replies: Replies, broker: Broker, *, checks_sas: bool) -> None:
        super().__init__(replies, CBS)
        self._broker, self._checks_sas = broker, checks_sas

    def on_request(self, request: Request) -> None:
        """Checks a token."""
        refusal = self._refusal(request)
        code, text = (202, "Accepted") if refusal is None else refusal
        request.answer({"status-code": Int(code), "status-description": text}, None)

    def _refusal(self, request: Request) -> tuple[int, str] | None:
        operation = request.properties.get("operation")
        if operation != "put-token":
            return 400, f"The operation {operation} is not known: only put-token is."
        token = request.body.decode() if isinstance(request.body, bytes) else request.body
        if not isinstance(token, str):
            return 400, "The body must be the token."
        if not token.startswith(SAS_PREFIX):
            return self._access_token_refusal(token)
        return sas_refusal(token, self._broker.now().timestamp()) if self._checks_sas else None

    def _access_token_refusal(self, token: str) -> tuple[int, str] | None:
        try:
            verify(token, AUDIENCE)
        except InvalidTokenError as error:
            return 401, str(error)
        return None


def sas_refusal(token: str, now: float) -> tuple[int, str] | None:
    """Why a shared access signature is not valid for the well-known key; None when it is."""
    fields = {key: values[0] for key, values in parse_qs(token.removeprefix(SAS_PREFIX)).items()}
    if not {"sr", "sig", "se"} <= fields.keys() or not fields["se"].isdecimal():
        return 401, "InvalidSignature: The token needs sr, sig and se."
    if int(fields["se"]) < now:
        return 401, "ExpiredToken: The token is expired."
    signed = next(part.partition("=")[2] for part in token.removeprefix(SAS_PREFIX).split("&") if part[:3] == "sr=")
    text = f"{signed}\n{fields['se']}"
    expected = hmac.new(SERVICE_BUS_KEY.encode(), text.encode(), sha256).digest()
    try:
        given = b64decode(fields["sig"], validate=True)
    except NotBase64:
        given = b64encode(b"")
    if not hmac.compare_digest(given, expected):
        return 401, "InvalidSignature: The token has an invalid signature."
    return None
