"""What is written down twice says the same."""

import json
import re
import tomllib
from pathlib import Path

from shared.images.storage import IMAGES, QUARANTINE, UPLOADS
from shared.messaging.entities import REPLAY_FOR, SOURCES
from shared.settings import Settings
from shared.version import VERSION

ROOT = Path(__file__).parents[3]


def _json(name: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((ROOT / name).read_text(encoding="utf-8"))
    return found


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == VERSION


def test_local_settings_are_complete() -> None:
    values = _json("local.settings.json")["Values"]
    settings = Settings.load(values)
    assert (settings.cosmos_connection or "").startswith("AccountEndpoint=http://localhost:8081/")
    wanted = set(re.findall(r"%(\w+)%", (ROOT / "host.json").read_text(encoding="utf-8")))
    assert wanted <= set(values)


def test_every_container_that_the_app_names_is_declared() -> None:
    [database] = json.loads((ROOT / "infra/resources.json").read_text(encoding="utf-8"))["cosmos"]["databases"]
    declared = {container["id"] for container in database["containers"]}
    sources = [
        path for folder in ("api", "shared", "triggers", "activities", "ops") for path in (ROOT / folder).rglob("*.py")
    ]
    named = {name for path in sources for name in re.findall(r'container\("(\w+)"\)', path.read_text(encoding="utf-8"))}
    assert {"users", "products", "orders", "payments", "requests"} <= named
    assert named <= declared
    assert database["id"] == Settings.model_fields["cosmos_database"].default


def test_the_blob_containers_that_the_app_names_are_declared_and_only_images_are_public() -> None:
    declared = json.loads((ROOT / "infra/resources.json").read_text(encoding="utf-8"))["storage"]["containers"]
    assert {one["name"]: one.get("publicAccess") for one in declared} == {
        UPLOADS: None,
        IMAGES: "blob",
        QUARANTINE: None,
    }


def test_the_queues_and_subscriptions_that_the_app_names_are_declared() -> None:
    declared = json.loads((ROOT / "infra/resources.json").read_text(encoding="utf-8"))["serviceBus"]
    names = [queue["name"] for queue in declared["queues"]]
    names += [f"{topic['name']}/{one['name']}" for topic in declared["topics"] for one in topic["subscriptions"]]
    assert sorted(names) == sorted(source.name for source in SOURCES)
    for entity in [*declared["queues"], *declared["topics"]]:
        assert entity["requiresDuplicateDetection"] is True
    for consumed in [*declared["queues"], *(one for topic in declared["topics"] for one in topic["subscriptions"])]:
        assert consumed["maxDeliveryCount"] == 10


def test_every_subscription_gets_the_replays_that_are_for_it_and_no_others() -> None:
    [topic] = json.loads((ROOT / "infra/resources.json").read_text(encoding="utf-8"))["serviceBus"]["topics"]
    for subscription in topic["subscriptions"]:
        [rule] = subscription["rules"]
        condition = f"{REPLAY_FOR} IS NULL OR {REPLAY_FOR} = '{subscription['name']}'"
        assert condition in rule["sqlFilter"]["sqlExpression"]


def test_the_signing_key_is_declared() -> None:
    secrets = json.loads((ROOT / "infra/resources.json").read_text(encoding="utf-8"))["keyVault"]["secrets"]
    assert Settings.model_fields["jwt_secret_name"].default in secrets
