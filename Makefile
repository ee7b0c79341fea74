# One command for each habit; everything they need they set up themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: run test setup check format bench train eval audit screens clean help

help:
	@echo "make run     set up whatever is missing, then serve Slack, or talk to the bot here"
	@echo "make test    set up whatever is missing, then format, lint, types, content, tests"
	@echo "make setup   virtual environment, dependencies, models, index"
	@echo "make eval    the bot's figures on its own labelled questions"
	@echo "make bench   speed, memory and scale, measured"
	@echo "make audit   licences and known faults of every dependency"
	@echo "make screens what people see in Slack, drawn into docs/screens"
	@echo "make train   train the reader anew (about an hour on two cores)"
	@echo "make format  format the code"
	@echo "make clean   remove the virtual environment and the data folder"

run: setup
	@$(BIN)/rust-or-not run

test: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/rust-or-not knowledge check
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

setup: $(INSTALLED)
	@$(BIN)/rust-or-not setup

# torch is pinned in pyproject.toml; see the README for the small CPU build.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[build,test]'
	@touch $@

format: $(INSTALLED)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

eval: setup
	$(BIN)/rust-or-not eval --save

bench: setup
	$(BIN)/python -m bench.answer_bench
	$(BIN)/python -m bench.index_bench --passages 10000
	$(BIN)/python -m bench.words_bench --passages 10000
	$(BIN)/python -m bench.work_bench
	$(BIN)/python -m bench.crash_bench --kills 0
	$(BIN)/python -m bench.crash_bench

# In a virtual environment of its own, so that the tools are not audited with the rest.
AUDIT := .data/audit
audit: $(INSTALLED)
	test -x $(AUDIT)/bin/pip-audit || { $(PYTHON) -m venv $(AUDIT) && $(AUDIT)/bin/pip install --quiet --disable-pip-version-check pip-audit==2.10.1 pip-licenses==5.5.5; }
	$(AUDIT)/bin/pip-licenses --python $(BIN)/python --order license
	$(AUDIT)/bin/pip-audit --strict --no-deps --disable-pip -r constraints.txt

# Needs a Chromium: the machine's own (apt-get install chromium fonts-inter fonts-noto-color-emoji),
# or Playwright's (.venv/bin/playwright install chromium).
screens: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[screens,test]'
	$(BIN)/python -m tools.screens

train: $(INSTALLED)
	$(BIN)/python -m bot.reader.training
	$(BIN)/python -m bot.reader.points

clean:
	rm -rf $(VENV) .data
