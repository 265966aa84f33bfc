# Everything runs in .venv, made from pyproject.toml on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := $(VENV)/.peers

.PHONY: demo test faults lint format generate bench clean

demo: $(READY)  ## Train and serve the example estate on the emulator, then change one line.
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/demo

test: $(READY)  ## All tests; no network needed.
	$(BIN)/pytest -n auto

N ?= 1000
SEED ?=
faults: $(READY)  ## Faults at every request of an apply, then N random schedules of many; prints a table. SEED=n repeats.
	@$(BIN)/python -m tests.faults --schedules $(N) $(if $(SEED),--seed $(SEED))

lint: $(READY)  ## Style, types and import contracts.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)  ## Put the code in its normal form.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

generate: $(READY)  ## Write anew what is made from the code: the schemas, the page of diagnostics.
	@mkdir -p schema
	$(BIN)/reconciler schema > schema/reconciler.schema.json
	$(BIN)/reconciler schema --kind plan > schema/plan.schema.json
	$(BIN)/reconciler explain --format markdown > docs/diagnostics.md

bench: $(READY) $(PEERS)  ## Costs as ratios against floors and peers of the same run.
	@for name in core datasets plans; do $(BIN)/python bench/$$name.py || exit 1; done

clean:
	rm -rf $(VENV) .reconciler

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

$(PEERS): $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[bench]'
	@touch $@
