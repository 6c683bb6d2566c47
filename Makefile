# Needs python3 (3.11 or newer, with venv), make and a package index; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Stamps: what is installed stays installed until pyproject.toml changes.
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
INSTALLED_SPARK := $(VENV)/.installed-spark
INSTALLED_BENCH := $(VENV)/.installed-bench
LINES := build/bench/lines.jsonl

.DEFAULT_GOAL := help
.PHONY: help demo test test-services fuzz bench bench-whole lint fast clean

help:
	@echo "make demo    run the command on the bundled data"
	@echo "make test    ruff, mypy and every test that needs no service"
	@echo "make test-services  the tests that need a service, which they start on loopback"
	@echo "make fuzz    damaged files for every door, a minute long"
	@echo "make bench   10 M packages against the floor, DuckDB and Polars; fails under benchmarks/budgets.toml"
	@echo "make bench-whole  the same at 1 M, 10 M and 60 M, the fleets that hurt, one host, and the figures of the docs"
	@echo "make lint    ruff and mypy only"
	@echo "make fast    the tests, stopping at the first failure"
	@echo "make clean   remove .venv, caches and build output"

demo: $(INSTALLED)
	$(BIN)/patchrules evaluate --as-of 2026-11-01T00:00Z --fail-on never \
	  --baseline data/baselines/demo \
	  --inventory data/inventories/fleet --hosts data/inventories/hosts.yaml \
	  --catalog 'RedhatEnterpriseLinux9*=data/catalogs/rhel9' --catalog 'AmazonLinux2023*=data/catalogs/al2023' \
	  --catalog data/catalogs/debian12 --catalog data/catalogs/ubuntu2204

test: lint
	$(BIN)/python -m pytest -n 2

test-services: $(INSTALLED_SPARK)
	@command -v chromium >/dev/null || ! command -v apt-get >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium; } || echo "no chromium: the tests of the HTML report are skipped"
	$(BIN)/python -m pytest -q -m services

fuzz: $(INSTALLED_DEV)
	$(BIN)/python tests/fuzz.py --seconds 60

bench: $(INSTALLED_BENCH)
	@mkdir -p $(dir $(LINES)) benchmarks/results && rm -f $(LINES)
	$(BIN)/python -m benchmarks.bench_batch --rows 10M --into $(LINES)
	$(BIN)/python -m benchmarks.budgets $(LINES)

bench-whole: $(INSTALLED_BENCH)
	@mkdir -p $(dir $(LINES)) benchmarks/results && rm -f $(LINES)
	$(BIN)/python -m benchmarks.bench_batch --rows 1M 10M 60M --into $(LINES)
	for fleet in own_images million_versions many_rules many_globs; do \
	  $(BIN)/python -m benchmarks.bench_batch --rows 10M --worst $$fleet --rounds 3 --into $(LINES) || exit 1; done
	$(BIN)/python -m benchmarks.bench_host --into benchmarks/results/host.json
	cp $(LINES) benchmarks/results/batch.jsonl
	$(BIN)/python -m benchmarks.figure
	$(BIN)/python -m benchmarks.budgets $(LINES)

lint: $(INSTALLED_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fast: $(INSTALLED_DEV)
	$(BIN)/python -m pytest -n 2 -x -q

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov build dist
	find patchrules tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "no \`$(PYTHON)\` on PATH: install Python 3.11 or newer, or say make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "\`$(PYTHON)\` is $$($(PYTHON) --version 2>&1), patchrules wants Python 3.11 or newer: say make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "\`$(PYTHON)\` has no venv: on Debian or Ubuntu, apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(INSTALLED_DEV): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	@touch $@ $(INSTALLED)

$(INSTALLED_SPARK): $(INSTALLED_DEV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev,spark]"
	@touch $@

$(INSTALLED_BENCH): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[bench]"
	@touch $@ $(INSTALLED)
