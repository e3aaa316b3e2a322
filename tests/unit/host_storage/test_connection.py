import pytest

from localcloud.host.model import FunctionError
from localcloud.host.triggers.storage.connection import Connections, check_connection
from localcloud.supervisor.ports import Ports
from localcloud.supervisor.settings import storage_connection

TEXT = storage_connection(Ports())


@pytest.mark.parametrize(
    ("settings", "blobs", "queues"),
    [
        ({"Uploads": TEXT}, "http://127.0.0.1:10000/devstoreaccount1", "http://127.0.0.1:10001/devstoreaccount1"),
        ({"AzureWebJobsUploads": "UseDevelopmentStorage=true"}, "http://127.0.0.1:10000/", "http://127.0.0.1:10001/"),
        (
            {"Uploads": "", "Uploads__blobServiceUri": "https://b/", "Uploads__queueServiceUri": "https://q/"},
            "https://b/",
            "https://q/",
        ),
        ({"Uploads__serviceUri": "https://any/"}, "https://any/", "https://any/"),
        ({"Uploads__accountName": "acc"}, "https://acc.blob.core", "https://acc.queue.core"),
    ],
)
async def test_every_form_of_a_connection(settings: dict[str, str], blobs: str, queues: str) -> None:
    check_connection(settings, "Uploads")
    connections = Connections(settings)
    assert connections.blobs("Uploads").url.startswith(blobs)
    assert connections.queues("Uploads").url.startswith(queues)
    assert connections.blobs("Uploads") is connections.blobs("Uploads")
    await connections.close()


async def test_what_is_not_defined_or_cannot_be_is_named() -> None:
    with pytest.raises(FunctionError, match="'AzureWebJobsUploads' does not exist"):
        check_connection({"Uploads": ""}, "Uploads")
    with pytest.raises(FunctionError, match="'Uploads' can't be used"):
        Connections({"Uploads": "nonsense"}).blobs("Uploads")
    with pytest.raises(FunctionError, match="no setting 'Uploads__queueServiceUri'"):
        Connections({"Uploads__blobServiceUri": "https://b/"}).queues("Uploads")
