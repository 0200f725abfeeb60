"""Helper functions for the notebooks: data, earlier answers, and weights.

In a terminal, `python lab.py check` says how each task stands, and `python lab.py pack` makes the
zip that you hand in.

Nothing in here is graded, and you may read all of it. These environment variables change it:

- LAB_PROFILE: `full` (for you), or fewer images: `quick` (for automatic runs), `check` (for the
  check of all notebooks) and `grading`;
- LAB_DATA: the folder of the data; without it, `data/` beside this file;
- LAB_ANSWERS: the folder where `load_answer` finds notebooks; without it, the current folder.
"""

import ast
import importlib
import json
import linecache
import os
import sys
from pathlib import Path

import torch
from torch.utils import data

PROFILE = os.environ.get("LAB_PROFILE", "full")
# Number of training images and of test images.
SLICES = {
    "full": (60_000, 10_000),
    "quick": (2_048, 1_000),
    "check": (512, 320),
    "grading": (96, 320),
}
KEEPS_WEIGHTS = ("check", "grading")  # profiles that leave the weights of a full training alone
NOTEBOOKS = (
    "01_data.ipynb",
    "02_vae.ipynb",
    "03_loss.ipynb",
    "04_training.ipynb",
    "05_latent_space.ipynb",
    "06_cvae.ipynb",
    "07_discussion.ipynb",
)
WEIGHTS = ("vae.pt", "cvae.pt")


class LabError(Exception):
    """A problem that you can fix; its message is one sentence and says how."""

    def _render_traceback_(self):
        """Show the message alone: IPython calls this instead of printing a traceback."""
        return [f"LabError: {self}"]


class NotYet(LabError):
    """What `check` finds wrong, in sentences."""

    def _render_traceback_(self):
        return [str(self)]


if PROFILE not in SLICES:
    raise LabError(
        f"LAB_PROFILE is {PROFILE!r}, but only {', '.join(SLICES)} exist: unset it and restart "
        "the kernel."
    )


def load_mnist(batch_size=32, device="cpu"):
    """Return MNIST as two iterators over batches `(x, y)`: for training and for testing.

    x: the images, float32, shape (batch, 1, 28, 28), grey values in [0, 1].
    y: the digits, int64, shape (batch,).

    The training images are shuffled anew in each pass. The last batch of a pass may be smaller.
    All training images are copied to `device` once, so that training does not wait for copies;
    test images stay on the CPU. Without MNIST and without a network, you get scikit-learn's small
    digits instead, with a notice.
    """
    (x, y), test_tensors = _mnist() or _digits()
    train = data.TensorDataset(x.to(device), y.to(device))
    test = data.TensorDataset(*test_tensors)
    train_iter = _batches(train, batch_size, data.RandomSampler(train))
    test_iter = _batches(test, batch_size, data.SequentialSampler(test))
    return train_iter, test_iter


def is_full_mnist(loader):
    """Tell whether a loader holds all of MNIST; the losses to reach hold only then."""
    return len(loader.dataset) in SLICES["full"]


def _batches(dataset, batch_size, sampler):
    """Return a loader that reads a whole batch at once, which is faster than image by image."""
    batches = data.BatchSampler(sampler, batch_size, drop_last=False)
    return data.DataLoader(dataset, sampler=batches, batch_size=None)


def _mnist():
    """Return MNIST as [(x, y), (x, y)], for training and testing; None without a copy of it."""
    from torchvision.datasets import MNIST

    root = os.environ.get("LAB_DATA") or Path(__file__).resolve().parent / "data"
    try:
        sets = [
            MNIST(root, train=train, download=PROFILE not in KEEPS_WEIGHTS)
            for train in (True, False)
        ]
    except (OSError, RuntimeError):  # no copy and no network, or a read-only or full disk
        return None
    return [
        (images.data[:n].unsqueeze(1).float() / 255, images.targets[:n].long())
        for images, n in zip(sets, SLICES[PROFILE], strict=True)
    ]


def _digits():
    """Return scikit-learn's 1,797 digits, enlarged to 28×28; one of six is for testing."""
    from sklearn.datasets import load_digits

    print(
        "MNIST is not on this computer and cannot be downloaded: scikit-learn's small digits "
        "stand in for it.\n"
        "Every task works with them, but the losses to reach (about 5, about 4.1) hold for MNIST "
        "only."
    )
    digits = load_digits()
    x = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16  # (1797, 1, 8, 8)
    x = torch.nn.functional.interpolate(x, size=(28, 28), mode="bilinear").clamp(0, 1)
    y = torch.tensor(digits.target).long()
    test = torch.arange(len(x)) % 6 == 0
    return [
        (x[part][:n], y[part][:n]) for part, n in zip((~test, test), SLICES[PROFILE], strict=True)
    ]


def load_answer(notebook, name):
    """Return the function or class `name` that you wrote in an earlier notebook.

    For example `load_answer("02_vae.ipynb", "VAE")`. This reads the notebook as you last saved it,
    and runs only its imports, its constants and the definitions that `name` needs: no training, no
    plots. A LabError says what to do where your answer is missing, unfinished or fails.
    """
    path = Path(os.environ.get("LAB_ANSWERS", "")) / notebook
    again = "then save it (Ctrl+S) and run this cell again"
    cells = _code_cells(path)
    definitions, setup = _definitions(cells)
    if name not in definitions:
        reason = _syntax_error(cells, name)
        raise LabError(f"{notebook} has no working {name}{reason}: finish it there, {again}.")
    needed = _needed(name, definitions)
    for other in needed:
        if _is_unfinished(definitions[other]):
            raise LabError(
                f"{other} in {notebook} still holds `raise NotImplementedError()`: write your "
                f"answer in its place, {again}."
            )
    namespace = {"__name__": path.stem}
    for node in setup + [definitions[other] for other in definitions if other in needed]:
        _execute(node, namespace, notebook, name, again)
    return namespace[name]


def _code_cells(path):
    """Return the code of each cell of a saved notebook; magics (%, !) become plain Python."""
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except FileNotFoundError:
        raise LabError(
            f"{path.name} is not beside this notebook: put the seven notebooks into one folder."
        ) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise LabError(
            f"{path.name} cannot be read as a notebook: open it in JupyterLab and save it again."
        ) from None
    return [TransformerManager().transform_cell(source) for source in sources]


def _definitions(cells):
    """Return the definitions in the cells as {name: syntax tree}, and the imports and constants."""
    definitions, setup = {}, []
    for source in cells:
        try:
            nodes = ast.parse(source).body
        except SyntaxError:
            continue
        for node in nodes:
            node.source = source
            name = _defined_name(node)
            if name:
                definitions.pop(name, None)  # the last definition counts, and gives the order
                definitions[name] = node
            elif isinstance(node, (ast.Import, ast.ImportFrom)) or _is_constant(node):
                setup.append(node)
    return definitions, setup


def _defined_name(node):
    """Return the name that a `def`, a `class` or `name = load_answer(...)` defines, else None."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return node.name
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
        return None
    return node.targets[0].id if "load_answer" in ast.unparse(node.value.func) else None


def _is_constant(node):
    """Tell whether a statement assigns plain numbers or texts, or collections of them."""
    if not isinstance(node, ast.Assign):
        return False
    try:
        ast.literal_eval(node.value)
    except (ValueError, TypeError, SyntaxError):
        return False
    return True


def _needed(name, definitions):
    """Return `name` and all definitions that it uses, directly or through others."""
    needed, queue = set(), [name]
    while queue:
        current = queue.pop()
        if current not in needed:
            needed.add(current)
            nodes = ast.walk(definitions[current])
            mentioned = {node.id for node in nodes if isinstance(node, ast.Name)}
            queue += mentioned & definitions.keys()
    return needed


def _is_unfinished(definition):
    """Tell whether a definition still holds `raise NotImplementedError`."""
    raises = [node for node in ast.walk(definition) if isinstance(node, ast.Raise)]
    return any("NotImplementedError" in ast.dump(node) for node in raises)


def _syntax_error(cells, name):
    """Describe the syntax error in a cell that mentions `name`; empty where there is none."""
    for source in cells:
        try:
            ast.parse(source)
        except SyntaxError as error:
            if name in source:
                return f" (line {error.lineno} of its cell: {error.msg})"
    return ""


def _execute(node, namespace, notebook, name, again):
    """Run one definition, import or constant; tracebacks can show its lines."""
    filename = f"<{notebook}, line of the cell that defines {getattr(node, 'name', 'imports')}>"
    linecache.cache[filename] = (len(node.source), None, node.source.splitlines(True), filename)
    try:
        exec(compile(ast.Module([node], []), filename, "exec"), namespace)
    except Exception as error:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return  # perhaps not needed; if it is, the definition fails and says so
        reason = f"{type(error).__name__}: {error}"
        raise LabError(
            f"{name} in {notebook} fails with {reason}: fix it there, {again}."
        ) from None


def check(task_id):
    """Run the checks that grade a task on what your notebook defines, and print what they find.

    For example `check("vae-sampling-test")`. An error's sentences say which property is missing.
    Your names, random numbers and figures stay as they are.
    """
    checks = _checks()
    if checks is None:
        if PROFILE != "grading":
            print("checks.zip is not beside lab.py, so nothing was checked.")
        return
    passed, text = checks.report(task_id, sys._getframe(1).f_globals)
    if not passed:
        raise NotYet(text)
    print(text)


def _checks():
    """Return the module of the checks; None where they are not here.

    In the course's own environment, where `autograder` is installed, they are that package's: a
    changed checks.zip earns no points there.
    """
    archive = str(Path(__file__).resolve().with_name("checks.zip"))
    sys.path.append(archive)
    try:
        for package in ("autograder", "vae_checks"):
            try:
                return importlib.import_module(package + ".checks.in_notebook")
            except ModuleNotFoundError:
                continue
    finally:
        sys.path.remove(archive)
    return None


def save_weights(model, path):
    """Write a model's weights to a file; check and grader keep the file of your full training."""
    if PROFILE in KEEPS_WEIGHTS and Path(path).exists():
        return
    torch.save(model.state_dict(), path)
    print(f"{path} written: {os.path.getsize(path) / 1e6:.1f} MB. It is part of what you hand in.")


def load_weights(model, path):
    """Read weights from a file into the model, and return the model."""
    if not Path(path).exists():
        writer = "06_cvae.ipynb" if "cvae" in str(path) else "04_training.ipynb"
        raise LabError(
            f"{path} is not here: run {writer} to its end, which trains the model and writes it."
        )
    try:
        model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except Exception:  # torch raises many kinds, from KeyError to UnpicklingError
        kind = type(model).__name__
        raise LabError(
            f"{path} does not hold the weights of this {kind}: train it again and save."
        ) from None
    return model.to(memory_format=torch.channels_last)  # the layout in which convolutions are fast


if __name__ == "__main__":
    from handin import main

    main()
