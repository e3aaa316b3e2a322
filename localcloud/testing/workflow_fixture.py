"""The `workflow` fixture."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

from localcloud.clock import VirtualClock
from localcloud.durable.engine import Engine
from localcloud.durable.options import DurableOptions
from localcloud.durable.store import MemoryHistoryStore
from localcloud.host.worker.durable_patch import apply_durable_patch
from localcloud.testing.functions import Source, durable_functions
from localcloud.testing.histories import save_history
from localcloud.testing.invoker import Replacement, WorkflowInvoker
from localcloud.testing.workflow import Workflow


class WorkflowFactory(Protocol):
    """What the fixture is: `workflow(blueprints_or_app_or_module, …, activities={"name": function})`."""

    def __call__(
        self,
        *sources: Source,
        activities: Mapping[str, Replacement] | None = None,
        start: datetime = ...,
        host_json: Mapping[str, Any] | None = None,
    ) -> Workflow:
        """A task hub of its own with the sources' functions; `activities` replace or add some by name."""
        ...


RECORD_OPTION = "--record-histories"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option that keeps the runs of workflow tests as golden histories."""
    text = "folder for the histories of the workflow tests that run, one file each; replay_history checks them later"
    parser.addoption(RECORD_OPTION, type=Path, default=None, help=text)


@pytest.fixture
async def workflow(request: pytest.FixtureRequest) -> AsyncIterator[WorkflowFactory]:
    """Makes workflows; at the end of the test every run is replayed once more and must act the same."""
    made: list[Workflow] = []

    def make(
        *sources: Source,
        activities: Mapping[str, Replacement] | None = None,
        start: datetime = datetime(2026, 1, 1, tzinfo=UTC),
        host_json: Mapping[str, Any] | None = None,
    ) -> Workflow:
        invoker = WorkflowInvoker(durable_functions(sources))
        apply_durable_patch()
        for name, replacement in (activities or {}).items():
            invoker.replace(name, replacement)
        clock = VirtualClock(start)
        options = DurableOptions.from_host_json(host_json or {}, {})
        engine = Engine(
            options.hub_name,
            store=MemoryHistoryStore(),
            clock=clock,
            invoker=invoker,
            functions=invoker.metadata,
            options=options,
            log=print,
        )
        made.append(Workflow(engine, clock, invoker))
        return made[-1]

    yield make
    for each in made:
        await each.close()
    for each in made:
        each.check_replays()
    folder: Path | None = request.config.getoption(RECORD_OPTION, None)
    if folder is not None:
        turns = [turn for each in made for turn in each.turns]
        save_history(folder / f"{request.node.name.removeprefix('test_')}.json", turns)
