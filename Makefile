# make chat：装好并打开终端聊天；make web：打开网页；make test：装好并跑快的一道测试；make test-all：全部。其余见 README。
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
READY := $(VENV)/.ready
TOGETHER := --dist loadfile --no-loadscope-reorder
# where it is set, every process compiles all its modules anew: half of what it takes to collect the tests
unexport PYTHONDONTWRITEBYTECODE
# uv where there is one, which takes a quarter of the time
INSTALL = $(if $(shell command -v uv),uv pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile)
SLOWER := process or deploy or compile or long
# percent of the lines and branches that the fast lane must run, of all, and of engine and service: two below what it ran
# when they were set; it runs 83 and 90 since what only repeats isn't counted
LEAST := 82
LEAST_WITHIN := 90

.PHONY: setup chat web test retest test-all test-cluster lint bench bench-corpora accuracy chaos chaos-replicas load load-web audit pictures screenshots check tune clean

setup: $(READY)

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新的版本（可用 make PYTHON=python3.12 指定）"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes -r constraints.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $(INSTALLED)

$(READY): $(INSTALLED)
	$(BIN)/policybot build
	@touch $(READY)

chat: $(READY)
	@$(BIN)/policybot chat

web: $(READY)
	@$(BIN)/policybot web

# the fast lane: no processes, no whole bases compiled; what failed last time comes first; four at once, for with three a
# fifth of two processors' time was left over
test: $(READY)
	$(BIN)/policybot check
	$(BIN)/python -m pytest -n 4 $(TOGETHER) --ff $(COVER) -m "not (slow or cluster or $(SLOWER))"

# what failed last time, in whichever lane
retest: $(READY)
	$(BIN)/python -m pytest --lf --lfnf none -m "not (slow or cluster)" || [ $$? = 5 ]

# the fast lane, counting which lines and branches it runs (but not in modules that only repeat, nor while shared bases
# are compiled); then the rest, five at once, for much of it is waiting. As nice as can be: the bot's jobs stand back
# behind whoever is less so, and would be waited for
test-all: COVER := --cov --cov-report= --durations 15
test-all: test
	$(BIN)/coverage report --format total --fail-under $(LEAST)
	$(BIN)/coverage report --format total --fail-under $(LEAST_WITHIN) --include "bot/engine/*,bot/service/*"
	nice -n 19 $(BIN)/python -m pytest -n 5 $(TOGETHER) --durations 25 -rs -m "not slow and ($(SLOWER))"

# three real nodes of OpenSearch, from Maven; skips where there is no mvn or no JDK 17. By itself: it looks whether any
# answer takes a second, which three other workers would make of it
test-cluster: $(READY)
	$(BIN)/python -m pytest -m cluster -rs tests/cluster

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.debts

bench: $(READY)
	$(BIN)/python -m tests.bench

bench-corpora: $(READY)
	@$(BIN)/python -m tests.corpora $(CORPORA) $(if $(BASE),--base)

accuracy: $(READY)
	$(BIN)/python -m tests.accuracy
	$(BIN)/python -m tests.accuracy.noise

chaos: $(READY)
	$(BIN)/python -m tests.telegram.chaos

chaos-replicas: $(READY)
	$(BIN)/python -m tests.replicas.chaos

load: $(READY)
	$(BIN)/python -m tests.telegram.load

load-web: $(READY)
	$(BIN)/python -m tests.web.load

audit: $(READY)
	$(BIN)/python -m tests.audit

pictures: $(READY)
	$(BIN)/python -m tests.pictures

screenshots: $(READY)
	$(BIN)/python -m tests.web.screenshots

check: $(READY)
	$(BIN)/policybot check

tune: $(READY)
	$(BIN)/policybot tune

clean:
	rm -rf $(VENV) .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
