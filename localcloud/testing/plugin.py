"""The pytest plugin of an app's tests: `pytest_plugins = ["localcloud.testing.plugin"]` in conftest.py."""

from localcloud.testing.app import app, app_dir, app_process, app_settings
from localcloud.testing.cloud import cloud, cloud_of_session, cloud_resources, clouds
from localcloud.testing.workflow_fixture import pytest_addoption, workflow

__all__ = [
    "app",
    "app_dir",
    "app_process",
    "app_settings",
    "cloud",
    "cloud_of_session",
    "cloud_resources",
    "clouds",
    "pytest_addoption",
    "workflow",
]
