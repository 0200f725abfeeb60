"""What the notebooks hold that lie on the disk: answers, names and group, and when they were saved.

Nothing in here is graded, and you may read all of it. Everything is read from the saved files: what
you see in a browser and have not saved is not in them.
"""

import ast
import re
from datetime import datetime
from pathlib import Path

from answers import LabError, read_cells
from lab import NOTEBOOKS

# The tasks: notebook, id of the graded cell, number, title. An id ends with what it is: a "test" of
# code, a "question" in words, or a loss to reach (a "target").
TASKS = (
    ("02_vae.ipynb", "vae-activation-test", "10.2a", "final activation"),
    ("02_vae.ipynb", "vae-sampling-test", "10.2a", "reparameterised sample"),
    ("02_vae.ipynb", "logvar-question", "10.2b", "why log-variance, not σ"),
    ("03_loss.ipynb", "kl-loss-formula-test", "10.3a", "closed form of one term"),
    ("03_loss.ipynb", "kl-loss-reduction-test", "10.3a", "sum over latent, mean over batch"),
    ("04_training.ipynb", "train-test", "10.4a", "train"),
    ("04_training.ipynb", "evaluate-test", "10.4a", "test"),
    ("04_training.ipynb", "loss-target", "10.4b", "train; both losses about 5"),
    ("04_training.ipynb", "latent-size-question", "10.4c", "more latent dimensions"),
    ("05_latent_space.ipynb", "plot-latent-test", "10.5a", "plot_latent"),
    ("05_latent_space.ipynb", "classify-question", "10.5b", "classify from z?"),
    ("05_latent_space.ipynb", "retrain-question", "10.5c", "retrain: same space?"),
    ("05_latent_space.ipynb", "scatterplot-latent-test", "10.5d", "scatterplot_latent"),
    ("05_latent_space.ipynb", "compare-plots-question", "10.5e", "how the plots relate"),
    (
        "05_latent_space.ipynb",
        "scatter-information-question",
        "10.5f",
        "what only the scatter shows",
    ),
    ("05_latent_space.ipynb", "latent-prior-question", "10.5g", "expected distribution"),
    ("05_latent_space.ipynb", "latent-match-question", "10.5h", "does it match?"),
    ("06_cvae.ipynb", "cvae-encoder-test", "10.6a", "encoder uses image and label"),
    ("06_cvae.ipynb", "cvae-decoder-test", "10.6a", "decoder uses latent and label"),
    (
        "06_cvae.ipynb",
        "cvae-forward-test",
        "10.6a",
        "forward: sampling, order, activation, own label",
    ),
    ("06_cvae.ipynb", "train-cvae-test", "10.6b", "train_cvae, test_cvae"),
    ("06_cvae.ipynb", "cvae-loss-target", "10.6c", "train; losses about 4.1"),
    ("06_cvae.ipynb", "plot-latent-cvae-test", "10.6d", "plot_latent_cvae, shown for 4 and 8"),
    ("06_cvae.ipynb", "cvae-latent-question", "10.6e", "what z means, per label"),
    ("06_cvae.ipynb", "scatterplot-latent-cvae-test", "10.6f", "scatterplot_latent_cvae"),
    ("06_cvae.ipynb", "cvae-distribution-question", "10.6g", "how it differs, why"),
    ("06_cvae.ipynb", "cvae-classify-question", "10.6h", "classify from z?"),
    ("06_cvae.ipynb", "cvae-style-question", "10.6i", "change the label, keep the style"),
    ("07_discussion.ipynb", "strict-improvement-question", "10.7a", "strict improvement?"),
    ("07_discussion.ipynb", "gan-comparison-question", "10.7b", "z of a VAE and of a GAN"),
)
PLACEHOLDER = "YOUR ANSWER HERE"


def grade_id(cell):
    """Return the id that nbgrader gave a cell, empty where it has none."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def is_written(cell):
    """Tell whether an answer in words holds more than the words that ask for it."""
    return bool(cell["source"].replace(PLACEHOLDER, "").strip())


def names_and_group(folder="."):
    """Return the names and the group of notebook 01 as texts; empty where not filled in."""
    found = {"names": [], "group": ""}
    try:
        cells = read_cells(Path(folder) / NOTEBOOKS[0])
    except LabError:
        cells = []
    for cell in cells:
        if cell["cell_type"] == "code":
            found |= _assigned(cell["source"], found.keys())
    names = found["names"] if isinstance(found["names"], (list, tuple)) else [found["names"]]
    return [str(name).strip() for name in names if str(name).strip()], str(found["group"]).strip()


def _assigned(source, wanted):
    """Return {name: value} of the plain values that a cell assigns to the wanted names."""
    values = {}
    for statement in _statements(source):
        try:
            if isinstance(statement, ast.Assign) and statement.targets[0].id in wanted:
                values[statement.targets[0].id] = ast.literal_eval(statement.value)
        except (ValueError, AttributeError):
            continue
    return values


def _statements(source):
    """Return the statements of a cell; where it is not Python as a whole, those of its lines."""
    try:
        return ast.parse(source).body
    except SyntaxError:
        lines = source.splitlines()
        return [node for line in lines for node in _statements(line)] if len(lines) > 1 else []


def time_saved(path):
    """Return when a file was saved, as in "Thu 26 Nov, 14:03"."""
    return f"{datetime.fromtimestamp(Path(path).stat().st_mtime):%a %d %b, %H:%M}"


def remarks(path):
    """Return phrases on what a saved notebook leaves open: answers, cells not run, errors."""
    cells = read_cells(path)
    code = [cell for cell in cells if cell["cell_type"] == "code" and cell["source"].strip()]
    counts = {
        "answer not yet written": sum(map(_count_open, cells)),
        "empty answer": sum(_is_empty_answer(cell) for cell in cells),
        "cell not run": sum(_is_not_run(cell) for cell in code),
        "cell with an error": sum(_has_error(cell) for cell in code),
    }
    return [f"{count} {_plural(what, count)}" for what, count in counts.items() if count]


def _count_open(cell):
    """Count the places in a cell that still ask for an answer."""
    asks = "raise NotImplementedError" if cell["cell_type"] == "code" else PLACEHOLDER
    return sum(line.strip().startswith(asks) for line in cell["source"].splitlines())


def _is_not_run(cell):
    """Tell whether a cell was never run; those for Colab and for handing in need not be."""
    needs_no_run = re.search(r"google\.colab|check_all\(\)|pack_submission\(\)", cell["source"])
    return not cell.get("execution_count") and not needs_no_run


def _is_empty_answer(cell):
    """Tell whether a question in words has nothing at all below it."""
    return grade_id(cell).endswith("-question") and not cell["source"].strip()


def _has_error(cell):
    """Tell whether a cell ended in an error when it was last run and saved."""
    return any(output["output_type"] == "error" for output in cell["outputs"])


def _plural(what, count):
    """Return "2 answers not yet written" for "answer not yet written"."""
    return re.sub("answer|cell", r"\g<0>s", what) if count > 1 else what
