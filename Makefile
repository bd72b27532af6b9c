# Everything starts here. `make help` lists what there is.
PYTHON ?= python3
VENV ?= .venv
EXTRAS ?= dev
# The versions that were tested. Empty means the newest of everything; tests/constraints/lowest.txt the oldest we promise.
CONSTRAINTS ?= tests/constraints/tested.txt
BIN := $(VENV)/bin
# The stamps carry the name of what is installed, so that another choice is installed anew.
READY := $(VENV)/.ready-$(or $(basename $(notdir $(CONSTRAINTS))),newest)
READY_DEV := $(READY)-$(EXTRAS)
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet $(if $(CONSTRAINTS),-c $(CONSTRAINTS),--upgrade --upgrade-strategy eager) --editable
UV := $(BIN)/uv pip compile --quiet --no-config --upgrade --all-extras --no-annotate --custom-compile-command 'make lock'

.PHONY: help session test test-all check bench wheel lock clean

help:
	@echo "make session   set up, then lie down: plays Soft Landing, or writes its MP3 where there is no speaker"
	@echo "make test      set up, then run the tests that need no patience: two minutes"
	@echo "make test-all  the long ones too"
	@echo "make check     formatting, lint and types"
	@echo "make bench     figures as ratios, with the peers run in the same call"
	@echo "make lock      write down the newest and the lowest versions that pyproject.toml allows; then test with both"
	@echo "make clean     remove the virtual environment and what was built"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "voice_guide needs Python 3.11 or newer, and $(PYTHON) is not; name one: make PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(READY): pyproject.toml $(CONSTRAINTS) | $(VENV)/bin/python
	$(INSTALL) .
	@rm -f $(VENV)/.ready* && touch $@

$(READY_DEV): pyproject.toml $(CONSTRAINTS) | $(VENV)/bin/python
	$(INSTALL) '.[$(EXTRAS)]'
	@rm -f $(VENV)/.ready* && touch $@ $(READY)

session: $(READY)
	$(BIN)/voice-guide play soft landing --or-export

# As many at once as there are processors: who times or hears real sound comes after them, alone.
SIDE_BY_SIDE := -n logical

test: $(READY_DEV)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not long"

test-all: $(READY_DEV)
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) -m "not alone"
	$(BIN)/python -m pytest -m alone

check: $(READY_DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	for system in linux win32 darwin; do $(BIN)/mypy --platform $$system --cache-dir .mypy_cache/$$system || exit 1; done

bench: $(READY_DEV)
	$(BIN)/python tests/bench

wheel: $(READY_DEV)
	$(BIN)/python -m build --wheel

# pyobjc pins its frameworks itself; the markers of their lines are not for every pip.
lock: | $(VENV)/bin/python
	$(PIP) install --quiet --upgrade uv
	$(UV) --universal --python-version 3.11 pyproject.toml --output-file $(VENV)/tested.txt
	$(UV) --resolution lowest-direct --python-platform linux --python-version 3.11 pyproject.toml --output-file $(VENV)/lowest.txt
	mkdir -p tests/constraints
	for name in tested lowest; do grep -v '^pyobjc-framework-' $(VENV)/$$name.txt > tests/constraints/$$name.txt; done

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
