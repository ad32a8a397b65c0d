# cornu: everything a developer runs. Each target sets up what it needs and repeats quickly.
# A machine needs Python (3.10 or newer, with pip), make and a C++17 compiler.

SHELL := /bin/bash
PYTHON ?= python3
JOBS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/stamps
SITE_SUFFIX = $(shell $(BIN)/python -c "import sysconfig; print(sysconfig.get_config_var('EXT_SUFFIX'))")

# The build tree of `make native`; sanitizer builds use others (see tests/native/sanitize.sh).
NATIVE_BUILD := build/dev
NATIVE_SOURCES = $(shell find native -type f 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help venv native build demo seeds-table lessons test test-all bench lint format clean FORCE

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  \1\t/' | expand -t 16

# ------------------------------------------------------------------------------ the environment

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS)

# cornu itself, editable, with its dependencies and the build tools
$(STAMPS)/base: pyproject.toml | $(BIN)/python
	@mkdir -p $(STAMPS)
	$(BIN)/python -m pip install --quiet --editable '.[build]'
	@touch $@

$(STAMPS)/test: $(STAMPS)/base
	$(BIN)/python -m pip install --quiet --editable '.[build,test]'
	@touch $@

$(STAMPS)/lint: $(STAMPS)/base
	$(BIN)/python -m pip install --quiet --editable '.[build,lint]'
	@touch $@

venv: $(STAMPS)/test $(STAMPS)/lint  ## make .venv with all that tests and checks need

# ------------------------------------------------------------------------------------ the build

# Incremental: the extension is built in build/dev and put into src/cornu in one rename, so that a
# running Python never sees half a file.
$(STAMPS)/native: $(STAMPS)/base CMakeLists.txt $(NATIVE_SOURCES)
	@PATH="$(abspath $(BIN)):$$PATH" cmake -S . -B $(NATIVE_BUILD) -G Ninja --log-level=WARNING \
	    -DPython_EXECUTABLE=$(abspath $(BIN)/python) -DCMAKE_BUILD_TYPE=Release >/dev/null
	@PATH="$(abspath $(BIN)):$$PATH" cmake --build $(NATIVE_BUILD) --parallel $(JOBS)
	@if [ -f $(NATIVE_BUILD)/_native$(SITE_SUFFIX) ]; then \
	    cp $(NATIVE_BUILD)/_native$(SITE_SUFFIX) src/cornu/.native.new.so && \
	    mv -f src/cornu/.native.new.so src/cornu/_native$(SITE_SUFFIX) && \
	    cp $(NATIVE_BUILD)/_native.pyi src/cornu/; fi
	@touch $@

native: $(STAMPS)/native  ## build the C++ extension into src/cornu (incremental)

build: $(STAMPS)/base  ## build a wheel into dist/
	$(BIN)/python -m pip wheel --no-deps --wheel-dir dist .

# -------------------------------------------------------------------------------------- running

demo: $(STAMPS)/base  ## train a network that reads handwritten digits, and show it at work
	@$(MAKE) --no-print-directory native || \
	    echo "The C++ engine could not be built; the demo runs on the NumPy engine." >&2
	@$(BIN)/python -m cornu.cli demo --report build/cornu_demo.html

test: $(STAMPS)/test native  ## run the tests
	$(BIN)/python -m pytest -n $(JOBS) -m "not slow" $(PYTEST_ARGS)

test-all: $(STAMPS)/test native  ## run all tests, the slow ones too
	$(BIN)/python -m pytest -n $(JOBS) $(PYTEST_ARGS)

seeds-table: $(STAMPS)/test native  ## run the tests of the course documents and write docs/seeds.md
	$(BIN)/python -m pytest tests/seeds --write-seed-table

lessons: $(STAMPS)/test native  ## run the lessons of examples/ and write docs/lessons.md
	$(BIN)/python -m examples.write_lessons $(LESSONS)

bench: $(STAMPS)/base native  ## compare speed with other frameworks (sets up an environment for each)
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

# --------------------------------------------------------------------------------------- checks

PYTHON_CODE = $(wildcard src tests benchmarks examples)

lint: $(STAMPS)/lint native  ## check style, types and layering; report sizes
	$(BIN)/ruff check $(PYTHON_CODE)
	$(BIN)/ruff format --check $(PYTHON_CODE)
	$(BIN)/mypy
	PYTHONPATH=src $(BIN)/lint-imports
	@files=$$(find native tests/native -name '*.cpp' -o -name '*.h' -o -name '*.inc' 2>/dev/null); \
	    [ -z "$$files" ] || $(BIN)/clang-format --dry-run --Werror $$files
	@$(BIN)/python tests/api/sizes.py

format:  ## format all code
format: $(STAMPS)/lint
	$(BIN)/ruff check --fix --quiet $(PYTHON_CODE) || true
	$(BIN)/ruff format $(PYTHON_CODE)
	@files=$$(find native tests/native -name '*.cpp' -o -name '*.h' -o -name '*.inc' 2>/dev/null); \
	    [ -z "$$files" ] || $(BIN)/clang-format -i $$files

clean:  ## remove the environment and everything built
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	rm -f src/cornu/_native*.so src/cornu/_native.pyi
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
