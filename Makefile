# Every target makes its own .venv first (once, and again when pyproject.toml or constraints.txt change).
# Needs: make, Python 3.11 or newer with venv, a network for the first time. PYTHON=python3.12 chooses another Python.

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip --disable-pip-version-check --quiet
STAMP := $(VENV)/.installed
STAMP_DEV := $(VENV)/.installed-dev

.PHONY: help demo up test check bench clean

help:
	@echo "make demo   run the daily reconciliation on this machine: no account, no key, no container"
	@echo "make up     server, worker and vendor stand-ins, until Ctrl-C"
	@echo "make test   make check, then every test"
	@echo "make check  formatting, lint and types"
	@echo "make bench  the benchmarks"
	@echo "make clean  remove .venv"

demo: $(STAMP)
	@$(VENV)/bin/ordinaut demo

up: $(STAMP)
	@$(VENV)/bin/ordinaut up

check: $(STAMP_DEV)
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy

test: check
	@$(RUN) -m tests.prerequisites
	$(RUN) -m pytest -n 3 --dist worksteal

bench: $(STAMP_DEV)
	$(RUN) -m tests.benchmarks

clean:
	rm -rf $(VENV)

$(STAMP): pyproject.toml constraints.txt | $(RUN)
	@echo "Installing into $(VENV) (about a minute, once)" >&2
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(STAMP_DEV): pyproject.toml constraints.txt | $(RUN)
	@echo "Installing into $(VENV), with what tests need (about a minute, once)" >&2
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@

$(RUN):
	@command -v $(PYTHON) >/dev/null || { \
	  echo "make: there is no $(PYTHON) on the PATH; install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make: Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) -V 2>&1); name a newer one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  version=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	  echo "make: $(PYTHON) has no venv module; on Debian and Ubuntu: apt-get install python$$version-venv" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
