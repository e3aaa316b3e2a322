"""What Azurite has acknowledged is there after it has been killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from tests.integration.host_storage.azurite import Azurite


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Azurite]:
    """An Azurite that may be killed."""
    running = Azurite(tmp_path / "own")
    running.start()
    yield running
    running.stop()


def test_nothing_acknowledged_is_lost_and_nothing_deleted_comes_back(own: Azurite) -> None:
    blobs = BlobServiceClient.from_connection_string(own.connection_string)
    queue = QueueServiceClient.from_connection_string(own.connection_string).create_queue("work")
    container = blobs.create_container("kept")
    container.upload_blob("gone", b"x")
    for number in range(20):
        container.upload_blob(f"b{number}", b"content" * number)
        queue.send_message(f"m{number}")
    container.delete_blob("gone")
    own.kill()
    own.start()
    assert sorted(container.list_blob_names()) == sorted(f"b{number}" for number in range(20))
    assert container.download_blob("b19").readall() == b"content" * 19
    assert sorted(str(message.content) for message in queue.receive_messages()) == sorted(f"m{n}" for n in range(20))
