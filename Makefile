# One task runner. `make test` is exactly what the gate runs (.ci/run).
PY := .venv/bin/python
# One more than there are cores, for tests wait for servers; more than four wait for each other.
WORKERS := $(shell cores=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((cores < 4 ? cores + 1 : 4)))
PYTEST_ARGS ?= -n $(WORKERS) --dist loadfile --no-loadscope-reorder
export PYTHON

# Tests start hundreds of processes: each would compile every module anew. And none speaks sooner than it does elsewhere.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONUNBUFFERED

.DEFAULT_GOAL := help
.PHONY: help setup demo up test check lint types browser tests screenshots bench bench-full endure histories format lock clean

help: ## 本说明  this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## 准备 .venv（按 requirements.lock，带哈希）  prepare .venv from the lock file
	@.ci/setup

demo: setup ## 两分钟演示：导入台账、办理一件、推演一年  the two-minute demonstration
	@$(PY) starter.py demo

up: setup ## 启动整套服务，Ctrl-C 结束  run everything live until Ctrl-C
	@$(PY) starter.py up

test: check ## 门禁所跑的全部：检查、类型、测试  everything the gate runs

check: lint types tests ## 同 test  the same

lint: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: setup
	$(PY) -m mypy --num-workers auto

browser:
	@.ci/browser

# Everything on SQLite, then all that touches a record on a PostgreSQL the tests start themselves, but for what claims
# nothing of the database (`either_database` in the tests): that run says at its end which, how many, and why.
tests: setup browser
	$(PY) -m pytest $(PYTEST_ARGS)
	$(PY) -m pytest $(PYTEST_ARGS) --database postgresql

screenshots: setup browser ## 重拍文档中的控制台图片  take the pictures of the console in docs/ anew
	$(PY) -m pytest $(PYTEST_ARGS) tests/browser --screenshots docs/images/console

bench: setup ## 性能实测，与同类并列，约一刻钟  speed, cost and recovery beside peers, about a quarter of an hour
	@$(PY) -m benchmarks

bench-full: setup ## 同上，五万件在办，数小时  the same with 50,000 open matters, hours
	@$(PY) -m benchmarks --full

endure: setup ## 耐久：杀进程、断电、满盘、断库、乱时钟之下不丢不重  lose nothing whatever is killed, cut off or filled up
	@.ci/endure $(ENDURE_ARGS)

histories: setup ## 为一个版本保存流程历史  save a release's histories (VERSION=0.3.0)
	$(PY) -m tests.histories.save $(or $(VERSION),$(error VERSION=… is missing))

format: setup ## 按约定排版  format the sources
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

lock: ## 由 pyproject.toml 重新生成 requirements.lock  compile the lock file anew
	@[ -x .lock-venv/bin/uv ] || { $${PYTHON:-python3} -m venv .lock-venv && .lock-venv/bin/python -m pip install -q uv; }
	.lock-venv/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --quiet --custom-compile-command "make lock" --output-file requirements.lock

clean: ## 删除 .venv 与缓存；var/ 中的记录保留  remove .venv and caches; the records in var/ stay
	rm -rf .venv .lock-venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
