# `make` lists the targets; `make demo` on a fresh machine sets everything up.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export LAB_DATA ?= $(CURDIR)/data
export PYTHONPATH := $(CURDIR)
WORKERS ?= 2
TESTS := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder
INSTALL := $(BIN)/python -m pip install --quiet --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: demo test check lab release grade target key bench bench-train constraints help
.NOTPARALLEL:

demo: $(VENV)/ready        ## set up, and grade three sample submissions
	$(BIN)/python -m benchmarks.samples build/samples
	for sample in key untouched mistakes; do $(BIN)/python -m autograder grade build/samples/$$sample --json build/samples/$$sample.json || exit 1; done

test: $(VENV)/cluster      ## the whole test suite, the full-length training included
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(TESTS)

check: $(VENV)/cluster     ## before a commit: lint, types and the fast tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/pyright
	$(TESTS) -m "not slow"

lab: $(VENV)/ready work    ## work through the notebooks in JupyterLab, in work/, a copy of the release
	@echo "You work in work/, which was copied from notebooks/vae once and is never overwritten."
	cd work && "$(abspath $(BIN))/jupyter" lab

work:                      # made once: it has no prerequisites
	rm -rf work.part
	cp -R notebooks/vae work.part
	mv work.part work

release: $(VENV)/ready     ## write notebooks/ from solutions/; stops where that would erase work
	$(BIN)/nbgrader generate_assignment vae --force --log-level=WARN

grade:                     ## grade one submission: make grade DIR=folder-or-zip
	$(if $(DIR),,$(error Say which submission to grade: make grade DIR=path/to/folder-or-zip))
	@$(MAKE) --no-print-directory $(VENV)/ready
	$(BIN)/python -m autograder grade "$(DIR)"

target: $(VENV)/ready      ## train the key on MNIST (on a GPU where there is one) and compare with the published losses
	$(BIN)/python -m autograder target

key: $(VENV)/ready         ## run the masters in full (half an hour) in a copy, then replace their outputs and weights
	$(BIN)/python -m benchmarks.key

bench: $(VENV)/ready       ## a class graded by plain nbgrader and by this, side by side (fewer sizes: SIZES="1 5")
	$(BIN)/python -m benchmarks.grading $(SIZES)

bench-train: $(VENV)/ready ## an epoch of the training loop on the original's data pipeline and on ours
	$(BIN)/python -m benchmarks.training

constraints: $(VENV)/cluster ## replace constraints.txt by what is installed, once all tests have passed with it
	echo "# The versions that the tests passed with: make constraints." > constraints.txt.part
	$(BIN)/python -m pip freeze --exclude-editable --exclude torch --exclude torchvision > constraints.txt.all
	grep -vE "^(nvidia|cuda|triton)" constraints.txt.all >> constraints.txt.part
	rm constraints.txt.all
	mv constraints.txt.part constraints.txt

$(VENV)/ready: requirements.txt constraints.txt
	@$(PYTHON) autograder/python_version.py
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -r requirements.txt
	$(INSTALL) --no-deps --editable .
	touch $@

$(VENV)/cluster: requirements-cluster.txt $(VENV)/ready
	$(INSTALL) -r requirements-cluster.txt
	touch $@

help:                      ## this list
	@grep -E "^[a-z-]+: .*##" Makefile | sed -E "s/:.*## /: /"
