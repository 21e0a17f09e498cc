# The workflow, executable. `make help` lists it. All paths are relative: a checkout in a folder with spaces works.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= $(shell sh tools/find-python)
PY := .venv/bin/python
PIP_INSTALL := $(PY) -m pip install -qq --disable-pip-version-check -c constraints.txt
ARGS ?=
# Test processes: a file of tests stays in one of them. More than four gain nothing.
TEST_JOBS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1); [ "$$n" -gt 4 ] && n=4; echo "$$n")
PYTEST := $(PY) -m pytest -n $(TEST_JOBS) --dist loadfile

.PHONY: help setup run test check format gold firings bench-extract bench-visit bench-hosts bench-workers hostile bench bench-console fuzz-api screenshots years mutate any-order crash workers simulate show-digests noise faults live reliability wheel lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

.venv/.made:
	@if [ -z "$(PYTHON)" ]; then \
	  echo "mubiao needs Python 3.11 or newer, and none of python3.13, python3.12, python3.11, python3 is that." >&2; \
	  echo "Install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python@3.13)," >&2; \
	  echo "or say where it is: make PYTHON=/path/to/python3" >&2; \
	  exit 1; \
	fi
	@echo "Making .venv with $$("$(PYTHON)" --version)"
	@"$(PYTHON)" -m venv .venv || { \
	  echo "The environment could not be made. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PY) -m pip install -qq --disable-pip-version-check --upgrade 'pip>=25.1'  # the first that knows --group
	@touch $@

.venv/.runtime: .venv/.made pyproject.toml constraints.txt
	@echo "Installing mubiao in .venv (once; a minute or two)"
	@$(PIP_INSTALL) -e .
	@touch $@

.venv/.dev: .venv/.made pyproject.toml constraints.txt
	@echo "Installing mubiao and its development tools in .venv (once; a minute or two)"
	@$(PIP_INSTALL) -e '.[postgresql]' --group dev
	@touch .venv/.runtime $@

setup: .venv/.dev  ## an own environment in .venv with all that development needs

run: .venv/.runtime  ## the daemon, from a fresh clone: watches, and writes its first digest within a minute
	@exec .venv/bin/mubiao run $(ARGS)

test: setup  ## all tests (ARGS="-k name" for some, TEST_JOBS=0 for one process)
	@$(PYTEST) $(ARGS)

check: setup  ## format, lint, types, import contracts, unit tests
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports
	@$(PYTEST) -q tests/unit

format: setup  ## format the code and mend what ruff can mend
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

gold: setup  ## score the extractor on the gold in ../shared, errors below (ARGS=--all-errors for each of them)
	@$(PY) tools/gold.py $(ARGS)

firings: setup  ## how often each rule of the extractor fires on the reports in ../shared (ARGS="--rule NAME": where)
	@$(PY) tools/firings.py --jobs 0 $(ARGS)

mutate: setup  ## edits of reports, held against the changes that are found (ARGS="--mutants 1000 --seed 1")
	@$(PY) -m tools.mutate $(ARGS)

any-order: setup  ## documents in any order, 100 worlds of 30 steps on each database, against the orderly arrival
	@LONG_ANY_ORDER=100 $(PY) -m pytest -q tests/integration/test_any_order.py $(ARGS)

bench-visit: setup  ## what visits cost when nothing changed, beside other watchers (installs them in build/)
	@$(PY) -m tools.bench_visit $(ARGS)

bench-hosts: setup  ## 3,000 sources on 300 loopback hosts, ten sweeps: none asked twice at a time, memory flat (minutes)
	@$(PY) -m tools.bench_hosts $(ARGS)

fuzz-api: setup  ## what schemathesis thinks of to break the API (MUBIAO_FUZZ_EXAMPLES=200, some minutes)
	@MUBIAO_FUZZ_EXAMPLES=$${MUBIAO_FUZZ_EXAMPLES:-200} $(PY) -m pytest -q --timeout=3600 tests/integration/test_api.py -k breaks

hostile: setup  ## the kit of hostile servers, and 1,000 good requests after it
	@LONG_GOOD_REQUESTS=1000 $(PY) -m pytest -q tests/integration/scrapers/test_hostile_servers.py

crash: setup  ## the delivering process killed 150 times: nothing lost, nothing told under two ids
	@LONG_CRASHES=150 $(PY) -m pytest -q --timeout=900 tests/integration/test_crashes.py

workers: setup  ## four workers on one PostgreSQL, two of them killed 20 times: one stream a host, nothing lost or told twice
	@LONG_KILLS=20 $(PY) -m pytest -q -s --timeout=3600 tests/integration/test_workers.py -k killed

simulate: setup  ## a year of 12 portals on a virtual clock, from 20 seeds: each change told once (ARGS="--seeds 1000 --portals 300")
	@$(PY) -m tools.simulate $(ARGS)

faults: setup  ## receivers down, kills, maintenance pages, two runs at once: what is told of 20 changes (a few minutes)
	@$(PY) -m tools.faults $(ARGS)

bench-extract: setup  ## how fast the extractor is, and what it finds, beside other readers (installs them in build/)
	@$(PY) tools/bench_extract.py $(ARGS)

bench: setup  ## the short figures side by side, into docs/benchmarks.md too (ARGS="store --scale 1 10 100": all of one)
	@$(PY) -m tools.bench $(or $(ARGS),--scale 1 10 --write docs/benchmarks.md)

bench-workers: setup  ## what a second worker brings to an import, over PostgreSQL, and what it could bring at most
	@$(PY) -m tools.bench_workers $(ARGS)

bench-console: setup  ## the console's pages on 20 years of 300 invented places: time and size of each (a few minutes)
	@$(PY) -m tools.bench_console $(ARGS)

screenshots: setup  ## pictures of every page of the console in build/screens (needs chromium)
	@$(PY) -m tools.screenshots $(ARGS)

years: setup  ## what changed between real reports, year by year, as tables in build/years (needs ../shared)
	@$(PY) -m tools.years $(ARGS)

show-digests: setup  ## sample digests as files and pictures in build/digests (needs chromium)
	@$(PY) -m tools.show_digests $(ARGS)

live: setup  ## visit each shipped source once and write build/live.csv (ARGS="--contact you@example.org"; internet)
	@$(PY) -m tools.live $(ARGS)

noise: setup  ## how much the watches are told while 31 real reports come out over six weeks (needs ../shared)
	@$(PY) -m tools.noise $(ARGS)

reliability: setup  ## the long versions of the promises in docs/reliability.md, with machine, date and seeds (an hour)
	@$(PY) -c "import datetime, os, platform as p; print(datetime.date.today(), p.platform(), os.cpu_count(), 'cores')"
	@LONG_CRASHES=150 LONG_STOPS=50 LONG_SEEDS=20 $(PY) -m pytest -q -rs -s --timeout=3600 tests/integration/test_crashes.py \
	  tests/integration/test_simulation.py tests/integration/test_migrations.py tests/integration/test_nth_failure.py \
	  tests/integration/test_backup.py tests/integration/test_housework.py tests/integration/test_scheduler.py \
	  tests/acceptance/test_keeping.py tests/acceptance/test_service.py tests/acceptance/test_stopping.py $(ARGS)

wheel: setup  ## build the wheel from what is committed, and run acceptance and integration tests against it (ARGS="-k name")
	@rm -rf build/wheel && mkdir -p build/wheel/src build/wheel/run
	@git archive HEAD | tar -x -C build/wheel/src
	@$(PY) -m pip wheel -qq --no-deps --wheel-dir build/wheel build/wheel/src
	@$(PY) -m venv build/wheel/env
	@build/wheel/env/bin/python -m pip install -qq --upgrade 'pip>=25.1'
	@build/wheel/env/bin/python -m pip install -qq -c constraints.txt "$$(ls build/wheel/*.whl)[postgresql]" --group dev
	@cd build/wheel/src && mv tests tools docs deploy pyproject.toml constraints.txt README.md LICENSE Dockerfile compose*.yaml .dockerignore \
	  ../run/
	@cd build/wheel/run && ../env/bin/python -m pytest -q tests/acceptance tests/integration \
	  --ignore tests/acceptance/test_wheel.py $(ARGS)

lock: setup  ## take the newest versions of everything into constraints.txt; then run make check test
	@$(PY) -m pip install -qq --upgrade --upgrade-strategy eager -e '.[postgresql]' --group dev
	@$(PY) tools/lock.py
	@touch .venv/.runtime .venv/.dev

clean:  ## remove the environment and all that builds and tools left (never mubiao-data or digests)
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
