# make workbook   everything for a reader: install, quick data, run all chapters, build the site
# make lab        JupyterLab on copies of the chapters (work/)
# make test       style, types, unit tests, and every chapter at the quick profile
# make render     run the chapters at the laptop profile and store their outputs in notebooks/
# make bench      measurements: frames, windows and chapters a second

PYTHON ?= python3
# A CUDA or CPU build: see README.md, "Which torch".
TORCH ?= torch==2.13.0
JOBS ?= 2

VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
INSTALLED := $(VENV)/.installed
QUICK := VIDLAB_PROFILE=quick OMP_NUM_THREADS=1

.PHONY: workbook lab test render bench setup data site style clean
.DEFAULT_GOAL := workbook

workbook: setup data
	$(QUICK) $(BIN)/vidlab render --profile quick --to build/quick --jobs $(JOBS)
	@$(MAKE) --no-print-directory site
	@echo
	@echo "The workbook:  $(CURDIR)/build/workbook/index.html  (open it in a browser)"
	@echo "To work in it: make lab                    (JupyterLab, on copies of the chapters in work/)"

lab: setup
	@mkdir -p work
	@for chapter in notebooks/*.ipynb; do test -e work/$${chapter##*/} || cp $$chapter work/; done
	$(BIN)/jupyter lab --notebook-dir=. --LabApp.default_url=/lab/tree/work

test: setup data style
	$(BIN)/mypy
	$(QUICK) $(BIN)/python -m pytest --nbmake --nbmake-timeout=300 -n $(JOBS) --dist=worksteal -q

style: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

render: setup
	$(BIN)/vidlab render

bench: setup
	OMP_NUM_THREADS=$(JOBS) $(BIN)/python -m bench.run

data: setup
	$(BIN)/vidlab data --size quick

site: setup
	$(BIN)/sphinx-build -q -W -c docs -b html . build/workbook

setup: $(INSTALLED)

# torch goes first and alone: asked for together with the rest, pip may choose a newer one.
$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "vidlab needs Python 3.11 or newer; choose one with: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[workbook,test]"
	@touch $(INSTALLED)

clean:
	rm -rf build
