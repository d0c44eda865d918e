# `make run` starts the bot, `make test` runs the tests; each prepares .venv first, once.

CANDIDATES := $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python
RUNNABLE = import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
VENV := .venv
READY := $(VENV)/.ready

.PHONY: run test bench lint e2e slack soak clean

run: $(READY)
	@$(VENV)/bin/ce-bot run

test: $(READY)
	@$(VENV)/bin/pytest -n auto --dist worksteal

lint: $(READY)
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy
	@$(VENV)/bin/python -m rules lint --today "$$(date +%F)"

bench: $(READY)
	@$(VENV)/bin/python -m tests.bench
	@$(VENV)/bin/python -m tests.bench.faq
	@$(VENV)/bin/python -m tests.bench.reminders
	@$(VENV)/bin/python -m tests.bench.teams
	@$(VENV)/bin/python -m tests.bench.imports
	@$(VENV)/bin/python -m tests.bench.front

e2e: $(READY)
	@tests/e2e/run

slack: $(READY)
	@$(VENV)/bin/python tests/e2e/try_slack.py

soak: $(READY)
	@$(VENV)/bin/pytest -m soak -n auto --dist worksteal

clean:
	rm -rf $(VENV) build dist *.egg-info

$(READY): pyproject.toml constraints.txt
	@found=; for python in $(CANDIDATES); do \
	  if "$$python" -c '$(RUNNABLE)' >/dev/null 2>&1; then found="$$python"; break; fi; done; \
	if [ -z "$$found" ]; then \
	  echo "ce-bot needs Python 3.11 or newer with venv and pip (on Debian: apt install python3 python3-venv)." >&2; exit 2; fi; \
	echo "Preparing $(VENV) (once)..." && \
	"$$found" -m venv --clear $(VENV) && \
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[dev]' && touch $@
