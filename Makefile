# Everything these targets need goes into .venv; nothing else on the machine is touched.

SHELL = /bin/sh
VENV_PYTHON = .venv/bin/python

# PYTHON=/path/to/python3 chooses the interpreter that .venv is made with.
export PYTHON
unexport PYTHONPATH PYTHONHOME

.PHONY: help install demo test format clean

help:
	@echo 'make demo     the five seed articles through the real stack; three stories, then it serves until Ctrl-C'
	@echo 'make test     format, lint, types, import contract and all tests'
	@echo 'make install  only .venv, with the pinned dependencies and the project'
	@echo 'make format   put the code into the form that make test asks for'
	@echo 'make clean    remove .venv and the caches'

install:
	@/bin/sh .ci/venv.sh

# The supervisor ends with make, even when make is killed: it is told make's process id and watches it.
demo: install
	@exec /usr/bin/env DEDUPE_OWNER_PID=$$PPID $(VENV_PYTHON) -m dedupe demo

test: install
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m mypy
	$(VENV_PYTHON) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
	$(VENV_PYTHON) -m pytest -n auto

format: install
	$(VENV_PYTHON) -m ruff format .
	$(VENV_PYTHON) -m ruff check --fix .

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
