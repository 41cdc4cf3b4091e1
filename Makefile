# Two commands matter: `make run` and `make test`. Everything is installed on the way, into .venv and node_modules.
SHELL := /bin/bash
PY := .venv/bin/python
PIP := PIP_USER=0 .venv/bin/pip install --disable-pip-version-check
# Database and Redis answer nowhere: the checks must not need them.
NOWHERE := DATABASE_URL=postgresql://nobody@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0

.PHONY: help run test lint format messages bench soak screenshots
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: .venv/.run node_modules/.installed ## start the whole system; Ctrl-C stops it
	@$(PY) -m shushanwei.run

test: .venv/.dev node_modules/.installed ## all tests, on a private PostgreSQL and Redis (ARGS="tests/grid -x" for some)
	@.ci/browser
	@$(PY) -m shushanwei.common.messages
	@$(if $(ARGS),$(PY) -m pytest $(ARGS),.ci/tests $(WORKERS))

lint: .venv/.dev node_modules/.installed ## style, layers, types, migrations, deployment checks
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports
	$(PY) -m mypy
	$(NOWHERE) $(PY) -W ignore manage.py makemigrations --check --dry-run
	$(NOWHERE) BEHIND_HTTPS=true ALLOWED_HOSTS=example.org SECRET_KEY=$$(head -c 48 /dev/urandom | base64 -w 0) \
	  $(PY) manage.py check --deploy --fail-level WARNING

format: .venv/.dev ## put the code into its form
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

messages: .venv/.run ## compile the translations
	$(PY) -m shushanwei.common.messages

bench: .venv/.dev node_modules/.installed ## measure intake, clocks, push and growth (docs/performance.md)
	$(PY) -m bench

soak: .venv/.dev node_modules/.installed ## run for long: processes killed, lines cut, a wall that stands for weeks
	@.ci/browser
	$(PY) -m bench.soak
	$(PY) -m bench.cut_lines
	$(PY) -m bench.wall_soak

screenshots: .venv/.dev node_modules/.installed ## take the pictures of docs/screenshots anew
	@.ci/browser
	$(PY) -m bench.screenshots

.venv/bin/python:
	@.ci/venv

.venv/.run: requirements.txt | .venv/bin/python
	@echo "Installing the Python packages of requirements.txt …"
	@$(PIP) -r requirements.txt
	@.ci/redis
	@touch $@

.venv/.dev: requirements-dev.txt requirements.txt | .venv/bin/python
	@echo "Installing the Python packages of requirements-dev.txt …"
	@$(PIP) -r requirements-dev.txt
	@.ci/redis
	@touch .venv/.run $@

node_modules/.installed: package.json package-lock.json | .venv/bin/python
	@echo "Installing the front-end libraries of package-lock.json …"
	@.ci/node
	@touch $@
