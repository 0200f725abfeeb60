# `make demo` on a fresh machine does everything; `make help` lists the targets.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export LAB_DATA ?= $(CURDIR)/data
export PYTHONPATH := $(CURDIR)
WORKERS ?= 2
TESTS := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder
INSTALL := $(BIN)/python -m pip install --quiet --constraint constraints.txt

.PHONY: demo test check lab release grade target key bench bench-train constraints help
.NOTPARALLEL:

demo: release              ## set up, release, and grade three sample submissions
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

lab: $(VENV)/ready         ## work through the released notebooks in JupyterLab
	cd notebooks/vae && $(abspath $(BIN))/jupyter lab

release: $(VENV)/ready     ## write notebooks/ from solutions/
	$(BIN)/nbgrader generate_assignment vae --force --log-level=WARN
	rm -f notebooks/vae/*.pt

grade: $(VENV)/ready       ## grade one submission: make grade DIR=folder
	$(BIN)/python -m autograder grade "$(DIR)"

target: $(VENV)/ready      ## train the key on MNIST (on a GPU where there is one) and compare with the published losses
	$(BIN)/python -m autograder target

key: $(VENV)/ready         ## run the master notebooks in full (half an hour) and keep their outputs
	LAB_PROFILE=full TQDM_DISABLE=1 $(BIN)/jupyter nbconvert --to notebook --execute --inplace --ExecutePreprocessor.timeout=-1 \
	    --ExecutePreprocessor.record_timing=False solutions/vae/*.ipynb
	rm -f solutions/vae/*vae*.zip solutions/vae/*vae*.pdf solutions/vae/*vae*.html

bench: $(VENV)/ready       ## a class graded by plain nbgrader and by this, side by side (fewer sizes: SIZES="1 5")
	$(BIN)/python -m benchmarks.grading $(SIZES)

bench-train: $(VENV)/ready ## an epoch of the training loop on the original's data pipeline and on ours
	$(BIN)/python -m benchmarks.training

constraints: $(VENV)/cluster ## write down the versions that are installed, once all tests have passed with them
	echo "# The versions that the tests passed with: make constraints." > constraints.txt
	$(BIN)/python -m pip freeze --exclude torch --exclude torchvision | grep -vE "^(nvidia|cuda|triton)" >> constraints.txt

$(VENV)/ready: requirements.txt constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) -r requirements.txt
	touch $@

$(VENV)/cluster: requirements-cluster.txt $(VENV)/ready
	$(INSTALL) -r requirements-cluster.txt
	touch $@

help:                      ## this list
	@grep -E "^[a-z-]+: .*##" Makefile | sed -E "s/:.*## /: /"
