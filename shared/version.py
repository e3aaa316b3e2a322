"""The version of the app, as pyproject.toml has it."""

VERSION = "0.1.0"
