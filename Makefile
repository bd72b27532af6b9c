# Everything starts here. `make help` lists what there is.
PYTHON ?= python3
VENV ?= .venv
EXTRAS ?= dev
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

.PHONY: help session test test-all check bench wheel clean

help:
	@echo "make session   set up, then lie down: plays Soft Landing, or writes its MP3 where there is no speaker"
	@echo "make test      set up, then run the tests that need no patience: two minutes"
	@echo "make test-all  the long ones too"
	@echo "make check     formatting, lint and types"
	@echo "make bench     figures as ratios, with the peers run in the same call"
	@echo "make clean     remove the virtual environment and what was built"

$(VENV)/bin/python:
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(READY): pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(READY_DEV): pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$(EXTRAS)]'
	@touch $@ $(READY)

session: $(READY)
	$(BIN)/voice-guide play soft landing --or-export

# Most tests wait for a process or for sound, so that more of them than there are processors are no hurry.
SIDE_BY_SIDE := -n 4

test: $(READY_DEV)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not long"

test-all: $(READY_DEV)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)

check: $(READY_DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(READY_DEV)
	$(BIN)/python tests/bench

wheel: $(READY_DEV)
	$(BIN)/python -m build --wheel

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
