# The two commands of the README are `make serve` and `make test`; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LINTERS := tests/openapi/node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: help serve test clients coverage soak check fmt bench docs build constraints clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

serve: $(VENV)/.run ## make the environment, build the graph, serve it on 127.0.0.1:8000
	$(BIN)/gfmdkg serve

test: $(VENV)/.dev ## make the environment, run all tests
	$(BIN)/python -m pytest -m "not soak and not clients"

clients: $(VENV)/.clients $(LINTERS) ## lint the OpenAPI document, make clients from it, run them
	$(BIN)/python -m pytest -m clients tests/openapi

coverage: $(VENV)/.dev ## run all tests and hold the share of lines that they run (90 %)
	$(BIN)/python -m pytest -m "not soak and not clients" --cov --cov-report=term

soak: $(VENV)/.dev ## run the long tests: kill storms, leaks, full-length fuzzing
	$(BIN)/python -m pytest -m soak

check: $(VENV)/.dev ## format, lint, types, import contracts, generated pages
	$(BIN)/ruff format --check conftest.py docs src tests benchmarks
	$(BIN)/ruff check conftest.py docs src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python docs/generate.py --check

fmt: $(VENV)/.dev ## format the code
	$(BIN)/ruff format conftest.py docs src tests benchmarks
	$(BIN)/ruff check --fix conftest.py docs src tests benchmarks

bench: $(VENV)/.dev ## measure against the engine's own server and a floor, in one run
	$(BIN)/python -m benchmarks

docs: $(VENV)/.dev ## write the generated pages below docs/ anew
	$(BIN)/python docs/generate.py

build: $(VENV)/.dev ## build the wheel and the source distribution into dist/
	$(BIN)/python -m hatchling build

constraints: ## pin all dependencies anew (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --extra mcp --group build \
	  --generate-hashes --no-emit-index-url --no-header --quiet -o constraints/run.txt
	uv pip compile pyproject.toml --universal --python-version 3.11 --extra mcp --group build --group dev \
	  --constraints constraints/run.txt \
	  --generate-hashes --no-emit-index-url --no-header --quiet -o constraints/dev.txt
	uv pip compile --universal --python-version 3.11 --group clients \
	  --constraints constraints/dev.txt \
	  --generate-hashes --no-emit-index-url --no-header --quiet -o constraints/clients.txt

clean: ## remove the environment and everything generated
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .coverage*

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# Every package is pinned with its hashes, so nothing is left to resolve: without `--no-deps`, pip
# takes a newer release of what a package asks for by an extra, and then refuses it for its hash.
$(VENV)/.run: constraints/run.txt pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes --no-deps -r constraints/run.txt
	$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.dev: constraints/dev.txt $(VENV)/.run
	$(PIP) install --require-hashes --no-deps -r constraints/dev.txt
	@touch $@

$(VENV)/.clients: constraints/clients.txt $(VENV)/.dev
	$(PIP) install --require-hashes --no-deps -r constraints/clients.txt
	@touch $@

# Without the packages' own scripts, one of which reports on its installation.
$(LINTERS): tests/openapi/package-lock.json
	npm ci --prefix tests/openapi --ignore-scripts --no-audit --no-fund --silent
	@touch $@
