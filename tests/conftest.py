"""The fixtures of all tests."""

from collections.abc import Mapping

import pytest

pytest_plugins = ["localcloud.testing.plugin"]


@pytest.fixture(scope="session")
def app_settings() -> Mapping[str, str]:
    """The running app of the tests hashes passwords cheaply."""
    return {"BCRYPT_COST": "4"}
