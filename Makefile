# The commands of this project. `make` lists them; each installs what it needs and is quick
# when nothing changed.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/tools:$(PATH)

CONTRACTS := $(shell find contracts -name '*.sol' -not -path 'contracts/test/*')
ARTIFACTS := src/escrow_chain/chain/artifacts

.PHONY: help demo test bench lint build lock clean setup require compile

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup compile ## run a deal from its funding to its payment, on a local chain
	@tools/ape run export --check
	@.venv/bin/escrow demo

test: setup compile ## run all tests: forge's, then pytest's
	@echo "Running the Solidity tests."
	@tools/forge test
	@echo "Running the Python tests."
	@.venv/bin/pytest -n 2

bench: setup compile ## measure gas and speed
	@.venv/bin/python -m bench

lint: setup ## check style, types, imports and contracts
	@ruff check .
	@ruff format --check .
	@mypy
	@lint-imports
	@node_modules/.bin/solhint --max-warnings 0 'contracts/**/*.sol'
	@tools/forge fmt --check

build: setup compile ## compile the contracts and write the artifacts that the package ships
	@tools/ape run export

lock: .venv/.installed ## resolve the dependencies anew (delete a lock first to upgrade it)
	@echo "Resolving requirements.lock and package-lock.json."
	@uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-annotate --quiet \
	    --custom-compile-command "make lock" --output-file requirements.lock
	@npm install --package-lock-only --loglevel=error

clean: ## remove all that these commands made
	rm -rf .venv node_modules .solcx .build .cache out cache
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------------------------- setting up

setup: require
	@$(MAKE) -j2 .venv/.installed .solcx/solc-v0.8.37

require:
	@tools/require >/dev/null

compile:
	@tools/ape compile --quiet

.venv/.installed: requirements.lock pyproject.toml tools/install-python
	@echo "Installing the Python packages of requirements.lock (half a minute the first time)."
	@tools/install-python "$$(tools/require)"
	@touch $@

# Not `npm ci`: it refuses a lock without an entry for every platform's binaries.
node_modules/.installed: package.json package-lock.json .npmrc
	@echo "Installing compiler, node and checkers of package-lock.json."
	@npm install --no-save --loglevel=error >/dev/null
	@tools/anvil --version >/dev/null
	@tools/forge --version >/dev/null
	@touch $@

.solcx/solc-v0.8.37: node_modules/.installed tools/solc
	@mkdir -p .solcx
	@ln -sf ../tools/solc $@
	@$@ --version >/dev/null
