# The commands of this project: `make` lists them. Each installs what it needs, into this folder
# only, and is quick when nothing changed.

SHELL := bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

CONTRACTS := $(shell find contracts -name '*.sol' -not -path 'contracts/mocks/*' -not -path 'contracts/test/*')
ARTIFACTS := $(wildcard src/escrow_chain/chain/artifacts/*.json)

.PHONY: help demo test bench corpus fuzz prove mutate messages lint build lock clean setup require

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' Makefile

demo: .build/.checked ## run a deal on a local chain, from its funding to its payments
	@.venv/bin/escrow demo

test: .build/.compiled ## run the Solidity tests, then the Python tests
	@echo "Running the Solidity tests."
	@tools/forge test
	@echo "Running the Python tests."
	@.venv/bin/pytest -n 2

bench: .build/.compiled ## measure gas and speed
	@.venv/bin/python -m bench

corpus: .build/.compiled ## judge the conformance corpus; MUTANTS=1: plant a fault in every check, each must be seen
	@.venv/bin/python -m corpus run
	@if [ -n "$(MUTANTS)" ]; then .venv/bin/python -m corpus mutants; fi

fuzz: .build/.compiled ## feed every parser what nobody expects (SECONDS_EACH=60)
	@.venv/bin/python -m fuzz --seconds $(or $(SECONDS_EACH),60)

prove: .build/.compiled .build/slither/.installed .build/halmos/.installed ## analyse and prove (half an hour; STEPS="size halmos": some of it)
	@.venv/bin/python -m prove $(STEPS)

mutate: .build/.compiled ## plant faults that a test must catch (an hour, goes on where it was stopped; OPTIONS="--sample 50")
	@.venv/bin/python -m mutate $(OPTIONS)

messages: setup ## write the catalogues and the table of checks anew
	@.venv/bin/python scripts/messages.py

lint: setup ## check style, types, layers and contracts
	@echo "Checking the Python code."
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/python scripts/messages.py --check
	@echo "Checking the Solidity code."
	@node_modules/.bin/solhint --disc --noPoster --max-warnings 0 'contracts/**/*.sol'
	@tools/forge fmt --check

build: .build/.exported ## compile the contracts and export the artifacts that the package ships

lock: setup ## lock the dependencies anew, keeping what still fits (remove a lock first to upgrade)
	@echo "Locking Python and Node packages."
	@.venv/bin/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-annotate --quiet \
	    --custom-compile-command "make lock" --output-file requirements.lock
	@for tool in slither-analyzer==0.11.6 halmos==0.3.3; do \
	    name=$${tool%%[-=]*}; \
	    .venv/bin/uv pip compile - --universal --python-version 3.11 \
	        --generate-hashes --no-emit-index-url --no-annotate --quiet \
	        --custom-compile-command "make lock" --output-file tools/$$name.lock <<< $$tool; \
	done
	@npm install --package-lock-only --loglevel=error

clean: ## remove all that these commands made
	@rm -rf .venv node_modules .solcx .build .cache build out cache
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Clean."

# What the commands above need

.build/.checked: .build/.compiled $(ARTIFACTS) scripts/export.py
	@tools/ape run export --check
	@touch $@

.build/.exported: .build/.compiled $(ARTIFACTS) scripts/export.py
	@tools/ape run export
	@touch $@

.build/.compiled: $(CONTRACTS) ape-config.yaml package-lock.json | setup
	@echo "Compiling the contracts with Ape."
	@tools/ape compile --force --verbosity ERROR
	@touch $@

# Slither and halmos want other versions of what Ape wants, so each has an environment of its own.
.build/%/.installed: tools/%.lock tools/install-tool | setup
	@echo "Installing $* (up to a minute)."
	@tools/install-tool $* "$$(tools/require)"
	@touch $@

setup: require
	@$(MAKE) -s -j2 .venv/.installed .solcx/solc-v0.8.37

require:
	@tools/require >/dev/null

.venv/.installed: requirements.lock pyproject.toml tools/install-python
	@echo "Installing the Python packages of requirements.lock (up to a minute)."
	@tools/install-python "$$(tools/require)"
	@touch $@

# `npm ci` would refuse a lock that lacks other platforms' binaries; --no-save keeps it as it is.
node_modules/.installed: package.json package-lock.json .npmrc
	@echo "Installing the Node packages of package-lock.json."
	@npm install --no-save --loglevel=error >/dev/null
	@tools/anvil --version >/dev/null
	@tools/forge --version >/dev/null
	@touch $@

.solcx/solc-v0.8.37: | node_modules/.installed .venv/.installed
	@mkdir -p .solcx
	@.venv/bin/python tools/install-solc 0.8.37 .solcx/native
	@ln -sf ../tools/solc $@
