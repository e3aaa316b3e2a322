# Everything a developer runs. Needs Python 3.11 to 3.13, git and make; the rest is installed into this folder.
.DEFAULT_GOAL := help
SHELL := /bin/bash

VENV := .venv
BIN := $(VENV)/bin
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
CANDIDATES := python3.11 python3.12 python3.13 python3 python
PYTHON ?= $(or $(shell for name in $(CANDIDATES); do $$name -c '$(SUPPORTED)' 2>/dev/null && command -v $$name && break; done),$(shell command -v python3))

# Tests wait for processes, locks and networks more than they compute: three side by side suit two cores.
TEST_PROCESSES ?= 3

INSTALLED := $(VENV)/.installed
NODE_PACKAGES := $(addsuffix /node_modules/.installed,localcloud/azurite tests/integration/servicebus/second_client)
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url

.PHONY: help setup run test check lint types bench lock

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED) $(NODE_PACKAGES) ## Install everything (virtual environment, Azurite, the AMQP client of the tests); does nothing when it is up to date

run: setup ## Start the offline Azure with the app on http://localhost:7071 and place a demonstration order
	@exec $(BIN)/python -S -E localcloud/supervisor/bound.py $$PPID $(BIN)/python -m ops.demo

test: setup ## Run every test, offline
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

check: setup lint types test ## What CI runs: lint, types, tests

lint: $(INSTALLED) ## Rules and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(INSTALLED) ## mypy, strict
	$(BIN)/mypy

bench: setup ## Print the measurements that the documentation quotes
	@for program in bench/[a-z]*.py; do name=$$(basename "$$program" .py); echo "== python -m bench.$$name"; $(BIN)/python -m "bench.$$name" || exit 1; done

lock: ## Lock requirements*.in into requirements*.txt (needs the package index; installs nothing here)
	@tool=$$(mktemp -d) && trap 'rm -rf "$$tool"' EXIT && $(PYTHON) -m venv "$$tool" && "$$tool/bin/pip" install -q uv \
	&& "$$tool/bin/"$(LOCK) requirements.in -o requirements.txt \
	&& "$$tool/bin/"$(LOCK) requirements-dev.in -o requirements-dev.txt \
	&& echo "Locked. 'make check' installs and tests what was locked."

$(INSTALLED): requirements.txt requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "No Python found. Install Python 3.11, 3.12 or 3.13, or name one: make PYTHON=/path/to/python $(MAKECMDGOALS)" >&2; exit 1; }
	@"$(PYTHON)" -c '$(SUPPORTED)' || { echo "$(PYTHON) is $$("$(PYTHON)" --version 2>&1); Python 3.11, 3.12 or 3.13 is needed. Name one: make PYTHON=/path/to/python $(MAKECMDGOALS)" >&2; exit 1; }
	@$(BIN)/python -c '$(SUPPORTED)' 2>/dev/null || { echo "Making the virtual environment $(VENV) with $(PYTHON)"; "$(PYTHON)" -m venv --clear $(VENV); } \
	|| { echo "$(PYTHON) can't make a virtual environment. On Debian and Ubuntu install python3-venv, then try again." >&2; rm -rf $(VENV); exit 1; }
	@echo "Installing the locked Python packages (a few minutes the first time)"
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-dev.txt \
	|| { echo "Installing the Python packages failed; the reason is above. Check the network and 'pip config list', then run 'make setup' again." >&2; exit 1; }
	@touch $@

$(NODE_PACKAGES): %/node_modules/.installed: %/package-lock.json %/package.json | $(INSTALLED)
	@$(BIN)/python -m localcloud.node.install $*
	@touch $@
