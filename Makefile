# Two commands do everything: `make dataset` and `make test`. Each first makes .venv from the locked versions.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: dataset test test-fast lint format bench quality-evidence realism-evidence wave-model clean

dataset: .venv/.ready
	$(BIN)/ecgfactory build configs/quickstart.yaml

test: .venv/.ready
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

test-fast: .venv/.ready
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow"

lint: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/.ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.ready
	$(BIN)/python -m benchmarks

quality-evidence: .venv/.ready
	$(BIN)/python -m benchmarks.quality_evidence $(LUDB) $(if $(DRAWINGS),--drawings $(DRAWINGS)) $(if $(FOLDS),--folds $(FOLDS)) $(if $(ONLY),--only $(ONLY))

realism-evidence: .venv/.ready
	$(BIN)/python -m benchmarks.realism_evidence $(LUDB)

wave-model: .venv/.ready
	$(BIN)/python -m benchmarks.wave_model $(LUDB) $(if $(FOLDS),--folds $(FOLDS))

clean:
	rm -rf .venv

.venv/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@
