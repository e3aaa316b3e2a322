"""host.json `extensions.queues` and `extensions.blobs`, as generation 5 of the extension reads them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from localcloud.host.triggers.host_json_section import Section

_LARGEST_BATCH = 32
"""What the queue service hands out at once."""


@dataclass(frozen=True)
class QueueOptions:
    """How queue messages are taken. Counts are per function and host."""

    longest_pause: timedelta = timedelta(minutes=1)
    """Between polls of an empty queue; in development two seconds unless host.json says otherwise."""
    visibility_timeout: timedelta = timedelta()
    """The wait before a failed message is tried again."""
    batch_size: int = 16
    new_batch_threshold: int = 8
    """More messages are fetched when at most so many are being worked on."""
    max_dequeue_count: int = 5
    base64: bool = True
    """Whether message texts are base64."""

    @classmethod
    def from_host_json(cls, host_json: Mapping[str, Any], *, development: bool = False) -> "QueueOptions":
        """The options; unknown keys are ignored. Raises HostError for a value that can't be."""
        read = Section(host_json, "queues")
        batch_size = read.count("batchSize", cls.batch_size, most=_LARGEST_BATCH)
        return cls(
            longest_pause=read.span("maxPollingInterval", timedelta(seconds=2) if development else cls.longest_pause),
            visibility_timeout=read.span("visibilityTimeout", cls.visibility_timeout),
            batch_size=batch_size,
            new_batch_threshold=read.count("newBatchThreshold", batch_size // 2, least=0),
            max_dequeue_count=read.count("maxDequeueCount", cls.max_dequeue_count),
            base64=read.choice("messageEncoding", ("base64", "none")) == "base64",
        )


@dataclass(frozen=True)
class BlobOptions:
    """How blobs are worked on."""

    parallel: int = 8 * (os.cpu_count() or 1)
    """Blobs that are worked on at the same time, for all functions together."""
    poison_threshold: int = 5
    """Tries for one blob before it is given up."""

    @classmethod
    def from_host_json(cls, host_json: Mapping[str, Any]) -> "BlobOptions":
        """The options; unknown keys are ignored. Raises HostError for a value that can't be."""
        read = Section(host_json, "blobs")
        return cls(
            parallel=read.count("maxDegreeOfParallelism", cls.parallel),
            poison_threshold=read.count("poisonBlobThreshold", cls.poison_threshold),
        )

    def as_queue_options(self, queues: QueueOptions) -> QueueOptions:
        """How the host's own queue of blobs is read."""
        batch_size = min(self.parallel, _LARGEST_BATCH)
        return QueueOptions(
            longest_pause=queues.longest_pause,
            visibility_timeout=queues.visibility_timeout,
            batch_size=batch_size,
            new_batch_threshold=max(0, self.parallel - batch_size),
            max_dequeue_count=self.poison_threshold,
        )
