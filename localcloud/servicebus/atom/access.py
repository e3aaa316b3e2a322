"""Who may administer: a shared access signature or an access token in the header Authorization."""

from http import HTTPStatus

from localcloud.identity.tokens import InvalidTokenError, verify
from localcloud.servicebus.atom.documents import RequestError
from localcloud.servicebus.links.cbs import AUDIENCE, SAS_PREFIX, sas_refusal

BEARER = "Bearer "


def check_access(authorization: str | None, now: float, *, checks_sas: bool) -> None:
    """Raises RequestError (401). Access tokens are always checked, signatures when `checks_sas`."""
    refusal: str | None = None
    if authorization is None:
        refusal = "MissingToken: The request has no header Authorization."
    elif authorization.startswith(BEARER):
        try:
            verify(authorization.removeprefix(BEARER), AUDIENCE)
        except InvalidTokenError as error:
            refusal = f"InvalidToken: {error}"
    elif not authorization.startswith(SAS_PREFIX):
        refusal = "InvalidToken: Authorization must be a SharedAccessSignature or a Bearer token."
    elif checks_sas and (found := sas_refusal(authorization, now)) is not None:
        refusal = found[1]
    if refusal is not None:
        raise RequestError(HTTPStatus.UNAUTHORIZED, refusal)
