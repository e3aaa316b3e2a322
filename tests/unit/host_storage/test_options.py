from datetime import timedelta

import pytest

from localcloud.host.model import HostError
from localcloud.host.triggers.storage.options import BlobOptions, QueueOptions


def test_the_defaults_are_those_of_the_extension() -> None:
    options = QueueOptions.from_host_json({})
    assert options == QueueOptions(timedelta(minutes=1), timedelta(), 16, 8, 5, base64=True)
    assert QueueOptions.from_host_json({}, development=True).longest_pause == timedelta(seconds=2)
    assert BlobOptions.from_host_json({}).poison_threshold == 5


def test_host_json_is_read_and_unknown_keys_are_ignored() -> None:
    queues = {
        "maxPollingInterval": "00:00:10",
        "visibilityTimeout": "00:00:30",
        "batchSize": 4,
        "maxDequeueCount": 2,
        "messageEncoding": "None",
        "other": 1,
    }
    options = QueueOptions.from_host_json({"extensions": {"queues": queues}}, development=True)
    assert options == QueueOptions(timedelta(seconds=10), timedelta(seconds=30), 4, 2, 2, base64=False)
    blobs = BlobOptions.from_host_json(
        {"extensions": {"blobs": {"maxDegreeOfParallelism": 3, "poisonBlobThreshold": 1}}}
    )
    own = blobs.as_queue_options(options)
    assert (own.batch_size, own.new_batch_threshold, own.max_dequeue_count, own.base64) == (3, 0, 1, True)


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ({"queues": 1}, "extensions.queues must be an object"),
        ({"queues": {"batchSize": 33}}, "batchSize must be a whole number from 1 to 32, not 33"),
        ({"queues": {"batchSize": True}}, "batchSize must be a whole number"),
        ({"queues": {"maxDequeueCount": 0}}, "maxDequeueCount must be a whole number from 1 on, not 0"),
        ({"queues": {"visibilityTimeout": "soon"}}, "visibilityTimeout is not a time span"),
        ({"queues": {"messageEncoding": "utf8"}}, "messageEncoding must be one of base64, none, not 'utf8'"),
    ],
)
def test_what_cannot_be_is_refused(section: dict[str, object], text: str) -> None:
    with pytest.raises(HostError, match=text):
        QueueOptions.from_host_json({"extensions": section})
