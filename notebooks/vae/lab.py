"""The helper beside the notebooks: device, MNIST, answers of earlier notebooks, weights, handing
in.

Nothing in here is graded, and everything in here may be read. Environment: LAB_PROFILE is `full`
(you), `quick` (a small slice of the data, for automatic runs) or `grading`; LAB_DATA is the folder
of the data (`data/` beside this file); LAB_ANSWERS is the folder in which `load_answer` looks for
notebooks (the current one).
"""

import ast
import json
import linecache
import os
import zipfile
from pathlib import Path

import torch
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    RandomSampler,
    SequentialSampler,
    TensorDataset,
)

PROFILE = os.environ.get("LAB_PROFILE", "full")
SLICES = {
    "full": (60_000, 10_000),
    "quick": (2_048, 1_000),
    "grading": (96, 320),
}  # training and test images
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
    """Something that you can fix; the message is one sentence and says how.

    Shown without a traceback.
    """

    def _render_traceback_(self):
        return [f"LabError: {self}"]


if PROFILE not in SLICES:
    raise LabError(
        f"LAB_PROFILE is {PROFILE!r}, but only {', '.join(SLICES)} exist: unset it and restart "
        "the kernel."
    )


# Device and data
# ------------------------------------------------------------------------------------------------------


def pick_device():
    """The fastest device that torch finds here: CUDA, or else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def load_mnist(batch_size=32, device="cpu"):
    """MNIST as two iterators over batches `(x, y)`.

    x: float32, (batch, 1, 28, 28), grey values in [0, 1]; y: int64, (batch,), the digit. The
    training iterator shuffles on each pass; the last batch of a pass may be smaller. All training
    images are put on `device` once, so that training waits for no copies; test images stay on the
    CPU. Without MNIST and without a network, scikit-learn's small digits stand in, with a notice.
    """
    (x, y), test = _mnist() or _digits()
    train, test = TensorDataset(x.to(device), y.to(device)), TensorDataset(*test)
    return _batches(train, batch_size, RandomSampler(train)), _batches(
        test, batch_size, SequentialSampler(test)
    )


def _batches(dataset, batch_size, sampler):
    """A loader that indexes a whole batch at once: no per-image work, no worker processes."""
    return DataLoader(
        dataset, sampler=BatchSampler(sampler, batch_size, drop_last=False), batch_size=None
    )


def _mnist():
    """The training and the test set as [(x, y), (x, y)], or None where MNIST is neither on disk nor
    to be had.
    """
    from torchvision.datasets import MNIST

    root = os.environ.get("LAB_DATA") or Path(__file__).resolve().parent / "data"
    try:
        sets = [MNIST(root, train=train, download=PROFILE != "grading") for train in (True, False)]
    except (OSError, RuntimeError):  # no network, a read-only or a full disk, or no copy
        return None
    return [
        (s.data[:n].unsqueeze(1).float() / 255, s.targets[:n].long())
        for s, n in zip(sets, SLICES[PROFILE], strict=True)
    ]


def _digits():
    """scikit-learn's 1,797 handwritten digits, enlarged from 8×8 to 28×28, in MNIST's form; a sixth
    is for testing.
    """
    from sklearn.datasets import load_digits

    print(
        "MNIST is not on this computer and cannot be downloaded: scikit-learn's small digits "
        "stand in for it.\n"
        "Every task works with them, but the losses to reach (about 5, about 4.1) hold for MNIST "
        "only."
    )
    digits = load_digits()
    x = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
    x = torch.nn.functional.interpolate(x, size=(28, 28), mode="bilinear").clamp(0, 1)
    y, test = torch.tensor(digits.target).long(), torch.arange(len(x)) % 6 == 0
    return [
        (x[part][:n], y[part][:n]) for part, n in zip((~test, test), SLICES[PROFILE], strict=True)
    ]


def is_full_mnist(loader):
    """Whether a loader holds all of MNIST, so that the losses to reach hold."""
    return len(loader.dataset) in SLICES["full"]


# Answers of earlier notebooks
# -----------------------------------------------------------------------------------------


def load_answer(notebook, name):
    """The function or class `name` that you wrote in an earlier notebook, e.g.

    `load_answer("02_vae.ipynb", "VAE")`.

    Reads the notebook as it was last saved, and runs only its imports, its constants and the
    definitions that `name` needs: no training, no plots. Raises LabError where the answer is
    missing, unfinished or failing.
    """
    path = Path(os.environ.get("LAB_ANSWERS", "")) / notebook
    again = "then save it (Ctrl+S) and run this cell again"
    cells = _code_cells(path)
    definitions, setup = _definitions(cells)
    if name not in definitions:
        reason = _first_broken(cells, name)
        raise LabError(f"{notebook} has no working {name}{reason}: finish it there, {again}.")
    needed = _needed(name, definitions)
    for other in needed:
        if _is_unfinished(definitions[other]):
            raise LabError(
                f"{other} in {notebook} still holds `raise NotImplementedError()`: write your "
                "answer in its "
                f"place, {again}."
            )
    namespace = {"__name__": path.stem}
    for node in setup + [definitions[other] for other in definitions if other in needed]:
        _execute(node, namespace, notebook, name, again)
    return namespace[name]


def _code_cells(path):
    """The sources of a saved notebook's code cells, without line magics and shell lines."""
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
    """What the cells define (name → syntax tree, the last one counts), and their imports and
    constants.
    """
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
                definitions.pop(name, None)  # so that the order is that of the last definitions
                definitions[name] = node
            elif isinstance(node, (ast.Import, ast.ImportFrom)) or _is_constant(node):
                setup.append(node)
    return definitions, setup


def _defined_name(node):
    """The name that a `def`, a `class` or `name = load_answer(...)` defines; None for other
    statements.
    """
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return node.name
    value = getattr(node, "value", None)
    if (
        isinstance(node, ast.Assign)
        and isinstance(value, ast.Call)
        and "load_answer" in ast.unparse(value.func)
    ):
        return node.targets[0].id
    return None


def _is_constant(node):
    """Whether a statement is an assignment of plain numbers, texts or collections of them."""
    try:
        return isinstance(node, ast.Assign) and (ast.literal_eval(node.value), True)[1]
    except (ValueError, TypeError, SyntaxError):
        return False


def _needed(name, definitions):
    """`name` and, step by step, every definition of the same notebook that it mentions."""
    needed, queue = set(), [name]
    while queue:
        current = queue.pop()
        if current not in needed:
            needed.add(current)
            mentioned = {
                node.id for node in ast.walk(definitions[current]) if isinstance(node, ast.Name)
            }
            queue += mentioned & definitions.keys()
    return needed


def _is_unfinished(node):
    """Whether a definition still holds the stub's `raise NotImplementedError`."""
    return any(
        isinstance(n, ast.Raise) and "NotImplementedError" in ast.dump(n) for n in ast.walk(node)
    )


def _first_broken(cells, name):
    """A hint at the cell that seems meant to define `name` but is no valid Python; empty where
    there is none.
    """
    for source in cells:
        try:
            ast.parse(source)
        except SyntaxError as error:
            if name in source:
                return f" (line {error.lineno} of its cell: {error.msg})"
    return ""


def _execute(node, namespace, notebook, name, again):
    """Run one definition, import or constant; its lines stay visible in tracebacks."""
    filename = f"<{notebook}, line of the cell that defines {getattr(node, 'name', 'imports')}>"
    linecache.cache[filename] = (len(node.source), None, node.source.splitlines(True), filename)
    try:
        exec(compile(ast.Module([node], []), filename, "exec"), namespace)
    except Exception as error:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return  # perhaps not needed; if it is, the definition says so
        reason = f"{type(error).__name__}: {error}"
        raise LabError(
            f"{name} in {notebook} fails with {reason}: fix it there, {again}."
        ) from None


# Weights and handing in
# -----------------------------------------------------------------------------------------------


def save_weights(model, path):
    """Write a model's weights to a file beside the notebooks; while grading, the weights handed in
    stay as they are.
    """
    if PROFILE == "grading" and Path(path).exists():
        return
    torch.save(model.state_dict(), path)
    print(f"{path} written: {os.path.getsize(path) / 1e6:.1f} MB. It is part of what you hand in.")


def load_weights(model, path):
    """The same model with the weights of a file; LabError where the file is missing or was written
    by another model.
    """
    if not Path(path).exists():
        writer = "06_cvae.ipynb" if "cvae" in str(path) else "04_training.ipynb"
        raise LabError(
            f"{path} is not here: run {writer} to its end, which trains the model and writes it."
        )
    try:
        model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except Exception:  # torch raises a dozen kinds, from KeyError to UnpicklingError
        kind = type(model).__name__
        raise LabError(
            f"{path} does not hold the weights of this {kind}: train it again and save."
        ) from None
    return model.to(memory_format=torch.channels_last)  # the layout in which convolutions are quick


def pack_submission(path="submission.zip"):
    """Put the seven notebooks and the weights into one zip, and say what is missing or still waits
    for an answer.
    """
    present = [name for name in NOTEBOOKS + WEIGHTS if Path(name).exists()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in present:
            archive.write(name)
    for name in NOTEBOOKS + WEIGHTS:
        print(f"{name:24}", "missing" if name not in present else _open_answers(name) or "packed")
    print(f"\n{path} is written. Hand it in as it is.")


def _open_answers(name):
    """What still waits in a notebook, as a phrase; empty for weights and finished notebooks."""
    if not name.endswith(".ipynb"):
        return ""
    cells = json.loads(Path(name).read_text(encoding="utf-8-sig"))["cells"]
    open_marks = {"code": "raise NotImplementedError", "markdown": "YOUR ANSWER HERE"}
    count = sum(
        line.strip().startswith(open_marks.get(cell["cell_type"], "\0"))
        for cell in cells
        for line in "".join(cell["source"]).splitlines()
    )
    return f"packed, but {count} answer{'s' * (count > 1)} still open" if count else ""
