# Two commands for a new user: `make run` and `make test`. Each makes its own environment.
SHELL := /bin/sh
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
UV := $(BIN)/uv
FAULTS := $(addprefix tests/e2e/test_,races.py idempotency.py kill.py shutdown.py storage.py \
	two_processes.py postgres_gone.py postgres_storage.py) \
	$(addprefix tests/store/test_,two_servers_at_once.py upgrade.py postgres_schema.py)

# Hundreds of processes are started: none of them compiles what another has compiled before.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test check unit generate bench soak lock clean environment dashboard chromium screenshots

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

environment:
	@sh scripts/environment.sh

dashboard: environment ## Build the dashboard, if its sources changed
	@$(BIN)/python scripts/dashboard.py build

chromium:
	@sh scripts/chromium.sh

run: dashboard ## Start a server for development on http://localhost:3001
	@exec $(BIN)/awaithumans dev

# Three processes for two cores: many tests wait for a lease or a deadline. What was too slow beside
# others runs again, alone (docs/decisions/0024-times-in-tests.md).
test: check chromium ## Check everything and run every test (what CI runs)
	@$(BIN)/coverage erase
	$(PYTEST) -n 3 --dist worksteal -raR --reruns 2 --only-rerun TooSlow --cov --cov-report=
	$(BIN)/python scripts/coverage.py

unit: environment ## Run the tests that do no I/O
	$(PYTEST) tests/unit

check: environment ## Format, lint, types, imports, dependencies, generated code, wheel, image
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/codespell
	$(BIN)/python scripts/generate.py --check
	$(BIN)/python scripts/dashboard.py check
	$(BIN)/python scripts/dashboard.py test
	$(BIN)/python scripts/wheel.py
	$(BIN)/hadolint Dockerfile

generate: environment ## Make all that is generated anew from openapi.yaml
	$(BIN)/python scripts/generate.py
	$(BIN)/python scripts/dashboard.py generate

bench: environment ## Measure speed and cost beside the in-memory floor, and record them
	$(BIN)/python -m benchmarks --record

soak: environment ## Run the fault tests in their long form, and print what they measure
	AWAITHUMANS_SOAK=1 $(PYTEST) -s --timeout=3600 $(FAULTS)

screenshots: dashboard chromium ## Take the pictures of docs/images anew
	$(BIN)/python scripts/screenshots.py

lock: ## Resolve the dependencies anew into requirements.lock
	$(UV) pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-emit-index-url \
		--extra dev --no-emit-package awaithumans --custom-compile-command "make lock" \
		--output-file requirements.lock $(LOCK_FLAGS) pyproject.toml

clean: ## Remove what was made here, the environment too
	rm -rf .venv dist build dashboard/dist dashboard/node_modules .coverage* .hypothesis .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
