# Needs only make and Python 3.11 or later: `make demo` and `make test` set up everything else in .venv.
PYTHON ?= python3.11
VENV ?= .venv$(if $(filter python3.11,$(PYTHON)),,-$(notdir $(PYTHON)))
BIN := $(VENV)/bin
CONSTRAINTS := $(if $(filter python3.11,$(notdir $(PYTHON))),constraints.txt,constraints-newest.txt)
OUT ?= outputs/demo

.PHONY: demo test test-slow check clean

$(VENV)/.ready: pyproject.toml $(CONSTRAINTS)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e '.[test]'
	touch $@

demo: $(VENV)/.ready
	@if [ -e $(OUT) ]; then mv $(OUT) $(OUT)-before-$$(date +%Y%m%d-%H%M%S); fi
	$(BIN)/darkfigure compare scenarios/compare_programs.yaml --out $(OUT)

check: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: check
	$(BIN)/python -m pytest -m 'not slow' -n 2 --dist loadfile

test-slow: check
	$(BIN)/python -m pytest -m slow -n 2 --dist loadfile

clean:
	rm -rf .venv .venv-* .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
