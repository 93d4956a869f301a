# Every command sets up what it needs first; `make` alone lists them.

PYTHON ?= python3
IN_VENV := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)/python

# What a reader's shell tells Python must not change what runs here: packages of another project,
# where modules are looked for, whether asserts count, whether compiled modules are kept (without
# them each of a thousand processes would compile its modules anew).
unexport PYTHONPATH PYTHONHOME PYTHONSAFEPATH PYTHONOPTIMIZE PYTHONINSPECT PYTHONSTARTUP
unexport PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX PYTHONWARNINGS PYTHONDEVMODE
unexport PYTHONPLATLIBDIR PYTHONEXECUTABLE VIRTUAL_ENV
export PYTHONUTF8 := 1

MADE := _build web/build web/live-python web/live-python-compiled web/src/node_modules
MADE += tests/node_modules benchmarks/node_modules
MADE += .pytest_cache .ruff_cache .hypothesis .mypy_cache

.DEFAULT_GOAL := help
.PHONY: help python book serve test check lint links audit publish execute portable bench cheat-sheet live-python lock lab grade clean

help:
	@echo "make book         build the book: _build/html/index.html"
	@echo "make serve        build it, serve it on this machine and open a browser  (PORT=9000)"
	@echo "make test         run every test: package, notebooks, published pages    (ARGS='-k relu')"
	@echo "make check        lint and test what your change touches, and say what is left out"
	@echo "make lint         look over code, spelling and notebooks; no test is run  (CHECK=spelling)"
	@echo "make execute      run notebooks again and store their outputs            (NOTEBOOK=relu-family)"
	@echo "make portable     run notebooks as other processors would, and compare    (NOTEBOOK=relu-family)"
	@echo "make bench        time functions, training and pages beside their peers"
	@echo "make cheat-sheet  print the cheat sheet into the PDF that its page offers"
	@echo "make live-python  fetch Python for the browser, where make book could not  (53 MB)"
	@echo "make lab          open the chapters in JupyterLab"
	@echo "make grade        grade a folder of submissions  (SUBMISSIONS=dir, RESULTS=dir, ARGS='--seed 7')"
	@echo "make links        ask every address that the course links to whether it is there"
	@echo "make lock         find versions for all that requirements*.txt need, and pin them"
	@echo "make audit        ask whether a pinned package has a known vulnerability"
	@echo "make publish      build the book and put it on the branch gh-pages      (REMOTE=origin)"
	@echo "make clean        remove what was built; .venv stays"

python:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { echo "✗ $(PYTHON) was not found: install Python 3.11 or later (https://www.python.org/downloads/), or name yours: make PYTHON=/path/to/python3" >&2; exit 1; }

# `make in-GROUP`: .venv with that group of requirements.txt.
in-%: python
	@"$(PYTHON)" -m tools.environment $*

book: in-book
	@$(IN_VENV) -m tools.book

serve: book
	@$(IN_VENV) -m tools.serve

test: in-test
	@$(IN_VENV) -m tools.book
	@$(IN_VENV) -m tools.run_tests $(ARGS)

check: in-test
	@$(IN_VENV) -m tools.check $(ARGS)

lint: in-lint
	@$(IN_VENV) -m tools.lint $(CHECK)

links: in-book
	@$(IN_VENV) -m tools.links

audit: in-book
	@$(IN_VENV) -m tools.audit

publish: book
	@$(IN_VENV) -m tools.publish $(REMOTE)

execute: in-run
	@$(IN_VENV) -m tools.execute $(NOTEBOOK)

portable: in-run
	@$(IN_VENV) -m tools.portable $(NOTEBOOK)

bench: in-test
	@$(IN_VENV) -m tools.book
	@$(IN_VENV) -m benchmarks.functions
	@$(IN_VENV) -m benchmarks.moons
	@$(IN_VENV) -m benchmarks.large_vocabulary
	@$(IN_VENV) -m benchmarks.normalisation
	@$(IN_VENV) -m benchmarks.grading
	@$(IN_VENV) -m benchmarks.figures
	@$(IN_VENV) -m benchmarks.page_python
	@$(IN_VENV) -m benchmarks.page $(ARGS)

cheat-sheet: in-test
	@$(IN_VENV) -m tools.book
	@$(IN_VENV) -m tools.cheat_sheet

live-python: in-book
	@$(IN_VENV) -m tools.live_python

lock: in-book
	@$(IN_VENV) -m tools.lock $(ARGS)

lab: in-run
	@$(IN_VENV) -m tools.lab

grade: in-grade
	@test -n "$(SUBMISSIONS)" || { echo "✗ which submissions? Give their folder: make grade SUBMISSIONS=dir" >&2; exit 1; }
	@$(IN_VENV) -m actloss grade "$(SUBMISSIONS)" --out "$(or $(RESULTS),_build/grades)" $(ARGS)

# A link may lead to a folder that nothing here made.
clean:
	@for folder in web web/src tests benchmarks $(MADE); do \
		test ! -L $$folder || { echo "✗ $$folder is a symbolic link: nothing was removed; take the link away and run make clean again" >&2; exit 1; }; \
	done
	@rm -rf $(MADE)
	@find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
