"""The fixtures of all tests."""

pytest_plugins = ["localcloud.testing.plugin"]
