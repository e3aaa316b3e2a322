"""The fixtures of all tests."""

from collections.abc import Mapping
from pathlib import Path

import pytest

pytest_plugins = ["localcloud.testing.plugin"]


@pytest.fixture(scope="session")
def mail_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the running app of the tests writes its mails."""
    return tmp_path_factory.mktemp("mail")


@pytest.fixture(scope="session")
def app_settings(mail_folder: Path) -> Mapping[str, str]:
    """The running app of the tests hashes passwords cheaply and keeps its mails out of the project."""
    return {"BCRYPT_COST": "4", "MAIL_FOLDER": str(mail_folder)}
