# make demo: see the dashboard.  make test: check that it works.  make check: everything a change must pass.
PORT ?= 8501
TRIALS ?= 210
MINUTES ?= 10
STORMS ?= 35
INPUTS ?= 1000000
SECONDS ?= 7200
SEEDS ?= 12
MESSAGES ?= 10000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet $(PIPFLAGS) -c constraints.txt
CHROMIUM := $(or $(TOCSIN_CHROMIUM),$(shell command -v chromium))

.PHONY: help demo test check campaign campaign-long campaign-matrix campaign-kills campaign-storms campaign-crowd \
  campaign-fuzz campaign-alerts campaign-send lint types audit secrets bench clean

help:
	@echo "make demo    the dashboard with an invented region, on 127.0.0.1:$(PORT) (PORT=..., HEADLESS=1)"
	@echo "make test    all tests"
	@echo "make check   tests, lint, types, import rules, secrets, known weaknesses of what is pinned"
	@echo "make campaign  hours: all tests in their long form, kills (TRIALS=210 a database), storms (STORMS=35 of each kind),"
	@echo "               a crowd (MINUTES=10), fuzzing (INPUTS=1000000 within SECONDS=7200), alerts' budget (SEEDS=12),"
	@echo "               sending with kills (MESSAGES=10000)"
	@echo "make bench   measure speed and memory (EVENTS=a UCDP file: the commands too)"
	@echo "make bench-pages  weight, CPU and memory of the pages"
	@echo "make clean   throw away .venv and what the demo made"

demo: $(VENV)/.installed
	@mkdir -p data
	@$(BIN)/tocsin demo --db sqlite:///data/exercise.db --port $(PORT) $(if $(HEADLESS),--headless)

test: $(VENV)/.dev-installed
	@$(if $(CHROMIUM),,echo "No chromium: the browser tests are left out. To have them: apt-get install chromium, or TOCSIN_CHROMIUM=/path/to/it")
	$(BIN)/pytest -n 2 --dist worksteal

check: lint types secrets audit test

secrets: $(VENV)/.dev-installed
	$(BIN)/python -m tests.hostile.scan

# Warns and goes on where there is no network: what could not be audited is said, and is no failure.
audit: $(VENV)/.dev-installed
	-@$(PIP) -e '.[audit]'
	$(BIN)/python -m tests.hostile.audit

# Each part may be run alone; `make -k campaign` goes on after one that failed.
campaign: campaign-long campaign-kills campaign-storms campaign-crowd campaign-fuzz campaign-alerts campaign-send

# Tests that have a short form for every change (tests/long.py) run in their long one.
campaign-long: $(VENV)/.dev-installed
	TOCSIN_TEST_LONG=1 $(BIN)/pytest -q -n 2 --dist worksteal

campaign-matrix: $(VENV)/.dev-installed
	TOCSIN_TEST_LONG=1 $(BIN)/pytest -q -n 2 tests/matrix tests/hostile

campaign-kills: $(VENV)/.dev-installed
	$(BIN)/python -m tests.campaigns kill --trials $(TRIALS)

campaign-storms: $(VENV)/.dev-installed
	$(BIN)/python -m tests.campaigns storm --trials $(STORMS)

campaign-crowd: $(VENV)/.dev-installed
	$(BIN)/python -m tests.campaigns crowd --minutes $(MINUTES)

campaign-fuzz: $(VENV)/.dev-installed
	$(BIN)/python -m tests.campaigns.fuzz --inputs $(INPUTS) --seconds $(SECONDS)

campaign-alerts: $(VENV)/.dev-installed
	$(BIN)/python -m benchmarks.alert_budget $(SEEDS)
	$(BIN)/python -m benchmarks.interval_coverage $(SEEDS)
	$(BIN)/python -m tests.campaigns kill --job daily notices --trials 40

campaign-send: $(VENV)/.dev-installed
	$(BIN)/python -m tests.campaigns send --messages $(MESSAGES)

lint: $(VENV)/.dev-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev-installed
	$(BIN)/mypy

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/features.py --columns
	$(if $(EVENTS),$(BIN)/python benchmarks/chain.py $(EVENTS))

# Speed, weight and memory of the pages, over a store that is made for it.
bench-pages: $(VENV)/.dev-installed
	@mkdir -p data && rm -f data/bench.db*
	$(BIN)/python -m benchmarks.large_store sqlite:///data/bench.db
	$(BIN)/python -m benchmarks.weight sqlite:///data/bench.db
	$(BIN)/python -m benchmarks.pages sqlite:///data/bench.db --people 50

clean:
	rm -rf $(VENV) data/exercise.db*

# A changed list of requirements makes a new environment, so that nothing old stays behind.
$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Installing into $(VENV) (about a minute) ..."
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) -e '.$(EXTRAS)'
	@$(BIN)/python -m compileall -q dashboard db models
	@touch $@

$(VENV)/.dev-installed: $(VENV)/.installed
	@echo "Installing what the tests need ..."
	@$(PIP) -e '.[dev]'
	@touch $@
