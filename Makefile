# Every target does its own set-up. `make demo` and `make test` are all that a newcomer needs.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
FORGE := node_modules/@foundry-rs/forge-linux-amd64/bin/forge
export UV_PYTHON_DOWNLOADS := never
export FOUNDRY_DISABLE_NIGHTLY_WARNING := 1
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo test lint analysis contracts vectors bench interop format clean

help: ## Show the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.done node_modules/.done ## Install everything, locked by hash, into .venv and node_modules

build/uv/.done: requirements/uv.txt tools/bootstrap.sh
	@bash tools/bootstrap.sh "$(PYTHON)"

.venv/.done: build/uv/.done requirements/dev.txt pyproject.toml
	@echo "Installing the locked Python packages into .venv ..."
	build/uv/bin/uv venv -q --clear --python "$(PYTHON)" .venv
	build/uv/bin/uv pip sync -q --python $(BIN)/python --require-hashes requirements/dev.txt
	build/uv/bin/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	# What `habeas verify` loads, compiled once: else every cold start compiles it where bytecode is not kept.
	$(BIN)/python -m compileall -q -j 2 ledger .venv/lib/python3*/site-packages/{holidays,dateutil,coincurve,cryptography}
	@touch $@

node_modules/.done: package.json package-lock.json
	@echo "Installing forge, anvil and solc with npm ci (about 180 MB on disk; it can take a minute) ..."
	npm ci --no-audit --no-fund --ignore-scripts --loglevel=error $$([ -t 2 ] && echo --progress=true)
	@touch $@

demo: setup ## Chain, ledger, two cases, audit and checks on this machine, then serve (ONCE=1: then end)
	@$(BIN)/habeas demo --folder build/demo $(if $(ONCE),--once)

test: setup contracts ## All tests: contract (forge), Python, real anvil, SQLite and PostgreSQL
	$(BIN)/python -m pytest -n 2 --dist worksteal || { echo "Again, alone: only what failed."; $(BIN)/python -m pytest --last-failed --last-failed-no-failures none; }

contracts: setup ## Build and test the contract; compare gas and the exported deployment
	$(FORGE) fmt --check contracts
	$(FORGE) build --offline --quiet
	$(FORGE) test --offline
	$(FORGE) snapshot --offline --check contracts/.gas-snapshot --match-path 'contracts/test/Gas*.t.sol'
	$(BIN)/python tools/export_deployment.py --check

lint: setup analysis ## Formatting, lint, types, direction of imports, vectors, contract analysis
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.vectors --check

.venv-analysis/.done: build/uv/.done requirements/analysis.txt
	@echo "Installing Slither and Halmos into .venv-analysis ..."
	build/uv/bin/uv venv -q --clear --python "$(PYTHON)" .venv-analysis
	build/uv/bin/uv pip sync -q --python .venv-analysis/bin/python --require-hashes requirements/analysis.txt
	@touch $@

analysis: setup .venv-analysis/.done ## Slither and Halmos over the contract
	PATH="$(CURDIR)/$(dir $(FORGE)):$$PATH" .venv-analysis/bin/slither . --foundry-out-directory build/contracts/out --filter-paths node_modules
	.venv-analysis/bin/python tools/halmos_ledger.py

vectors: setup ## Write all test vectors again
	$(BIN)/python -m tools.vectors

bench: setup ## Measure; prints a table and writes build/bench.json
	$(BIN)/python -m tests.bench

interop: setup ## Judge the served log with tools that others wrote (needs Go)
	$(BIN)/python -m tests.interop

format: setup ## Format the Python code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## Remove everything that make installs or builds
	rm -rf .venv .venv-analysis node_modules build out cache .habeas
