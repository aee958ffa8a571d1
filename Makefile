# Everything a fresh machine needs is Python 3.11+ and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile

# the modules are compiled once, not by every process that the tests start
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test lint test-unit test-unit-first test-unit-second test-server test-server-loads test-server-sample test-rest test-neo4j check matrix torture bench lock clean help

help:
	@echo "make demo    the main job on a generated sample, then its graph in a local Neo4j"
	@echo "make test    the whole suite, real Neo4j included"
	@echo "make check   lint, types and unit tests"
	@echo "make torture  kills, damaged records, full disks: docs/reliability.md"
	@echo "make bench   speed against what one would otherwise write (docs/bench.md)"
	@echo "make lock    write the lock files anew"

$(VENV)/.run: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "scicities needs Python 3.11 or newer; PYTHON=python3.12 make … names another"; exit 1; }
	@echo "setting up $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml $(VENV)/.run
	@echo "setting up the tools of development (once)"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.run
	@$(BIN)/scicities demo

test: $(VENV)/.dev
	@sh tests/find_browser.sh
	@$(MAKE) --no-print-directory --jobs=5 test-server-loads test-server-sample test-rest test-unit-first test-unit-second lint

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# the parts of `make test`: each is one process, and keeps one processor busy where it does not wait for Neo4j or a
# download. Tests that ask the sample's graph have a server of their own, since the others empty theirs.
SERVER_SAMPLE := $(wildcard $(patsubst %,tests/server/test_%.py,browser quer* read_only written_results))
SERVER_LOADS := $(filter-out $(SERVER_SAMPLE),$(wildcard tests/server/test_*.py))
UNIT_FIRST := $(wildcard tests/unit/test_[a-k]*.py)
UNIT_SECOND := $(filter-out $(UNIT_FIRST),$(wildcard tests/unit/test_*.py))

test-unit-first: $(VENV)/.dev
	$(BIN)/python -m pytest $(UNIT_FIRST)

test-unit-second: $(VENV)/.dev
	$(BIN)/python -m pytest $(UNIT_SECOND)

test-unit: $(VENV)/.dev
	$(BIN)/python -m pytest tests/unit

test-server: $(VENV)/.dev
	$(BIN)/python -m pytest tests/server

test-server-loads: $(VENV)/.dev
	$(BIN)/python -m pytest $(SERVER_LOADS)

test-server-sample: $(VENV)/.dev
	$(BIN)/python -m pytest $(SERVER_SAMPLE)

test-rest: $(VENV)/.dev
	$(BIN)/python -m pytest tests/shared tests/cli tests/packaging tests/torture

# tests/server on another Neo4j: SCICITIES_NEO4J_VERSION=2026.08.1 make test-neo4j
test-neo4j: $(VENV)/.dev
	SCICITIES_TEST_NEO4J_VERSION=$${SCICITIES_NEO4J_VERSION:?names the version} $(BIN)/python -m pytest tests/server --deselect tests/server/test_browser.py

check: lint test-unit

bench: $(VENV)/.dev
	$(BIN)/python -m bench

# what the workflows run elsewhere: every Python that is found here, the lowest supported versions, the wheel
matrix: $(VENV)/.dev
	@sh tests/matrix.sh

# kills, damaged records, hostile names, full disks and forbidden statements at full length (docs/reliability.md)
torture: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m torture $(TRIALS)

lock: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --extra server --extra plots --group build \
	  --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --all-extras --group dev --group build \
	  -c requirements.lock --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements-dev.lock

clean:
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
