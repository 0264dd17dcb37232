# One environment (.venv) in three growing parts, each installed from hashes and only when its lock changes:
#   requirements.lock       what running needs           make demo, make dev
#   requirements-test.lock  and what the tests need      make test
#   requirements-dev.lock   and linters, notebooks, bench peers
.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
HOME_DIR ?= demo
# A stamp carries the lock's checksum in its name, so that touching or checking out a file installs nothing.
stamp = $(VENV)/.installed-$(1)-$(firstword $(shell cksum < $(2)))
RUN := $(call stamp,run,requirements.lock)
TEST := $(call stamp,test,requirements-test.lock)
DEV := $(call stamp,dev,requirements-dev.lock)
SIYU := $(call stamp,siyu,pyproject.toml)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
INSTALL := $(BIN)/python -m pip install --quiet --require-hashes

.PHONY: help demo test parity lint dev notebook serve bench docs site picture rendered lock sbom audit clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

demo: $(SIYU) ## set up, make a demo merchant, run everything, print where the report is
	@$(BIN)/siyu demo --home $(HOME_DIR)

# The processes that share the tests, and those that tests start, read what the first one compiled.
test: $(TEST) $(SIYU) ## every test
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

parity: $(TEST) $(SIYU) ## every SQL file on Spark over every world, the demo and other questions, files read both ways, many random examples; long
	@SIYU_PARITY=all $(BIN)/python -m pytest tests/parity tests/ingest tests/core/test_incremental.py

lint: $(DEV) $(SIYU) ## style, types and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 assets

dev: $(SIYU) ## Dagster's web UI on 127.0.0.1:3000 (SIYU_HOME says which merchant; default data)
	@mkdir -p .dagster_home && cp dagster.yaml .dagster_home/dagster.yaml
	DAGSTER_HOME=$(CURDIR)/.dagster_home $(BIN)/dagster dev --host 127.0.0.1 --port 3000

notebook: $(DEV) $(SIYU) ## JupyterLab over the published snapshot (SIYU_HOME; default demo)
	SIYU_HOME=$${SIYU_HOME:-$(CURDIR)/demo} $(BIN)/jupyter lab --ip 127.0.0.1 notebooks

serve: $(TEST) $(SIYU) ## the reports and a page to ask on, on 127.0.0.1:8450 (SIYU_HOME; default demo)
	SIYU_HOME=$${SIYU_HOME:-$(CURDIR)/demo} $(BIN)/siyu serve

bench: $(DEV) $(SIYU) ## speed and memory against peers, about half an hour and 10 GB of disk; bench/RESULTS.md
	@$(BIN)/python -m bench

docs: $(SIYU) ## docs/ from the headers
	@$(BIN)/python -m pipelines.docs

site: $(TEST) $(SIYU) ## site/: docs/ as pages to read and search, in a browser
	@$(BIN)/python -m pipelines.docs.site site && echo "site/index.html; to search it, too: $(BIN)/python -m http.server --directory site"

picture: $(SIYU) ## docs/report.png from the demo's report (needs `make demo` and a Chromium)
	@$(BIN)/python -m pipelines.report.picture $(HOME_DIR) docs/report.png

rendered: $(DEV) $(SIYU) ## docs/notebooks/ as they look over the demo (needs `make demo`)
	@$(BIN)/python -m pipelines.docs.rendered $(HOME_DIR)

UV ?= uv
COMPILE := $(UV) pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header \
	--no-strip-extras --quiet $(UPGRADE)

lock: ## requirements*.lock from pyproject.toml (needs uv; UPGRADE=--upgrade takes newer releases)
	@command -v $(UV) >/dev/null || { echo "make lock needs uv on the PATH, or UV=/path/to/uv" >&2; exit 1; }
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --extra test --extra spark --extra serve --extra site --constraint requirements.lock --output-file requirements-test.lock
	$(COMPILE) --all-extras --constraint requirements-test.lock --output-file requirements-dev.lock

sbom: $(DEV) $(SIYU) ## what running is made of: sbom.json (CycloneDX) and docs/licences.md, from an environment of nothing else
	@rm -rf .sbom && $(BIN)/python -m venv .sbom && .sbom/bin/python -m pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/cyclonedx-py environment .sbom/bin/python --pyproject pyproject.toml --of JSON -o sbom.json
	@$(BIN)/pip-licenses --python .sbom/bin/python --from mixed --format markdown --output-file docs/licences.md
	@rm -rf .sbom

audit: $(DEV) ## known weaknesses of what is locked (asks the public database)
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock

clean: ## remove the environment, caches and the demo merchant; ./data stays
	rm -rf $(VENV) demo site .dagster_home .pytest_cache .hypothesis .mypy_cache .ruff_cache bench/.cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	    if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "Making $(VENV) with $$($$python --version)"; exec $$python -m venv $(VENV); \
	    fi; \
	done; \
	echo "Siyu needs Python 3.11 or newer with its venv module; none was found on the PATH." >&2; \
	echo "Install one (on Debian and Ubuntu: apt install python3 python3-venv), or say PYTHON=/path/to/python3." >&2; exit 1

$(RUN): | $(BIN)/python
	@echo "Installing what running needs into $(VENV) (once, a minute or two) ..."
	@$(INSTALL) -r requirements.lock
	@rm -f $(VENV)/.installed-run-*; touch $@

$(TEST): $(RUN)
	@echo "Installing what the tests need into $(VENV) (once, a few minutes) ..."
	@$(INSTALL) -r requirements-test.lock
	@rm -f $(VENV)/.installed-test-*; touch $@

$(DEV): $(TEST)
	@echo "Installing linters, notebooks and the benchmark's peers into $(VENV) (once, a few minutes) ..."
	@$(INSTALL) -r requirements-dev.lock
	@rm -f $(VENV)/.installed-dev-*; touch $@

# No index is asked: the build backend stands in requirements.lock.
$(SIYU): $(RUN)
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.installed-siyu-*; touch $@
