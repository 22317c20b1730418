# Needs only make and Python 3.11 or later: `make demo` and `make test` set up everything else in .venv.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
VENV ?= $(if $(filter 3.11,$(VERSION)),.venv,.venv-$(VERSION))
BIN := $(VENV)/bin
CONSTRAINTS := $(if $(filter 3.11,$(VERSION)),constraints.txt,constraints-newest.txt)
OUT ?= outputs/demo

# What processes load is compiled to bytecode once, not by each of the hundreds that tests begin.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-slow check compiled compiled-beside prepared schema site axe clean

$(VENV)/.ready: pyproject.toml $(CONSTRAINTS)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -c $(CONSTRAINTS) -e .
	touch $@

$(VENV)/.ready-for-tests: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -c $(CONSTRAINTS) -e '.[test]'
	touch $@

demo: $(VENV)/.ready
	@if [ -e $(OUT) ]; then mv $(OUT) $(OUT)-before-$$(date +%Y%m%d-%H%M%S); fi
	$(BIN)/darkfigure compare scenarios/compare_programs.yaml --out $(OUT)

check: $(VENV)/.ready-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

site: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -c $(CONSTRAINTS) -e '.[site]'
	$(BIN)/python docs/site/build.py

# What looks for faults of pages; without npm or a network the tests that need it are skipped and say so.
build/axe/node_modules/axe-core/axe.min.js:
	npm install --silent --no-audit --no-fund --ignore-scripts --prefix build/axe axe-core@4.14.1

axe: build/axe/node_modules/axe-core/axe.min.js

schema: $(VENV)/.ready
	$(BIN)/python -m sim describe --json-schema > scenarios/schema.json.new
	mv scenarios/schema.json.new scenarios/schema.json

# What is compiled, once, before tests run side by side and each compile it: the loops, and then the little that agents
# and threads need beside, while what tests need is installed and sources are looked through.
compiled: $(VENV)/.ready
	out=$$(mktemp -d) && $(BIN)/python -m sim run baseline --set months=3 --set world.people=4000 --quiet --out $$out/run && rm -r $$out

compiled-beside: compiled $(VENV)/.ready-for-tests
	$(BIN)/python tests/made/compiled_beside.py

prepared: compiled-beside check

test: $(VENV)/.ready
	$(MAKE) -j2 prepared
	$(BIN)/python -m pytest -m 'not slow' -n 2 --dist loadfile --no-loadscope-reorder -rs

test-slow: $(VENV)/.ready
	$(MAKE) -j2 prepared
	$(BIN)/python -m pytest -m slow -n 2 --dist loadfile

clean:
	rm -rf .venv .venv-* .pytest_cache .mypy_cache .ruff_cache .hypothesis build *.egg-info
