# Beskplan. `make help` lists the verbs.

SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

# Nothing here reports home.
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false
export AIRFLOW__USAGE_DATA_COLLECTION__ENABLED := false

# The first of these that is Python 3.11 or newer.
PYTHON := $(shell for p in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)

.PHONY: help run test quick system secrets airflow lint fix bench backtest endurance faults genskab soak joblog-bench verify audit lock clean

help: ## List the verbs
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run ## Set up, land the three recorded times, build, judge, publish one release
	@beskplan demo

test: $(VENV)/.dev lint ## Set up, check the style, run every test, a full Airflow run among them
	@python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not drift"

quick: $(VENV)/.dev ## The tests without those that repeat a whole run
	@python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not system and not drift"

system: $(VENV)/.system ## docker-compose.yml's services as processes, on Postgres; prints timings
	@python -m pytest -n 0 -s -m drift tests/system/test_drift.py

secrets: ## Make the secret files that docker-compose.yml mounts, each once, mode 600
	@bash deploy/hemmeligheder.sh

airflow: $(VENV)/.run .env ## Start Airflow with the stand-in; prints address and login
	@bash ops/airflow.sh start

lint: $(VENV)/.dev ## ruff, mypy, sqlfluff, yamllint
	@ruff check .
	@ruff format --check .
	@mypy
	@sqlfluff lint --processes 2 --disable-progress-bar dbt_project/models dbt_project/macros dbt_project/tests
	@yamllint -s .

fix: $(VENV)/.dev ## Let ruff and sqlfluff mend what they can
	@ruff check --fix . ; ruff format . ; sqlfluff fix --disable-progress-bar dbt_project/models

bench: $(VENV)/.dev ## Wall time and peak memory by stage
	@python benchmarks/bench.py

backtest: $(VENV)/.dev ## The forecast on the recorded tables; writes docs/backtest.md
	@python benchmarks/backtest.py

endurance: $(VENV)/.dev ## Every kill and query of the swap and kill tests; writes docs/endurance.md
	@python benchmarks/endurance.py

genskab: $(VENV)/.dev ## Ten releases, the first and the newest made again; writes docs/genskab.md
	@python benchmarks/genskab.py

soak: $(VENV)/.dev ## Fifty months of releases in one process; writes docs/soak.md
	@python benchmarks/soak.py

faults: $(VENV)/.dev ## Each fault made, compared, recovered from (root: it mounts); writes docs/fejltabel.md
	@python benchmarks/faults.py

joblog-bench: $(VENV)/.dev ## Errors of the Joblog class put into real months; writes docs/joblog-bench.md
	@python benchmarks/joblog_bench.py

verify: $(VENV)/.run ## Recompute the landing's checksums; compare recorded cells with the release
	@beskplan landing verify
	@beskplan afstem

audit: $(VENV)/bin/python ## Ask for known weaknesses of every locked package (needs the network; not in CI)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes \
		--only-binary :all: --upgrade --target $(VENV)/audit -r requirements/audit.lock
	@PYTHONPATH=$(VENV)/audit $(BIN)/python -m pip_audit --disable-pip --require-hashes \
		--progress-spinner off $(AUDIT) -r requirements/run.lock -r deploy/production.lock

lock: ## Resolve requirements/*.in anew (needs uv)
	@for n in dev run klient audit; do uv pip compile --python-version 3.11 --universal --generate-hashes \
		--no-strip-extras --no-header --no-emit-index-url --no-annotate -q \
		$$([ $$n = run ] && echo -c requirements/dev.lock) requirements/$$n.in -o requirements/$$n.lock; done
	@bash deploy/lock.sh

clean: ## Remove what runs made: work folder, releases, landing, Airflow's home
	@rm -rf arbejde releases landing airflow_home

$(VENV)/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Beskplan needs Python 3.11 or newer; none was found."; \
		echo "Found: $$(python3 --version 2>&1 || true)"; \
		echo "Install one (for example: apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python3.11 run"; \
		exit 1; fi
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) has no venv module: install python3-venv."; rm -rf $(VENV); exit 1; }

# A lock is complete, so nothing is resolved (--no-deps); every file is checked against its hash.
define install
	@echo "Installing requirements/$(1).lock into $(VENV) (once; about two minutes)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes \
		$(2) -r requirements/$(1).lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
endef

$(VENV)/.run: requirements/run.lock pyproject.toml | $(VENV)/bin/python
	$(call install,run,)
	@touch $@

# What no test imports need not be compiled: it takes a minute. A second DuckDB, in a folder of its own.
$(VENV)/.dev: requirements/dev.lock requirements/klient.lock pyproject.toml | $(VENV)/bin/python
	$(call install,dev,--no-compile)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes \
		--only-binary :all: --upgrade --target $(VENV)/klient -r requirements/klient.lock
	@touch $@ $(VENV)/.run

# What production adds, on top: the image has the same lock.
$(VENV)/.system: deploy/production.lock $(VENV)/.dev
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes \
		-r deploy/production.lock
	@touch $@

.env:
	@cp .env.example .env
