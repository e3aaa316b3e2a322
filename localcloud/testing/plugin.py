"""The pytest plugin of an app's tests: `pytest_plugins = ["localcloud.testing.plugin"]` in conftest.py."""

from localcloud.testing.workflow_fixture import workflow

__all__ = ["workflow"]
