# Everything runs in .venv, made on first use with the versions that were tested (requirements/).
# DEPS=newest or DEPS=oldest makes it with the newest or the oldest versions that pyproject.toml allows.
PYTHON ?= python3
DEPS ?= locked
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test faults acceptance lint format generate bench lock clean

demo: $(READY)  ## Train and serve the example estate on the emulator, then change one line.
	@PATH="$(CURDIR)/$(BIN):$$PATH" scripts/demo

# Tests wait for servers and processes, so two a core keep the cores busy.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')
test: $(READY)  ## All tests; no network needed. Ends with the time that they took.
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

N ?= 1000
SEED ?=
faults: $(READY)  ## Faults at every request of an apply, then N random schedules of many; prints a table. SEED=n repeats.
	@$(BIN)/python -m tests.faults --schedules $(N) $(if $(SEED),--seed $(SEED))

acceptance: $(READY)  ## The smallest life on your own account: ACCOUNT=/subscriptions/... REGION= MODEL= BUDGET=1 (USD).
	@$(BIN)/python -m tests.acceptance --account "$(ACCOUNT)" --region "$(REGION)" --model "$(MODEL)" --budget "$(BUDGET)"

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

bench: $(READY)  ## Costs as ratios against floors and peers of the same run.
	@for name in core datasets plans; do $(BIN)/python bench/$$name.py || exit 1; done

lock: $(READY)  ## Move the tested versions to the newest that pyproject.toml allows.
	scripts/lock $(BIN)

clean:
	rm -rf $(VENV) .reconciler

$(READY): pyproject.toml $(wildcard requirements/*.txt)
	$(PYTHON) -m venv --clear $(VENV)
	scripts/install $(BIN) $(DEPS)
	@touch $@
