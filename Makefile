# make run: the app. make test: the tests. Both set up their environment the first time, and are fast after that:
# ganapp/installation.py says before what it fetches, and fetches CUDA only where there is an NVIDIA GPU.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
# Compiled Python is kept: every process that a test starts would compile torch and Gradio anew, 5 to 10 s each.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test lint lint-js clean

run: $(VENV)/.app
	$(BIN)/python app.py $(ARGS)

# without ARGS in as many processes as there are cores; each works through neighbours, which share fixtures
test: $(VENV)/.test
	$(BIN)/python -m pytest $(or $(ARGS),-n auto --dist worksteal)

lint: $(VENV)/.test
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/python .ci/lint_scripts.py --if-installed

# fails where the tools are not installed; lint only says so
lint-js: $(VENV)/.test
	$(BIN)/python .ci/lint_scripts.py

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || (echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..." && false)
	@echo "Making the environment $(VENV)."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.app: requirements.txt | $(VENV)/bin/python
	@$(BIN)/python -I ganapp/installation.py requirements.txt
	@touch $@

$(VENV)/.test: requirements.txt requirements-test.txt | $(VENV)/bin/python
	@$(BIN)/python -I ganapp/installation.py requirements-test.txt
	@touch $@ $(VENV)/.app

clean:
	rm -rf $(VENV)
