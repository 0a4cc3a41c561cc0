# Everything needs Python 3.11 or newer, pip and make, and nothing else. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
OUT := out
WHEELS ?= dist/wheels
WHEELS_OF ?= requirements/run.txt
MODEL ?= models/zh_tongbao
PYTEST_ARGS ?=
BENCH_ARGS ?=

.PHONY: demo test lint train evaluate rivals bench bench-check wheel wheels lock clean help
.DELETE_ON_ERROR:

demo: $(VENV)/run.stamp ## install what reading needs, and turn the seed bulletin into tables
	@mkdir -p $(OUT)
	$(BIN)/tongbao extract seeds -o $(OUT)/rows.csv -o $(OUT)/rows.jsonl --show 30 --headers zh
	@echo
	@echo "以上是前 30 行;全部数据行在 $(OUT)/rows.csv(表格)与 $(OUT)/rows.jsonl(每行一篇)。"
	@echo "这篇通报也是训练语料,模型见过它:这里只演示输出的样子,不说明准确率。"
	@echo "没见过的通报上有多准,见 README.md 的「准确率」一节。"
	@echo "The first 30 figures; all are in $(OUT)/rows.csv and $(OUT)/rows.jsonl. The bulletin shown is also training text:"
	@echo "this is a picture of the output and no measure of it. The honest figures are in README.md, section Accuracy."

test: lint ## check the code, then run every test, the slow ones too
	$(BIN)/python -m pytest -q $(PYTEST_ARGS)

lint: $(VENV)/dev.stamp ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports

train: $(VENV)/dev.stamp ## train the default model on the gold annotations
	$(BIN)/tongbao train configs/default.cfg -o $(MODEL)

evaluate: $(VENV)/dev.stamp ## score the default configuration by cross-validation
	$(BIN)/tongbao evaluate configs/default.cfg

rivals: $(VENV)/dev.stamp ## compare span finders: rules, spaCy, variants of the chain (hours; REAL=FILE.jsonl scores more)
	$(BIN)/python -m benchmarks.rivals $(REAL:%=--real %) $(ROWS:%=--row %)

bench: $(VENV)/dev.stamp ## measure speed and memory, beside other programs; BENCH_ARGS for more
	$(BIN)/python benchmarks/speed.py $(BENCH_ARGS)

bench-check: $(VENV)/dev.stamp ## compare the speed beside other programs with benchmarks/baseline.json
	$(BIN)/python benchmarks/speed.py --parts rivals --check benchmarks/baseline.json $(BENCH_ARGS)

wheel: $(VENV)/dev.stamp ## build dist/tongbao-*.whl, with the model inside
	rm -rf build dist
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .

wheels: $(VENV)/run.stamp ## fill dist/wheels with all that installing needs, for machines without a network
	rm -rf build $(WHEELS)
	$(PIP) wheel --quiet --require-hashes --no-build-isolation --wheel-dir $(WHEELS) -r $(WHEELS_OF)
	$(PIP) wheel --quiet --no-deps --no-build-isolation --wheel-dir $(WHEELS) .

lock: ## pin every library anew (needs uv)
	uv pip compile $(LOCK) pyproject.toml $(EXTRAS) -o requirements/dev.txt
	uv pip compile $(LOCK) pyproject.toml -c requirements/dev.txt -o requirements/run.txt
	uv pip compile $(LOCK) requirements/build.in -c requirements/dev.txt -o requirements/build.txt

clean: ## remove what was made, but not the environment
	rm -rf $(OUT) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find pipeline tests models configs seeds -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# One resolution for all Python versions, so that a model trained on one is read by the same numpy on another.
EXTRAS := --extra train --extra spacy --extra documents --extra tables --extra dask --extra dev
LOCK := --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --upgrade --quiet \
	--no-config --no-header --no-annotate --no-emit-index-url --no-emit-find-links

# setuptools comes first, from its own lock: it builds the libraries that are published only as source, and this
# package, without fetching anything that no hash covers.
$(VENV)/run.stamp: requirements/build.txt requirements/run.txt pyproject.toml setup.py | $(BIN)/python
	$(PIP) install --quiet --require-hashes -r requirements/build.txt
	$(PIP) install --quiet --require-hashes --no-build-isolation -r requirements/run.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	$(PIP) install --quiet --require-hashes --no-build-isolation -r requirements/dev.txt
	@touch $@

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "make: there is no $(PYTHON); install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make: tongbao needs Python 3.11 or newer, and $(PYTHON) is `$(PYTHON) --version 2>&1`;" \
	       "name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "make: $(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; \
	  exit 1; }
	$(PYTHON) -m venv $(VENV)
