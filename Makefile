# Needs python3 (3.11 or newer), node (20 or newer) and make. Everything else installs itself.
PYTHON ?= python3
TIMESHEET ?=
LEDGER ?=
CDK_ARGS ?=
UP_ARGS ?=
WORKERS ?= 2
ONLY ?=

VENV := .venv
PY := $(VENV)/bin/python
VENV_STAMP := $(VENV)/.installed
NODE_STAMP := node_modules/.installed
SOURCES := shared functions infra layers local tests

export PYTHONPATH := .:shared
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Hundreds of processes import the same modules: workers, sandboxes, functions of the emulator.
unexport PYTHONDONTWRITEBYTECODE
# CDK's bridge to Node.js warns about every version it no longer tests.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := $(shell node -p 'process.versions.node.split(".")[0]' 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo up down status unit test check mutants bench deploy lock clean prerequisites

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV_STAMP) $(NODE_STAMP) ## Show it all on this machine (TIMESHEET=file.csv for your own, LEDGER=intacct for Sage Intacct)
	$(PY) -m local.demo $(if $(LEDGER),--ledger "$(LEDGER)") $(if $(TIMESHEET),--timesheet "$(TIMESHEET)")

up: $(VENV_STAMP) $(NODE_STAMP) ## Start the stack, the sandboxes and the token issuer; print addresses
	@$(PY) -m local up $(UP_ARGS)

down: $(VENV_STAMP) ## Stop them; the state stays
	@$(PY) -m local down

status: $(VENV_STAMP) ## What runs where
	@$(PY) -m local status

unit: $(VENV_STAMP) ## Unit and contract tests, in WORKERS processes (a minute)
	$(PY) -m pytest -n $(WORKERS) --dist worksteal $(call chosen,tests/unit tests/contract)

test: $(VENV_STAMP) $(NODE_STAMP) ## All tests (FULL=1 samples none; ONLY=qbo or ONLY=tests/unit/api, here and for unit)
	$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(call chosen,tests)

check: $(VENV_STAMP) $(NODE_STAMP) ## Format, lint, types, imports, layers, template, OpenAPI
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) -m layers.build --platform lambda --bytecode if-possible
	$(PY) -m pytest tests/infra
	$(PY) -m functions.api.openapi --check

mutants: $(VENV_STAMP) ## Change the code that moves hours and money bit by bit: do tests notice? (20 minutes)
	$(PY) -m tests.mutants $(ONLY)

bench: $(VENV_STAMP) $(NODE_STAMP) ## Measure against the budgets
	$(PY) -m tests.bench

deploy: $(VENV_STAMP) $(NODE_STAMP) ## Deploy to AWS with your credentials (CDK_ARGS="-c jwtIssuer=...")
	$(PY) -m layers.build --platform lambda
	node_modules/.bin/cdk deploy $(CDK_ARGS)

lock: $(VENV_STAMP) ## Resolve requirements/*.in anew
	$(call compile,runtime)
	$(call compile,dev)

clean: ## Remove what was built or installed here; stops the stack first
	@if [ -x $(PY) ] && [ -d .local ]; then $(PY) -m local reset; fi
	rm -rf .build .local cdk.out node_modules $(VENV) .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# ONLY is a path as pytest takes it, or a word: the test files below $(1) that have it in their path.
chosen = $(if $(ONLY),$(if $(findstring /,$(ONLY)),$(ONLY),$(call named,$(1))),$(1))
named = $(or $(shell find $(1) -path '*$(ONLY)*' -name 'test_*.py'),$(error No test file has "$(ONLY)" in its path))

compile = $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links \
	requirements/$(1).in --output-file requirements/$(1).txt

prerequisites:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found; install Python 3.11 or newer, or set PYTHON=."; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is $$($(PYTHON) -V); Python 3.11 or newer is needed, e.g. make PYTHON=python3.13"; exit 2; }
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "node or npm was not found; install Node.js 20 or newer."; exit 2; }
	@node -e 'process.exit(+(parseInt(process.versions.node) < 20))' || { echo "Node.js $$(node --version) is too old; install 20 or newer."; exit 2; }

$(VENV_STAMP): requirements/dev.txt | prerequisites
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

$(NODE_STAMP): package-lock.json package.json | prerequisites
	npm ci --no-progress
	@touch $@
