# Every target does its own set-up: the first one that runs builds .venv.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

# Two test workers share the machine, so each keeps to one thread of arithmetic.
TEST_WORKERS ?= 2
# Those that claim nothing: they report, for hours.
REPORTS := $(addprefix benchmarks/bench_,strategies.py recipes.py whole.py entities.py ordered.py)

# What `make test-wheel` tries; with an exact number of PyTorch pip may take a CPU build.
PYTHONS ?= python3.11 python3.12 python3.13
TORCH ?= torch

ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-oldest lint types format bench results wheel test-wheel docs clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

demo: $(STAMP)  ## tune strategy x architecture on real data; writes demo_output/
	$(BIN)/skseq demo --output demo_output

test: lint types  ## lint and types, then every test that isn't slow
	$(ONE_THREAD) $(BIN)/python -m pytest -n $(TEST_WORKERS)

test-slow: $(STAMP)  ## the tests marked slow
	$(ONE_THREAD) $(BIN)/python -m pytest -m slow

test-oldest:  ## the tests on the oldest versions that pyproject.toml admits, in .venv-oldest
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install -q --disable-pip-version-check \
		-c constraints-oldest.txt -e ".[test]"
	$(ONE_THREAD) .venv-oldest/bin/python -m pytest -n $(TEST_WORKERS)

lint: $(STAMP)  ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)  ## mypy, over the packages that pyproject.toml names
	$(BIN)/python -m mypy

format: $(STAMP)  ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)  ## run every benchmark that asserts a claim; takes minutes
	@set -e; for script in $(filter-out $(REPORTS),$(wildcard benchmarks/bench_*.py)); do \
		echo "== $$script"; $(BIN)/python "$$script"; \
	done

results: $(STAMP)  ## nets, baselines and strategies on real sets: writes docs/results*.md; takes hours
	$(ONE_THREAD) $(BIN)/python benchmarks/bench_whole.py --output docs/results_whole.md
	$(ONE_THREAD) $(BIN)/python benchmarks/bench_entities.py --output docs/results_entities.md
	$(ONE_THREAD) $(BIN)/python benchmarks/bench_strategies.py --output docs/results.md

wheel: $(STAMP)  ## build the wheel in dist
	rm -rf dist
	$(BIN)/python -m build -q

test-wheel: wheel  ## use the wheel in a fresh environment of each of PYTHONS; takes minutes
	$(BIN)/python tests/check_wheel.py dist/skseq-*.whl $(PYTHONS) --torch $(TORCH)

docs: $(STAMP)  ## build the HTML pages in docs/_build/html
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

clean:  ## remove .venv and everything built
	rm -rf .venv .venv-oldest build dist *.egg-info docs/_build docs/_pictures docs/api demo_output \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis
	find skseq tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

# .venv is made once and brought up to date when the requirements change.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "skseq needs Python 3.11 or newer, but '$(PYTHON)' is" \
			"$$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; \
		exit 1; }
	[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@
