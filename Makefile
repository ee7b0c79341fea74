# One command for each habit; everything they need they set up themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: run test setup check format bench train eval clean help

help:
	@echo "make run     set up whatever is missing, then talk to the bot"
	@echo "make test    set up whatever is missing, then format, lint, types, content, tests"
	@echo "make setup   virtual environment, dependencies, models, index"
	@echo "make eval    the bot's figures on its own labelled questions"
	@echo "make bench   speed, memory and scale, measured"
	@echo "make train   train the reader anew (about an hour on two cores)"
	@echo "make format  format the code"
	@echo "make clean   remove the virtual environment and the data folder"

run: setup
	@$(BIN)/rust-or-not chat

test: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/rust-or-not knowledge check
	$(BIN)/python -m pytest

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
	$(BIN)/rust-or-not eval

bench: setup
	$(BIN)/python -m bench.answer_bench
	$(BIN)/python -m bench.index_bench --passages 10000

train: $(INSTALLED)
	$(BIN)/python -m bot.reader.training
	$(BIN)/python -m bot.reader.points

clean:
	rm -rf $(VENV) .data
