"""Creates the databases and containers of the resources file that are missing in the running stand-in."""

import aiohttp

from localcloud.resources import CosmosResources


class ProvisioningError(Exception):
    """The resources were refused; the text carries the answer."""


async def provision_cosmos(endpoint: str, wanted: CosmosResources) -> None:
    """Creates what is missing at `endpoint` (no trailing slash). Raises ProvisioningError."""
    try:
        async with (
            aiohttp.ClientSession(endpoint) as session,
            session.post("/_localcloud/provision", json=wanted.model_dump(mode="json")) as answer,
        ):
            if answer.status != 200:
                raise ProvisioningError(f"The Cosmos DB resources were refused: {await answer.text()}")
    except aiohttp.ClientError as error:
        raise ProvisioningError(f"The Cosmos DB resources could not be created: {error}") from error
