# Needs make and Python 3.11 or later; everything else goes into .venv.

PYTHON ?= python3
BIN := .venv/bin
BENCHES := bazaar demo_model discovery faults fingerprint grocery index ingest kmeans labels service training
STAMP := .venv/.installed
LOCK_FLAGS := --all-extras --universal --python-version 3.11 --no-emit-index-url --generate-hashes --quiet

.PHONY: help install page demo test bench lint docs generated lock clean
.DEFAULT_GOAL := help

help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

install: $(STAMP)  ## put saccade and what it needs into .venv (PYTHON=python3.12 chooses the interpreter)

$(STAMP): requirements.lock pyproject.toml scripts/install.sh web/package-lock.json
	@PYTHON="$(PYTHON)" sh scripts/install.sh
	@touch $@

page: install  ## build the web page of the service (Node from .venv where there is none)
	@$(BIN)/python scripts/page.py

demo: install  ## a marketplace, its index, an evaluation and a page on localhost (DATA=folder, MODEL=name, SERVE=no)
	@$(BIN)/python scripts/page.py || true
	@$(BIN)/saccade demo $(if $(DATA),--data "$(DATA)") $(if $(MODEL),--model "$(MODEL)") \
		$(if $(filter no,$(SERVE)),--no-serve)

# The tests start many short processes: what they import is compiled once, wherever the environment says otherwise.
test: export PYTHONDONTWRITEBYTECODE =
test: install  ## every check: lint, types, floors, documentation and all tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: install  ## every benchmark (QUICK=1 for a minute each)
	@for name in $(BENCHES); do \
		echo "== $$name"; $(BIN)/python benchmarks/$$name.py $(if $(QUICK),--quick) || exit 1; done

lint: install  ## style, types and floors, without the tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports

docs: install  ## build the documentation into site/
	@$(BIN)/mkdocs build --strict

generated: install  ## rewrite what the documentation takes from the code
	@$(BIN)/python scripts/generated.py

lock:  ## pin the newest fitting versions in requirements.lock (needs uv)
	@uv pip compile pyproject.toml $(LOCK_FLAGS) --upgrade --custom-compile-command "make lock" -o requirements.lock

clean:  ## remove what was built, .venv included
	rm -rf .venv site demo build dist
