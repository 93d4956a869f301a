# Every command sets up what it needs first; `make` alone lists them.

PYTHON ?= python3
IN_VENV := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)/python

# Another project's packages must not shadow the pinned ones, and Python runs as it comes.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONOPTIMIZE PYTHONWARNINGS PYTHONDEVMODE
unexport PYTHONINSPECT PYTHONSAFEPATH

.DEFAULT_GOAL := help
.PHONY: help python environment book serve test lint links audit publish execute portable bench cheat-sheet live-python lab grade clean

help:
	@echo "make book         build the book: _build/html/index.html"
	@echo "make serve        build it, serve it on this machine and open a browser  (PORT=9000)"
	@echo "make test         run every test: package, notebooks, published pages    (ARGS='-k relu')"
	@echo "make lint         look over code, spelling and notebooks; no test is run  (CHECK=spelling)"
	@echo "make execute      run notebooks again and store their outputs            (NOTEBOOK=relu-family)"
	@echo "make portable     run notebooks as other processors would, and compare    (NOTEBOOK=relu-family)"
	@echo "make bench        time functions, training and pages beside their peers"
	@echo "make cheat-sheet  print the cheat sheet into the PDF that its page offers"
	@echo "make live-python  fetch Python for the browser: pages then have Run buttons (46 MB)"
	@echo "make lab          open the chapters in JupyterLab"
	@echo "make grade        grade a folder of submissions  (SUBMISSIONS=dir, RESULTS=dir, ARGS='--seed 7')"
	@echo "make links        ask every address that the course links to whether it is there"
	@echo "make audit        ask whether a pinned package has a known vulnerability"
	@echo "make publish      build the book and put it on the branch gh-pages      (REMOTE=origin)"
	@echo "make clean        remove what was built; .venv stays"

python:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { echo "✗ $(PYTHON) was not found: install Python 3.11 or later (https://www.python.org/downloads/), or name yours: make PYTHON=/path/to/python3" >&2; exit 1; }

environment: python
	@"$(PYTHON)" -m tools.environment

book: environment
	@$(IN_VENV) -m tools.book

serve: book
	@$(IN_VENV) -m tools.serve

test: book
	@$(IN_VENV) -m tools.run_tests $(ARGS)

lint: environment
	@$(IN_VENV) -m tools.lint $(CHECK)

links: environment
	@$(IN_VENV) -m tools.links

audit: environment
	@$(IN_VENV) -m tools.audit

publish: book
	@$(IN_VENV) -m tools.publish $(REMOTE)

execute: environment
	@$(IN_VENV) -m tools.execute $(NOTEBOOK)

portable: environment
	@$(IN_VENV) -m tools.portable $(NOTEBOOK)

bench: book
	@$(IN_VENV) -m benchmarks.functions
	@$(IN_VENV) -m benchmarks.moons
	@$(IN_VENV) -m benchmarks.large_vocabulary
	@$(IN_VENV) -m benchmarks.grading
	@$(IN_VENV) -m benchmarks.figures
	@$(IN_VENV) -m benchmarks.page $(ARGS)

cheat-sheet: book
	@$(IN_VENV) -m tools.cheat_sheet

live-python: environment
	@$(IN_VENV) -m tools.live_python

lab: python
	@"$(PYTHON)" -m tools.environment lab
	@$(IN_VENV) -m tools.lab

grade: environment
	@test -n "$(SUBMISSIONS)" || { echo "✗ which submissions? Give their folder: make grade SUBMISSIONS=dir" >&2; exit 1; }
	@$(IN_VENV) -m actloss grade "$(SUBMISSIONS)" --out "$(or $(RESULTS),_build/grades)" $(ARGS)

clean:
	@rm -rf _build web/build web/live-python web/src/node_modules .pytest_cache .ruff_cache .hypothesis .mypy_cache
	@find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
